/** Where a new spa probably is: as this device says. */
export interface Place {
  country: string;
  timeZone: string;
}

const OLD_NAMES: Record<string, string> = { "Asia/Saigon": "Asia/Ho_Chi_Minh" };
/** Countries of zones in which a spa with ZenSpa was thought of. Any other is the region of the browser's language. */
const COUNTRIES: Record<string, string> = {
  "Asia/Ho_Chi_Minh": "VN",
  "Asia/Bangkok": "TH",
  "Asia/Singapore": "SG",
  "Asia/Tokyo": "JP",
  "Asia/Seoul": "KR",
  "Europe/Paris": "FR",
  "Europe/Berlin": "DE",
  "Europe/London": "GB",
  "Australia/Sydney": "AU",
};
export const CHOICES = [
  ...["VN", "AU", "CA", "CH", "CZ", "DE", "FR", "GB", "JP", "KH", "KR", "LA", "MY", "NZ", "PH", "PL"],
  ...["SG", "TH", "TW", "US"],
];

export function guessPlace(zone: string, languages: readonly string[]): Place {
  const timeZone = OLD_NAMES[zone] ?? zone;
  const regions = languages.map((language) => new Intl.Locale(language).region);
  const country = COUNTRIES[timeZone] ?? regions.find((region) => region !== undefined) ?? "VN";
  return { country, timeZone };
}

/** Return all zones, with that of the spa among them. */
export function zones(chosen: string): string[] {
  const known = Intl.supportedValuesOf("timeZone").map((zone) => OLD_NAMES[zone] ?? zone);
  return [...new Set([...known, chosen])].sort();
}
