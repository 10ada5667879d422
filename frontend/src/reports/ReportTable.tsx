/** A table of figures that is a picture as well: behind each name there is a bar. */
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { money } from "@/i18n/format";

export interface Column<Row> {
  name: string;
  /** Undefined: nothing is shown. */
  value: (row: Row) => number | undefined;
  /** How a value is written: by default as an amount. */
  show?: (value: number) => string;
  /** Not shown where there is no room, or nothing but 0: the downloads have it. */
  isExtra?: boolean;
  /** It has no sum, such as a share. */
  isNoSum?: boolean;
}

/** Some rows with a line above them that has their sums. */
export interface Group<Row, Sums = Row> {
  id: string;
  name: string;
  sums: Sums;
  rows: readonly Row[];
}

interface Props<Row extends Sums, Sums = Row> {
  caption: string;
  /** The head of the names. */
  head: string;
  rows: readonly Row[];
  /** The rows again in groups, if there are any. */
  groups?: readonly Group<Row, Sums>[];
  idOf: (row: Row) => string;
  nameOf: (row: Row) => ReactNode;
  columns: readonly Column<Sums>[];
  /** The value of the bar, of which the longest is `most` or the largest. */
  bar?: (row: Row) => number;
  most?: number;
  hasSums?: boolean;
}

const CELL = "px-4 py-2";
const NUMBER = `${CELL} tabular text-right whitespace-nowrap`;
const hidden = (isExtra?: boolean) => (isExtra ? "max-lg:hidden" : "");

export function ReportTable<Row extends Sums, Sums = Row>(props: Props<Row, Sums>) {
  const { t } = useTranslation();
  const id = useId();
  const { box, scrolls } = useScrolls();
  const { caption, head, rows, groups, bar, most, hasSums = false } = props;
  const columns = props.columns.filter(({ value, isExtra }) => !isExtra || rows.some((row) => value(row)));
  const longest = most ?? Math.max(0, ...rows.map((row) => bar?.(row) ?? 0));
  const line = { ...props, columns, longest };
  const isSummed = hasSums && rows.length > 1;
  return (
    <section
      ref={box}
      aria-labelledby={id}
      {...(scrolls ? { tabIndex: 0 } : {})}
      className="relative overflow-x-auto rounded-b-lg"
    >
      <table
        className={`w-full border-separate border-spacing-0 ${isSummed ? "" : "[&>tbody:last-child>tr:last-child>*]:border-b-0"}`}
      >
        <caption id={id} className="sr-only">
          {caption}
        </caption>
        <thead className="text-muted text-sm">
          <tr>
            <th scope="col" className={`${CELL} border-line border-b text-left font-medium`}>
              {head}
            </th>
            {columns.map(({ name, isExtra }) => (
              <th
                key={name}
                scope="col"
                className={`${CELL} border-line border-b text-right align-bottom font-medium ${hidden(isExtra)}`}
              >
                {name}
              </th>
            ))}
          </tr>
        </thead>
        {groups === undefined ? (
          <tbody>
            {rows.map((row) => (
              <Line key={props.idOf(row)} {...line} row={row} />
            ))}
          </tbody>
        ) : (
          groups.map((group) => (
            <tbody key={group.id}>
              <tr className="bg-sunken font-medium">
                <th scope="rowgroup" className={`${CELL} border-line border-b text-left font-semibold`}>
                  {group.name}
                </th>
                {columns.map((column) => (
                  <Cell key={column.name} column={column} value={column.value(group.sums)} />
                ))}
              </tr>
              {group.rows.map((row) => (
                <Line key={props.idOf(row)} {...line} row={row} />
              ))}
            </tbody>
          ))
        )}
        {isSummed && (
          <tfoot>
            <tr>
              <th scope="row" className={`${CELL} text-left font-semibold`}>
                {t("reports.total")}
              </th>
              {columns.map(({ name, value, show = money, isExtra, isNoSum }) => (
                <td key={name} className={`${NUMBER} font-semibold ${hidden(isExtra)}`}>
                  {!isNoSum && show(rows.reduce((sum, row) => sum + (value(row) ?? 0), 0))}
                </td>
              ))}
            </tr>
          </tfoot>
        )}
      </table>
    </section>
  );
}

/** Return whether a box is wider than what is seen of it: the keyboard has to reach it then, and only then. */
function useScrolls() {
  const box = useRef<HTMLElement>(null);
  const [scrolls, setScrolls] = useState(false);
  useEffect(() => {
    const node = box.current;
    if (node === null) return;
    const observer = new ResizeObserver(() => setScrolls(node.scrollWidth > node.clientWidth));
    observer.observe(node);
    return () => observer.disconnect();
  }, []);
  return { box, scrolls };
}

interface LineProps<Row extends Sums, Sums> extends Props<Row, Sums> {
  row: Row;
  longest: number;
}

function Line<Row extends Sums, Sums>({ row, nameOf, columns, bar, longest }: LineProps<Row, Sums>) {
  const width = bar === undefined || longest <= 0 ? 0 : Math.min(1, Math.max(0, bar(row) / longest));
  return (
    <tr className="group hover:bg-hover">
      <th scope="row" className="min-w-48 border-line border-b p-0 text-left font-normal">
        <span className="relative block px-4 py-2">
          {width > 0 && (
            <span
              aria-hidden
              className="absolute inset-y-1 left-1 rounded-sm bg-accent-soft forced-colors:border"
              style={{ width: `calc((100% - 0.5rem) * ${width})` }}
            />
          )}
          <span className="relative break-words">{nameOf(row)}</span>
        </span>
      </th>
      {columns.map((column) => (
        <Cell key={column.name} column={column} value={column.value(row)} />
      ))}
    </tr>
  );
}

function Cell<Row>({ column, value }: { column: Column<Row>; value: number | undefined }) {
  const { show = money, isExtra } = column;
  return (
    <td className={`${NUMBER} border-line border-b ${hidden(isExtra)} ${value === 0 ? "text-muted" : ""}`}>
      {value !== undefined && show(value)}
    </td>
  );
}
