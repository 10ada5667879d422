/** What a bill comes to. */
import { useTranslation } from "react-i18next";
import type { SaleRead } from "@/api/generated";
import { money } from "@/i18n/format";
import { refundedOf } from "./bill";

export function Totals({ bill }: { bill: SaleRead }) {
  const { t } = useTranslation();
  const discount = bill.lines.reduce((sum, line) => sum + line.discount, 0);
  const refunded = refundedOf(bill);
  const rows: [name: string, amount: number][] = [
    ...(discount > 0
      ? ([
          [t("till.sum"), bill.total + discount],
          [t("till.discount"), -discount],
        ] as [string, number][])
      : []),
    ...bill.tips.map(({ staff_name, amount }): [string, number] => [
      t("till.tipFor", { name: staff_name }),
      amount,
    ]),
  ];
  return (
    <dl className="grid grid-cols-[1fr_auto] gap-y-1">
      {rows.map(([name, amount]) => (
        <Row key={name} name={name} amount={amount} />
      ))}
      <Row name={t("till.total")} amount={bill.total + bill.tip} isBold />
      {bill.covered > 0 && <Row name={t("till.covered")} amount={-bill.covered} />}
      {bill.status === "open" && bill.paid > 0 && <Row name={t("till.paid")} amount={-bill.paid} />}
      {refunded > 0 && <Row name={t("till.refunded")} amount={-refunded} />}
    </dl>
  );
}

function Row({ name, amount, isBold = false }: { name: string; amount: number; isBold?: boolean }) {
  return (
    <>
      <dt className={isBold ? "border-line border-t pt-1 font-semibold text-lg" : "text-muted"}>{name}</dt>
      <dd
        className={`tabular pl-4 text-right ${isBold ? "border-line border-t pt-1 font-semibold text-lg" : ""}`}
      >
        {money(amount)}
      </dd>
    </>
  );
}
