import i18next from "i18next";
import { beforeAll, describe, expect, it } from "vitest";
import type { AuditEntryRead, AuditName } from "@/api/generated";
import type { Language } from "@/app/preferences";
import en from "@/i18n/en.json";
import setupEn from "@/i18n/setup.en.json";
import setupVi from "@/i18n/setup.vi.json";
import vi from "@/i18n/vi.json";
import { groupsOf } from "./groups";
import { sentenceOf, sentenceOfGroup } from "./sentences";
import { type Context, shownValue } from "./values";

const [HOA, LAN, VISIT, VARIANT, BRANCH, OTHER] = [
  "00000000-0000-7000-8000-000000000001",
  "00000000-0000-7000-8000-000000000002",
  "00000000-0000-7000-8000-000000000003",
  "00000000-0000-7000-8000-000000000004",
  "00000000-0000-7000-8000-000000000005",
  "00000000-0000-7000-8000-000000000006",
] as const;
const ZONE = "Asia/Ho_Chi_Minh";
const name = (text: string, more: Partial<AuditName> = {}): AuditName => ({
  vi: text,
  en: text,
  guest_name: null,
  time_zone: null,
  ...more,
});
const NAMES: Record<string, AuditName> = {
  [HOA]: name("Hoa"),
  [LAN]: name("chị Lan", { time_zone: ZONE }),
  [VARIANT]: { ...name("Massage Thái · 60 phút"), en: "Thai massage · 60 min" },
  [BRANCH]: name("Quận 1", { time_zone: ZONE }),
};

let next = 1000;
function entry(fields: Partial<AuditEntryRead>): AuditEntryRead {
  next -= 1;
  return {
    id: next,
    at: "2026-11-28T02:00:00Z",
    actor_id: HOA,
    request_id: "r1",
    program: "zenspa",
    action: "update",
    entity: "appointment",
    entity_id: LAN,
    before: null,
    after: null,
    ...fields,
  };
}

function context(language: Language): Context {
  return {
    t: i18next.getFixedT(language, "setup"),
    common: i18next.getFixedT(language, "translation"),
    language,
    names: NAMES,
    zone: "Europe/Berlin",
    today: "2026-11-28",
  };
}
const say = (fields: Partial<AuditEntryRead>, language: Language = "vi") =>
  sentenceOf(context(language), entry(fields));

beforeAll(async () => {
  await i18next.init({
    lng: "vi",
    fallbackLng: false,
    resources: { vi: { translation: vi, setup: setupVi }, en: { translation: en, setup: setupEn } },
    interpolation: { escapeValue: false },
  });
});

describe("an appointment", () => {
  const moved = {
    before: { starts_at: "2026-11-28T07:00:00+00:00", ends_at: "2026-11-28T08:00:00+00:00" },
    after: { starts_at: "2026-11-28T08:00:00+00:00", ends_at: "2026-11-28T09:00:00+00:00" },
  };

  it("is moved, in the zone of its branch", () => {
    expect(say(moved)).toBe("Hoa dời lịch của chị Lan từ 14:00 sang 15:00 Thứ Bảy 28/11");
    expect(say(moved, "en")).toBe("Hoa moved chị Lan from 14:00 to 15:00 Saturday 28 Nov");
  });

  it("is moved to another day", () =>
    expect(say({ ...moved, after: { starts_at: "2026-11-29T08:00:00+00:00" } })).toBe(
      "Hoa dời lịch của chị Lan từ 14:00 Thứ Bảy 28/11 sang 15:00 Chủ nhật 29/11",
    ));

  it("is booked by a guest online, who is no user", () =>
    expect(
      say({
        actor_id: null,
        program: "zenspa online",
        action: "insert",
        after: { status: "held", starts_at: "2026-11-28T07:00:00+00:00" },
      }),
    ).toBe("Khách (đặt online) giữ chỗ cho chị Lan, 14:00 Thứ Bảy 28/11"));

  it("goes on, and a step that is taken back is not told as one that is done", () => {
    const step = (before: string, after: string) =>
      say({ before: { status: before }, after: { status: after } });
    expect(step("confirmed", "arrived")).toBe("Hoa check-in chị Lan");
    expect(step("arrived", "late_cancelled")).toBe("Hoa hủy sát giờ lịch của chị Lan");
    expect(step("arrived", "confirmed")).toBe(
      "Hoa đổi trạng thái lịch của chị Lan: Khách đã đến → Đã xác nhận",
    );
    expect(step("cancelled", "confirmed")).toBe("Hoa đổi trạng thái lịch của chị Lan: Đã hủy → Đã xác nhận");
    expect(step("no_show", "arrived")).toBe(
      "Hoa đổi trạng thái lịch của chị Lan: Khách không đến → Khách đã đến",
    );
  });

  it("loses a treatment, whose row is gone", () =>
    expect(
      say(
        {
          action: "delete",
          entity: "appointment_treatment",
          entity_id: OTHER,
          before: { appointment_id: LAN, variant_id: VARIANT },
        },
        "en",
      ),
    ).toBe("Hoa dropped Thai massage · 60 min of chị Lan"));
});

