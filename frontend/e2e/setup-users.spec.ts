/** Accounts, roles and invitations: what an owner does at /setup/users, and where the links of mails lead. */
import { randomUUID } from "node:crypto";
import { type APIRequestContext, expect as check, type Page } from "@playwright/test";
import { type Account, api, expect, factsOf, signIn, test } from "./facts";
import { newWord } from "./people";
import { violationsOf } from "./violations";

interface Mail {
  to: string;
  body: string;
}

const PASSWORD = "sen trắng nở ban mai";
const newEmail = () => `${newWord().toLowerCase()}@example.com`;

/** Return the token of the link that was mailed to somebody last. */
async function tokenOf(request: APIRequestContext, email: string): Promise<string> {
  const call = await api(request, "admin");
  let token: string | undefined;
  await check
    .poll(async () => {
      const mail = (await call<Mail[]>("GET", "mails")).find(({ to }) => to === email);
      token = /#(\S+)/.exec(mail?.body ?? "")?.[1];
      return token;
    })
    .toBeDefined();
  return token ?? "";
}

/** Let a receptionist of the branch join, past the screens. */
async function addReceptionist(request: APIRequestContext, name: string): Promise<Account> {
  const email = newEmail();
  const call = await api(request, "admin");
  const roles = [{ role: "receptionist", branch_id: factsOf().branch }];
  await call("POST", "invitations", { email, roles });
  const token = await tokenOf(request, email);
  await call("POST", "invitations/accept", { token, full_name: name, password: PASSWORD });
  return [email, PASSWORD];
}

const openAccount = async (page: Page, name: string) => {
  await page.getByRole("searchbox").fill(name);
  await page.getByRole("button", { name: new RegExp(name) }).click();
  return page.getByRole("dialog", { name });
};

test("an owner invites a receptionist, who joins by the link of the mail", async ({ page, browser }) => {
  const email = newEmail();
  const name = `Hoa ${newWord()}`;
  await signIn(page, "admin", "/setup/users");
  await page.getByRole("button", { name: "Mời người mới" }).click();
  const panel = page.getByRole("dialog", { name: "Mời người mới" });
  await panel.getByRole("button", { name: "Gửi lời mời" }).click();
  await panel.getByLabel("Email").fill(email);
  await panel.getByRole("button", { name: "Gửi lời mời" }).click();
  await expect(panel.getByText("Chọn ít nhất một vai trò.")).toBeVisible();
  const desk = panel.getByRole("group", { name: "Lễ tân" });
  await desk.getByRole("button", { name: /Quận 1/ }).click();
  await panel.getByRole("button", { name: "Gửi lời mời" }).click();
  await expect(panel).toBeHidden();
  await expect(page.getByText(`Đang gửi lời mời đến ${email}.`)).toBeVisible();
  await expect(page.getByRole("button", { name: `Thu hồi lời mời của ${email}` })).toBeVisible();

  const link = await page.getByRole("link", { name: `Mở liên kết của ${email}` }).getAttribute("href");
  const token = link?.split("#")[1] ?? "";
  const phone = await (await browser.newContext()).newPage();
  const addresses: string[] = [];
  phone.on("request", (request) => addresses.push(request.url(), request.headers().referer ?? ""));
  await phone.goto(link ?? "");
  await phone.getByRole("button", { name: "Vào spa" }).click();
  await expect(phone.getByText("Điền họ tên.")).toBeVisible();
  await expect(phone.getByLabel("Họ tên")).toBeFocused();
  await phone.getByLabel("Họ tên").fill(name);
  await phone.getByLabel("Mật khẩu mới", { exact: true }).fill(PASSWORD);
  await phone.getByRole("button", { name: "Vào spa" }).click();
  await expect(phone).toHaveURL(/\/desk\/board/);
  await phone.reload(); // the session is in a cookie
  await expect(phone.locator("[data-board]")).toBeVisible();
  // The token is in the body of one request, and in no address.
  expect(addresses.filter((address) => address.includes(token))).toEqual([]);
  await phone.goto(link ?? "");
  await expect(phone.getByRole("heading", { name: `Đang đăng nhập: ${name}` })).toBeVisible();
  await phone.goto("/desk/password#x");
  await expect(phone.getByText("Đăng xuất để đặt mật khẩu mới cho tài khoản nhận thư.")).toBeVisible();
  await phone.close();

  await page.reload();
  await expect(page.getByRole("button", { name: new RegExp(`${name}.*Lễ tân · .*Quận 1`) })).toBeVisible();
  await expect(page.getByRole("button", { name: `Thu hồi lời mời của ${email}` })).toHaveCount(0);
  await expect(page.getByRole("link", { name: `Mở liên kết của ${email}` })).toHaveCount(0);
});

