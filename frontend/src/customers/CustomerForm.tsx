/** The fields of a customer, to add or to change one. What is wrong stands at its field, and the first one gets the focus. */
import { LoaderCircle, TriangleAlert, UserRound, X } from "lucide-react";
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/design/Button";
import { FormField, focusFirstError, INPUT, ignoreComposingEnter, TEXTAREA } from "@/design/FormField";
import { Unsaved } from "@/design/Unsaved";
import { CustomerPicker } from "./CustomerPicker";
import { useCustomer } from "./data";
import { errorsOf, type Field, type Values } from "./form";
import { Segments } from "./Segments";
import { TagsInput } from "./TagsInput";

interface Props {
  initial: Values;
  /** What the API has refused, by field. */
  refused: Partial<Record<Field, string>>;
  /** A sentence about the whole. */
  failure?: string | undefined;
  /** What helps with a refused phone number. */
  phoneRemedy?: ((change: (values: Partial<Values>) => void) => ReactNode) | undefined;
  /** Above the buttons, such as what another person changed meanwhile. */
  children?: ReactNode;
  isRunning: boolean;
  isWaiting: boolean;
  onSave: (values: Values) => void;
  onCancel: () => void;
}

export function CustomerForm({
  initial,
  refused,
  failure,
  phoneRemedy,
  children,
  isRunning,
  isWaiting,
  onSave,
  onCancel,
}: Props) {
  const { t } = useTranslation();
  const [values, setValues] = useState(initial);
  const [missing, setMissing] = useState<ReturnType<typeof errorsOf>>({});
  const form = useRef<HTMLFormElement>(null);
  const isDirty = JSON.stringify(values) !== JSON.stringify(initial);
  const change = (next: Partial<Values>) => setValues((before) => ({ ...before, ...next }));
  const errorOf = (field: Field) =>
    missing[field] !== undefined ? t(`customers.${missing[field]}`) : refused[field];

  useEffect(() => {
    if (Object.keys(refused).length > 0) focusFirstError(form.current);
  }, [refused]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isRunning) return;
    const errors = errorsOf(values);
    setMissing(errors);
    if (Object.keys(errors).length > 0) requestAnimationFrame(() => focusFirstError(form.current));
    else onSave(values);
  };
  const text = (field: "full_name" | "email" | "birthday") => ({
    name: field,
    value: values[field],
    onChange: (event: { target: { value: string } }) => change({ [field]: event.target.value }),
    autoComplete: "off",
    className: INPUT,
  });

  return (
    <form
      ref={form}
      onSubmit={submit}
      noValidate
      className="flex flex-col gap-4"
      onKeyDown={ignoreComposingEnter}
    >
      {failure !== undefined && (
        <p role="alert" className="flex gap-2 rounded-md bg-danger-soft px-3 py-2 text-danger">
          <TriangleAlert aria-hidden size={18} className="mt-0.5 shrink-0" />
          {failure}
        </p>
      )}
      <FormField label={t("customers.fields.full_name")} error={errorOf("full_name")}>
        {(input) => (
          // biome-ignore lint/a11y/noAutofocus: the form was opened to type
          <input {...input} {...text("full_name")} autoFocus maxLength={200} spellCheck={false} />
        )}
      </FormField>
      {values.contact_id === null ? (
        <FormField
          label={t("customers.fields.phone")}
          error={errorOf("phone")}
          remedy={
            <>
              {refused.phone !== undefined && phoneRemedy?.(change)}
              {values.phone === "" && <ContactChoice onPick={(contact_id) => change({ contact_id })} />}
            </>
          }
        >
          {(input) => (
            <input
              {...input}
              name="phone"
              type="tel"
              autoComplete="off"
              value={values.phone}
              onChange={(event) => change({ phone: event.target.value })}
              className={`${INPUT} tabular`}
              maxLength={40}
            />
          )}
        </FormField>
      ) : (
        <ContactShown
          id={values.contact_id}
          error={errorOf("contact_id")}
          onRemove={() => change({ contact_id: null })}
        />
      )}
      <div className="grid grid-cols-2 gap-4 max-sm:grid-cols-1">
        <FormField
          label={t("customers.fields.birthday")}
          hint={t("customers.birthdayHint")}
          error={errorOf("birthday")}
        >
          {(input) => <input {...input} {...text("birthday")} inputMode="numeric" maxLength={20} />}
        </FormField>
        <FormField label={t("customers.fields.email")} error={errorOf("email")}>
          {(input) => <input {...input} {...text("email")} type="email" maxLength={254} />}
        </FormField>
      </div>
      <div>
        <p className="mb-1 font-medium">{t("customers.fields.gender")}</p>
        <div className="flex">
          <Segments
            label={t("customers.fields.gender")}
            value={values.gender ?? "unknown"}
            options={{
              female: t("customers.genders.female"),
              male: t("customers.genders.male"),
              other: t("customers.genders.other"),
              unknown: t("customers.genders.unknown"),
            }}
            onValue={(gender) => change({ gender: gender === "unknown" ? null : gender })}
          />
        </div>
      </div>
      <FormField
        label={t("customers.fields.contraindications")}
        hint={t("customers.healthHint")}
        error={errorOf("contraindications")}
      >
        {(input) => (
          <textarea
            {...input}
            name="contraindications"
            value={values.contraindications}
            onChange={(event) => change({ contraindications: event.target.value })}
            className={TEXTAREA}
            maxLength={10_000}
          />
        )}
      </FormField>
      <FormField label={t("customers.fields.notes")} error={errorOf("notes")}>
        {(input) => (
          <textarea
            {...input}
            name="notes"
            value={values.notes}
            onChange={(event) => change({ notes: event.target.value })}
            className={TEXTAREA}
            maxLength={10_000}
          />
        )}
      </FormField>
      <FormField label={t("customers.fields.tags")} hint={t("customers.tagsHint")} error={errorOf("tags")}>
        {(input) => <TagsInput {...input} tags={values.tags} onTags={(tags) => change({ tags })} />}
      </FormField>
      {children}
      <div className="sticky bottom-0 -mx-1 flex items-center gap-2 bg-surface px-1 py-3">
        <Button kind="primary" type="submit" aria-disabled={isRunning} className="pointer-coarse:h-11">
          {isRunning && <LoaderCircle aria-hidden size={17} className="animate-spin" />}
          {t("customers.save")}
        </Button>
        <Button onClick={onCancel} className="pointer-coarse:h-11">
          {t("customers.back")}
        </Button>
        <p role="status" className="text-sm text-warning">
          {isWaiting ? t("customers.waiting") : ""}
        </p>
      </div>
      <Unsaved when={isDirty && !isRunning} />
    </form>
  );
}

