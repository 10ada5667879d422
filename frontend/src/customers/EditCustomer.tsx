/** Change a customer in place. A change by another person meanwhile is not overwritten: both are shown. */
import { useQueryClient } from "@tanstack/react-query";
import { UsersRound } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import { ApiError } from "@/api/errors";
import { type CustomerRead, type CustomerUpdate, getCustomer, updateCustomer } from "@/api/generated";
import { CustomerForm } from "./CustomerForm";
import { keepCustomer, useCustomer } from "./data";
import { changesOf, type Field, reconcile, valuesOf } from "./form";
import { PhoneOwner } from "./PhoneOwner";
import { type Refusal, refusalOf } from "./refusals";
import { showValue } from "./values";

const NOTHING: Refusal = { fields: {} };

interface Conflict {
  latest: CustomerRead;
  fields: Field[];
  changes: CustomerUpdate;
}

interface Saving {
  /** The record on which the changes were made. */
  base: CustomerRead;
  changes: CustomerUpdate;
}

export function EditCustomer({ customer, onDone }: { customer: CustomerRead; onDone: () => void }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  // The record as it was when the form was opened, whatever is loaded meanwhile.
  const [base, setBase] = useState(customer);
  const [initial] = useState(() => valuesOf(customer));
  const [refusal, setRefusal] = useState(NOTHING);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const [choices, setChoices] = useState<Partial<Record<Field, "typed" | "saved">>>({});

  const finish = (saved: CustomerRead) => {
    keepCustomer(cache, saved);
    showDone(t("customers.saved"));
    onDone();
  };
  const { run, isRunning, isWaiting } = useAction({
    send: ({ base: { id, updated_at }, changes }: Saving) =>
      call(updateCustomer({ path: { customer_id: id }, body: { ...changes, unmodified_since: updated_at } })),
    onDone: finish,
    onRefused: (error, saving) => {
      if (error instanceof ApiError && error.code === "CUSTOMER_CHANGED") void compare(saving);
      else setRefusal(refusalOf(t, error));
    },
  });

  /** Look at what another person has changed: other fields are both kept, the same ones are asked about. */
  const compare = async (saving: Saving) => {
    try {
      const latest = await call(getCustomer({ path: { customer_id: saving.base.id } }));
      const { conflicts, rest } = reconcile(saving.base, saving.changes, latest);
      if (conflicts.length > 0) {
        setChoices({});
        setBase(saving.base);
        setConflict({ latest, fields: conflicts, changes: saving.changes });
      } else if (Object.keys(rest).length > 0) run({ base: latest, changes: rest });
      else finish(latest); // the answer to this very change was lost, or both wrote the same
    } catch (error) {
      setRefusal(refusalOf(t, error));
    }
  };

  const save = (changes: CustomerUpdate) => {
    setRefusal(NOTHING);
    if (conflict === null) {
      if (Object.keys(changes).length === 0) onDone();
      else run({ base, changes });
      return;
    }
    const open = conflict.fields.filter((field) => field in changes && choices[field] === undefined);
    if (open.length > 0) {
      setRefusal({ fields: {}, failure: t("customers.chooseFirst") });
      return;
    }
    const kept = Object.entries(changes).filter(([field]) => choices[field as Field] !== "saved");
    if (kept.length === 0) finish(conflict.latest);
    else run({ base: conflict.latest, changes: Object.fromEntries(kept) });
  };

  return (
    <CustomerForm
      initial={initial}
      refused={refusal.fields}
      failure={refusal.failure}
      phoneRemedy={(change) =>
        refusal.phoneOwner !== undefined && <PhoneOwner id={refusal.phoneOwner} change={change} />
      }
      isRunning={isRunning}
      isWaiting={isWaiting}
      onSave={(values) => save(changesOf(initial, values))}
      onCancel={onDone}
    >
      {conflict !== null && (
        <Choices
          conflict={conflict}
          choices={choices}
          onChoice={(field, choice) => setChoices({ ...choices, [field]: choice })}
        />
      )}
    </CustomerForm>
  );
}

interface ChoicesProps {
  conflict: Conflict;
  choices: Partial<Record<Field, "typed" | "saved">>;
  onChoice: (field: Field, choice: "typed" | "saved") => void;
}

function Choices({ conflict: { latest, fields, changes }, choices, onChoice }: ChoicesProps) {
  const { t } = useTranslation();
  const { data: typedContact } = useCustomer(changes.contact_id ?? null);
  const { data: savedContact } = useCustomer(latest.contact_id);
  const frame = useRef<HTMLElement>(null);
  useEffect(() => {
    frame.current?.focus();
    frame.current?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <section
      ref={frame}
      tabIndex={-1}
      aria-label={t("customers.conflict")}
      className="rounded-md border border-warning bg-warning-soft p-4"
    >
      <h2 className="flex gap-2 font-semibold text-warning">
        <UsersRound aria-hidden size={18} className="mt-0.5 shrink-0" />
        {t("customers.conflict")}
      </h2>
      <p className="mt-1 mb-3 text-sm">{t("customers.conflictHint")}</p>
      {fields.map((field) => (
        <fieldset key={field} className="mt-3">
          <legend className="mb-1 font-medium">{t(`customers.fields.${field}`)}</legend>
          <div className="flex flex-col gap-1.5">
            <Choice
              name={field}
              label={t("customers.typedValue")}
              value={showValue(t, field, changes[field], typedContact?.full_name)}
              isChosen={choices[field] === "typed"}
              onChoose={() => onChoice(field, "typed")}
            />
            <Choice
              name={field}
              label={t("customers.savedValue")}
              value={showValue(t, field, latest[field], savedContact?.full_name)}
              isChosen={choices[field] === "saved"}
              onChoose={() => onChoice(field, "saved")}
            />
          </div>
        </fieldset>
      ))}
    </section>
  );
}

interface ChoiceProps {
  name: string;
  label: string;
  value: string;
  isChosen: boolean;
  onChoose: () => void;
}

function Choice({ name, label, value, isChosen, onChoose }: ChoiceProps) {
  return (
    <label className="flex min-h-11 cursor-pointer items-start gap-2.5 rounded-md border border-line-strong bg-surface px-3 py-2 has-checked:border-accent has-checked:bg-accent-soft">
      <input
        type="radio"
        name={`conflict-${name}`}
        checked={isChosen}
        onChange={onChoose}
        className="mt-1 accent-accent"
      />
      <span className="min-w-0 break-words">
        <span className="block text-muted text-sm">{label}</span>
        <span className="whitespace-pre-line">{value}</span>
      </span>
    </label>
  );
}
