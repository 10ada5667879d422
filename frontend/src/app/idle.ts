/** Do something when the browser has nothing else to do. Returns what calls it off. */
export function whenIdle(work: () => void): () => void {
  if (window.requestIdleCallback === undefined) {
    const timer = setTimeout(work, 200); // Safari
    return () => clearTimeout(timer);
  }
  const idle = requestIdleCallback(work);
  return () => cancelIdleCallback(idle);
}
