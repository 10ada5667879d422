/** What a customer has agreed to and refused, with the history: a change of mind is one more entry. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleCheck, CircleDashed, CircleSlash } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import { sentenceOf } from "@/api/errors";
import {
  type ConsentChannel,
  type ConsentCreate,
  type ConsentPurpose,
  type ConsentRead,
  type CustomerRead,
  listCustomerConsents,
  recordCustomerConsent,
} from "@/api/generated";
import { Button } from "@/design/Button";
import { FormField, INPUT } from "@/design/FormField";
import { CARD } from "./CustomerPage";
import { consentsKey } from "./data";
import { useMoments } from "./moments";
import { Segments } from "./Segments";

const PURPOSES: readonly ConsentPurpose[] = ["health_data", "marketing", "photos"];
const CHANNELS: readonly Exclude<ConsentChannel, "app">[] = ["desk", "paper", "phone"];
/** The version of the texts that was recorded last on this screen: a desk uses one for all its guests. */
let lastVersion = "";

export function Consents({ customer }: { customer: CustomerRead }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery({
    queryKey: consentsKey(customer.id),
    queryFn: ({ signal }) => call(listCustomerConsents({ path: { customer_id: customer.id }, signal })),
  });
  return (
    <section aria-labelledby="consents" className={CARD}>
      <h2 id="consents" className="mb-2 font-semibold text-lg">
        {t("customers.consents.title")}
      </h2>
      {error !== null && data === undefined && (
        <p role="alert" className="flex items-center gap-3 text-danger">
          {sentenceOf(t, error)}
          <Button onClick={() => void refetch()}>{t("board.retry")}</Button>
        </p>
      )}
      {data !== undefined && (
        <>
          <ul className="flex flex-col divide-y divide-line">
            {PURPOSES.map((purpose) => (
              <Purpose
                key={purpose}
                customer={customer}
                purpose={purpose}
                inForce={data.find((consent) => consent.purpose === purpose)}
                version={data[0]?.version ?? ""}
              />
            ))}
          </ul>
          {data.length > 0 && <History consents={data} />}
        </>
      )}
    </section>
  );
}

interface PurposeProps {
  customer: CustomerRead;
  purpose: ConsentPurpose;
  inForce: ConsentRead | undefined;
  /** The version of the text to begin with. */
  version: string;
}

function Purpose({ customer, purpose, inForce, version }: PurposeProps) {
  const { t } = useTranslation();
  const { dateOf } = useMoments();
  const [granting, setGranting] = useState<boolean | null>(null);
  const Icon = inForce === undefined ? CircleDashed : inForce.granted ? CircleCheck : CircleSlash;
  const state = inForce === undefined ? "none" : inForce.granted ? "granted" : "refused";
  return (
    <li className="py-2.5">
      <div className="flex flex-wrap items-center gap-2.5">
        <Icon aria-hidden size={18} className={`shrink-0 ${LOOKS[state]}`} />
        <div className="min-w-0 flex-1">
          <p className="font-medium">{t(`customers.consents.purposes.${purpose}`)}</p>
          <p className="text-muted text-sm">
            {t(`customers.consents.${state}`)}
            {inForce !== undefined && ` · ${dateOf(inForce.created_at)}`}
          </p>
        </div>
        {customer.erased_at === null && granting === null && (
          <>
            {state !== "granted" && (
              <Button onClick={() => setGranting(true)} className="pointer-coarse:h-11">
                {t("customers.consents.give")}
              </Button>
            )}
            {state !== "refused" && (
              <Button kind="quiet" onClick={() => setGranting(false)} className="pointer-coarse:h-11">
                {state === "granted" ? t("customers.consents.withdraw") : t("customers.consents.refuse")}
              </Button>
            )}
          </>
        )}
      </div>
      {granting !== null && (
        <Recording
          customer={customer}
          purpose={purpose}
          granted={granting}
          version={lastVersion || version}
          onClose={() => setGranting(null)}
        />
      )}
    </li>
  );
}

const LOOKS = { granted: "text-accent", refused: "text-danger", none: "text-muted" } as const;

interface RecordingProps {
  customer: CustomerRead;
  purpose: ConsentPurpose;
  granted: boolean;
  version: string;
  onClose: () => void;
}

function Recording({ customer, purpose, granted, version: initial, onClose }: RecordingProps) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [channel, setChannel] = useState<(typeof CHANNELS)[number]>("desk");
  const [version, setVersion] = useState(initial);
  const [error, setError] = useState<string>();
  const { run, isRunning } = useAction({
    send: (body: ConsentCreate, key: string) =>
      call(
        recordCustomerConsent({
          path: { customer_id: customer.id },
          body,
          headers: { "Idempotency-Key": key },
        }),
      ),
    onDone: (consent) => {
      lastVersion = consent.version;
      cache.setQueryData<ConsentRead[]>(consentsKey(customer.id), (before = []) => [consent, ...before]);
      showDone(t("customers.consents.recorded"));
      onClose();
    },
    onRefused: (reason) => setError(sentenceOf(t, reason)),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isRunning) return;
    if (version.trim() === "") setError(t("customers.consents.missingVersion"));
    else run({ purpose, granted, version: version.trim(), channel });
  };
  return (
    <form onSubmit={submit} noValidate className="mt-3 flex flex-col gap-3 rounded-md bg-sunken p-3">
      <div>
        <p className="mb-1 font-medium">{t("customers.consents.channel")}</p>
        <div className="flex">
          <Segments
            label={t("customers.consents.channel")}
            value={channel}
            options={{
              desk: t("customers.consents.channels.desk"),
              paper: t("customers.consents.channels.paper"),
              phone: t("customers.consents.channels.phone"),
            }}
            onValue={setChannel}
          />
        </div>
      </div>
      <FormField
        label={t("customers.consents.version")}
        hint={t("customers.consents.versionHint")}
        error={error}
      >
        {(input) => (
          <input
            {...input}
            value={version}
            onChange={(event) => setVersion(event.target.value)}
            // biome-ignore lint/a11y/noAutofocus: the form was opened to type
            autoFocus
            autoComplete="off"
            maxLength={50}
            className={INPUT}
          />
        )}
      </FormField>
      <div className="flex gap-2">
        <Button kind="primary" type="submit" aria-disabled={isRunning} className="pointer-coarse:h-11">
          {granted ? t("customers.consents.saveGiven") : t("customers.consents.saveRefused")}
        </Button>
        <Button onClick={onClose} className="pointer-coarse:h-11">
          {t("customers.back")}
        </Button>
      </div>
    </form>
  );
}

function History({ consents }: { consents: ConsentRead[] }) {
  const { t } = useTranslation();
  const { dateOf } = useMoments();
  return (
    <details className="mt-1 border-line border-t pt-2.5">
      <summary className="min-h-6 cursor-pointer text-muted text-sm">
        {t("customers.consents.history", { count: consents.length })}
      </summary>
      <ol className="mt-2 flex flex-col gap-1.5 text-sm">
        {consents.map((consent) => (
          <li key={consent.id}>
            <span className="tabular text-muted">{dateOf(consent.created_at)}</span>{" "}
            {t(`customers.consents.purposes.${consent.purpose}`)} ·{" "}
            {consent.granted ? t("customers.consents.granted") : t("customers.consents.refused")} ·{" "}
            {t(`customers.consents.channels.${consent.channel}`)} · {consent.version}
          </li>
        ))}
      </ol>
    </details>
  );
}
