/** What is open in the panel beside the rooms, as the address says it: `bed:1f…`, `new-bed:` and the room. Pure. */

const KINDS = ["room", "new-room", "bed", "new-bed", "type", "new-type"] as const;
export type OpenedKind = (typeof KINDS)[number];

export interface Opened {
  kind: OpenedKind;
  /** Of what is open; of a new bed its room. Empty: none. */
  id: string;
}

export function toOpened(text: string | undefined): Opened | null {
  const [name, id = ""] = (text ?? "").split(":");
  const kind = KINDS.find((known) => known === name);
  return kind === undefined ? null : { kind, id };
}

export function toText(kind: OpenedKind, id = ""): string {
  return `${kind}:${id}`;
}
