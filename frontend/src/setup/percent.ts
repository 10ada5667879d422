/** Percentages as they are typed and shown: the API has hundredths of a percent. Everything here is pure. */
import type { Language } from "@/app/preferences";

const PERCENT = /^\d{1,3}(?:[.,]\d{1,2})?$/;

/** Return `8` or `8,25` for 800 or 825, in English `8.25`. */
export function percentOf(rate: number, language: Language): string {
  const [whole, part] = [Math.floor(rate / 100), String(rate % 100).padStart(2, "0")];
  const decimals = part.replace(/0+$/, "");
  return decimals === "" ? String(whole) : `${whole}${language === "vi" ? "," : "."}${decimals}`;
}

/** Read what is typed, with a comma or a point. What is no number: null. The API refuses more than 100 %. */
export function readPercent(text: string): number | null {
  const typed = text.trim().replace(/\s*%$/, "");
  if (!PERCENT.test(typed)) return null;
  return Math.round(Number(typed.replace(",", ".")) * 100);
}
