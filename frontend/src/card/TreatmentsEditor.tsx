/** The treatments of a guest: added, dropped, longer, with add-ons, another therapist or bed. Saved together. */
import { useQuery } from "@tanstack/react-query";
import { ArrowUp, Trash2 } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { call } from "@/api/client";
import {
  type AppointmentRead,
  type BoardRead,
  findPlaces,
  type PlaceRead,
  type TreatmentChange,
  updateAppointment,
  type VisitChanged,
} from "@/api/generated";
import { MINUTE } from "@/board/time";
import type { Catalogue, Offer } from "@/booking/catalogue";
import { popularVariants } from "@/booking/past";
import { useCatalogue } from "@/booking/queries";
import { offerName, TreatmentField } from "@/booking/TreatmentField";
import { Button } from "@/design/Button";
import { currentLanguage } from "@/i18n";
import { inLanguage, money } from "@/i18n/format";
import { changesOf, draftOf, minutesWith, type TreatmentDraft, withAddOn } from "./edit";
import { Check, Select } from "./fields";
import { nameOf } from "./find";
import { useDeskAction, withReassigned } from "./useDeskAction";
import { useUndoEdit } from "./useUndoEdit";

interface Props {
  board: BoardRead;
  appointment: AppointmentRead;
}

interface Saving {
  appointment: AppointmentRead;
  treatments: TreatmentChange[];
  start?: string;
}

const LENGTHS = Array.from({ length: 48 }, (_, index) => (index + 1) * 5).filter(
  (minutes) => minutes >= 15 && (minutes <= 150 || minutes % 15 === 0),
);
let created = 0;

export function TreatmentsEditor({ board, appointment }: Props) {
  const { t } = useTranslation();
  const { data: catalogue } = useCatalogue();
  const addInput = useRef<HTMLInputElement>(null);
  const agreed = draftOf(appointment);
  const [edited, setEdited] = useState<TreatmentDraft[] | null>(null);
  const draft = edited ?? agreed;
  const changes = changesOf(agreed, draft);
  const undoOf = useUndoEdit(board.time_zone);
  const save = useDeskAction<Saving, VisitChanged>({
    zone: board.time_zone,
    send: ({ appointment: { id }, treatments, start }, overrule) =>
      call(
        updateAppointment({
          path: { appointment_id: id },
          body: { treatments, ...(start === undefined ? {} : { start }), ...overrule },
        }),
      ),
    atStart: (input, start) => ({ ...input, start: new Date(start).toISOString() }),
    onDone: (visit, { appointment: { id } }) => {
      setEdited(null);
      const after = visit.appointments.find((other) => other.id === id) ?? appointment;
      const guest = nameOf(board, after) ?? t("card.anonymous");
      showDone(
        withReassigned(t, t("opened.saved", { guest }), visit.reassigned),
        undoOf(visit, t("opened.undone", { guest })),
      );
    },
  });

  const change = (index: number, change: Partial<TreatmentDraft>) =>
    setEdited(draft.map((treatment, at) => (at === index ? { ...treatment, ...change } : treatment)));
  const add = (offer: Offer) => {
    created += 1;
    setEdited([
      ...draft,
      {
        key: `new-${created}`,
        id: null,
        variantId: offer.id,
        addOnIds: [],
        therapistId: null,
        assignTo: null,
        gender: null,
        bedId: null,
        minutes: offer.minutes,
      },
    ]);
  };

  return (
    <>
      <ol className="flex flex-col gap-3">
        {draft.map((treatment, index) => (
          <li key={treatment.key} className="rounded-md border border-line p-3">
            <TreatmentFields
              board={board}
              appointment={appointment}
              treatment={treatment}
              number={index + 1}
              catalogue={catalogue}
              onChange={(next) => change(index, next)}
              onUp={
                index === 0
                  ? undefined
                  : () => {
                      const moved = [...draft];
                      moved.splice(index - 1, 2, treatment, draft[index - 1] as TreatmentDraft);
                      setEdited(moved);
                    }
              }
              onDrop={
                draft.length === 1
                  ? undefined
                  : () => setEdited(draft.filter((other) => other.key !== treatment.key))
              }
            />
          </li>
        ))}
      </ol>
      {catalogue !== undefined && (
        <TreatmentField
          catalogue={catalogue}
          popular={popularVariants(board)}
          isFirst={false}
          isInstead={false}
          error={null}
          input={addInput}
          onChoose={add}
        />
      )}
      {changes !== null && (
        <div className="sticky bottom-0 -mx-4 flex gap-2 border-line border-t bg-raised px-4 py-3">
          <Button
            kind="primary"
            size="lg"
            className="flex-1 justify-center"
            disabled={save.isRunning}
            onClick={() => save.run({ appointment, treatments: changes })}
          >
            {t("opened.save")}
          </Button>
          <Button size="lg" onClick={() => setEdited(null)}>
            {t("opened.discard")}
          </Button>
        </div>
      )}
    </>
  );
}

