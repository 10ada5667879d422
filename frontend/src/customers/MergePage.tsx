/** Two records of one person side by side, what the merge makes of them, and what happens to their appointments. */

import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import type { TFunction } from "i18next";
import { ArrowLeftRight, CircleAlert, Lock } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone, showFailure } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import { ApiError, type ErrorDetail, sentenceOf } from "@/api/errors";
import { type CustomerRead, mergeCustomers } from "@/api/generated";
import { useTitle } from "@/app/useTitle";
import { spanIn } from "@/board/time";
import { Button } from "@/design/Button";
import { Notice } from "@/design/Notice";
import { phoneNumber } from "@/i18n/format";
import { useBranch } from "@/shell/branches";
import { CustomerPicker } from "./CustomerPicker";
import { Failure } from "./CustomersPage";
import { keepCustomer, useCustomer, useVisits } from "./data";
import { type PastVisit, splitVisits } from "./history";
import { mergedFields } from "./merge";
import { useMoments } from "./moments";
import { useRights } from "./roles";
import { showValue } from "./values";

export function MergePage() {
  const { t } = useTranslation();
  const { isDesk } = useRights();
  const { customerId } = useParams({ from: "/desk/customers/$customerId/merge" });
  const { duplicate: duplicateId } = useSearch({ from: "/desk/customers/$customerId/merge" });
  const navigate = useNavigate();
  const survivor = useCustomer(customerId);
  const duplicate = useCustomer(duplicateId ?? null);
  const error = survivor.error ?? duplicate.error;
  useTitle(t("customers.merge.title"));
  const choose = (survivorId: string, nextDuplicate: string | undefined) =>
    void navigate({
      to: "/desk/customers/$customerId/merge",
      params: { customerId: survivorId },
      search: nextDuplicate === undefined ? {} : { duplicate: nextDuplicate },
      replace: true,
    });
  if (!isDesk)
    return <Notice icon={Lock} title={t("customers.noAccess")} hint={t("customers.noAccessHint")} />;
  if (error !== null) return <Failure error={error} retry={() => void survivor.refetch()} />;
  return (
    <div className="min-h-0 flex-1 overflow-auto p-4">
      <div className="mx-auto max-w-4xl rounded-lg border border-line bg-surface p-6">
        <h1 className="font-semibold text-xl">{t("customers.merge.title")}</h1>
        <p className="mb-4 text-muted">{t("customers.merge.hint")}</p>
        {survivor.data !== undefined && duplicateId === undefined && (
          <>
            <p className="mb-3">
              {t("customers.merge.kept")}: <strong>{survivor.data.full_name}</strong>
              {survivor.data.phone !== null && ` · ${phoneNumber(survivor.data.phone)}`}
            </p>
            <p className="mb-1 font-medium">{t("customers.merge.pick")}</p>
            <div className="max-w-md">
              <CustomerPicker
                label={t("customers.merge.pick")}
                accepts={({ id }) => id !== customerId}
                onPick={({ id }) => choose(customerId, id)}
              />
            </div>
          </>
        )}
        {survivor.data !== undefined && duplicate.data !== undefined && duplicateId !== undefined && (
          <Comparison
            key={customerId}
            survivor={survivor.data}
            duplicate={duplicate.data}
            onSwap={() => choose(duplicateId, customerId)}
            onOther={() => choose(customerId, undefined)}
          />
        )}
      </div>
    </div>
  );
}

/** The ids of the record that is kept and of the one that is merged into it. */
interface Merging {
  kept: string;
  merged: string;
  allow_same_time: boolean;
}

interface ComparisonProps {
  survivor: CustomerRead;
  duplicate: CustomerRead;
  onSwap: () => void;
  onOther: () => void;
}

