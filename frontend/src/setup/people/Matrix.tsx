/** People and what they do: a grid of which each cell is one skill. Arrow keys go from cell to cell. */
import { Check, ChevronDown, ChevronRight, Minus } from "lucide-react";
import { type KeyboardEvent, memo, type ReactNode, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { StaffRead } from "@/api/generated";
import { currentLanguage } from "@/i18n";
import { inLanguage, shortName } from "@/i18n/format";
import { type Cell, cellAfter, does, type Edits, type Group } from "./skills";

interface Props {
  people: readonly StaffRead[];
  groups: readonly Group[];
  edits: Edits;
  /** Whether the user may change the person. */
  canChange: (person: StaffRead) => boolean;
  /** Who is open beside the grid. */
  openId: string | undefined;
  onOpen: (id: string) => void;
  onSkills: (person: StaffRead, serviceIds: readonly string[], isOn: boolean) => void;
}

/** A column of the grid: all of a category, or one service of it. */
interface Column {
  id: string;
  label: string;
  serviceIds: readonly string[];
  isWhole: boolean;
  /** All of a category whose services have no columns now. */
  isFolded: boolean;
}

const HEAD = "border-line border-b bg-surface font-medium";
const SIDE = "sticky left-0 z-10 w-48 min-w-48 max-sm:w-32 max-sm:min-w-32";

export function Matrix({ people, groups, edits, canChange, openId, onOpen, onSkills }: Props) {
  const { t } = useTranslation("setup");
  const language = currentLanguage();
  const grid = useRef<HTMLTableElement>(null);
  // On a phone whole categories first: what is in them is one press away.
  const [folded, setFolded] = useState<ReadonlySet<string>>(
    () => new Set(matchMedia("(width < 48rem)").matches ? groups.map(({ category }) => category.id) : []),
  );
  const [active, setActive] = useState<Cell>({ row: 0, column: 0 });
  const columns = useMemo(
    () =>
      groups.flatMap(({ category, services }): Column[] => {
        const serviceIds = services.map(({ id }) => id);
        const isFolded = folded.has(category.id);
        const label = inLanguage(category.name, language);
        const whole = { id: category.id, label, serviceIds, isWhole: true, isFolded };
        if (isFolded) return [whole];
        const each = services.map(({ id, name }) => ({
          ...{ id, label: inLanguage(name, language), serviceIds: [id], isWhole: false, isFolded: false },
        }));
        return [whole, ...each];
      }),
    [groups, folded, language],
  );
  // The name, all services, and the columns.
  const width = columns.length + 2;
  const current = {
    row: Math.min(active.row, people.length - 1),
    column: Math.min(active.column, width - 1),
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const place = event.target instanceof HTMLElement ? event.target.dataset.cell : undefined;
    if (place === undefined) return;
    const [row = 0, column = 0] = place.split(",").map(Number);
    const next = cellAfter(event.key, { row, column }, people.length, width);
    if (next === null) return;
    event.preventDefault();
    setActive(next);
    grid.current?.querySelector<HTMLElement>(`[data-cell="${next.row},${next.column}"]`)?.focus();
  };
  const fold = (id: string) =>
    setFolded(
      (before) => new Set(before.has(id) ? [...before].filter((each) => each !== id) : [...before, id]),
    );
  return (
    <table
      ref={grid}
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table whose cells are pressed is a grid
      role="grid"
      aria-label={t("nav.people")}
      className="border-separate border-spacing-0"
      onKeyDown={onKeyDown}
    >
      <thead className="sticky top-0 z-20">
        <tr>
          <th rowSpan={2} scope="col" className={`${HEAD} ${SIDE} border-r px-3 pb-2 text-left align-bottom`}>
            {t("people.person")}
          </th>
          <th rowSpan={2} scope="col" className={`${HEAD} min-w-14 px-1 pb-2 align-bottom text-sm`}>
            {t("people.all")}
          </th>
          {groups.map(({ category, services }) => {
            const isFolded = folded.has(category.id);
            const Icon = isFolded ? ChevronRight : ChevronDown;
            const name = inLanguage(category.name, language);
            return (
              <th
                key={category.id}
                scope="colgroup"
                colSpan={isFolded ? 1 : services.length + 1}
                className="border-line border-l bg-surface p-1 text-left align-top font-medium"
              >
                <button
                  type="button"
                  aria-expanded={!isFolded}
                  className={`sticky left-52 max-sm:left-34 flex min-h-8 items-start gap-1 rounded-sm px-1.5 py-1 text-left text-sm hover:bg-hover pointer-coarse:min-h-11 ${isFolded ? "w-24" : "whitespace-nowrap"}`}
                  onClick={() => fold(category.id)}
                >
                  <Icon aria-hidden size={15} className="mt-0.5 shrink-0 text-muted" />
                  {name}
                </button>
              </th>
            );
          })}
        </tr>
        <tr>
          {columns.map(({ id, label, isWhole, isFolded }) => (
            <th
              key={id}
              scope="col"
              className={`${HEAD} px-1 pb-2 align-bottom ${isFolded ? "" : "h-36"} ${isWhole ? "border-l text-muted" : ""}`}
            >
              {isFolded ? (
                <span className="sr-only">{t("people.whole")}</span>
              ) : (
                <Upright text={isWhole ? t("people.whole") : label} />
              )}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {people.map((person, row) => (
          <PersonRow
            key={person.id}
            person={person}
            row={row}
            columns={columns}
            edits={edits.get(person.id)}
            isFixed={!canChange(person)}
            isOpen={person.id === openId}
            activeColumn={current.row === row ? current.column : null}
            onFocus={setActive}
            onOpen={onOpen}
            onSkills={onSkills}
          />
        ))}
      </tbody>
    </table>
  );
}

/** A head that stands upright, read from below. */
function Upright({ text }: { text: string }) {
  return (
    <span
      title={text}
      className="mx-auto block max-h-34 rotate-180 overflow-hidden text-ellipsis whitespace-nowrap text-left text-sm [writing-mode:vertical-rl]"
    >
      {text}
    </span>
  );
}

interface RowProps {
  person: StaffRead;
  row: number;
  columns: readonly Column[];
  edits: ReadonlyMap<string, boolean> | undefined;
  isFixed: boolean;
  isOpen: boolean;
  /** The column that Tab leads to, if it is in this row. */
  activeColumn: number | null;
  onFocus: (cell: Cell) => void;
  onOpen: (id: string) => void;
  onSkills: (person: StaffRead, serviceIds: readonly string[], isOn: boolean) => void;
}

/** Not drawn again when another person changes: a spa has a thousand cells. */
const PersonRow = memo(function PersonRow(props: RowProps) {
  const { person, row, columns, edits, isFixed, isOpen, activeColumn, onFocus, onOpen, onSkills } = props;
  const { t } = useTranslation("setup");
  const all = columns.filter(({ isWhole }) => isWhole).flatMap(({ serviceIds }) => serviceIds);
  const place = (column: number) => ({
    "data-cell": `${row},${column}`,
    tabIndex: activeColumn === column ? 0 : -1,
    onFocus: () => onFocus({ row, column }),
  });
  const skill = ({ id, label, serviceIds, isWhole, isFolded }: Column, column: number) => {
    const count = serviceIds.filter((serviceId) => does(person, edits, serviceId)).length;
    const state = count === 0 ? false : count === serviceIds.length ? true : ("mixed" as const);
    return (
      <SkillCell
        key={id}
        label={`${person.full_name}: ${label}${isWhole ? ` ${count}/${serviceIds.length}` : ""}`}
        state={state}
        isChanged={(isFolded || !isWhole) && serviceIds.some((serviceId) => edits?.has(serviceId))}
        isFixed={isFixed}
        className={isWhole ? "border-l bg-sunken/50" : ""}
        onPress={() => onSkills(person, serviceIds, state !== true)}
        place={place(column)}
      >
        {isWhole && (
          <span className="tabular">
            {count}/{serviceIds.length}
          </span>
        )}
      </SkillCell>
    );
  };
  const whole = { id: "all", label: t("people.all"), serviceIds: all, isWhole: true, isFolded: false };
  return (
    <tr className="group">
      <th
        scope="row"
        className={`${SIDE} border-line border-r border-b px-1 text-left font-medium ${isOpen ? "bg-accent-soft" : "bg-surface group-hover:bg-hover"}`}
      >
        <button
          {...place(0)}
          type="button"
          data-opens={person.id}
          aria-current={isOpen}
          className="flex min-h-9 w-full items-center rounded-sm px-2 text-left pointer-coarse:min-h-11"
          onClick={() => onOpen(person.id)}
        >
          <span className="truncate max-sm:hidden">{person.full_name}</span>
          <span className="truncate sm:hidden">{shortName(person.full_name)}</span>
        </button>
      </th>
      {skill(whole, 1)}
      {columns.map((column, index) => skill(column, index + 2))}
    </tr>
  );
});

interface CellProps {
  label: string;
  state: boolean | "mixed";
  isChanged: boolean;
  isFixed: boolean;
  className: string;
  onPress: () => void;
  place: object;
  /** What stands in the cell of a whole category; of one skill its mark does. */
  children: ReactNode;
}

function SkillCell({ label, state, isChanged, isFixed, className, onPress, place, children }: CellProps) {
  const look =
    state === true
      ? "border-accent bg-accent text-on-accent"
      : state === "mixed"
        ? "border-accent bg-accent-soft text-text"
        : "border-line-strong bg-surface text-muted";
  return (
    <td className={`border-line border-b p-1 text-center group-hover:bg-hover ${className}`}>
      <button
        {...place}
        type="button"
        aria-pressed={state}
        aria-label={label}
        aria-disabled={isFixed}
        className={`mx-auto grid h-7 min-w-7 place-items-center rounded-sm border px-1 text-xs transition-colors pointer-coarse:h-9 pointer-coarse:min-w-9 ${look} ${isChanged ? "outline-2 outline-warning outline-offset-1" : ""} ${isFixed ? "cursor-not-allowed opacity-50" : "hover:border-accent"}`}
        onClick={isFixed ? undefined : onPress}
      >
        {children || (state === true && <Check aria-hidden size={15} strokeWidth={2.75} />)}
        {!children && state === "mixed" && <Minus aria-hidden size={15} />}
      </button>
    </td>
  );
}
