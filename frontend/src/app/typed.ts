/** What was typed in this tab and is not saved yet. It survives a reload, and goes when the person signs out. */
const PREFIX = "zenspa.typed.";
const OWNER = "owner";
const entries = load();

/** Begin for a user: what another one has typed in this tab goes. */
export function beginTyping(userId: string): void {
  if (typed(OWNER) !== userId) forgetTyped();
  setTyped(OWNER, userId);
}

export function typed<T>(name: string): T | null {
  const text = entries.get(name);
  return text === undefined ? null : (JSON.parse(text) as T);
}

/** Keep what was typed. Null: it is saved, or given up. */
export function setTyped(name: string, value: unknown): void {
  if (value === null) entries.delete(name);
  else entries.set(name, JSON.stringify(value));
  store(name);
}

/** Return the names of what is kept that begin so. */
export function typedNames(prefix: string): string[] {
  return [...entries.keys()].filter((name) => name.startsWith(prefix));
}

export function forgetTyped(): void {
  const names = [...entries.keys()];
  entries.clear();
  for (const name of names) store(name);
}

function load(): Map<string, string> {
  try {
    const names = Object.keys(sessionStorage).filter((name) => name.startsWith(PREFIX));
    return new Map(names.map((name) => [name.slice(PREFIX.length), sessionStorage.getItem(name) ?? ""]));
  } catch {
    return new Map();
  }
}

function store(name: string): void {
  const text = entries.get(name);
  try {
    if (text === undefined) sessionStorage.removeItem(PREFIX + name);
    else sessionStorage.setItem(PREFIX + name, text);
  } catch {
    // Storage is switched off or full: what was typed lives as long as the page.
  }
}