it.each<[Partial<AuditEntryRead>, string]>([
  [
    {
      entity: "customer",
      before: { archived_at: null },
      after: { archived_at: "2026-11-28T02:00:00+00:00" },
    },
    "Hoa lưu trữ hồ sơ chị Lan",
  ],
  [
    { entity: "customer", before: { contraindications: "***" }, after: { contraindications: "***" } },
    "Hoa sửa hồ sơ khách chị Lan: lưu ý sức khỏe",
  ],
  [
    {
      entity: "shift",
      action: "insert",
      after: {
        staff_id: LAN,
        branch_id: BRANCH,
        during: '["2026-11-28 02:00:00+00","2026-11-28 11:00:00+00")',
      },
    },
    "Hoa xếp ca cho chị Lan: 09:00–18:00 Thứ Bảy 28/11",
  ],
  [
    {
      entity: "time_off",
      action: "insert",
      after: {
        staff_id: LAN,
        branch_id: BRANCH,
        during: '["2026-11-27 17:00:00+00","2026-11-28 17:00:00+00")',
      },
    },
    "Hoa ghi đơn nghỉ phép của chị Lan: Thứ Bảy 28/11",
  ],
  [
    {
      entity: "time_off",
      action: "insert",
      after: {
        staff_id: LAN,
        branch_id: BRANCH,
        during: '["2026-11-27 17:00:00+00","2026-11-30 17:00:00+00")',
      },
    },
    "Hoa ghi đơn nghỉ phép của chị Lan: từ Thứ Bảy 28/11 đến Thứ Hai 30/11",
  ],
  [
    { entity: "time_off", before: { status: "requested" }, after: { status: "approved" } },
    "Hoa duyệt đơn nghỉ phép của chị Lan",
  ],
  [
    { entity: "service_variant", entity_id: VARIANT, before: { price: 450000 }, after: { price: 500000 } },
    "Hoa sửa tùy chọn Massage Thái · 60 phút: giá 450.000đ → 500.000đ",
  ],
  [
    {
      entity: "opening_hours",
      entity_id: OTHER,
      action: "delete",
      before: { branch_id: BRANCH, weekday: 7 },
    },
    "Hoa xóa giờ mở cửa của Quận 1",
  ],
  [
    {
      entity: "role_assignment",
      action: "insert",
      entity_id: OTHER,
      after: { user_id: LAN, role: "receptionist", branch_id: BRANCH },
    },
    "Hoa thêm vai trò cho chị Lan: Lễ tân · Quận 1",
  ],
  [
    { entity: "user_account", before: { disabled_at: null }, after: { disabled_at: "2026-11-28T02:00:00Z" } },
    "Hoa khóa tài khoản chị Lan",
  ],
  [
    { entity: "guest_link", before: { revoked_at: null }, after: { revoked_at: "2026-11-28T02:00:00Z" } },
    "Hoa thu hồi liên kết riêng của chị Lan",
  ],
  [
    {
      entity: "branch",
      entity_id: BRANCH,
      before: { name: "a", phone: "1", address: "", country: "VN" },
      after: {},
    },
    "Hoa sửa chi nhánh Quận 1: tên, điện thoại, địa chỉ và 1 mục khác",
  ],
  [
    {
      entity: "table_of_tomorrow",
      entity_id: OTHER,
      action: "insert",
      after: { name: "Mới" },
      actor_id: null,
    },
    "Hệ thống thêm table of tomorrow Mới",
  ],
  [{ actor_id: OTHER, entity: "room", action: "delete", before: {} }, "Tài khoản đã xóa xóa phòng chị Lan"],
  [
    { actor_id: null, program: "psql", entity: "room", before: { name: "A" }, after: { name: "B" } },
    "psql sửa phòng chị Lan: tên A → B",
  ],
])("%o is a sentence", (fields, sentence) => expect(say(fields)).toBe(sentence));

describe("entries of one request", () => {
  it("are one action, told by what says most", () => {
    const entries = [
      entry({ entity: "allocation", action: "insert", entity_id: OTHER }),
      entry({ entity: "appointment_treatment", entity_id: OTHER, before: { price: 1 }, after: { price: 2 } }),
      entry({ before: { status: "held" }, after: { status: "confirmed" } }),
      entry({ entity: "visit", action: "insert", entity_id: VISIT, request_id: "r2" }),
    ];
    const groups = groupsOf(entries);
    expect(groups.map((group) => [group.lead.entity, group.others.length, group.more])).toEqual([
      ["appointment", 2, 1],
      ["visit", 0, 0],
    ]);
  });

  it("of a whole set-up are counted", () => {
    const rooms = Array.from({ length: 9 }, () => entry({ entity: "room", action: "insert" }));
    const [group] = groupsOf([...rooms, entry({ entity: "branch", action: "insert", entity_id: BRANCH })]);
    expect(group && sentenceOfGroup(context("vi"), group)).toBe("Hoa cập nhật cài đặt spa: 10 thay đổi");
  });
});

it.each<[string, unknown, string]>([
  ["notes", "***", "đã ẩn"],
  ["opens", 540, "09:00"],
  ["weekday", 7, "Chủ nhật"],
  ["hold_minutes", 15, "15 phút"],
  ["branch_id", BRANCH, "Quận 1"],
  ["user_id", OTHER, OTHER],
  ["approve_online", false, "không"],
  ["tags", ["VIP", "quen"], "VIP, quen"],
  ["phone", null, "trống"],
  ["days", "[2026-12-24,2026-12-26)", "từ Thứ Năm 24/12 đến Thứ Sáu 25/12"],
  ["employed_until", "2027-01-31", "Chủ nhật 31/1/2027"],
  ["hours", [{ opens: 540, closes: 1260 }], "mở cửa 09:00, đóng cửa 21:00"],
])("%s %o is shown as %s", (column, value, text) =>
  expect(shownValue(context("vi"), ZONE, column, value)).toBe(text),
);
