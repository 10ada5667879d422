/** Customers with courses, made past the screens. */
import type { TestSpa } from "./spa";
import type { TestBill } from "./till";

export interface TestCourse {
  id: string;
  customer: { id: string; name: string };
  /** The bill that sold it. */
  bill: TestBill;
  plan: { id: string; name: string };
}

const random = () => Math.random().toString(36).slice(2, 8);

export async function addCustomer(spa: TestSpa, full_name: string): Promise<{ id: string; name: string }> {
  const name = `${full_name} ${random()}`;
  const { id } = await spa.call<{ id: string }>("POST", "customers", { full_name: name });
  return { id, name };
}

export async function addPlan(
  spa: TestSpa,
  more: object = {},
): Promise<{ id: string; name: string; price: number }> {
  const name = `10 buổi massage ${random()}`;
  const { id, price } = await spa.call<{ id: string; price: number }>("POST", "course-plans", {
    ...{ key: `plan-${random()}`, name: { vi: name, en: name }, price: 3_500_000, sessions: 10 },
    ...{ valid_days: 180, variant_ids: spa.variants.slice(0, 1) },
    ...more,
  });
  return { id, name, price };
}

/** Sell a course to a new customer, paid by card. */
export async function sellCourse(
  spa: TestSpa,
  full_name = "Trần Thị Mai",
  more: object = {},
): Promise<TestCourse> {
  const [customer, plan] = await Promise.all([addCustomer(spa, full_name), addPlan(spa, more)]);
  const open = await spa.call<TestBill>("POST", "sales", {
    branch_id: spa.branch,
    content: { customer_id: customer.id, lines: [{ course_plan_id: plan.id }] },
  });
  const bill = await spa.call<TestBill>("POST", `sales/${open.id}/payments`, {
    payments: [{ method: "card", amount: plan.price }],
  });
  const [course] = await coursesOf(spa, customer.id);
  return { id: course?.id ?? "", customer, bill, plan };
}

export interface CourseCounts {
  id: string;
  free: number;
  reserved: number;
  used: number;
  refunded: number;
  moved: number;
  expires_on: string | null;
}

export const coursesOf = (spa: TestSpa, customerId: string) =>
  spa.call<CourseCounts[]>("GET", `customers/${customerId}/courses`);

/** Use sessions of a course, each on a bill of its own. */
export async function spendSessions(spa: TestSpa, course: TestCourse, count: number): Promise<void> {
  for (let used = 0; used < count; used += 1) {
    const { id } = await spa.call<TestBill>("POST", "sales", {
      branch_id: spa.branch,
      content: {
        customer_id: course.customer.id,
        lines: [{ variant_id: spa.variants[0], course_id: course.id }],
      },
    });
    await spa.call("POST", `sales/${id}/payments`, { payments: [] });
  }
}