interface FieldsProps {
  board: BoardRead;
  appointment: AppointmentRead;
  treatment: TreatmentDraft;
  number: number;
  catalogue: Catalogue | undefined;
  onChange: (change: Partial<TreatmentDraft>) => void;
  onUp: (() => void) | undefined;
  onDrop: (() => void) | undefined;
}

function TreatmentFields(props: FieldsProps) {
  const { board, appointment, treatment, number, catalogue, onChange, onUp, onDrop } = props;
  const { t } = useTranslation();
  const language = currentLanguage();
  const agreed = appointment.treatments.find(({ id }) => id === treatment.id);
  const offer = catalogue?.byId.get(treatment.variantId);
  const variants = catalogue?.offers.filter(({ serviceId }) => serviceId === offer?.serviceId) ?? [];
  const name = offer?.name ?? agreed?.name;
  const places = usePlaces(board, appointment, treatment.id);
  const assigned = agreed?.allocations.find(({ kind }) => kind === "staff");
  const bed = agreed?.allocations.find(({ kind }) => kind === "bed");
  const lengths = LENGTHS.includes(treatment.minutes)
    ? LENGTHS
    : [...LENGTHS, treatment.minutes].sort((a, b) => a - b);
  const therapists =
    places?.filter(({ kind }) => kind === "staff") ??
    board.people.map(({ id, name: full }) => ({ resource_id: id, name: full, isFree: true }));
  const beds = places?.filter(({ kind }) => kind === "bed") ?? [];
  const optionOf = (place: { resource_id: string; name: string; isFree: boolean }) => ({
    value: place.resource_id,
    text: place.isFree ? place.name : t("opened.isBusy", { name: place.name }),
  });

  return (
    <fieldset className="flex min-w-0 flex-col gap-2.5">
      <legend className="sr-only">{t("opened.treatmentNumber", { number })}</legend>
      <div className="flex items-center gap-1">
        <span className="min-w-0 flex-1 break-words font-semibold">
          {name === undefined ? "" : inLanguage(name, language)}
        </span>
        {onUp !== undefined && (
          <Button kind="quiet" size="icon" className="size-11" aria-label={t("opened.moveUp")} onClick={onUp}>
            <ArrowUp aria-hidden size={17} />
          </Button>
        )}
        {onDrop !== undefined && (
          <Button kind="quiet" size="icon" className="size-11" aria-label={t("opened.drop")} onClick={onDrop}>
            <Trash2 aria-hidden size={17} />
          </Button>
        )}
      </div>
      {variants.length > 0 && (
        <Select
          label={t("opened.variant")}
          value={treatment.variantId}
          options={variants.map((variant) => ({
            value: variant.id,
            text: [
              offerName(variant, language),
              t("time.minutes", { count: variant.minutes }),
              money(variant.price),
            ].join(" · "),
          }))}
          onChange={(variantId) => {
            const chosen = catalogue?.byId.get(variantId);
            // Of an agreed treatment the length is that of the guest's time, which add-ons have made longer.
            if (variantId === agreed?.variant_id)
              onChange({ ...draftOf(appointment).find(({ id }) => id === treatment.id) });
            else
              onChange({
                variantId,
                ...(chosen && { minutes: minutesWith(chosen.minutes, treatment.addOnIds, chosen.addOns) }),
                assignTo: treatment.assignTo ?? assigned?.resource_id ?? null,
              });
          }}
        />
      )}
      <div className="flex gap-2">
        <Select
          label={t("opened.length")}
          value={String(treatment.minutes)}
          disabled={treatment.id === null}
          options={lengths.map((minutes) => ({
            value: String(minutes),
            text: t("time.minutes", { count: minutes }),
          }))}
          onChange={(minutes) => onChange({ minutes: Number(minutes) })}
        />
        <Select
          label={t("opened.gender")}
          value={treatment.gender ?? ""}
          options={[
            { value: "", text: t("opened.anyGender") },
            { value: "female", text: t("card.female") },
            { value: "male", text: t("card.male") },
          ]}
          onChange={(gender) =>
            onChange({ gender: gender === "female" || gender === "male" ? gender : null })
          }
        />
      </div>
      <div className="flex gap-2">
        <Select
          label={t("opened.wish")}
          value={treatment.therapistId ?? ""}
          options={[{ value: "", text: t("opened.anyTherapist") }, ...therapists.map(optionOf)]}
          onChange={(therapistId) => onChange({ therapistId: therapistId || null, assignTo: null })}
        />
        <Select
          label={t("opened.assigned")}
          value={treatment.assignTo ?? treatment.therapistId ?? assigned?.resource_id ?? ""}
          disabled={treatment.therapistId !== null}
          options={[
            ...(assigned === undefined ? [{ value: "", text: t("opened.bySystem") }] : []),
            ...therapists.map(optionOf),
          ]}
          onChange={(chosen) =>
            onChange({ assignTo: chosen === assigned?.resource_id || chosen === "" ? null : chosen })
          }
        />
      </div>
      {beds.length > 0 && (
        <Select
          label={t("opened.bed")}
          value={treatment.bedId ?? ""}
          options={[
            {
              value: "",
              text: bed === undefined ? t("opened.anyBed") : t("opened.anyBedNow", { name: bed.name }),
            },
            ...beds.map(optionOf),
          ]}
          onChange={(bedId) => onChange({ bedId: bedId || null })}
        />
      )}
      {offer !== undefined && offer.addOns.length > 0 && (
        <fieldset>
          <legend className="text-muted text-sm">{t("card.addOns")}</legend>
          {offer.addOns.map((addOn) => (
            <Check
              key={addOn.id}
              label={[
                inLanguage(addOn.name, language),
                t("time.minutes", { count: addOn.minutes }),
                money(addOn.price),
              ].join(" · ")}
              checked={treatment.addOnIds.includes(addOn.id)}
              onChange={(isChosen) => onChange(withAddOn(treatment, addOn, isChosen))}
            />
          ))}
        </fieldset>
      )}
    </fieldset>
  );
}

