/** Actions that were sent and have no answer. Each has one Idempotency-Key until it has one: also when a person presses the
    button again, and, for an action with a name, when the page is reloaded. */
import { onForget } from "@/api/session";
import { setTyped, typed, typedNames } from "@/app/typed";

const KEYS = "unanswered/";

interface Sent {
  key: string;
  input: unknown;
}

const sent = new Map<string, Sent>();
const inFlight = new Set<string>();
onForget(() => {
  sent.clear();
  inFlight.clear();
});

export interface Intention {
  /** What is kept of it across a reload; null: nothing. */
  name: string | null;
  /** The place where it is pressed: two buttons with the same input mean two things. */
  owner: string;
  input: unknown;
}

/** Return the key for an intention that is being sent: the one of the last attempt, if that has no answer. */
export function keyOf(intention: Intention): string {
  const id = idOf(intention);
  inFlight.add(id);
  const before = sent.get(id) ?? (intention.name === null ? null : typed<Sent>(KEYS + id));
  if (before !== null) return before.key;
  const now: Sent = { key: newKey(), input: intention.input };
  sent.set(id, now);
  if (intention.name !== null) setTyped(KEYS + id, now);
  return now.key;
}

/** An attempt is over. Without an answer it can be sent again with its key. */
export function settle(intention: Intention, hasAnswer: boolean): void {
  const id = idOf(intention);
  inFlight.delete(id);
  if (!hasAnswer) return;
  sent.delete(id);
  if (intention.name !== null) setTyped(KEYS + id, null);
}

/** Return what was sent under a name, got no answer and is not on its way. */
export function unanswered<Input>(name: string): Input | null {
  const id = typedNames(`${KEYS}${name}/`).find((other) => !inFlight.has(other.slice(KEYS.length)));
  return id === undefined ? null : ((typed<Sent>(id)?.input as Input | undefined) ?? null);
}

function idOf({ name, owner, input }: Intention): string {
  // A file has no JSON.
  const text = JSON.stringify(input, (_, value: unknown) =>
    typeof File !== "undefined" && value instanceof File
      ? [value.name, value.size, value.lastModified]
      : value,
  );
  return `${name ?? owner}/${text}`;
}

/** Return a new Idempotency-Key. `crypto.randomUUID` is missing where the page is not served over HTTPS or from this
    machine, as on the tablet of a spa's own network. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
