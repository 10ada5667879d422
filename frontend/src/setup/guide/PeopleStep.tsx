/** The people who treat: a name in each row, and a row for the next one. A list that is pasted makes a row of each line. */
import { Trash2 } from "lucide-react";
import { type ClipboardEvent, type KeyboardEvent, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/design/Button";
import { INPUT } from "@/design/FormField";
import { currentLanguage } from "@/i18n";
import { Card, Chip } from "../parts";
import { categoriesOf, type Draft, named, newPerson, type Person, rename } from "./draft";
import { CATEGORIES } from "./starter";
import { edited, type StepProps } from "./useDraft";

/** Return the draft with an empty row at the end. */
function withNextRow(draft: Draft): Draft {
  if (draft.people.at(-1)?.name === "") return draft;
  return { ...draft, people: [...draft.people, newPerson(draft.nextId)], nextId: draft.nextId + 1 };
}

export function PeopleStep({ draft, onEdit }: StepProps) {
  const { t } = useTranslation("setup");
  const list = useRef<HTMLUListElement>(null);
  const menu = CATEGORIES.filter(({ key }) => categoriesOf(draft).includes(key));
  const set = (id: number, change: Partial<Person>) =>
    onEdit((before) => withNextRow({ ...before, people: edited(before.people, id, change) }));
  const paste = (event: ClipboardEvent, id: number) => {
    const lines = event.clipboardData.getData("text").split(/\r?\n/);
    const names = lines.map((line) => line.trim()).filter(Boolean);
    if (names.length < 2) return;
    event.preventDefault();
    onEdit((before) => {
      const at = before.people.findIndex((person) => person.id === id);
      const rows = names.map((name, index) => ({
        ...newPerson(before.nextId + index),
        ...rename(newPerson(0), name),
      }));
      const people = [...before.people.slice(0, at), ...rows, ...before.people.slice(at + 1)];
      return withNextRow({ ...before, people, nextId: before.nextId + rows.length });
    });
  };
  const goOn = (event: KeyboardEvent, index: number) => {
    if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
    const next = list.current?.querySelectorAll<HTMLInputElement>("[data-name]")[index + 1];
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  };
  return (
    <Card title={t("people.count", { count: named(draft.people).length })}>
      <p className="mb-4 text-muted">{t("people.pasteHint")}</p>
      <ul ref={list} className="flex flex-col divide-y divide-line">
        {draft.people.map((person, index) => {
          const isNext = person.name === "";
          return (
            <li
              key={person.id}
              className="grid grid-cols-[1fr_auto] items-start gap-x-3 gap-y-2 py-3 first:pt-0 md:grid-cols-[14rem_auto_1fr_auto]"
            >
              <input
                aria-label={t("people.name", { number: index + 1 })}
                data-name
                className={INPUT}
                value={person.name}
                maxLength={100}
                placeholder={t("people.placeholder")}
                onChange={(event) => set(person.id, rename(person, event.target.value))}
                onPaste={(event) => paste(event, person.id)}
                onKeyDown={(event) => goOn(event, index)}
              />
              {!isNext && (
                <>
                  <Button
                    kind="quiet"
                    size="icon"
                    className="text-muted md:order-last"
                    aria-label={t("people.remove", { name: person.name })}
                    onClick={() =>
                      onEdit((before) =>
                        withNextRow({
                          ...before,
                          people: before.people.filter(({ id }) => id !== person.id),
                        }),
                      )
                    }
                  >
                    <Trash2 aria-hidden size={16} />
                  </Button>
                  <fieldset className="flex gap-1 py-0.5 max-md:col-span-2">
                    <legend className="sr-only">{t("people.gender", { name: person.name })}</legend>
                    {(["female", "male"] as const).map((gender) => (
                      <Chip
                        key={gender}
                        isOn={person.gender === gender}
                        onToggle={() => set(person.id, { gender: person.gender === gender ? "" : gender })}
                      >
                        {t(`people.${gender}`)}
                      </Chip>
                    ))}
                  </fieldset>
                  <fieldset className="flex flex-wrap gap-1 py-0.5 max-md:col-span-2">
                    <legend className="sr-only">{t("people.does", { name: person.name })}</legend>
                    {menu.map((category) => (
                      <Chip
                        key={category.key}
                        isOn={person.does.includes(category.key)}
                        onToggle={() =>
                          set(person.id, {
                            does: person.does.includes(category.key)
                              ? person.does.filter((key) => key !== category.key)
                              : [...person.does, category.key],
                          })
                        }
                      >
                        {category[currentLanguage()]}
                      </Chip>
                    ))}
                  </fieldset>
                </>
              )}
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
