/** Parts of reports: a card, and figures beside each other. */
import { type ReactNode, useId } from "react";

interface CardProps {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
}

export function Card({ title, aside, children }: CardProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="min-w-0 rounded-lg border border-line bg-surface">
      <div className="flex min-h-11 flex-wrap items-center gap-x-4 gap-y-2 px-4 pt-2">
        <h2 id={id} className="font-semibold">
          {title}
        </h2>
        {aside !== undefined && <div className="ml-auto">{aside}</div>}
      </div>
      {children}
    </section>
  );
}

/** By how many figures there are. No row is left half empty. */
const GRIDS = {
  3: "sm:grid-cols-3",
  4: "grid-cols-2 md:grid-cols-4",
  6: "grid-cols-2 sm:grid-cols-3 xl:grid-cols-6",
};

/** Figures beside each other, each a `Tile`. */
export function Tiles({ count, children }: { count: keyof typeof GRIDS; children: ReactNode }) {
  return (
    <dl className={`grid gap-px overflow-hidden rounded-lg border border-line bg-line ${GRIDS[count]}`}>
      {children}
    </dl>
  );
}

interface TileProps {
  name: string;
  value: string;
  hint?: ReactNode;
}

export function Tile({ name, value, hint }: TileProps) {
  return (
    <div className="bg-surface px-4 py-3">
      <dt className="text-muted">{name}</dt>
      <dd className="tabular font-semibold text-xl">{value}</dd>
      {hint !== undefined && <dd className="tabular text-muted text-sm">{hint}</dd>}
    </div>
  );
}
