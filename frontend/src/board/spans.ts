/** Times from one instant to another, in milliseconds. Pure. */

export interface Span {
  start: number;
  end: number;
}

/** Return the span of something that the API says. */
export function spanOf({ start, end }: { start: string; end: string }): Span {
  return { start: Date.parse(start), end: Date.parse(end) };
}

/** Return spans in order, those that touch as one. */
export function join(spans: readonly Span[]): Span[] {
  const joined: Span[] = [];
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else joined.push({ start, end });
  }
  return joined;
}

/** Return the parts of a span that no other one covers. These may overlap and may be in any order. */
export function gaps(within: Span, spans: readonly Span[]): Span[] {
  const free: Span[] = [];
  let from = within.start;
  for (const span of join(spans)) {
    free.push({ start: from, end: Math.min(span.start, within.end) });
    from = Math.max(from, span.end);
  }
  free.push({ start: from, end: within.end });
  return free.filter(({ start, end }) => end > start);
}
