/** A statement: the sums, then line by line what was earned and taken back, the tips, and what was paid out. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { CommissionStatement, StatementLine } from "@/api/generated";
import { currentLanguage } from "@/i18n";
import { dayName, inLanguage, money, shortDayName } from "@/i18n/format";
import { percentOf } from "@/setup/percent";
import { useBranches } from "@/shell/branches";
import { Card, Tile, Tiles } from "./parts";
import { takenBack } from "./statement";

interface Props {
  statement: CommissionStatement;
  today: string;
}

const CELL = "border-line border-b px-4 py-2 align-top";
const NUMBER = `${CELL} tabular text-right whitespace-nowrap`;

export function Statement({ statement, today }: Props) {
  const { t } = useTranslation();
  const { lines, tips, payments, sums } = statement;
  const branchName = useBranchName(statement);
  return (
    <div className="flex flex-col gap-4" data-statement={statement.staff_id}>
      <Tiles count={4}>
        <Tile name={t("statement.earned")} value={money(sums.commissions)} />
        <Tile name={t("statement.tips")} value={money(sums.tips)} />
        <Tile
          name={t("statement.paid")}
          value={money(sums.paid_commissions + sums.paid_tips)}
          hint={t("statement.paidParts", {
            commissions: money(sums.paid_commissions),
            tips: money(sums.paid_tips),
          })}
        />
        <Tile
          name={t("statement.owed")}
          value={money(sums.owed_commissions + sums.owed_tips)}
          hint={t("statement.owedHint", { day: dayName(t, statement.last_day, today) })}
        />
      </Tiles>
      {statement.branch_ids !== null && <p className="text-muted text-sm">{t("statement.onlyBranches")}</p>}
      {lines.length > 0 && (
        <Card title={t("statement.lines")}>
          <Lines lines={lines} sum={sums.commissions} branchName={branchName} />
        </Card>
      )}
      <div className="grid items-start gap-4 md:grid-cols-2 print:grid-cols-2">
        {tips.length > 0 && (
          <Card title={t("statement.tipsByDay")}>
            <Amounts
              caption={t("statement.tipsByDay")}
              rows={tips.map(({ business_day, branch_id, amount }) => ({
                day: business_day,
                text: branchName(branch_id),
                amount,
              }))}
              sum={sums.tips}
            />
          </Card>
        )}
        {payments.length > 0 && (
          <Card title={t("statement.payments")}>
            <Amounts
              caption={t("statement.payments")}
              rows={payments.map(({ business_day, branch_id, account, amount }) => ({
                day: business_day,
                text: [
                  t(account === "tip" ? "statement.paidTip" : "statement.paidCommission"),
                  branchName(branch_id),
                ]
                  .filter(Boolean)
                  .join(" · "),
                amount,
              }))}
              sum={sums.paid_commissions + sums.paid_tips}
            />
          </Card>
        )}
      </div>
    </div>
  );
}

/** Return how to name a branch, where the statement is about several. */
function useBranchName({ lines, tips, payments }: CommissionStatement): (id: string) => string | undefined {
  const { branches } = useBranches();
  const ids = new Set([...lines, ...tips, ...payments].map(({ branch_id }) => branch_id));
  return (id) => (ids.size > 1 ? branches.find((branch) => branch.id === id)?.name : undefined);
}

interface LinesProps {
  lines: StatementLine[];
  sum: number;
  branchName: (id: string) => string | undefined;
}

