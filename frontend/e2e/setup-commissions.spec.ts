/** Commissions: rules that an owner adds, changes and ends, and what a person would earn by them. */
import type { Page } from "@playwright/test";
import type { CommissionRuleRead } from "../src/api/generated";
import { api, expect, signIn, test } from "./facts";
import { makeSpa, type TestSpa } from "./spa";
import { violationsOf } from "./violations";

const PAGE = "/setup/commissions";
const card = (page: Page, name: string) =>
  page.locator("section").filter({ has: page.getByRole("heading", { name, exact: true }) });

/** A spa of a test with a therapist of a name that no other test has. */
async function makeTeam(spa: Promise<TestSpa>): Promise<TestSpa & { name: string; staffId: string }> {
  const made = await spa;
  const [therapist] = made.therapists;
  const name = `Lan ${Math.random().toString(36).slice(2, 8)}`;
  await made.call("PATCH", `staff/${therapist?.id}`, { full_name: name });
  return { ...made, name, staffId: therapist?.id ?? "" };
}

const rulesOf = async ({ call, staffId }: TestSpa & { staffId: string }) =>
  (await call<CommissionRuleRead[]>("GET", "commission-rules")).filter((rule) => rule.staff_id === staffId);

test("an owner adds a rate for a person, sees what a massage earns, and changes it from a day on", async ({
  page,
  request,
}) => {
  const team = await makeTeam(makeSpa(request));
  await signIn(page, "admin", PAGE);
  await page.getByRole("button", { name: "Thêm mức" }).click();
  const panel = page.getByRole("dialog", { name: "Thêm mức" });
  await panel.getByLabel("Nhân viên").selectOption(team.name);
  await panel.getByLabel("Phần trăm số tiền khách trả").fill("một nửa");
  await panel.getByRole("button", { name: "Lưu mức" }).click();
  await expect(panel.getByText("Nhập số từ 0 đến 100, ví dụ 12,5.")).toBeVisible();
  await panel.getByLabel("Phần trăm số tiền khách trả").fill("12,5");
  await panel.getByLabel("Áp dụng từ").fill("2026-01-01");
  await panel.getByRole("button", { name: "Lưu mức" }).click();
  await expect(panel).toBeHidden();
  await expect(card(page, team.name)).toContainText("Mọi dịch vụ");
  await expect(card(page, team.name)).toContainText("12,5%");

  const check = card(page, "Thử tính hoa hồng");
  await check.getByLabel("Nhân viên").selectOption(team.name);
  await check.getByLabel("Khách trả").fill("400000");
  await expect(check.getByRole("status")).toContainText(`${team.name} nhận 50.000đ.`);
  await expect(check.getByRole("status")).toContainText(`Theo mức 12,5% · Mọi dịch vụ · ${team.name}`);

  await card(page, team.name).getByRole("button").click();
  await page.getByRole("dialog", { name: "Mọi dịch vụ" }).getByRole("button", { name: "Đổi mức" }).click();
  const change = page.getByRole("dialog", { name: "Đổi mức" });
  await expect(change.getByLabel("Phần trăm số tiền khách trả")).toHaveValue("12,5");
  await change.getByLabel("Phần trăm số tiền khách trả").fill("15");
  await change.getByRole("button", { name: "Lưu mức" }).click();
  await expect(change).toBeHidden();
  await expect(card(page, team.name)).toContainText("15%");
  await expect(check.getByRole("status")).toContainText(`${team.name} nhận 60.000đ.`);
  const rules = await rulesOf(team);
  expect(rules.map(({ rate, last_day }) => [rate, last_day === null])).toEqual([
    [1500, true],
    [1250, false],
  ]);
  await page.getByText("Cả mức đã kết thúc").click();
  await expect(card(page, team.name)).toContainText("Đã kết thúc");
});

test("an amount for one service, its last day, and a mistake that is deleted", async ({ page, request }) => {
  const team = await makeTeam(makeSpa(request));
  const menu = await team.call<{ services: { id: string; name: { vi: string } }[] }>("GET", "catalogue/desk");
  const [service] = menu.services;
  await signIn(page, "admin", `${PAGE}?rule=new`);
  const panel = page.getByRole("dialog", { name: "Thêm mức" });
  await panel.getByLabel("Nhân viên").selectOption(team.name);
  await panel.getByLabel("Tính cho").selectOption("Một dịch vụ");
  await panel.getByLabel("Dịch vụ", { exact: true }).selectOption(service?.name.vi ?? "");
  await panel.getByRole("button", { name: "Số tiền mỗi lượt" }).click();
  await panel.getByLabel("Số tiền", { exact: true }).fill("60000");
  await panel.getByRole("button", { name: "Lưu mức" }).click();
  await expect(card(page, team.name)).toContainText("60.000đ mỗi lượt");

  await card(page, team.name).getByRole("button").click();
  const opened = page.getByRole("dialog", { name: service?.name.vi ?? "" });
  await opened.getByLabel("Đến hết ngày").fill("2030-12-31");
  await opened.getByRole("button", { name: "Lưu", exact: true }).click();
  await expect.poll(async () => (await rulesOf(team))[0]?.last_day).toBe("2030-12-31");

  await opened.getByRole("button", { name: "Xóa mức" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Xóa mức" }).click();
  await expect(page.getByText("Đã xóa mức hoa hồng.")).toBeVisible();
  await expect(card(page, team.name)).toHaveCount(0);
  expect(await rulesOf(team)).toEqual([]);
});

test("a rate for the same on the same days is refused with what to do", async ({ page, request }) => {
  const team = await makeTeam(makeSpa(request));
  const rule = { scope: "services", staff_id: team.staffId, rate: 1000, first_day: team.today };
  await team.call("POST", "commission-rules", rule);
  await signIn(page, "admin", `${PAGE}?rule=new`);
  const panel = page.getByRole("dialog", { name: "Thêm mức" });
  await panel.getByLabel("Nhân viên").selectOption(team.name);
  await panel.getByLabel("Phần trăm số tiền khách trả").fill("20");
  await panel.getByLabel("Áp dụng từ").fill(team.today);
  await panel.getByRole("button", { name: "Lưu mức" }).click();
  await expect(panel.getByRole("alert")).toContainText("Đặt ngày kết thúc cho mức cũ trước.");
});

test("a receptionist is not shown commissions", async ({ page }) => {
  await signIn(page, "receptionist", PAGE);
  await expect(page.getByText("Chỉ chủ spa xem được phần này")).toBeVisible();
});

for (const [language, colorScheme] of [
  ["vi-VN", "light"],
  ["en-GB", "dark"],
] as const) {
  test.describe(`${language} ${colorScheme}`, () => {
    test.use({ locale: language, colorScheme });

    test("nothing keeps a person from using the page", async ({ page, request }) => {
      const call = await api(request, "admin");
      const [rule] = (await call<CommissionRuleRead[]>("GET", "commission-rules")).filter(
        ({ scope, staff_id }) => scope === "services" && staff_id === null,
      );
      await signIn(page, "admin", PAGE);
      await expect(page.getByRole("status").filter({ hasText: "đ" })).toBeVisible();
      expect(await violationsOf(page)).toEqual([]);
      for (const opened of [rule?.id ?? "", "new"]) {
        await page.goto(`${PAGE}?rule=${opened}`);
        await page.getByRole("dialog").waitFor();
        await expect(page.getByRole("status").filter({ hasText: "đ" })).toBeVisible();
        expect(await violationsOf(page)).toEqual([]);
      }
    });
  });
}
