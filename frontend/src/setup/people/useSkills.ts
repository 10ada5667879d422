/** The skills that are changed and not saved: all of a person are saved by one request, several people one after another. */
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { hasNoAnswer, useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import { type StaffRead, updateStaff } from "@/api/generated";
import { useKeepStaff } from "./data";
import type { Refused } from "./SaveBar";
import { type Edits, NO_EDITS, skillsAfter, withSkills } from "./skills";

interface Change {
  id: string;
  name: string;
  service_ids: string[];
  force: boolean;
}

interface Outcome {
  saved: StaffRead[];
  refused: Refused[];
}

async function saveAll(changes: readonly Change[]): Promise<Outcome> {
  const outcome: Outcome = { saved: [], refused: [] };
  for (const { id, name, service_ids, force } of changes) {
    try {
      outcome.saved.push(await call(updateStaff({ path: { staff_id: id }, body: { service_ids, force } })));
    } catch (error) {
      // Without an answer all are sent again: those that were saved are then as they are.
      if (hasNoAnswer(error)) throw error;
      outcome.refused.push({ id, name, error });
    }
  }
  return outcome;
}

export function useSkills(people: readonly StaffRead[]) {
  const { t } = useTranslation("setup");
  const keep = useKeepStaff();
  const [edits, setEdits] = useState<Edits>(NO_EDITS);
  const [refused, setRefused] = useState<Refused[]>([]);
  const { run, isRunning } = useAction({
    send: saveAll,
    onDone: (outcome: Outcome) => {
      const done = new Set(outcome.saved.map(({ id }) => id));
      keep(outcome.saved);
      setEdits((before) => new Map([...before].filter(([id]) => !done.has(id))));
      setRefused((before) => [
        ...before.filter(({ id }) => !done.has(id) && outcome.refused.every((other) => other.id !== id)),
        ...outcome.refused,
      ]);
      if (outcome.refused.length === 0) showDone(t("saved"));
    },
  });
  const save = (ids: readonly string[], force: boolean) =>
    run(
      people
        .filter(({ id }) => ids.includes(id))
        .map((person) => ({
          id: person.id,
          name: person.full_name,
          service_ids: skillsAfter(person, edits),
          force,
        })),
    );
  return {
    edits,
    refused: refused.filter(({ id }) => edits.has(id)),
    isRunning,
    setSkills: useCallback(
      (person: StaffRead, serviceIds: readonly string[], isOn: boolean) =>
        setEdits((before) => withSkills(before, person, serviceIds, isOn)),
      [],
    ),
    saveAll: () => save([...edits.keys()], false),
    force: (id: string) => save([id], true),
    discard: () => {
      setEdits(NO_EDITS);
      setRefused([]);
    },
  };
}
