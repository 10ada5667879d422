/** The two languages of the screens. One is loaded at the start, the other before it is asked for; it is switched without a
    reload, and kept on the device. */
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { type Language, preferences } from "@/app/preferences";
import { addPreload } from "@/app/preload";
import type customers from "./customers.vi.json";
import type reports from "./reports.vi.json";
import type setup from "./setup.vi.json";
import type till from "./till.vi.json";
import type vi from "./vi.json";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: {
      translation: typeof vi & typeof customers & typeof till & typeof reports;
      setup: typeof setup;
    };
  }
}

/** A file of texts. */
type Part = "translation" | "customers" | "setup" | "till" | "reports";

const TEXTS: Record<Part, Record<Language, () => Promise<{ default: object }>>> = {
  translation: { vi: () => import("./vi.json"), en: () => import("./en.json") },
  customers: { vi: () => import("./customers.vi.json"), en: () => import("./customers.en.json") },
  setup: { vi: () => import("./setup.vi.json"), en: () => import("./setup.en.json") },
  till: { vi: () => import("./till.vi.json"), en: () => import("./till.en.json") },
  reports: { vi: () => import("./reports.vi.json"), en: () => import("./reports.en.json") },
};
/** What is shown in this tab. The board does without the texts of other pages. */
const used = new Set<Part>(["translation"]);
const loaded = new Set<string>();

async function load(language: Language): Promise<void> {
  for (const part of used) {
    if (loaded.has(part + language)) continue;
    const namespace = part === "setup" ? part : "translation";
    i18next.addResourceBundle(language, namespace, (await TEXTS[part][language]()).default, true);
    loaded.add(part + language);
  }
}

/** Load the texts of more screens, in the language of this device. */
export async function addTexts(...parts: Part[]): Promise<void> {
  for (const part of parts) used.add(part);
  await load(currentLanguage());
}

export async function startTranslations(): Promise<void> {
  const language = preferences.language();
  document.documentElement.lang = language;
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: { [language]: { translation: (await TEXTS.translation[language]()).default } },
    interpolation: { escapeValue: false }, // React writes every text as text
    initAsync: false,
  });
  loaded.add(`translation${language}`);
  addPreload(() => load(language === "vi" ? "en" : "vi"));
}

/** Switch the language. Without the network, one that was never loaded is left for another time. */
export async function switchLanguage(language: Language): Promise<void> {
  await load(language);
  preferences.setLanguage(language);
  document.documentElement.lang = language;
  await i18next.changeLanguage(language);
}

export function currentLanguage(): Language {
  return i18next.language === "en" ? "en" : "vi";
}
