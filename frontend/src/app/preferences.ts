/** What a person chose on this device. Signing out removes it with everything else. */

export type Language = "vi" | "en";
export type Theme = "system" | "light" | "dark";
export const LANGUAGES: readonly Language[] = ["vi", "en"];
export const LANGUAGE_NAMES: Record<Language, string> = { vi: "Tiếng Việt", en: "English" };
export const THEMES: readonly Theme[] = ["system", "light", "dark"];

function read(name: string): string | null {
  try {
    return localStorage.getItem(`zenspa.${name}`);
  } catch {
    return null; // storage is switched off in this browser
  }
}

function write(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`zenspa.${name}`);
    else localStorage.setItem(`zenspa.${name}`, value);
  } catch {
    // the same: the choice holds until the page is left
  }
}

export const preferences = {
  language(): Language {
    const chosen = read("language");
    if (chosen === "vi" || chosen === "en") return chosen;
    return navigator.languages.some((name) => name.toLowerCase().startsWith("vi")) ? "vi" : "en";
  },
  setLanguage: (language: Language) => write("language", language),
  theme(): Theme {
    const chosen = read("theme");
    return chosen === "light" || chosen === "dark" ? chosen : "system";
  },
  setTheme(theme: Theme) {
    write("theme", theme);
    applyTheme(theme);
  },
  /** Whether a letter alone does something. Off for those who speak to their computer, or touch keys by accident. */
  singleKeys: () => read("single-keys") !== "off",
  setSingleKeys: (isOn: boolean) => write("single-keys", isOn ? "on" : "off"),
  branch: () => read("branch"),
  setBranch: (id: string) => write("branch", id),
};

/** A sign-out of which the server knows nothing yet. */
export const leaving = {
  isKept: () => read("leaving") !== null,
  keep: () => write("leaving", "1"),
  forget: () => write("leaving", null),
};

export function applyTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
}
