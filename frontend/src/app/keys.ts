/** Keys that work anywhere on the page, or on a card: letters and signs alone can be switched off (WCAG 2.1.4). */
import { preferences } from "./preferences";

type Press = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "isComposing" | "target">;

/** Return whether what has the focus takes letters. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"))
  );
}

/** Return whether a list of choices is open under what has the focus: Escape closes the list alone. */
export function isListOpen(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches("[role=combobox][aria-expanded=true]");
}

/** Return whether a letter or a sign was pressed that may do something: alone, not while somebody types, and not switched
    off. */
export function isSingleKey(press: Press): boolean {
  const isAlone = press.key.length === 1 && !press.ctrlKey && !press.metaKey && !press.altKey;
  return isAlone && !press.isComposing && !isTyping(press.target) && preferences.singleKeys();
}

/** Return `aria-keyshortcuts` with single keys, unless they are switched off, and with those that always work. */
export function singleKeys(keys: string, others?: string): { "aria-keyshortcuts"?: string } {
  const shown = [...(preferences.singleKeys() ? [keys] : []), ...(others === undefined ? [] : [others])];
  return shown.length === 0 ? {} : { "aria-keyshortcuts": shown.join(" ") };
}
