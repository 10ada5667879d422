/** Who works when: the weekdays of each person, as the branch is open or from when to when. */
import { useTranslation } from "react-i18next";
import { INPUT } from "@/design/FormField";
import { Card, Time } from "../parts";
import { named, type Person, WEEK } from "./draft";
import { shiftsOf } from "./file";
import { edited, type StepProps } from "./useDraft";

export function ShiftsStep({ draft, onEdit }: StepProps) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const people = named(draft.people);
  const short = common("booking.weekday", { returnObjects: true });
  const long = common("date.weekday", { returnObjects: true });
  const set = (id: number, change: Partial<Person>) =>
    onEdit((before) => ({ ...before, people: edited(before.people, id, change) }));
  const isOpen = (day: number) => draft.hours[day - 1]?.isOpen === true;
  return (
    <Card title={t("shifts.title")}>
      <table className="w-full border-collapse">
        <thead>
          <tr className="text-muted text-sm max-md:sr-only">
            <th scope="col" className="pb-2 text-left font-medium">
              {t("shifts.person")}
            </th>
            {WEEK.map((day) => (
              <th key={day} scope="col" className="w-11 pb-2 text-center font-medium" abbr={long[day % 7]}>
                {short[day % 7]}
              </th>
            ))}
            <th scope="col" className="pb-2 pl-4 text-left font-medium">
              {t("shifts.times")}
            </th>
          </tr>
        </thead>
        <tbody>
          {people.map((person) => (
            <tr key={person.id} className="border-line border-t max-md:flex max-md:flex-wrap max-md:py-3">
              <th scope="row" className="py-2 pr-3 text-left font-medium max-md:w-full">
                {person.name}
              </th>
              {WEEK.map((day) => {
                const works = isOpen(day) && person.days.includes(day);
                return (
                  <td key={day} className="py-2 text-center max-md:pr-1">
                    <button
                      type="button"
                      aria-pressed={works}
                      disabled={!isOpen(day)}
                      aria-label={t("shifts.works", { name: person.name, day: short[day % 7] })}
                      title={isOpen(day) ? undefined : t("branch.closed")}
                      className="mx-auto grid size-9 place-items-center rounded-md border border-line-strong text-muted text-sm hover:bg-hover disabled:border-transparent disabled:bg-sunken disabled:opacity-60 aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:font-medium aria-pressed:text-text pointer-coarse:size-10"
                      onClick={() =>
                        set(person.id, {
                          days: person.days.includes(day)
                            ? person.days.filter((other) => other !== day)
                            : [...person.days, day].sort(),
                        })
                      }
                    >
                      {short[day % 7]}
                    </button>
                  </td>
                );
              })}
              <td className="py-2 pl-4 max-md:w-full max-md:pl-0">
                <Times person={person} onChange={(times) => set(person.id, { times })} />
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot className="max-md:hidden">
          <tr className="border-line border-t text-muted text-sm">
            <th scope="row" className="py-2 text-left font-medium">
              {t("shifts.total")}
            </th>
            {WEEK.map((day) => (
              <td key={day} className="py-2 text-center tabular">
                {isOpen(day) ? people.filter(({ days }) => days.includes(day)).length : "–"}
              </td>
            ))}
            <td />
          </tr>
        </tfoot>
      </table>
      {people.some((person) => shiftsOf(person, draft.hours).length === 0) && (
        <p className="mt-3 text-muted">{t("shifts.nobody")}</p>
      )}
    </Card>
  );
}

interface TimesProps {
  person: Person;
  onChange: (times: Person["times"]) => void;
}

function Times({ person, onChange }: TimesProps) {
  const { t } = useTranslation("setup");
  const { times, name } = person;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <select
        aria-label={t("shifts.timesOf", { name })}
        className={`${INPUT} w-auto!`}
        value={times === null ? "open" : "own"}
        onChange={(event) =>
          onChange(event.target.value === "open" ? null : { starts: "09:00", ends: "18:00" })
        }
      >
        <option value="open">{t("shifts.asOpen")}</option>
        <option value="own">{t("shifts.own")}</option>
      </select>
      {times !== null && (
        <div className="flex items-center gap-1">
          <Time
            label={t("shifts.from", { name })}
            value={times.starts}
            onChange={(starts) => onChange({ ...times, starts })}
          />
          <span aria-hidden>–</span>
          <Time
            label={t("shifts.to", { name })}
            value={times.ends}
            onChange={(ends) => onChange({ ...times, ends })}
          />
        </div>
      )}
    </div>
  );
}
