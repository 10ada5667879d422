/** What was typed and not saved yet, by what it belongs to: closing the panel and a reload lose none of it. */
import { useState } from "react";
import { setTyped, typed } from "@/app/typed";

/** Return a text that is being typed, or `saved` while nothing was, with a way to change it. Null: back to what is saved. */
export function useTextDraft(key: string, saved: string): [string, (text: string | null) => void] {
  const [, redraw] = useState(0);
  const change = (text: string | null) => {
    setTyped(key, text === saved ? null : text);
    redraw((count) => count + 1);
  };
  return [typed<string>(key) ?? saved, change];
}
