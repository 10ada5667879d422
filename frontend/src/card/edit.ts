/** What is changed of a guest's treatments, and how it is sent. Pure. */
import type { AppointmentRead, TreatmentChange, TreatmentRead } from "@/api/generated";
import { MINUTE } from "@/board/time";

/** A treatment in the form. */
export interface TreatmentDraft {
  /** The id of an agreed treatment; a name of ours for a new one. */
  key: string;
  /** Null: it is new. */
  id: string | null;
  variantId: string;
  addOnIds: string[];
  /** The therapist whom the guest asks for. */
  therapistId: string | null;
  /** The therapist whom the desk chooses, without a wish of the guest. */
  assignTo: string | null;
  gender: TreatmentRead["gender"];
  bedId: string | null;
  /** The length of the guest's time, with the add-ons. */
  minutes: number;
}

interface AddOn {
  id: string;
  minutes: number;
}

/** Return the treatment with an add-on more or less, and with its minutes. */
export function withAddOn(
  { addOnIds, minutes }: TreatmentDraft,
  addOn: AddOn,
  isChosen: boolean,
): Pick<TreatmentDraft, "addOnIds" | "minutes"> {
  return isChosen
    ? { addOnIds: [...addOnIds, addOn.id], minutes: minutes + addOn.minutes }
    : { addOnIds: addOnIds.filter((id) => id !== addOn.id), minutes: minutes - addOn.minutes };
}

/** Return the minutes of another variant with the add-ons that are chosen. */
export function minutesWith(
  variantMinutes: number,
  addOnIds: readonly string[],
  addOns: readonly AddOn[],
): number {
  const chosen = addOns.filter(({ id }) => addOnIds.includes(id));
  return chosen.reduce((sum, { minutes }) => sum + minutes, variantMinutes);
}

export function draftOf(appointment: AppointmentRead): TreatmentDraft[] {
  return appointment.treatments.map((treatment) => ({
    key: treatment.id,
    id: treatment.id,
    variantId: treatment.variant_id,
    addOnIds: treatment.add_ons.map(({ add_on_id }) => add_on_id),
    therapistId: treatment.therapist_id,
    assignTo: null,
    gender: treatment.gender,
    bedId: treatment.bed_id,
    minutes: Math.round((Date.parse(treatment.end) - Date.parse(treatment.start)) / MINUTE),
  }));
}

/** Return the treatments as the API takes them, or null when nothing has changed. Of an agreed treatment only what is
    different is sent: what somebody else changes meanwhile stays. */
export function changesOf(
  agreed: readonly TreatmentDraft[],
  draft: readonly TreatmentDraft[],
): TreatmentChange[] | null {
  const byId = new Map(agreed.map((treatment) => [treatment.id, treatment]));
  const changes = draft.map((treatment): TreatmentChange => {
    const before = treatment.id === null ? undefined : byId.get(treatment.id);
    // Another variant is another treatment: a new price and new segments.
    if (before === undefined || before.variantId !== treatment.variantId)
      return newTreatment(treatment, before);
    return {
      id: treatment.key,
      ...(isSameSet(treatment.addOnIds, before.addOnIds) ? {} : { add_on_ids: treatment.addOnIds }),
      ...(treatment.therapistId === before.therapistId ? {} : { therapist_id: treatment.therapistId }),
      ...(treatment.assignTo === null ? {} : { assign_to: treatment.assignTo }),
      ...(treatment.gender === before.gender ? {} : { gender: givenGender(treatment.gender) }),
      ...(treatment.bedId === before.bedId ? {} : { bed_id: treatment.bedId }),
      ...(treatment.minutes === before.minutes ? {} : { minutes: treatment.minutes }),
    };
  });
  const isUnchanged =
    draft.length === agreed.length &&
    changes.every((change, index) => Object.keys(change).length === 1 && change.id === agreed[index]?.id);
  return isUnchanged ? null : changes;
}

function newTreatment(treatment: TreatmentDraft, before: TreatmentDraft | undefined): TreatmentChange {
  return {
    variant_id: treatment.variantId,
    add_on_ids: treatment.addOnIds,
    ...(treatment.therapistId === null ? {} : { therapist_id: treatment.therapistId }),
    ...(treatment.assignTo === null ? {} : { assign_to: treatment.assignTo }),
    ...(treatment.gender === null ? {} : { gender: givenGender(treatment.gender) }),
    ...(treatment.bedId === null ? {} : { bed_id: treatment.bedId }),
    ...(before !== undefined && treatment.minutes !== before.minutes ? { minutes: treatment.minutes } : {}),
  };
}

function givenGender(gender: TreatmentRead["gender"]): "female" | "male" | null {
  return gender === "female" || gender === "male" ? gender : null;
}

function isSameSet(first: readonly string[], second: readonly string[]): boolean {
  return first.length === second.length && first.every((item) => second.includes(item));
}
