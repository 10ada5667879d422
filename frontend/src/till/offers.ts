/** What can be added to a bill, and how it is found by typing. */
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { BoardRead, BranchRead, SaleLineInput, SaleRead } from "@/api/generated";
import { timeIn } from "@/board/time";
import { matches } from "@/booking/fold";
import { useCatalogue } from "@/booking/queries";
import { offerName } from "@/booking/TreatmentField";
import { currentLanguage } from "@/i18n";
import { inLanguage, money } from "@/i18n/format";
import { isPayable } from "./bill";
import { useDay, usePlans, useProducts } from "./queries";

export type Kind = "visit" | "service" | "addOn" | "product" | "course" | "giftCard";

export interface Offer {
  kind: Kind;
  id: string;
  name: string;
  /** What tells it from others. */
  detail: string;
  price: string;
  /** What is typed for it, in both languages. */
  text: string;
  /** The line that it becomes; null: something is asked first, or it is a visit. */
  item: SaleLineInput | null;
}

/** Return the offers that match what is typed. While nothing is, there are those that a till sells most without a visit. */
export function offersFor(offers: Offer[], typed: string): Offer[] {
  if (typed !== "") return offers.filter(({ text }) => matches(text, typed));
  return [...offers].sort((a, b) => RANK[a.kind] - RANK[b.kind]);
}

const RANK: Record<Kind, number> = { product: 0, visit: 1, giftCard: 2, course: 3, addOn: 4, service: 5 };

/** Return the guests of a day who have to pay and are on no bill. */
export function visitsToBill(board: BoardRead | undefined): { id: string; names: string[]; start: number }[] {
  if (board === undefined) return [];
  const billed = new Set(board.bills.map(({ appointment_id }) => appointment_id));
  const known = new Map(board.guests.map(({ id, full_name }) => [id, full_name]));
  return board.visits
    .flatMap(({ id, appointments }) => {
      const guests = appointments.filter((guest) => isPayable(guest) && !billed.has(guest.id));
      const names = guests.flatMap(
        ({ guest_name, customer_id }) => guest_name || known.get(customer_id ?? "") || [],
      );
      const start = Math.min(...guests.map((guest) => Date.parse(guest.start)));
      return guests.length === 0 ? [] : [{ id, names, start }];
    })
    .sort((a, b) => a.start - b.start);
}

export function useOffers(
  branch: BranchRead,
  bill: SaleRead | null,
): { offers: Offer[]; isNeeded: () => void } {
  const { t } = useTranslation();
  const language = currentLanguage();
  const [isOpened, setOpened] = useState(false);
  const { data: catalogue } = useCatalogue();
  const { data: products = [] } = useProducts();
  const { data: plans = [] } = usePlans();
  const { data: board } = useDay(branch.id, bill?.priced_on ?? "", isOpened && bill !== null);
  const offers = useMemo((): Offer[] => {
    const addOns = new Map(
      catalogue?.offers.flatMap((offer) => offer.addOns.map((addOn) => [addOn.id, addOn] as const)),
    );
    const own = new Set(bill?.lines.map(({ visit_id }) => visit_id));
    const visits = visitsToBill(board).filter(({ id }) => !own.has(id));
    return [
      ...products.map(
        (product): Offer => ({
          kind: "product",
          id: product.id,
          name: inLanguage(product.name, language),
          detail: t("till.stock", {
            count: product.stock.find(({ branch_id }) => branch_id === branch.id)?.count ?? 0,
          }),
          price: money(product.price),
          text: `${product.name.vi} ${product.name.en} ${product.sku ?? ""}`,
          item: { product_id: product.id },
        }),
      ),
      ...visits.map(
        ({ id, names, start }): Offer => ({
          kind: "visit",
          id,
          name: names.join(", ") || t("till.unnamed"),
          detail: timeIn(branch.time_zone, start),
          price: "",
          text: `${names.join(" ")} ${timeIn(branch.time_zone, start)}`,
          item: null,
        }),
      ),
      {
        kind: "giftCard",
        id: "gift-card",
        name: t("till.kind.giftCard"),
        detail: t("till.anyValue"),
        price: "",
        text: "thẻ quà tặng gift card voucher",
        item: null,
      },
      ...plans.map(
        (plan): Offer => ({
          kind: "course",
          id: plan.id,
          name: inLanguage(plan.name, language),
          detail: t("till.sessions", { count: plan.sessions }),
          price: money(plan.price),
          text: `${plan.name.vi} ${plan.name.en} liệu trình course`,
          item: { course_plan_id: plan.id },
        }),
      ),
      ...(catalogue?.offers ?? []).map(
        (offer): Offer => ({
          kind: "service",
          id: offer.id,
          name: offerName(offer, language),
          detail: t("time.minutes", { count: offer.minutes }),
          price: money(offer.price),
          text: `${offer.name.vi} ${offer.name.en} ${offer.variantName?.vi ?? ""} ${offer.variantName?.en ?? ""} ${offer.minutes}`,
          item: { variant_id: offer.id },
        }),
      ),
      ...[...addOns.values()].map(
        (addOn): Offer => ({
          kind: "addOn",
          id: addOn.id,
          name: inLanguage(addOn.name, language),
          detail: "",
          price: money(addOn.price),
          text: `${addOn.name.vi} ${addOn.name.en}`,
          item: { add_on_id: addOn.id },
        }),
      ),
    ];
  }, [t, language, catalogue, products, plans, board, bill, branch]);
  return { offers, isNeeded: () => setOpened(true) };
}
