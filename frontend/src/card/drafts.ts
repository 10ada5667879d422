/** What was typed and not saved yet, by what it belongs to: closing the panel loses none of it. Signing out does. */
import { useState } from "react";
import { onForget } from "@/api/session";

const drafts = new Map<string, string>();
onForget(() => drafts.clear());

/** Return a text that is being typed, or `saved` while nothing was, with a way to change it. Null: back to what is saved. */
export function useTextDraft(key: string, saved: string): [string, (text: string | null) => void] {
  const [, redraw] = useState(0);
  const change = (text: string | null) => {
    if (text === null || text === saved) drafts.delete(key);
    else drafts.set(key, text);
    redraw((count) => count + 1);
  };
  return [drafts.get(key) ?? saved, change];
}
