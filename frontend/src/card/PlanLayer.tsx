/** Over the columns while a proposal is open: where each guest is now, where they would go, and who is to be solved. It is
    hidden from screen readers: the panel beside the board says the same in words. */
import { ArrowRight, TriangleAlert } from "lucide-react";
import { type CSSProperties, useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { BoardRead } from "@/api/generated";
import { type Column, MIN_CARD_HEIGHT, offsetOf } from "@/board/layout";
import { REVEALED, reveal } from "@/board/reveal";
import type { Span } from "@/board/spans";
import { MINUTE, spanIn } from "@/board/time";
import { shortName } from "@/i18n/format";
import { marksOf, type PlanMark, useShownPlan } from "./plan";

interface Props {
  board: BoardRead;
  columns: Column[];
  span: Span;
  scale: number;
  /** The columns of the grid. */
  template: CSSProperties["gridTemplateColumns"];
}

export function PlanLayer(props: Props) {
  const { columns, template } = props;
  const shown = useShownPlan();
  const layer = useRef<HTMLDivElement>(null);
  const plan = shown?.plan;
  const marks = useMemo(() => (plan === undefined ? [] : marksOf(plan, columns)), [plan, columns]);
  const { pointed = null, side } = shown ?? {};

  // What the panel points at, and the first one of a proposal that has just come.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a board that changes does not scroll
  useEffect(() => {
    const treatment = pointed ?? marks[0]?.row.treatment_id;
    if (treatment === undefined) return;
    const found = [...(layer.current?.querySelectorAll(`[data-plan-of="${treatment}"]`) ?? [])];
    reveal(found.at(-1));
  }, [plan, pointed, side]);

  if (shown === null) return null;
  return (
    <div
      ref={layer}
      aria-hidden
      className="pointer-events-none absolute inset-0 z-10 grid pt-(--head)"
      style={{ gridTemplateColumns: template }}
      data-plan={side}
    >
      {columns.map(({ id }, index) => (
        <div key={id} className="relative row-start-1" style={{ gridColumn: index + 2 }}>
          {marks
            .filter(({ columnId, kind }) => columnId === id && (kind !== "comes" || side === "after"))
            .map((mark) => (
              <Mark
                key={`${mark.kind}/${mark.row.treatment_id}/${mark.start}`}
                {...props}
                mark={mark}
                isAfter={side === "after"}
                isPointed={mark.row.treatment_id === pointed}
              />
            ))}
        </div>
      ))}
    </div>
  );
}

/** The lowest mark that has a second line. */
const TWO_LINES = 46;
const LOOK: Record<PlanMark["kind"], string> = {
  leaves: "border-line-strong bg-page/65 text-text",
  unsolved: "border-danger text-danger",
  comes: "border-accent bg-accent-soft text-accent",
};

interface MarkProps extends Props {
  mark: PlanMark;
  isAfter: boolean;
  isPointed: boolean;
}

function Mark({ mark, board, span, scale, isAfter, isPointed }: MarkProps) {
  const { t } = useTranslation();
  const { kind, row, start, end, lane, lanes } = mark;
  const height = Math.max(((end - start) / MINUTE) * scale, MIN_CARD_HEIGHT) - 1;
  const guest = board.guests.find(({ id }) => id === row.customer_id);
  // Before, the cards are as they are, and only outlined.
  const outline = kind === "unsolved" ? "border-danger" : "border-accent";
  const time = spanIn(board.time_zone, Date.parse(row.start), Date.parse(row.end));
  return (
    <div
      className={`absolute overflow-hidden rounded-sm border-2 border-dashed ${REVEALED} ${isAfter ? LOOK[kind] : outline} ${isPointed ? "ring-2 ring-accent" : ""}`}
      style={{
        top: offsetOf(span, scale, start),
        height,
        left: `calc(${(lane * 100) / lanes}% + 2px)`,
        width: `calc(${100 / lanes}% - 4px)`,
      }}
      data-plan-mark={kind}
      data-plan-of={row.treatment_id}
    >
      {kind === "comes" && (
        <p className="px-1.5 py-0.5 text-sm leading-snug">
          <span className="block truncate font-semibold">
            {row.guest_name || guest?.full_name || t("card.anonymous")}
          </span>
          {height >= TWO_LINES && <span className="tabular block truncate text-xs">{time}</span>}
        </p>
      )}
      {(kind === "comes" ? height >= 64 : isAfter) && (
        <p
          className={`absolute right-0 bottom-0 flex max-w-full items-center gap-1 rounded-tl-sm px-1.5 font-semibold text-xs ${
            kind === "unsolved" ? "bg-danger text-page" : "bg-raised text-text"
          }`}
        >
          {kind === "unsolved" && <TriangleAlert size={13} className="shrink-0" />}
          {kind === "leaves" && <ArrowRight size={13} className="shrink-0" />}
          <span className="truncate">
            {kind === "unsolved" && t("sick.toSolve")}
            {kind === "leaves" && shortName(row.after?.name ?? "")}
            {kind === "comes" && t("sick.insteadOf", { name: shortName(row.before.name) })}
          </span>
        </p>
      )}
    </div>
  );
}