function Comparison({ survivor, duplicate, onSwap, onOther }: ComparisonProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const cache = useQueryClient();
  /** The appointments because of which the API asks whether these are two people. */
  const [clashes, setClashes] = useState<readonly ErrorDetail[]>([]);
  const [isConfirmed, setIsConfirmed] = useState(false);
  const firstContact = useCustomer(survivor.contact_id).data?.full_name;
  const secondContact = useCustomer(duplicate.contact_id).data?.full_name;
  const visits = [useVisits(survivor.id).data, useVisits(duplicate.id).data] as const;
  const zone = useBranch()?.time_zone ?? "Asia/Ho_Chi_Minh";
  const { dateOf } = useMoments();
  /** Return the date and the time of an interval of ISO 8601. */
  const momentsOf = (interval: string) => {
    const [start = "", end = ""] = interval.split("/");
    return `${dateOf(start)}, ${spanIn(zone, Date.parse(start), Date.parse(end))}`;
  };
  const now = Date.now();
  const [first, second] = [
    splitVisits(visits[0]?.visits ?? [], survivor.id, now),
    splitVisits(visits[1]?.visits ?? [], duplicate.id, now),
  ];
  const { run, isRunning } = useAction({
    send: ({ kept, merged, allow_same_time }: Merging, key: string) =>
      call(
        mergeCustomers({
          path: { customer_id: kept },
          body: { duplicate_id: merged, allow_same_time },
          headers: { "Idempotency-Key": key },
        }),
      ),
    onDone: (merged) => {
      void cache.invalidateQueries({ queryKey: ["customer"] });
      keepCustomer(cache, merged);
      showDone(t("customers.merge.done", { name: merged.full_name }));
      void navigate({
        to: "/desk/customers/$customerId",
        params: { customerId: merged.id },
        replace: true,
      });
    },
    onRefused: (error) => {
      if (error instanceof ApiError && error.code === "MERGE_SAME_TIME") {
        setClashes(error.details);
        return;
      }
      // What is shown is no longer true: another person has merged or archived one of the two.
      if (error instanceof ApiError && error.status === 409)
        void cache.invalidateQueries({ queryKey: ["customer"] });
      showFailure(sentenceOf(t, error));
    },
  });
  return (
    <>
      <div className="overflow-x-auto">
        <table className="w-full min-w-160 border-separate border-spacing-0 text-left">
          <thead>
            <tr>
              <td className="w-36" />
              <Head title={t("customers.merge.kept")} />
              <Head title={t("customers.merge.duplicate")} />
              <Head title={t("customers.merge.result")} />
            </tr>
          </thead>
          <tbody>
            {mergedFields(survivor, duplicate)
              .filter(({ survivor: kept, duplicate: other }) => kept !== "" || other !== "")
              .map(({ field, survivor: kept, duplicate: other, result, from }) => (
                <tr key={field} data-field={field}>
                  <th scope="row" className="border-line border-b py-2 pr-3 align-top font-normal text-muted">
                    {t(`customers.fields.${field}`)}
                  </th>
                  <Cell isWinner={kept === "" || from !== "duplicate"}>
                    {showValue(t, field, kept, firstContact)}
                  </Cell>
                  <Cell isWinner={other === "" || from !== "survivor" || kept === other}>
                    {showValue(t, field, other, secondContact)}
                  </Cell>
                  <td className="break-words border-line border-b py-2 pr-3 align-top font-medium">
                    <span className="whitespace-pre-line">
                      {showValue(t, field, result, firstContact ?? secondContact)}
                    </span>
                  </td>
                </tr>
              ))}
            <tr>
              <th scope="row" className="border-line border-b py-2 pr-3 align-top font-normal text-muted">
                {t("customers.visits.title")}
              </th>
              <Cell isWinner>{visitCount(t, first)}</Cell>
              <Cell isWinner>{visitCount(t, second)}</Cell>
              <td className="border-line border-b py-2 align-top font-medium">
                {t("customers.merge.allVisits")}
              </td>
            </tr>
          </tbody>
        </table>
      </div>
      {clashes.length > 0 && (
        <div role="alert" className="mt-4 rounded-md bg-warning-soft p-4 text-warning">
          <p className="flex gap-2 font-semibold">
            <CircleAlert aria-hidden size={18} className="mt-0.5 shrink-0" />
            {t("customers.merge.clash")}
          </p>
          <ul className="my-2 ml-6 list-disc">
            {clashes.map(({ field, value, message }) => (
              <li key={field}>{value ? momentsOf(value) : message}</li>
            ))}
          </ul>
          <label className="flex min-h-11 cursor-pointer items-center gap-2.5">
            <input
              type="checkbox"
              className="size-4.5 accent-accent"
              checked={isConfirmed}
              onChange={(event) => setIsConfirmed(event.target.checked)}
            />
            {t("customers.merge.clashConfirm")}
          </label>
        </div>
      )}
      <p className="mt-4 text-muted text-sm">{t("customers.merge.final")}</p>
      <div className="mt-4 flex flex-wrap gap-2">
        <Button
          kind="primary"
          disabled={isRunning || (clashes.length > 0 && !isConfirmed)}
          onClick={() => run({ kept: survivor.id, merged: duplicate.id, allow_same_time: isConfirmed })}
          className="pointer-coarse:h-11"
        >
          {t("customers.merge.confirm")}
        </Button>
        <Button onClick={onSwap} className="pointer-coarse:h-11">
          <ArrowLeftRight aria-hidden size={16} />
          {t("customers.merge.swap")}
        </Button>
        <Button kind="quiet" onClick={onOther} className="pointer-coarse:h-11">
          {t("customers.merge.other")}
        </Button>
      </div>
    </>
  );
}

function visitCount(t: TFunction, { upcoming, past }: { upcoming: PastVisit[]; past: PastVisit[] }): string {
  return t("customers.merge.visits", { count: upcoming.length + past.length, upcoming: upcoming.length });
}

function Head({ title }: { title: string }) {
  return (
    <th scope="col" className="border-line-strong border-b px-3 py-2 font-semibold last:pl-0">
      {title}
    </th>
  );
}

function Cell({ isWinner, children }: { isWinner: boolean; children: string }) {
  return (
    <td
      className={`max-w-60 whitespace-pre-line break-words border-line border-b px-3 py-2 align-top ${isWinner ? "" : "text-muted line-through decoration-line-strong"}`}
    >
      {children}
    </td>
  );
}
