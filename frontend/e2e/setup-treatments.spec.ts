/** The owner's catalogue: what a treatment needs, drawn as bars, and what a change leaves as it was. */
import type { Page } from "@playwright/test";
import { api, expect, signIn, test } from "./facts";
import { makeSpa } from "./spa";
import { violationsOf } from "./violations";

type Call = Awaited<ReturnType<typeof api>>;

interface Menu {
  categories: { id: string; name: { vi: string }; position: number }[];
  services: {
    id: string;
    name: { vi: string };
    category_id: string;
    position: number;
    add_on_ids: string[];
  }[];
  add_ons: { id: string; name: { vi: string }; minutes: number; price: number; offered: string }[];
}

interface Service {
  id: string;
  name: string;
  category: { id: string; name: string };
  variants: { id: string; price: number; segments: { minutes: number; needs_staff: boolean }[] }[];
}

const unique = (name: string) => `${name} ${Math.random().toString(36).slice(2, 8)}`;

/** Add a category with a treatment of 60 minutes and its cleaning, sold at the desk only: the page of guests stays as it is. */
async function addService(call: Call, more: object = {}): Promise<Service> {
  const types = await call<{ id: string; key: string }[]>("GET", "resource-types");
  const bed_type_id = types.find(({ key }) => key === "giuong-massage")?.id;
  const key = `thu-${Math.random().toString(36).slice(2, 8)}`;
  const categoryName = unique("Nhóm");
  const category = await call<{ id: string }>("POST", "catalogue/categories", {
    ...{ key, position: 900, name: { vi: categoryName, en: categoryName } },
  });
  const name = unique("Dịch vụ");
  const segments = [
    { minutes: 60, needs_staff: true, bed_type_id },
    { minutes: 15, needs_staff: false, with_guest: false, bed_type_id },
  ];
  const service = await call<Service>("POST", "catalogue/services", {
    ...{ key, category_id: category.id, name: { vi: name, en: name }, position: 900, offered: "desk" },
    variants: [{ key: "60", price: 400_000, segments }],
    ...more,
  });
  return { ...service, name, category: { id: category.id, name: categoryName } };
}

const section = (page: Page, name: string) =>
  page.locator("section").filter({ has: page.getByRole("heading", { name, exact: true }) });
const bars = (page: Page, row: string) => page.getByRole("img", { name: new RegExp(`^${row}:`) });

test("a new treatment is drawn while it is typed, and can be booked", async ({ page, request }) => {
  const call = await api(request, "admin");
  const [category, name] = [unique("Nhóm"), unique("Ủ thảo mộc")];
  await signIn(page, "admin", "/setup/treatments");
  await page.getByRole("button", { name: "Thêm nhóm" }).click();
  const panel = page.getByRole("dialog", { name: "Nhóm dịch vụ mới" });
  await panel.getByLabel("Tên tiếng Việt").fill(category);
  await panel.getByRole("button", { name: "Lưu" }).click();
  await expect(panel).toBeHidden();
  await section(page, category)
    .getByRole("link", { name: `Thêm dịch vụ vào ${category}` })
    .click();

  await page.getByLabel("Tên tiếng Việt").fill(name);
  await page.getByLabel("Bán ở").selectOption({ label: "Chỉ tại quầy" });
  await page.getByLabel("Mô tả tiếng Việt").fill("Không dành cho phụ nữ mang thai.");
  await page.getByRole("button", { name: "Lưu" }).click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();

  // Its first variant: the bars follow what is typed.
  await page.getByLabel("Công đoạn 1: số phút").fill("45");
  await expect(bars(page, "Khách")).toHaveAccessibleName("Khách: phút 0–45");
  await page.getByLabel("Công đoạn 1: loại giường").selectOption({ label: "Giường massage" });
  await page.getByRole("button", { name: "Thêm công đoạn" }).click();
  await expect(bars(page, "Giường massage")).toHaveAccessibleName(
    "Giường massage: phút 0–45, phút 45–55 (không có khách)",
  );
  await page.getByLabel("Công đoạn 2: loại thiết bị").selectOption({ label: "Nồi hấp đá nóng" });
  await page.getByRole("button", { name: "Lên trên: Công đoạn 2" }).click();
  await expect(bars(page, "Nồi hấp đá nóng")).toHaveAccessibleName(
    "Nồi hấp đá nóng: phút 0–10 (không có khách)",
  );
  await expect(bars(page, "Kỹ thuật viên")).toHaveAccessibleName("Kỹ thuật viên: phút 10–55");
  await expect(page.getByText("Khách ở 45 phút. Cả buổi chiếm 55 phút.")).toBeVisible();
  // A preparation stands there already; without it there is a button for one.
  await expect(page.getByRole("button", { name: "Thêm chuẩn bị" })).toBeHidden();
  await page.getByRole("button", { name: "Bỏ công đoạn 1" }).click();
  await page.getByRole("button", { name: "Thêm chuẩn bị" }).click();
  await page.getByRole("button", { name: "Công đoạn 1: cần KTV" }).click();
  await expect(page.getByText("Khách ở 45 phút. Cả buổi chiếm 55 phút.")).toBeVisible();
  await page.getByLabel("Giá", { exact: true }).fill("350000");
  await page.getByRole("button", { name: "Lưu" }).first().click();
  await expect(page.getByRole("heading", { name: "45 phút · 350.000đ" })).toBeVisible();

  await page.getByRole("main").getByRole("link", { name: "Dịch vụ" }).click();
  await expect(section(page, category).getByRole("link", { name })).toContainText("45 phút · 350.000đ");
  const { services } = await call<{ services: (Pick<Service, "variants"> & { name: { vi: string } })[] }>(
    "GET",
    "catalogue/desk",
  );
  const saved = services.find((service) => service.name.vi === name);
  expect(saved?.variants[0]?.segments.map(({ minutes }) => minutes)).toEqual([10, 45]);
});

