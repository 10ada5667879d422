/** Parts of the owner's screens: a page, a card, a counter, a switch, a time. */
import { Minus, Plus } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useTitle } from "@/app/useTitle";
import { INPUT } from "@/design/FormField";

/** A page of the owner. `isWide`: of a table that needs the whole width. */
export function Page({ isWide = false, children }: { isWide?: boolean; children: ReactNode }) {
  const width = isWide ? "" : "max-w-4xl";
  return (
    <div className="min-h-0 min-w-0 flex-1 overflow-y-auto">
      <div className={`mx-auto flex w-full flex-col gap-5 px-4 py-6 md:px-8 md:py-9 ${width}`}>
        {children}
      </div>
    </div>
  );
}

interface TitleProps {
  title: string;
  hint?: string;
  /** What belongs beside it, such as the choice of the branch. */
  children?: ReactNode;
}

/** The name of a page, which is that of the tab of the browser, too. */
export function PageTitle({ title, hint, children }: TitleProps) {
  useTitle(title);
  return (
    <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
      <div className="min-w-60 flex-1">
        <h1 className="font-semibold text-2xl">{title}</h1>
        {hint !== undefined && <p className="mt-1 text-muted">{hint}</p>}
      </div>
      {children}
    </div>
  );
}

export function Card({ title, aside, children }: { title?: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className="rounded-lg border border-line bg-surface">
      {title !== undefined && (
        <div className="flex min-h-12 flex-wrap items-center gap-x-4 gap-y-1 border-line border-b px-4 py-2 md:px-5">
          <h2 className="font-semibold">{title}</h2>
          {aside !== undefined && <div className="ml-auto">{aside}</div>}
        </div>
      )}
      <div className="p-4 md:p-5">{children}</div>
    </section>
  );
}

interface CounterProps {
  label: string;
  value: number;
  least?: number;
  most: number;
  onChange: (value: number) => void;
}

/** A number with a button on either side. */
export function Counter({ label, value, least = 0, most, onChange }: CounterProps) {
  const { t } = useTranslation("setup");
  const button =
    "grid size-9 place-items-center text-muted hover:bg-hover hover:text-text disabled:opacity-40 disabled:pointer-events-none pointer-coarse:size-11";
  return (
    <fieldset className="inline-flex shrink-0 overflow-hidden rounded-md border border-line-strong bg-surface">
      <legend className="sr-only">{label}</legend>
      <button
        type="button"
        className={button}
        aria-label={t("fewer", { what: label })}
        disabled={value <= least}
        onClick={() => onChange(value - 1)}
      >
        <Minus aria-hidden size={15} />
      </button>
      <output className="grid min-w-8 place-items-center font-medium tabular">{value}</output>
      <button
        type="button"
        className={button}
        aria-label={t("more", { what: label })}
        disabled={value >= most}
        onClick={() => onChange(value + 1)}
      >
        <Plus aria-hidden size={15} />
      </button>
    </fieldset>
  );
}

interface SwitchProps {
  label: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
}

/** A switch with its name beside it. */
export function Switch({ label, isOn, onChange }: SwitchProps) {
  return (
    <label className="relative flex min-h-9 cursor-pointer items-center gap-3 pointer-coarse:min-h-11">
      <input
        type="checkbox"
        role="switch"
        aria-checked={isOn}
        className="peer sr-only"
        checked={isOn}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span
        aria-hidden
        className="flex h-5 w-9 shrink-0 items-center rounded-full border border-line-strong bg-sunken px-0.5 transition-colors before:size-3.5 before:rounded-full before:bg-muted before:transition-transform peer-checked:border-accent peer-checked:bg-accent peer-checked:before:translate-x-4 peer-checked:before:bg-on-accent peer-focus-visible:outline-2 peer-focus-visible:outline-focus peer-focus-visible:outline-offset-2"
      />
      <span>{label}</span>
    </label>
  );
}

interface TimeProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** Every half hour: times are chosen as they are said, on a device in any language. */
const TIMES = Array.from(
  { length: 48 },
  (_, half) => `${String(Math.floor(half / 2)).padStart(2, "0")}:${half % 2 === 0 ? "00" : "30"}`,
);

/** Return the times to choose from, with the one that is chosen among them. */
export function timesWith(value: string): string[] {
  return [...new Set([...TIMES, value])].sort();
}

/** A time of the day, by the clock of 24 hours. */
export function Time({ label, value, onChange }: TimeProps) {
  return (
    <select
      aria-label={label}
      className={`${INPUT} w-auto! px-2! tabular`}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      {timesWith(value).map((time) => (
        <option key={time}>{time}</option>
      ))}
    </select>
  );
}

/** A choice of a few that is on or off, such as a weekday. */
export function Chip({
  isOn,
  label,
  onToggle,
  children,
}: {
  isOn: boolean;
  label?: string;
  onToggle: () => void;
  children: ReactNode;
}) {
  return (
    <button
      type="button"
      aria-pressed={isOn}
      aria-label={label}
      onClick={onToggle}
      className="min-h-8 rounded-full border border-line-strong px-3 text-muted text-sm hover:bg-hover aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:font-medium aria-pressed:text-text pointer-coarse:min-h-11"
    >
      {children}
    </button>
  );
}
