/** Questions before something is done: a dialog with the sentence of the API, what is in the way, and what can be done. */
import { useSyncExternalStore } from "react";
import { deferred } from "@/app/deferred";

const QuestionDialog = deferred(async () => (await import("./QuestionDialog")).QuestionDialog);

export interface Question {
  title: string;
  /** What has to be known first. */
  text?: string;
  /** What is in the way, one line each. */
  lines?: readonly string[];
  /** Other ways, such as the nearest free starts. */
  choices?: readonly { label: string; choose: () => void }[];
  /** What the choices are. */
  choicesTitle?: string;
  /** The button that does it all the same. Without it there is only the way back. */
  confirm?: string;
  onConfirm?: (reason: string) => void;
  /** It was left as it is. */
  onBack?: () => void;
  /** Ask for a reason, which the guest can read. */
  reason?: "optional" | "required";
  /** Who can read the reason, when that is not the guest. */
  reasonLabel?: string;
  /** Ready-made reasons. */
  reasons?: readonly string[];
}

let question: Question | null = null;
const listeners = new Set<() => void>();

function put(next: Question | null): void {
  question = next;
  for (const listener of listeners) listener();
}

/** Ask a question. A new one takes the place of one that is open. */
export function ask(next: Question): void {
  put(next);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The dialog of `ask`. It is on the page once. */
export function Questions() {
  const open = useSyncExternalStore(subscribe, () => question);
  if (open === null) return null;
  const close = () => put(null);
  const goBack = () => {
    close();
    open.onBack?.();
  };
  return <QuestionDialog question={open} onAnswered={close} onClose={goBack} />;
}
