/** What the till reads: bills, what is sold, the drawer. */
import { useQueries, useQuery } from "@tanstack/react-query";
import { call, queryClient } from "@/api/client";
import {
  type CustomerCourseRead,
  getBoard,
  getCustomer,
  getDrawerState,
  getSale,
  getSaleReceipt,
  getSaleVietqr,
  getVisit,
  listCoursePlans,
  listCustomerCourses,
  listDrawers,
  listGiftCards,
  listProducts,
  listSales,
  listStaff,
  type SaleRead,
  type VisitRead,
} from "@/api/generated";

/** How often an open bill is asked for, in milliseconds: another desk or a transfer may pay it. Changes of the board ask for
    it at once. */
const ASK_AGAIN = 3_000;

export const saleKey = (id: string) => ["sale", id] as const;

export function useBill(id: string) {
  return useQuery({
    queryKey: saleKey(id),
    queryFn: ({ signal }) => call(getSale({ path: { sale_id: id }, signal })),
    refetchInterval: ({ state }) => (state.data?.status === "open" ? ASK_AGAIN : false),
    staleTime: 0,
  });
}

/** Keep the newest answer about a bill, and ask again for what depends on it. */
export function keepBill(bill: SaleRead): void {
  queryClient.setQueryData(saleKey(bill.id), bill);
  for (const name of ["sales", "vietqr", "drawer", "products", "courses", "deposits"])
    void queryClient.invalidateQueries({ queryKey: [name] });
}

/** Return the bill of a visit that is open, or else the newest; undefined: it has none. */
export async function findBillOf(branchId: string, visitId: string): Promise<string | undefined> {
  const { items } = await call(listSales({ query: { branch_id: branchId, visit_id: visitId } }));
  const live = items.filter(({ status }) => status !== "void");
  return (live.find(({ status }) => status === "open") ?? live[0])?.id;
}

/** Return those visits of a bill that are known by now. */
export function useVisits(ids: string[]): VisitRead[] {
  const answers = useQueries({
    queries: ids.map((id) => ({
      queryKey: ["visit", id],
      queryFn: () => call(getVisit({ path: { visit_id: id } })),
    })),
  });
  return answers.flatMap(({ data }) => data ?? []);
}

/** Return the names of the customers among the guests of visits, by their ids. */
export function useCustomerNames(visits: VisitRead[]): Map<string, string> {
  const guests = visits.flatMap(({ appointments }) => appointments);
  const ids = guests.flatMap(({ guest_name, customer_id }) => (guest_name === "" ? (customer_id ?? []) : []));
  const answers = useQueries({
    queries: [...new Set(ids)].map((id) => ({
      queryKey: ["customer", id, "name"],
      queryFn: () => call(getCustomer({ path: { customer_id: id } })),
      staleTime: 5 * 60_000,
    })),
  });
  return new Map(answers.flatMap(({ data }) => (data === undefined ? [] : [[data.id, data.full_name]])));
}

/** The name of one customer. */
export function useCustomerName(id: string | null) {
  return useQuery({
    queryKey: ["customer", id, "name"],
    queryFn: () => call(getCustomer({ path: { customer_id: id ?? "" } })),
    enabled: id !== null,
    select: ({ full_name }) => full_name,
    staleTime: 5 * 60_000,
  });
}

/** The people of a branch who may have done or sold something. */
export function useStaff(branchId: string) {
  return useQuery({
    queryKey: ["staff", "of", branchId],
    queryFn: () => call(listStaff({ query: { branch_id: branchId } })),
    staleTime: 5 * 60_000,
  });
}

export function useProducts() {
  return useQuery({ queryKey: ["products"], queryFn: () => call(listProducts()), staleTime: 60_000 });
}

export function usePlans() {
  return useQuery({
    queryKey: ["coursePlans"],
    queryFn: () => call(listCoursePlans()),
    select: (plans) => plans.filter(({ retired_at }) => retired_at === null),
    staleTime: 60_000,
  });
}

/** Return the courses of some customers that are known by now. */
export function useCoursesOf(customerIds: (string | null)[]): CustomerCourseRead[] {
  const ids = [...new Set(customerIds)].filter((id) => id !== null);
  const answers = useQueries({
    queries: ids.map((id) => ({
      queryKey: ["courses", id],
      queryFn: () => call(listCustomerCourses({ path: { customer_id: id } })),
      staleTime: 0,
    })),
  });
  return answers.flatMap(({ data }) => data ?? []);
}

/** The guests of a day, for who is added to a bill. */
export function useDay(branchId: string, day: string, isNeeded: boolean) {
  return useQuery({
    queryKey: ["day", branchId, day],
    queryFn: () => call(getBoard({ path: { branch_id: branchId }, query: { day } })),
    enabled: isNeeded,
    staleTime: 15_000,
  });
}

/** The QR code of what is left to pay, which changes with the amount. */
export function useVietqr({ id, due }: SaleRead) {
  return useQuery({
    queryKey: ["vietqr", id, due],
    queryFn: () => call(getSaleVietqr({ path: { sale_id: id } })),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useReceipt(id: string) {
  return useQuery({
    queryKey: ["receipt", id],
    queryFn: () => call(getSaleReceipt({ path: { sale_id: id } })),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The gift cards of a customer with which something can be paid. */
export function useCardsOf(customerId: string | null) {
  return useQuery({
    queryKey: ["giftCards", customerId],
    queryFn: () => call(listGiftCards({ query: { customer_id: customerId ?? "", limit: 50 } })),
    enabled: customerId !== null,
    select: ({ items }) => items.filter((card) => card.balance > 0 && card.locked_at === null),
    staleTime: 0,
  });
}

export function useDrawer(branchId: string) {
  return useQuery({
    queryKey: ["drawer", branchId],
    queryFn: () => call(getDrawerState({ query: { branch_id: branchId } })),
    staleTime: 0,
    refetchInterval: 15_000,
  });
}

export function useDrawers(branchId: string) {
  return useQuery({
    queryKey: ["drawer", branchId, "all"],
    queryFn: () => call(listDrawers({ query: { branch_id: branchId, limit: 50 } })),
    staleTime: 0,
  });
}
