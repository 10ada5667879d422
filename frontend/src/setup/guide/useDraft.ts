/** The draft of a new spa, as it is kept over a reload in the tab where it was typed. */
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { setTyped, typed } from "@/app/typed";
import { guessPlace } from "../place";
import { type Draft, newDraft } from "./draft";

const NAME = "setup.draft";

export type Edit = (edit: (draft: Draft) => Draft) => void;

export interface StepProps {
  draft: Draft;
  onEdit: Edit;
}

export function useDraft(): [draft: Draft, edit: Edit] {
  const { t } = useTranslation("setup");
  const [draft, edit] = useState<Draft>(() => {
    const place = guessPlace(new Intl.DateTimeFormat().resolvedOptions().timeZone, navigator.languages);
    return typed<Draft>(NAME) ?? newDraft(place, (number) => t("rooms.roomName", { number }));
  });
  useEffect(() => setTyped(NAME, draft), [draft]);
  return [draft, edit];
}

export function forgetDraft(): void {
  setTyped(NAME, null);
}

/** Return the list with a part of it changed. */
export function edited<T extends { id: number }>(list: readonly T[], id: number, change: Partial<T>): T[] {
  return list.map((item) => (item.id === id ? { ...item, ...change } : item));
}
