/** Find a customer while the name or the last digits of the phone are typed. */
import { Combobox } from "@base-ui/react/combobox";
import { HeartPulse, LoaderCircle, Search, UserRound, UserRoundPlus } from "lucide-react";
import { type KeyboardEvent, type RefObject, useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { sentenceOf } from "@/api/errors";
import type { CustomerRead } from "@/api/generated";
import { phoneNumber } from "@/i18n/format";
import { useCustomerSearch } from "./queries";
import { FIELD, LABEL, OPTION, POPUP } from "./styles";

type Option =
  | { kind: "customer"; id: string; customer: CustomerRead }
  | { kind: "new"; id: "new" }
  | { kind: "named"; id: "named" };

interface Props {
  /** Which guest of the party it is, from 1; undefined: the only one. */
  number: number | undefined;
  input: RefObject<HTMLInputElement | null>;
  onCustomer: (customer: CustomerRead) => void;
  /** A customer is to be added, with what was typed. */
  onNew: (typed: string) => void;
  /** The guest gets no record, only this name. Without it that is not offered. */
  onName?: (name: string) => void;
}

export function CustomerField({ number, input, onCustomer, onNew, onName }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const [typed, setTyped] = useState("");
  const query = typed.trim();
  const { data, error, isPlaceholderData, isFetching } = useCustomerSearch(query);
  // Enter was pressed before the answer was there.
  const [awaited, setAwaited] = useState<string | null>(null);
  const isStale = query !== "" && (isPlaceholderData || (isFetching && data === undefined));
  const customers = query === "" ? [] : (data ?? []);
  const options: Option[] = [
    ...customers.map((customer): Option => ({ kind: "customer", id: customer.id, customer })),
    // Who is perhaps known is not offered to be added.
    ...(query === "" || isStale ? [] : newGuestOptions(query, onName !== undefined)),
  ];

  const choose = (option: Option) => {
    setAwaited(null);
    if (option.kind === "customer") onCustomer(option.customer);
    else if (option.kind === "new") onNew(query);
    else onName?.(query);
  };
  useEffect(() => {
    if (awaited === null || isStale) return;
    setAwaited(null);
    const [only, another] = data ?? [];
    if (awaited === query && only !== undefined && another === undefined) onCustomer(only);
  }, [awaited, isStale, data, query, onCustomer]);

  const onKeyDown = (event: KeyboardEvent & { preventBaseUIHandler?: () => void }) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) {
      // The key belongs to the method of input, such as Telex.
      event.preventBaseUIHandler?.();
    } else if (event.key === "Enter" && isStale) {
      event.preventDefault();
      event.preventBaseUIHandler?.();
      setAwaited(query);
    }
  };

  return (
    <Combobox.Root<Option>
      items={options}
      filter={null}
      value={null}
      inputValue={typed}
      onInputValueChange={(value, { reason }) => {
        if (reason === "input-change" || reason === "input-clear") setTyped(value);
      }}
      onValueChange={(option) => option !== null && choose(option)}
      autoHighlight
      itemToStringLabel={() => typed}
      isItemEqualToValue={(first, second) => first.id === second.id}
    >
      <label htmlFor={id} className={LABEL}>
        {number === undefined ? t("booking.customer") : t("booking.guest", { number })}
      </label>
      <div className="relative">
        <Search aria-hidden size={16} className="absolute top-1/2 left-2.5 -translate-y-1/2 text-muted" />
        <Combobox.Input
          ref={input}
          id={id}
          className={`${FIELD} pl-8`}
          placeholder={t("booking.findCustomer")}
          autoComplete="off"
          spellCheck={false}
          maxLength={200}
          onKeyDown={onKeyDown}
        />
        {isStale && (
          <LoaderCircle
            aria-hidden
            size={16}
            className="absolute top-1/2 right-2.5 -mt-2 animate-spin text-muted"
          />
        )}
      </div>
      <Combobox.Portal>
        <Combobox.Positioner sideOffset={4} className="z-50">
          <Combobox.Popup className={POPUP} aria-busy={isStale}>
            <Combobox.Status className="px-2.5 py-1 text-muted text-sm empty:hidden">
              {statusText()}
            </Combobox.Status>
            <Combobox.List>
              {(option: Option) => (
                <Combobox.Item key={option.id} value={option} className={OPTION}>
                  {option.kind === "customer" ? (
                    <CustomerOption customer={option.customer} />
                  ) : (
                    <>
                      {option.kind === "new" ? (
                        <UserRoundPlus aria-hidden size={17} className="shrink-0 text-accent" />
                      ) : (
                        <UserRound aria-hidden size={17} className="shrink-0 text-muted" />
                      )}
                      <span className="min-w-0 break-words">
                        {t(option.kind === "new" ? "booking.addCustomer" : "booking.onlyName", {
                          name: query,
                        })}
                      </span>
                    </>
                  )}
                </Combobox.Item>
              )}
            </Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  );

  function statusText(): string {
    if (query === "") return "";
    if (error !== null) return sentenceOf(t, error);
    if (isStale) return t("booking.searching");
    return customers.length === 0 ? t("booking.nobodyFound", { name: query }) : "";
  }
}

function newGuestOptions(query: string, canBeNamed: boolean): Option[] {
  return canBeNamed && /\p{L}/u.test(query)
    ? [
        { kind: "new", id: "new" },
        { kind: "named", id: "named" },
      ]
    : [{ kind: "new", id: "new" }];
}

function CustomerOption({ customer }: { customer: CustomerRead }) {
  const { t } = useTranslation();
  return (
    <>
      <UserRound aria-hidden size={17} className="shrink-0 text-muted" />
      <span className="min-w-0 flex-1 truncate font-medium">{customer.full_name}</span>
      {customer.contraindications !== "" && (
        <HeartPulse role="img" aria-label={t("card.health")} size={15} className="shrink-0 text-danger" />
      )}
      {customer.phone !== null && (
        <span className="tabular shrink-0 text-muted">{phoneNumber(customer.phone)}</span>
      )}
    </>
  );
}
