/** Add a customer while booking: a name, and a phone number that is checked as it is typed. */
import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import { ApiError, sentenceOf } from "@/api/errors";
import { type CustomerCreate, type CustomerRead, createCustomer } from "@/api/generated";
import { Button } from "@/design/Button";
import { phoneNumber } from "@/i18n/format";
import { usePhoneCheck } from "./queries";
import { FIELD, LABEL } from "./styles";

/** A person types a digit in less: the number is looked at in the pauses. */
const PAUSE = 250;
/** From so many digits a number that is wrong is called wrong; before that it may only be unfinished. */
const WHOLE_NUMBER = 9;

interface Props {
  /** What was typed into the search: a name or digits. */
  typed: string;
  onCustomer: (customer: CustomerRead) => void;
  onCancel: () => void;
}

export function NewCustomer({ typed, onCustomer, onCancel }: Props) {
  const { t } = useTranslation();
  const hasDigits = /\d{3}/.test(typed);
  const [name, setName] = useState(hasDigits ? typed.replaceAll(/[\d\s+.-]+/g, " ").trim() : typed);
  const [phone, setPhone] = useState(hasDigits ? typed.replaceAll(/[^\d+]/g, "") : "");
  const [isNameMissing, setNameMissing] = useState(false);
  const [refusal, setRefusal] = useState<unknown>(null);
  const [isLeft, setLeft] = useState(false);
  const settled = useSettled(phone.trim());
  const check = usePhoneCheck(settled);
  const nameInput = useRef<HTMLInputElement>(null);
  const phoneInput = useRef<HTMLInputElement>(null);
  const ids = { name: useId(), phone: useId(), nameError: useId(), phoneNote: useId() };
  const isSent = useRef(false);
  const { run, isRunning } = useAction({
    send: (body: CustomerCreate, key) => call(createCustomer({ body, headers: { "Idempotency-Key": key } })),
    onDone: onCustomer,
    onRefused: (error) => {
      isSent.current = false;
      setRefusal(error);
      phoneInput.current?.focus();
    },
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: when the form opens, what is missing is typed
  useEffect(() => (name === "" ? nameInput : phoneInput).current?.focus(), []);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    if (isSent.current) return;
    if (name.trim() === "") {
      setNameMissing(true);
      nameInput.current?.focus();
      return;
    }
    isSent.current = true;
    setRefusal(null);
    run({ full_name: name.trim(), ...(phone.trim() === "" ? {} : { phone: phone.trim() }) });
  };
  const owner = check.data?.owner ?? null;
  const isWhole = phone.replaceAll(/\D/g, "").length >= WHOLE_NUMBER || isLeft;
  const problem = refusal ?? (isWhole && settled === phone.trim() ? check.error : null);
  const isFree = settled !== "" && check.data?.owner === null && check.data !== undefined;

  return (
    <form
      onSubmit={submit}
      onKeyDown={keepComposing}
      noValidate
      className="rounded-md border border-line bg-sunken p-3"
    >
      <label htmlFor={ids.name} className={LABEL}>
        {t("booking.fullName")}
      </label>
      <input
        ref={nameInput}
        id={ids.name}
        className={FIELD}
        value={name}
        onChange={(event) => {
          setName(event.target.value);
          setNameMissing(false);
        }}
        maxLength={200}
        autoComplete="off"
        spellCheck={false}
        aria-invalid={isNameMissing}
        aria-describedby={ids.nameError}
      />
      <p id={ids.nameError} role="alert" className="text-danger text-sm empty:hidden">
        {isNameMissing && t("booking.nameMissing")}
      </p>
      <label htmlFor={ids.phone} className={`${LABEL} mt-2`}>
        {t("booking.phone")}
      </label>
      <input
        ref={phoneInput}
        id={ids.phone}
        type="tel"
        className={`${FIELD} tabular`}
        value={phone}
        onChange={(event) => {
          setPhone(event.target.value);
          setRefusal(null);
          setLeft(false);
        }}
        onBlur={() => setLeft(true)}
        maxLength={40}
        autoComplete="off"
        aria-invalid={problem !== null || owner !== null}
        aria-describedby={ids.phoneNote}
      />
      <p
        id={ids.phoneNote}
        role="status"
        className={`mt-1 text-sm empty:hidden ${problem !== null ? "text-danger" : "text-muted"}`}
      >
        {problem !== null && fieldSentence(problem)}
        {problem === null && owner !== null && t("booking.phoneOf", { name: owner.full_name })}
        {problem === null && isFree && t("booking.phoneFree", { phone: phoneNumber(check.data.phone) })}
      </p>
      {owner !== null && (
        <Button className="mt-2" onClick={() => onCustomer(owner)}>
          {t("booking.takeOwner", { name: owner.full_name })}
        </Button>
      )}
      <div className="mt-3 flex justify-end gap-2">
        <Button onClick={onCancel}>{t("booking.back")}</Button>
        <Button kind="primary" type="submit" aria-disabled={isRunning}>
          {t("booking.saveCustomer")}
        </Button>
      </div>
    </form>
  );

  /** The message at the field says more than the one of the whole answer. */
  function fieldSentence(error: unknown): string {
    const detail = error instanceof ApiError && error.status === 422 ? error.details[0]?.message : undefined;
    return detail ?? sentenceOf(t, error);
  }
}

/** Enter that ends a composition, as Telex on a Mac, must not send the form. */
function keepComposing(event: KeyboardEvent): void {
  if (event.key === "Enter" && (event.nativeEvent.isComposing || event.keyCode === 229))
    event.preventDefault();
}

/** Return a value once it has not changed for a moment. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