test("an invitation is sent again with a new link, and withdrawn", async ({ page, request }) => {
  const email = newEmail();
  const call = await api(request, "admin");
  await call("POST", "invitations", { email, roles: [{ role: "receptionist" }] });
  const first = await tokenOf(request, email);
  await signIn(page, "admin", "/setup/users");
  await page.getByRole("button", { name: `Gửi lại lời mời cho ${email}` }).click();
  await expect(page.getByText(`Đang gửi liên kết mới cho ${email}.`)).toBeVisible();
  await expect.poll(() => tokenOf(request, email)).not.toBe(first);
  await page.getByRole("button", { name: `Thu hồi lời mời của ${email}` }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Thu hồi lời mời" }).click();
  await expect(page.getByRole("button", { name: `Thu hồi lời mời của ${email}` })).toHaveCount(0);

  await page.context().clearCookies();
  await page.goto(`/desk/join#${await tokenOf(request, email)}`);
  await page.getByLabel("Họ tên").fill("Lê Thị Mai");
  await page.getByLabel("Mật khẩu mới", { exact: true }).fill("ngắn");
  await page.getByRole("button", { name: "Vào spa" }).click();
  await expect(page.getByText("Mật khẩu cần ít nhất 10 ký tự.")).toBeVisible();
  await page.getByLabel("Mật khẩu mới", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Vào spa" }).click();
  await expect(page.getByRole("alert")).toContainText("Nhờ quản lý gửi lại");
});

test("roles hold in several branches, and the last administrator cannot be locked out", async ({
  page,
  request,
}) => {
  const name = `Trang ${newWord()}`;
  await addReceptionist(request, name);
  await signIn(page, "admin", "/setup/users");
  let panel = await openAccount(page, name);
  const branches = panel.getByRole("group", { name: "Kỹ thuật viên" }).getByRole("button");
  await branches.nth(1).click();
  await branches.nth(2).click();
  await panel.getByRole("button", { name: "Lưu vai trò" }).click();
  await expect(page.getByText("Đã lưu.")).toBeVisible();
  await page.reload();
  for (const number of [1, 2]) await expect(branches.nth(number)).toHaveAttribute("aria-pressed", "true");
  await expect(branches.nth(0)).toHaveAttribute("aria-pressed", "false");
  await page.getByRole("button", { name: "Đóng" }).click();
  await expect(page).not.toHaveURL(/user=/);

  const call = await api(request, "admin");
  const { id } = await call<{ id: string }>("GET", "auth/me");
  await page.goto(`/setup/users?user=${id}`);
  panel = page.getByRole("dialog");
  await expect(panel.getByText("không tự khóa được")).toBeVisible();
  await panel.getByRole("button", { name: "Cả spa (chủ spa)" }).click();
  await panel.getByRole("button", { name: "Lưu vai trò" }).click();
  await expect(panel.getByRole("alert")).toContainText("Cần còn ít nhất một tài khoản quản trị.");
});

test("somebody who has an account gets the roles at once, and an unknown account is told", async ({
  page,
  request,
}) => {
  const [email] = await addReceptionist(request, `Thu ${newWord()}`);
  await signIn(page, "admin", "/setup/users?invite=true");
  const panel = page.getByRole("dialog", { name: "Mời người mới" });
  await panel.getByLabel("Email").fill(email);
  await panel.getByRole("group", { name: "Kỹ thuật viên" }).getByRole("button").first().click();
  await panel.getByRole("button", { name: "Gửi lời mời" }).click();
  await expect(page.getByText(`${email} đã có tài khoản và vừa được thêm vai trò.`)).toBeVisible();
  await page.goto(`/setup/users?user=${randomUUID()}`);
  await expect(page.getByRole("dialog").getByRole("alert")).toBeVisible();
});

test("a locked account is signed out at once, and signs in again when it is unlocked", async ({
  page,
  request,
}) => {
  const name = `Vy ${newWord()}`;
  const account = await addReceptionist(request, name);
  const theirs = await api(request, account);
  await signIn(page, "admin", "/setup/users");
  let panel = await openAccount(page, name);
  await panel.getByRole("button", { name: "Khóa tài khoản" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Khóa tài khoản" }).click();
  await expect(page.getByText(`Đã khóa tài khoản của ${name}.`)).toBeVisible();
  await check(theirs("GET", "auth/me")).rejects.toThrow("USER_DISABLED");
  await page.getByRole("button", { name: "Đã khóa" }).click();
  panel = page.getByRole("dialog", { name });
  await expect(page.getByRole("button", { name: new RegExp(`${name}.*Lễ tân`) })).toBeVisible();
  await panel.getByRole("button", { name: "Mở khóa" }).click();
  await expect(page.getByText(`Đã mở khóa tài khoản của ${name}.`)).toBeVisible();
  await api(request, account);
});

test("an account is that of one of the staff", async ({ page, request }) => {
  const name = `Nga ${newWord()}`;
  await addReceptionist(request, name);
  const call = await api(request, "admin");
  const key = randomUUID();
  const works = { employed_from: "2020-01-01", branch_ids: [factsOf().branch], service_ids: [] };
  const person = { key, full_name: `Nhung ${newWord()}`, ...works };
  await call("POST", "staff", person);
  await signIn(page, "admin", "/setup/users");
  const panel = await openAccount(page, name);
  await panel.getByLabel("Nhân viên").selectOption({ label: person.full_name });
  await panel.getByRole("button", { name: "Lưu nhân viên" }).click();
  await expect(page.getByText("Đã lưu.")).toBeVisible();
  const linked = await call<{ key: string; user_id: string | null }[]>("GET", "staff");
  const id = new URL(page.url()).searchParams.get("user");
  expect(linked.find((one) => one.key === key)?.user_id).toBe(id);
});

test("whoever has forgotten their password sets a new one by mail", async ({ page, request }) => {
  const [email] = await addReceptionist(request, "Phạm Thu Trang");
  await page.goto("/desk");
  await page.getByRole("link", { name: "Quên mật khẩu?" }).click();
  await expect(page.getByRole("heading", { name: "Quên mật khẩu?" })).toBeVisible();
  await page.getByLabel("Email").fill(email);
  await page.getByRole("button", { name: "Gửi liên kết" }).click();
  await expect(page.getByRole("status")).toContainText(email);
  await expect.poll(() => tokenOf(request, email)).toContain(".");
  await page.goto(`/desk/password#${await tokenOf(request, email)}`);
  await page.getByLabel("Mật khẩu mới", { exact: true }).fill("trà nóng lúc bốn giờ");
  await page.getByRole("button", { name: "Lưu và đăng nhập" }).click();
  await expect(page).toHaveURL(/\/desk\/board/);
  await api(request, [email, "trà nóng lúc bốn giờ"]);
});

test("accounts fit a phone and have no violation", async ({ page, request }) => {
  const call = await api(request, "admin");
  await call("POST", "invitations", { email: newEmail(), roles: [{ role: "therapist" }] });
  await page.setViewportSize({ width: 360, height: 740 });
  for (const path of ["/desk/join#x", "/desk/join", "/desk/password"]) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    expect(await violationsOf(page)).toEqual([]);
  }
  await signIn(page, "admin", "/setup/users");
  await expect(page.getByRole("heading", { name: /Chưa nhận lời mời/ })).toBeVisible();
  await expect(page.getByRole("button", { name: /^Chép liên kết của/ }).first()).toBeVisible();
  expect(await violationsOf(page)).toEqual([]);
  const overflow = () =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(await overflow()).toBe(0);
  await page.getByRole("list", { name: "Tài khoản" }).getByRole("button").first().click();
  await expect(page.getByRole("dialog")).toBeVisible();
  expect(await violationsOf(page)).toEqual([]);
  expect(await overflow()).toBe(0);
});