function Lines({ lines, sum, branchName }: LinesProps) {
  const { t } = useTranslation();
  const language = currentLanguage();
  const back = takenBack(lines);
  const rateOf = ({ rate, unit_amount, quantity }: StatementLine) => {
    if (rate !== null) return t("reports.percent", { value: percentOf(rate, language) });
    const amount = money(unit_amount ?? 0);
    return quantity === 1 ? amount : t("statement.each", { count: quantity, amount });
  };
  const markOf = ({ sale_line_id, refund_line_id, amount }: StatementLine) => {
    if (refund_line_id !== null) return t("statement.takenBack");
    const part = back.get(sale_line_id) ?? 0;
    if (part <= 0) return undefined;
    return t(part < amount ? "statement.wasTakenBackPart" : "statement.wasTakenBack");
  };
  return (
    <table className="w-full border-separate border-spacing-0">
      <caption className="sr-only">{t("statement.lines")}</caption>
      <Head>
        <Column name={t("reports.column.day")} />
        <Column name={t("statement.what")} />
        <Column name={t("statement.base")} isNumber className="max-sm:hidden" />
        <Column name={t("statement.rate")} isNumber className="max-sm:hidden" />
        <Column name={t("statement.amount")} isNumber />
      </Head>
      <tbody>
        {lines.map((line, index) => {
          const isFirst = lines[index - 1]?.business_day !== line.business_day;
          const isBack = line.refund_line_id !== null;
          const mark = markOf(line);
          const kind = line.kind === "service" ? undefined : t(`reports.kind.${line.kind}`);
          const more = [kind, branchName(line.branch_id)].filter(Boolean).join(" · ");
          return (
            <tr key={line.id} data-line={isBack ? "back" : "earned"} className="hover:bg-hover">
              <td className={`${CELL} tabular whitespace-nowrap text-muted`}>
                <span className={isFirst ? "" : "sr-only"}>{shortDayName(t, line.business_day)}</span>
              </td>
              <td className={CELL}>
                <span className={`break-words ${isBack ? "text-muted" : ""}`}>
                  {inLanguage(line.name, language)}
                </span>
                {mark !== undefined && (
                  <span className="ml-2 whitespace-nowrap rounded-md border border-line-strong px-1.5 text-muted text-sm">
                    {mark}
                  </span>
                )}
                {more !== "" && <span className="block text-muted text-sm">{more}</span>}
                <span className="tabular block text-muted text-sm sm:hidden print:hidden">
                  {`${rateOf(line)} · ${t("statement.base")} ${money(line.base)}`}
                </span>
              </td>
              <td className={`${NUMBER} max-sm:hidden`}>{money(line.base)}</td>
              <td className={`${NUMBER} text-muted max-sm:hidden`}>{rateOf(line)}</td>
              <td className={`${NUMBER} font-medium ${isBack ? "text-danger print:text-inherit" : ""}`}>
                {money(line.amount)}
              </td>
            </tr>
          );
        })}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row" colSpan={2} className="px-4 py-2 text-left font-semibold">
            {t("reports.total")}
          </th>
          <td className="max-sm:hidden" colSpan={2} />
          <td className="tabular px-4 py-2 text-right font-semibold">{money(sum)}</td>
        </tr>
      </tfoot>
    </table>
  );
}

interface AmountsProps {
  caption: string;
  rows: { day: string; text: string | undefined; amount: number }[];
  sum: number;
}

function Amounts({ caption, rows, sum }: AmountsProps) {
  const { t } = useTranslation();
  return (
    <table className="w-full border-separate border-spacing-0">
      <caption className="sr-only">{caption}</caption>
      <Head>
        <Column name={t("reports.column.day")} />
        <Column name={t("statement.amount")} isNumber />
      </Head>
      <tbody>
        {rows.map(({ day, text, amount }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: what was posted never changes its order
          <tr key={index}>
            <td className={CELL}>
              <span className="tabular">{shortDayName(t, day)}</span>
              {text !== undefined && text !== "" && <span className="ml-2 text-muted text-sm">{text}</span>}
            </td>
            <td className={NUMBER}>{money(amount)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row" className="px-4 py-2 text-left font-semibold">
            {t("reports.total")}
          </th>
          <td className="tabular px-4 py-2 text-right font-semibold">{money(sum)}</td>
        </tr>
      </tfoot>
    </table>
  );
}

function Head({ children }: { children: ReactNode }) {
  return (
    <thead className="text-muted text-sm">
      <tr>{children}</tr>
    </thead>
  );
}

function Column({
  name,
  isNumber = false,
  className = "",
}: {
  name: string;
  isNumber?: boolean;
  className?: string;
}) {
  return (
    <th
      scope="col"
      className={`border-line border-b px-4 py-2 font-medium ${isNumber ? "text-right" : "text-left"} ${className}`}
    >
      {name}
    </th>
  );
}
