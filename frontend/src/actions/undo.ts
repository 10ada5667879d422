/** What can be taken back, the newest last. A toast offers each one for a while; Ctrl+Z takes the newest back at any time. */

type Undo = () => void;

const MOST = 30;
let undos: Undo[] = [];

/** Keep an undo, and return what takes it back once, however often it is called. */
export function rememberUndo(undo: Undo): Undo {
  const once = () => {
    if (!undos.includes(once)) return;
    undos = undos.filter((other) => other !== once);
    undo();
  };
  undos = [...undos.slice(1 - MOST), once];
  return once;
}

export function undoNewest(): void {
  undos.at(-1)?.();
}

/** Forget all: another person signs in. */
export function forgetUndos(): void {
  undos = [];
}
