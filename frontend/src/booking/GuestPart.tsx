/** A guest of the party: who it is, what they had before, and what they have now. */
import { useQuery } from "@tanstack/react-query";
import { HeartPulse, History, Pencil, Repeat2, StickyNote, Trash2, UserRound } from "lucide-react";
import { type ReactNode, type RefObject, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CustomerRead } from "@/api/generated";
import { dayIn } from "@/board/time";
import { Button } from "@/design/Button";
import { currentLanguage } from "@/i18n";
import { dayName, inLanguage, phoneNumber, shortName } from "@/i18n/format";
import { CustomerField } from "./CustomerField";
import type { Catalogue } from "./catalogue";
import type { Change, GuestDraft, Place } from "./draft";
import { NewCustomer } from "./NewCustomer";
import { type PastVisit, pastVisits } from "./past";
import { visitsQuery } from "./queries";
import { TreatmentField } from "./TreatmentField";
import { TreatmentPart } from "./TreatmentPart";

/** Past visits that are offered to be repeated. */
const SHOWN = 3;

export interface GuestInputs {
  customer: RefObject<HTMLInputElement | null>;
  treatment: RefObject<HTMLInputElement | null>;
}

interface Props {
  guest: GuestDraft;
  /** The place of the board that was pressed for the first treatment. */
  place: Place | null;
  index: number;
  isParty: boolean;
  catalogue: Catalogue;
  popular: string[];
  therapists: ReadonlyMap<string, string>;
  zone: string;
  today: string;
  error: string | null;
  inputs: GuestInputs;
  change: (change: Change) => void;
  onCustomer: (customer: CustomerRead) => void;
  onRepeat: (past: PastVisit) => void;
}

export function GuestPart(props: Props) {
  const { guest, place, index, isParty, catalogue, popular, therapists, error, inputs, change, onCustomer } =
    props;
  const { t } = useTranslation();
  const [added, setAdded] = useState<string | null>(null);
  const isKnown = guest.customer !== null || guest.name !== "";
  const number = isParty ? index + 1 : undefined;
  const goOn = () => requestAnimationFrame(() => inputs.treatment.current?.focus());
  return (
    <section
      aria-label={t("booking.guest", { number: index + 1 })}
      className={isParty ? "rounded-lg border border-line p-3" : ""}
    >
      {isParty && (
        <div className="mb-1 flex items-center">
          <h3 className="flex-1 font-semibold">{t("booking.guest", { number: index + 1 })}</h3>
          {index > 0 && (
            <Button
              kind="quiet"
              size="icon"
              aria-label={t("booking.removeGuest", { number: index + 1 })}
              onClick={() => change({ kind: "removeGuest", guest: index })}
            >
              <Trash2 aria-hidden size={16} />
            </Button>
          )}
        </div>
      )}
      {added !== null ? (
        <NewCustomer
          typed={added}
          onCancel={() => {
            setAdded(null);
            requestAnimationFrame(() => inputs.customer.current?.focus());
          }}
          onCustomer={(customer) => {
            setAdded(null);
            onCustomer(customer);
          }}
        />
      ) : isKnown ? (
        <KnownGuest {...props} />
      ) : (
        <CustomerField
          number={number}
          input={inputs.customer}
          onCustomer={onCustomer}
          onNew={setAdded}
          onName={(name) => {
            change({ kind: "customer", guest: index, customer: null, name });
            goOn();
          }}
        />
      )}
      {guest.isUsual && (
        <p className="mt-2.5 -mb-1 flex items-center gap-1.5 text-muted text-sm">
          <History aria-hidden size={14} />
          {t("booking.usual")}
        </p>
      )}
      {guest.treatments.length > 0 && (
        <ul className="mt-2.5 grid gap-1.5">
          {guest.treatments.map((treatment, position) => (
            <TreatmentPart
              // biome-ignore lint/suspicious/noArrayIndexKey: the same treatment can be there twice, and the order stays
              key={`${treatment.variantId}/${position}`}
              treatment={treatment}
              place={position === 0 ? place : null}
              offer={catalogue.byId.get(treatment.variantId)}
              therapists={therapists}
              onChange={(next) =>
                change({ kind: "treatment", guest: index, index: position, treatment: next })
              }
              onRemove={() => {
                change({ kind: "removeTreatment", guest: index, index: position });
                goOn();
              }}
            />
          ))}
        </ul>
      )}
      <div className="mt-2.5">
        <TreatmentField
          catalogue={catalogue}
          popular={popular}
          isFirst={guest.treatments.length === 0}
          isInstead={guest.isUsual}
          error={error}
          input={inputs.treatment}
          onChoose={(offer) => change({ kind: "addTreatment", guest: index, variantId: offer.id })}
        />
      </div>
    </section>
  );
}

