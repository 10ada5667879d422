/** What the desk can do about a refusal. Pure. */
import { ApiError } from "@/api/errors";

/** What the desk has confirmed. */
export interface Overrule {
  allow_same_time?: boolean;
  force?: boolean;
}

export interface Refusal {
  /** What to send to do it all the same; null: it cannot be overruled. */
  overrule: Overrule | null;
  /** What is in the way, one sentence each. */
  reasons: string[];
  /** The nearest free starts, in milliseconds. */
  starts: number[];
}

/** Return what a refusal says, or null for one that only a sentence tells about. */
export function refusalOf(error: unknown): Refusal | null {
  if (!(error instanceof ApiError) || error.status !== 409) return null;
  const messagesOf = (...types: string[]) =>
    error.details.filter(({ type }) => types.includes(type ?? "")).map(({ message }) => message);
  const reasons = messagesOf("reason", "stranded_appointment", "more_appointments");
  const starts = error.details
    .filter(({ type }) => type === "alternative")
    .map(({ value }) => Date.parse(String(value)))
    .filter((start) => !Number.isNaN(start));
  switch (error.code) {
    case "SAME_TIME":
      return { overrule: { allow_same_time: true }, reasons, starts };
    case "APPOINTMENTS_STRANDED":
      return { overrule: { force: true }, reasons, starts };
    case "SLOT_TAKEN":
      // With a reason the time was impossible whoever else has come: hours, shifts and blocked time yield to the desk.
      return { overrule: reasons.length > 0 ? { force: true } : null, reasons, starts };
    default:
      return reasons.length > 0 || starts.length > 0 ? { overrule: null, reasons, starts } : null;
  }
}

/** Return what the desk can still confirm: nothing that was confirmed already, and was refused all the same. */
export function stillToConfirm(
  { overrule }: Refusal,
  confirmed: Overrule,
  canForce: boolean,
): Overrule | null {
  if (overrule === null || (overrule.force && !canForce)) return null;
  const isNew = Object.keys(overrule).some((key) => confirmed[key as keyof Overrule] !== true);
  return isNew ? overrule : null;
}

/** Return the reasons that the title of the dialog does not say already. */
export function linesBeside(title: string, reasons: readonly string[]): string[] {
  return reasons.filter((reason) => !title.includes(reason.replace(/\.$/, "")));
}
