/** A Z report: what was counted, and all that has moved since the one before. It can be printed. */
import { Printer } from "lucide-react";
import { useEffect, useState } from "react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";
import type { BranchRead, DrawerSessionRead } from "@/api/generated";
import { dayIn, timeIn } from "@/board/time";
import { Button } from "@/design/Button";
import { currentLanguage } from "@/i18n";
import { dayName, money } from "@/i18n/format";
import { percentOf } from "@/setup/percent";
import { cashOf, groupsOf, numbersOf, type Z } from "./z";

interface Props {
  branch: BranchRead;
  session: DrawerSessionRead;
}

const PAPERS = ["80", "58", "a5"] as const;

export function ZReport({ branch, session }: Props) {
  const { t } = useTranslation();
  const [paper, setPaper] = useState<(typeof PAPERS)[number] | null>(null);
  useEffect(() => {
    if (paper === null) return;
    const end = () => setPaper(null);
    addEventListener("afterprint", end);
    print();
    return () => removeEventListener("afterprint", end);
  }, [paper]);
  const content = document.getElementById("content");
  return (
    <div className="flex flex-col gap-4">
      <div className="max-w-md">
        <Report branch={branch} session={session} />
      </div>
      <fieldset className="flex flex-wrap items-center gap-2">
        <legend className="sr-only">{t("till.z.print")}</legend>
        <span aria-hidden className="flex items-center gap-2">
          <Printer size={16} className="text-muted" />
          {t("till.z.print")}
        </span>
        {PAPERS.map((name) => (
          <Button key={name} className="pointer-coarse:h-11" onClick={() => setPaper(name)}>
            {t(`till.paper.${name}`)}
          </Button>
        ))}
      </fieldset>
      {paper !== null &&
        content !== null &&
        createPortal(
          <div className="print-paper" data-paper={paper}>
            <Report branch={branch} session={session} />
          </div>,
          content,
        )}
    </div>
  );
}

function Report({ branch, session }: Props) {
  const { t } = useTranslation();
  const zone = branch.time_zone;
  const today = dayIn(zone, Date.now());
  const moment = (at: string | null) => {
    const instant = Date.parse(at ?? "");
    return `${timeIn(zone, instant)} ${dayName(t, dayIn(zone, instant), today)}`;
  };
  const difference = (session.closing ?? 0) - (session.expected ?? 0);
  const left = (session.closing ?? 0) - (session.to_safe ?? 0);
  return (
    <article data-z-report>
      <h3 className="font-semibold text-lg">{t("till.z.title", { number: session.z_number })}</h3>
      <p>{branch.name}</p>
      <p className="tabular text-muted text-sm">
        {t("till.z.span", { from: moment(session.created_at), to: moment(session.closed_at) })}
      </p>
      <dl className="mt-3 grid grid-cols-[1fr_auto] gap-x-4">
        {session.z !== null && <Figures z={session.z} />}
        <Heading text={t("till.z.cash")} />
        <Row name={t("till.drawer.opening")} amount={session.opening} />
        {session.opening_difference !== 0 && (
          <Row name={t("till.drawer.openingDifference")} amount={session.opening_difference} />
        )}
        {session.z !== null && (
          <>
            <Row name={t("till.drawer.fromBills")} amount={cashOf(session.z)} />
            <Row name={t("till.z.paidIn")} amount={session.z.paid_in} />
            <Row name={t("till.z.paidOut")} amount={-session.z.paid_out} />
          </>
        )}
        <Row name={t("till.drawer.expected")} amount={session.expected ?? 0} />
        <Row name={t("till.drawer.counted")} amount={session.closing ?? 0} />
        <Row name={t("till.drawer.difference")} amount={difference} isBold />
        <Row name={t("till.drawer.toSafe")} amount={session.to_safe ?? 0} />
        <Row name={t("till.drawer.left")} amount={left} />
        {groupsOf(session.z?.accounts ?? {}).map(({ name, rows, sum }) => (
          <div key={name} className="contents">
            <Heading text={t(`till.z.group.${name}`)} />
            {rows.map(({ account, amount }) => (
              <Row key={account} name={t(`till.z.account.${account}`)} amount={amount} />
            ))}
            {rows.length > 1 && <Row name={t("till.z.sum")} amount={sum} isBold />}
          </div>
        ))}
      </dl>
      {session.note !== "" && <p className="mt-3 break-words">{session.note}</p>}
    </article>
  );
}

/** Bills, payments, sales and taxes. */
function Figures({ z }: { z: Z }) {
  const { t } = useTranslation();
  const numbers = numbersOf(z);
  const paid = z.payments.reduce((sum, { received, refunded }) => sum + received - refunded, 0);
  return (
    <>
      <Heading text={t("till.z.bills", { count: z.bills })} />
      {numbers !== null && <dd className="tabular col-span-2 text-muted">{numbers}</dd>}
      {z.payments.length > 0 && <Heading text={t("till.payment")} />}
      {z.payments.map(({ method, received, refunded }) => (
        <div key={method} className="contents">
          <Row name={t(`till.method.${method}`)} amount={received} />
          {refunded > 0 && (
            <Row name={t("till.z.refunded", { method: t(`till.method.${method}`) })} amount={-refunded} />
          )}
        </div>
      ))}
      {z.payments.length > 0 && <Row name={t("till.z.sum")} amount={paid} isBold />}
      {z.kinds.length > 0 && <Heading text={t("till.z.sold")} />}
      {z.kinds.map(({ kind, quantity, gross }) => (
        <Row
          key={kind}
          name={t("till.z.times", { kind: t(`till.z.kind.${kind}`), quantity })}
          amount={gross}
        />
      ))}
      {z.discounts > 0 && <Row name={t("till.z.discounts")} amount={-z.discounts} />}
      {z.tips !== 0 && <Row name={t("till.z.tips")} amount={z.tips} />}
      {z.taxes.length > 0 && <Heading text={t("till.z.taxes")} />}
      {z.taxes.map(({ rate, gross, tax }) => {
        const percent = percentOf(rate, currentLanguage());
        return (
          <div key={rate} className="contents">
            <Row name={t("till.z.net", { percent })} amount={gross - tax} />
            <Row name={t("till.z.vat", { percent })} amount={tax} />
          </div>
        );
      })}
    </>
  );
}

function Heading({ text }: { text: string }) {
  return <dt className="col-span-2 mt-3 border-line border-b pb-0.5 font-semibold">{text}</dt>;
}

function Row({ name, amount, isBold = false }: { name: string; amount: number; isBold?: boolean }) {
  return (
    <>
      <dt className={isBold ? "font-semibold" : "text-muted"}>{name}</dt>
      <dd className={`tabular text-right ${isBold ? "font-semibold" : ""}`}>{money(amount)}</dd>
    </>
  );
}