function KnownGuest({ guest, index, inputs, zone, today, change, onRepeat }: Props) {
  const { t } = useTranslation();
  const { customer } = guest;
  return (
    <div className="rounded-md border border-line bg-sunken" data-guest>
      <div className="flex items-center gap-2.5 p-2.5">
        <UserRound aria-hidden size={18} className="shrink-0 text-muted" />
        <div className="min-w-0 flex-1">
          <p className="break-words font-semibold">{customer?.full_name ?? guest.name}</p>
          {customer !== null && customer.phone !== null && (
            <p className="tabular text-muted text-sm">{phoneNumber(customer.phone)}</p>
          )}
        </div>
        <Button
          kind="quiet"
          size="icon"
          aria-label={t("booking.otherCustomer")}
          onClick={() => {
            change({ kind: "customer", guest: index, customer: null });
            requestAnimationFrame(() => inputs.customer.current?.focus());
          }}
        >
          <Pencil aria-hidden size={15} />
        </Button>
      </div>
      {customer !== null && customer.contraindications !== "" && (
        <Remark icon={HeartPulse} name={t("card.health")} look="bg-danger-soft text-danger">
          {customer.contraindications}
        </Remark>
      )}
      {customer !== null && customer.notes !== "" && (
        <Remark icon={StickyNote} name={t("booking.customerNote")} look="bg-warning-soft text-warning">
          {customer.notes}
        </Remark>
      )}
      {customer !== null && (
        <PastVisits customerId={customer.id} zone={zone} today={today} onRepeat={onRepeat} />
      )}
    </div>
  );
}

interface PastVisitsProps extends Pick<Props, "zone" | "today" | "onRepeat"> {
  customerId: string;
}

function PastVisits({ customerId, zone, today, onRepeat }: PastVisitsProps) {
  const { t } = useTranslation();
  const language = currentLanguage();
  const { data } = useQuery(visitsQuery(customerId));
  if (data === undefined) return null;
  const past = pastVisits(data.items, customerId, Date.now());
  if (past.length === 0) {
    return <p className="border-line border-t px-2.5 py-2 text-muted text-sm">{t("booking.firstVisit")}</p>;
  }
  return (
    <ul aria-label={t("booking.pastVisits")} className="border-line border-t py-1">
      {past.slice(0, SHOWN).map((visit) => {
        const day = dayName(t, dayIn(zone, visit.start), today);
        const names = visit.appointment.treatments
          .map((treatment) => inLanguage(treatment.name, language))
          .join(", ");
        const staff = visit.appointment.treatments
          .flatMap(({ allocations }) => allocations)
          .filter(({ kind }) => kind === "staff")
          .map(({ name }) => shortName(name));
        return (
          <li key={visit.id} className="flex items-center gap-2 px-2.5 py-1">
            <div className="min-w-0 flex-1 text-sm">
              <p className="truncate font-medium">{names}</p>
              <p className="truncate text-muted">{[day, ...new Set(staff)].join(" · ")}</p>
              {visit.note !== "" && <p className="break-words text-muted italic">{visit.note}</p>}
            </div>
            <Button
              className="h-8 px-2.5 text-sm pointer-coarse:h-11"
              onClick={() => onRepeat(visit)}
              title={t("booking.repeatHint")}
              aria-label={t("booking.repeatVisit", { day, treatment: names })}
            >
              <Repeat2 aria-hidden size={15} />
              {t("booking.repeat")}
            </Button>
          </li>
        );
      })}
    </ul>
  );
}

interface RemarkProps {
  icon: typeof HeartPulse;
  name: string;
  look: string;
  children: ReactNode;
}

function Remark({ icon: Icon, name, look, children }: RemarkProps) {
  return (
    <p className={`mx-2.5 mb-2 flex gap-2 rounded-md px-2.5 py-1.5 text-sm ${look}`}>
      <Icon aria-hidden size={15} className="mt-0.5 shrink-0" />
      <span className="min-w-0 break-words">
        <span className="font-medium">{name}: </span>
        {children}
      </span>
    </p>
  );
}
