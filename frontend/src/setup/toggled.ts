/** Return a list with something in it that was not, or without it, in the order in which it was saved. */
export function toggled(list: readonly string[], item: string, saved: readonly string[]): string[] {
  const next = list.includes(item) ? list.filter((other) => other !== item) : [...list, item];
  return [
    ...saved.filter((other) => next.includes(other)),
    ...next.filter((other) => !saved.includes(other)),
  ];
}