function ContactChoice({ onPick }: { onPick: (id: string) => void }) {
  const { t } = useTranslation();
  const [isOpen, setIsOpen] = useState(false);
  if (!isOpen) {
    return (
      <button
        type="button"
        className="mt-1 min-h-6 rounded-sm text-accent text-sm underline underline-offset-2 pointer-coarse:min-h-11"
        onClick={() => setIsOpen(true)}
      >
        {t("customers.useContact")}
      </button>
    );
  }
  return (
    <div className="mt-2">
      <CustomerPicker
        label={t("customers.fields.contact_id")}
        accepts={({ phone }) => phone !== null}
        onPick={({ id }) => onPick(id)}
      />
    </div>
  );
}

function ContactShown({
  id,
  error,
  onRemove,
}: {
  id: string;
  error: string | undefined;
  onRemove: () => void;
}) {
  const { t } = useTranslation();
  const { data } = useCustomer(id);
  return (
    <div>
      <p className="mb-1 font-medium">{t("customers.fields.contact_id")}</p>
      <p className="flex min-h-9 items-center gap-2 rounded-md bg-sunken pl-3">
        <UserRound aria-hidden size={16} className="shrink-0 text-muted" />
        <span className="min-w-0 flex-1 truncate">{data?.full_name}</span>
        <button
          type="button"
          aria-label={t("customers.removeContact")}
          className="grid size-9 shrink-0 place-items-center rounded-md hover:bg-hover pointer-coarse:size-11"
          onClick={onRemove}
        >
          <X aria-hidden size={16} />
        </button>
      </p>
      {error !== undefined && <p className="mt-1 text-danger text-sm">{error}</p>}
    </div>
  );
}
