/** What is on a bill, and what the desk wants to be on it. Pure. */
import type {
  AppointmentRead,
  BranchRead,
  Buyer,
  SaleLineInput,
  SaleLineRead,
  SaleRead,
  TipInput,
  VisitRead,
} from "@/api/generated";
import { dayIn, HOUR } from "@/board/time";

/** All of an open bill that can be changed. It is sent as a whole. */
export interface Content {
  customer_id: string | null;
  buyer: Buyer | null;
  note: string;
  discount_amount: number;
  discount_percent: number;
  lines: SaleLineInput[];
  tips: TipInput[];
  /** For all who did a treatment; then there are no tips by person. */
  tip: number;
}

export interface Discount {
  discount_amount: number;
  discount_percent: number;
}

export const NO_DISCOUNT: Discount = { discount_amount: 0, discount_percent: 0 };

export const EMPTY: Content = {
  ...NO_DISCOUNT,
  customer_id: null,
  buyer: null,
  note: "",
  lines: [],
  tips: [],
  tip: 0,
};

export function contentOf(bill: SaleRead): Content {
  return {
    customer_id: bill.customer_id,
    buyer: bill.buyer ?? null,
    note: bill.note,
    discount_amount: bill.discount_amount,
    discount_percent: bill.discount_percent,
    lines: bill.lines.map((line) => ({
      id: line.id,
      staff_id: line.staff_id,
      quantity: line.quantity,
      discount_amount: line.discount_amount,
      discount_percent: line.discount_percent,
      course_id: line.course_id ?? null,
      by_new_course: line.course_line_id != null,
    })),
    tips: bill.tips.map(({ staff_id, amount }) => ({ staff_id, amount })),
    tip: 0,
  };
}

/** Return the content with a line changed, or without it. */
export function withLine(content: Content, id: string, change: Partial<SaleLineInput> | null): Content {
  const lines = content.lines.flatMap((line) => {
    if (line.id !== id) return [line];
    return change === null ? [] : [{ ...line, ...change }];
  });
  return { ...content, lines };
}

/** Return the content with one more of what is sold: the line that sells it already, or a new one. */
export function withItem(content: Content, bill: SaleRead | null, item: SaleLineInput): Content {
  const same = bill?.lines.find(
    (line) => line.visit_id === null && line.product_id !== null && line.product_id === item.product_id,
  );
  const before = content.lines.find((line) => line.id === same?.id);
  if (same === undefined || before === undefined) return { ...content, lines: [...content.lines, item] };
  return withLine(content, same.id, { quantity: (before.quantity ?? 1) + 1 });
}

/** Return the content with the tip of one person. */
export function withTip(content: Content, staffId: string, amount: number): Content {
  const others = content.tips.filter(({ staff_id }) => staff_id !== staffId);
  const tips = amount === 0 ? others : [...others, { staff_id: staffId, amount }];
  return { ...content, tip: 0, tips };
}

/** Return what takes the discount in đồng or in percent. */
export function discountOf(value: number, isPercent: boolean): Discount {
  return isPercent
    ? { discount_amount: 0, discount_percent: value }
    : { discount_amount: value, discount_percent: 0 };
}

/** Return whether a session of a course pays for a line. */
export function isCovered({ course_session_id, course_line_id }: SaleLineRead): boolean {
  return course_session_id !== null || course_line_id != null;
}

/** Return the lines as they will be: what the desk has changed is seen before the server has answered. */
export function linesToShow(bill: SaleRead, wanted: Content | null): SaleLineRead[] {
  if (wanted === null) return bill.lines;
  const byId = new Map(wanted.lines.map((line) => [line.id, line]));
  return bill.lines.flatMap((line) => {
    const input = byId.get(line.id);
    if (input === undefined) return [];
    return [{ ...line, quantity: input.quantity ?? 1, staff_id: input.staff_id ?? null }];
  });
}

/** The lines of one guest of a visit, or those of no visit. */
export interface LineGroup {
  /** The id of the appointment; null: sold without a visit, or a guest who is not known yet. */
  id: string | null;
  visit: VisitRead | null;
  guest: AppointmentRead | null;
  lines: SaleLineRead[];
}