test("a change is for bookings from now on, as the page says before it is saved", async ({
  page,
  request,
}) => {
  const spa = await makeSpa(request, { therapists: 1 });
  const service = await addService(spa.call);
  await spa.call("PATCH", `staff/${spa.therapists[0]?.id}`, { service_ids: [service.id] });
  const wish = { variant_id: service.variants[0]?.id };
  const visit = await spa.book(["Chị Mai"], { hour: 10, wish });
  await signIn(page, "admin", `/setup/treatments/${service.id}`);
  await page.getByRole("button", { name: "Sửa 60 phút" }).click();
  await page.getByLabel("Công đoạn 1: số phút").fill("90");
  await page.getByLabel("Giá", { exact: true }).fill("600000");
  await expect(
    page.getByText("Lịch hẹn đã đặt giữ nguyên thời lượng, công đoạn và giá lúc đặt, cả khi dời lịch."),
  ).toBeVisible();
  await page.getByRole("button", { name: "Lưu" }).first().click();
  await expect(page.getByRole("heading", { name: "90 phút · 600.000đ" })).toBeVisible();

  const agreed = async (visitId: string) => {
    const { appointments } = await spa.call<{
      appointments: { price: number; start: string; end: string }[];
    }>("GET", `visits/${visitId}`);
    return appointments.map(({ price, start, end }) => [
      price,
      (Date.parse(end) - Date.parse(start)) / 60_000,
    ]);
  };
  expect(await agreed(visit.id)).toEqual([[400_000, 60]]);
  const later = await spa.book(["Anh Khoa"], { hour: 14, wish });
  expect(await agreed(later.id)).toEqual([[600_000, 90]]);
});

test("a variant is taken out of use and used again, unless guests could not tell it from another", async ({
  page,
  request,
}) => {
  const call = await api(request, "admin");
  const service = await addService(call);
  await signIn(page, "admin", `/setup/treatments/${service.id}`);
  await page.getByRole("button", { name: "Sửa 60 phút" }).click();
  await page.getByRole("button", { name: "Ngừng dùng" }).click();
  const question = page.getByRole("alertdialog");
  await expect(question).toContainText("Lịch hẹn đã đặt vẫn giữ nguyên và vẫn dời được.");
  await question.getByRole("button", { name: "Ngừng dùng" }).click();
  await expect(page.getByText("Chưa có thời lượng nào nên khách chưa đặt được.")).toBeVisible();

  // Another one of 60 minutes, with the segments of the last.
  await page.getByRole("button", { name: "Thêm tùy chọn" }).click();
  await page.getByRole("button", { name: "Lưu" }).first().click();
  await expect(page.getByRole("heading", { name: "60 phút · 400.000đ" })).toBeVisible();
  await page.getByText("Ngừng dùng · 1").click();
  await page.getByRole("button", { name: "Dùng lại 60 phút" }).click();
  await expect(page.getByText(/Khách không phân biệt được/)).toBeVisible();

  await page.getByRole("button", { name: "Sửa 60 phút" }).click();
  await page.getByLabel("Tên tiếng Việt").first().fill("Nửa chân");
  await page.getByRole("button", { name: "Lưu" }).first().click();
  await expect(page.getByRole("heading", { name: "Nửa chân · 60 phút · 400.000đ" })).toBeVisible();
  await page.getByRole("button", { name: "Dùng lại 60 phút" }).click();
  await expect(page.getByText("Ngừng dùng · 1")).toBeHidden();
});

