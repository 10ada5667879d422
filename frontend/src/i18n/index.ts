/** The two languages of the screens. A language is switched at once, without a reload, and kept on the device. */
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { type Language, preferences } from "@/app/preferences";
import en from "./en.json";
import vi from "./vi.json";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: { translation: typeof vi };
  }
}

export function startTranslations(): void {
  const language = preferences.language();
  void i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: { vi: { translation: vi }, en: { translation: en } },
    interpolation: { escapeValue: false }, // React writes every text as text
    initAsync: false,
  });
  document.documentElement.lang = language;
}

export function switchLanguage(language: Language): void {
  preferences.setLanguage(language);
  document.documentElement.lang = language;
  void i18next.changeLanguage(language);
}

export function currentLanguage(): Language {
  return i18next.language === "en" ? "en" : "vi";
}