/** Return the lines guest by guest, in the order of the bill. `visits` are those that are known. */
export function groupLines(lines: SaleLineRead[], visits: VisitRead[]): LineGroup[] {
  const groups = new Map<string | null, LineGroup>();
  let last: string | null = null;
  for (const line of lines) {
    const visit = visits.find(({ id }) => id === line.visit_id) ?? null;
    const guest: AppointmentRead | null = visit === null ? null : guestOfLine(line, visit, last);
    last = guest?.id ?? null;
    const group = groups.get(last);
    if (group === undefined) groups.set(last, { id: last, visit, guest, lines: [line] });
    else group.lines.push(line);
  }
  return [...groups.values()];
}

/** Return the guest of a line. An add-on stands behind the treatment of its guest. */
function guestOfLine(line: SaleLineRead, visit: VisitRead, last: string | null): AppointmentRead | null {
  const { appointments } = visit;
  const found = appointments.find(
    ({ id, treatments }) =>
      id === line.item_id || treatments.some((treatment) => treatment.id === line.item_id),
  );
  if (found !== undefined || line.add_on_id === null) return found ?? null;
  const able = appointments.filter(({ treatments }) =>
    treatments.some(({ add_ons }) => add_ons.some(({ add_on_id }) => add_on_id === line.add_on_id)),
  );
  return able.find(({ id }) => id === last) ?? able[0] ?? null;
}

/** Who has to pay: not who was declined or has cancelled. */
const PAYABLE: readonly string[] = ["pending", "confirmed", "arrived", "in_service", "completed"];

export function isPayable({ status }: AppointmentRead): boolean {
  return PAYABLE.includes(status);
}

/** Return the guests of the visits of a bill who have to pay and have no line on it. */
export function guestsElsewhere(groups: LineGroup[]): { visit: VisitRead; guests: AppointmentRead[] }[] {
  const visits = new Map(groups.flatMap(({ visit }) => (visit === null ? [] : [[visit.id, visit] as const])));
  const ids = new Set(groups.map(({ id }) => id));
  return [...visits.values()].flatMap((visit) => {
    const guests = visit.appointments.filter((guest) => isPayable(guest) && !ids.has(guest.id));
    return guests.length === 0 ? [] : [{ visit, guests }];
  });
}

/** Return the people who did something on the bill, each once. */
export function staffOf(bill: SaleRead): { id: string; name: string }[] {
  const names = new Map<string, string>();
  for (const { staff_id, staff_name } of [...bill.lines, ...bill.tips])
    if (staff_id !== null && staff_name !== null) names.set(staff_id, staff_name);
  return [...names].map(([id, name]) => ({ id, name }));
}

/** Return `2026-000123`, as receipts have it, or null while the bill is open. */
export function numberOf({ year, number }: Pick<SaleRead, "year" | "number">): string | null {
  return year === null || number === null ? null : `${year}-${String(number).padStart(6, "0")}`;
}

/** Return the day to which what is paid now belongs: the night counts to the day before. */
export function businessDay({ time_zone, business_day_starts }: BranchRead, now = Date.now()): string {
  return dayIn(time_zone, now - business_day_starts * HOUR);
}

/** Return the number of a bill that was typed, with or without its year and zeros; null: it is none, such as a phone number. */
export function numberIn(text: string): number | null {
  const digits = /^(?:\d{4}-)?0{0,5}([1-9]\d{0,6})$/.exec(text.trim())?.[1];
  return digits === undefined ? null : Number(digits);
}

/** Return what was given back of a closed bill. */
export function refundedOf(bill: SaleRead): number {
  return bill.status === "closed" ? bill.refunds.reduce((sum, { amount }) => sum + amount, 0) : 0;
}

/** Return the change that was handed back with the payments of a bill. */
export function changeOf(bill: SaleRead): number {
  return bill.payments.reduce(
    (sum, { tendered, amount }) => sum + (tendered == null ? 0 : tendered - amount),
    0,
  );
}

/** Return what a bill was paid by, without the sessions of courses, which were paid before. */
export function takenOf({ payments }: Pick<SaleRead, "payments">): number {
  return payments.reduce((sum, { method, amount }) => (method === "course" ? sum : sum + amount), 0);
}