test("treatments are searched and put in order", async ({ page, request }) => {
  const call = await api(request, "admin");
  const first = await addService(call);
  const name = unique("Gội đầu Huế");
  const second = await call<{ id: string }>("POST", "catalogue/services", {
    ...{ key: `${Date.now()}-hue`, category_id: first.category.id, offered: "desk", position: 901 },
    name: { vi: name, en: name },
  });
  await signIn(page, "admin", "/setup/treatments");
  await page.getByLabel("Tìm dịch vụ").fill("goi dau hue");
  await expect(page.getByRole("link", { name })).toContainText("Chưa có thời lượng, chưa đặt được");
  await expect(page.getByRole("link", { name: first.name })).toBeHidden();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Sắp xếp" }).click();
  await page.getByRole("button", { name: `Lên trên: ${name}` }).click();
  const links = section(page, first.category.name).getByRole("listitem");
  await expect(links.first()).toContainText(name);
  await expect
    .poll(async () => {
      const { services } = await call<Menu>("GET", "catalogue/desk");
      const own = services.filter(({ category_id }) => category_id === first.category.id);
      return own.map(({ id }) => id);
    })
    .toEqual([second.id, first.id]);
});

test("an add-on says which treatments it fits", async ({ page, request }) => {
  const call = await api(request, "admin");
  const service = await addService(call);
  const name = unique("Thêm trà gừng");
  await signIn(page, "admin", "/setup/treatments?addOn=new");
  const panel = page.getByRole("dialog");
  await panel.getByLabel("Tên tiếng Việt").fill(name);
  await panel.getByLabel("Kéo dài thêm").selectOption({ label: "5 phút" });
  await panel.getByLabel("Giá").fill("45000");
  await panel.getByRole("button", { name: service.name }).click();
  await panel.getByRole("button", { name: "Lưu" }).click();
  await expect(page.getByRole("button", { name })).toContainText("+5 phút · 45.000đ");

  const menu = await call<Menu>("GET", "catalogue/desk");
  const addOn = menu.add_ons.find((each) => each.name.vi === name);
  expect(menu.services.find(({ id }) => id === service.id)?.add_on_ids).toEqual([addOn?.id]);

  // Out of use: it is hidden, and shown again with what is not sold.
  await page.getByRole("button", { name }).click();
  await panel.getByLabel("Bán ở").selectOption({ label: "Ngừng dùng" });
  await panel.getByRole("button", { name: "Lưu" }).click();
  await expect(page.getByRole("button", { name })).toBeHidden();
  await page.getByLabel("Cả dịch vụ ngừng dùng").check({ force: true });
  await expect(page.getByRole("button", { name })).toBeVisible();
});

test("what was typed is not lost by going back", async ({ page, request }) => {
  const service = await addService(await api(request, "admin"));
  await signIn(page, "admin", "/setup/treatments");
  await page.getByRole("link", { name: service.name }).click();
  await page.getByRole("button", { name: "Sửa 60 phút" }).click();
  await page.getByLabel("Công đoạn 1: số phút").fill("75");
  await page.goBack();
  await page.getByRole("button", { name: "Ở lại" }).click();
  await expect(page.getByLabel("Công đoạn 1: số phút")).toHaveValue("75");
});

test("the catalogue fits a phone and has no violation", async ({ page, request }) => {
  const service = await addService(await api(request, "admin"));
  await page.setViewportSize({ width: 360, height: 740 });
  await signIn(page, "admin", "/setup/treatments");
  const search = `?variant=${service.variants[0]?.id}`;
  const paths = ["", `?category=${service.category.id}`, `/${service.id}`, `/${service.id}${search}`, "/new"];
  for (const path of paths) {
    await page.goto(`/setup/treatments${path}`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page.getByRole("main").locator("li, form").first()).toBeVisible();
    expect(await violationsOf(page), path).toEqual([]);
    const overflow = await page.evaluate(() =>
      Math.max(
        ...[document.documentElement, ...document.querySelectorAll("main > div")].map(
          (frame) => frame.scrollWidth - frame.clientWidth,
        ),
      ),
    );
    expect(overflow, path).toBe(0);
  }
});
