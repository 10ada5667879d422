/** The two languages of the screens. One is loaded at the start, the other before it is asked for; it is switched without a
    reload, and kept on the device. */
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { type Language, preferences } from "@/app/preferences";
import { addPreload } from "@/app/preload";
import type vi from "./vi.json";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: { translation: typeof vi };
  }
}

const TEXTS: Record<Language, () => Promise<{ default: object }>> = {
  vi: () => import("./vi.json"),
  en: () => import("./en.json"),
};

async function load(language: Language): Promise<void> {
  if (i18next.hasResourceBundle(language, "translation")) return;
  i18next.addResourceBundle(language, "translation", (await TEXTS[language]()).default);
}

export async function startTranslations(): Promise<void> {
  const language = preferences.language();
  document.documentElement.lang = language;
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: { [language]: { translation: (await TEXTS[language]()).default } },
    interpolation: { escapeValue: false }, // React writes every text as text
    initAsync: false,
  });
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