/** Return the therapists with the skill and the beds of the type, and whether they are free at the present start. */
function usePlaces(board: BoardRead, appointment: AppointmentRead, treatmentId: string | null) {
  const { data } = useQuery({
    queryKey: ["places", treatmentId, appointment.start, appointment.treatments.map(({ end }) => end)],
    queryFn: () =>
      call(
        findPlaces({
          body: { branch_id: board.branch_id, day: board.day, treatment_id: treatmentId ?? "" },
        }),
      ),
    enabled: treatmentId !== null,
    staleTime: 15_000,
  });
  const start = Date.parse(appointment.start);
  const isFree = (place: PlaceRead) =>
    place.fits.some(([from, until]) => Date.parse(from) <= start + MINUTE / 2 && start < Date.parse(until));
  return data?.places.map((place) => ({ ...place, isFree: isFree(place) }));
}

/** The agreed treatments in words. */
export function TreatmentNames({ appointment }: { appointment: AppointmentRead }) {
  const language = currentLanguage();
  return (
    <span className="break-words">
      {appointment.treatments
        .map((treatment) =>
          [
            treatment.name,
            ...(treatment.variant_name === null ? [] : [treatment.variant_name]),
            ...treatment.add_ons.map(({ name }) => name),
          ]
            .map((name) => inLanguage(name, language))
            .join(" · "),
        )
        .join(", ")}
    </span>
  );
}
