/** Where a person is in the list: what is typed and which page, kept while they look at a customer. In memory alone. */
import { useState } from "react";
import { onForget } from "@/api/session";

interface Position {
  text: string;
  /** The cursors of the pages up to this one. None: the first page. */
  cursors: string[];
}

const START: Position = { text: "", cursors: [] };
let kept = START;
onForget(() => {
  kept = START;
});

export function usePosition(): [Position, (next: Position) => void] {
  const [position, setPosition] = useState(kept);
  return [
    position,
    (next) => {
      kept = next;
      setPosition(next);
    },
  ];
}

export function typedText(): string {
  return kept.text;
}
