/** Leave: ask for days, see what became of them, withdraw them. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Ban, CalendarCheck, Hourglass, type LucideIcon, Undo2 } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import {
  listTimeOff,
  requestTimeOff,
  type StaffRead,
  type TimeOffRead,
  type TimeOffStatus,
  withdrawTimeOff,
} from "@/api/generated";
import { askOrKept } from "@/app/kept";
import { setTyped, typed } from "@/app/typed";
import { dayIn } from "@/board/time";
import { Button } from "@/design/Button";
import { Failure } from "@/design/Failure";
import { shortDayName } from "@/i18n/format";
import { Confirm } from "./Confirm";
import { instantsOf, isWithdrawable, type LeaveDays, spanOf } from "./leave";
import { Page } from "./Page";
import { Person } from "./Person";
import { Skeleton } from "./states";

/** More than a person asks for in a year. */
const MOST = 50;

export function LeavePage() {
  const { t } = useTranslation();
  return <Person title={t("me.leave")}>{(staff, _, zone) => <Leave staff={staff} zone={zone} />}</Person>;
}

function Leave({ staff, zone }: { staff: StaffRead; zone: string }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery({
    queryKey: ["me", "leave", staff.id],
    queryFn: () =>
      askOrKept("leave", () => call(listTimeOff({ query: { staff_id: staff.id, limit: MOST } }))),
    refetchInterval: 60_000,
  });
  return (
    <Page title={t("me.leave")}>
      <LeaveForm zone={zone} />
      <h2 className="mt-6 mb-2 font-semibold text-lg">{t("me.requests")}</h2>
      {data === undefined ? (
        error === null ? (
          <Skeleton />
        ) : (
          <Failure size="lg" error={error} onRetry={() => void refetch()} />
        )
      ) : data.items.length === 0 ? (
        <p className="rounded-lg bg-sunken px-4 py-3 text-muted">{t("me.noRequests")}</p>
      ) : (
        <ul className="flex flex-col gap-2">
          {data.items.map((leave) => (
            <Request key={leave.id} leave={leave} zone={zone} />
          ))}
        </ul>
      )}
    </Page>
  );
}

const FIELD =
  "h-12 w-full min-w-0 rounded-md border border-line-strong bg-surface px-2.5 text-lg aria-invalid:border-danger";
const TYPED = "leave";

interface Typed extends LeaveDays {
  reason: string;
}

function LeaveForm({ zone }: { zone: string }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const ids = { first: useId(), last: useId(), reason: useId(), error: useId(), hint: useId() };
  const [values, setValues] = useState<Typed>(
    () => typed<Typed>(TYPED) ?? { first: "", last: "", reason: "" },
  );
  const [error, setError] = useState<"me.dayMissing" | "me.dayOrder" | null>(null);
  const today = dayIn(zone, Date.now());
  const change = (next: Typed) => {
    setValues(next);
    setTyped(TYPED, next);
    setError(null);
  };
  const send = useAction({
    name: "leave",
    send: ({ first, last, reason }: Typed, key) =>
      call(
        requestTimeOff({
          body: { ...instantsOf(zone, { first, last }), reason },
          headers: { "Idempotency-Key": key },
        }),
      ),
    onDone: () => {
      showDone(t("me.sent"));
      setTyped(TYPED, null);
      setValues({ first: "", last: "", reason: "" });
      void cache.invalidateQueries({ queryKey: ["me", "leave"] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { first } = values;
    const last = values.last === "" ? first : values.last;
    const wrong = first === "" ? "me.dayMissing" : last < first ? "me.dayOrder" : null;
    setError(wrong);
    if (wrong === null) send.run({ first, last, reason: values.reason.trim() });
    else document.getElementById(wrong === "me.dayMissing" ? ids.first : ids.last)?.focus();
  };
  const wrong = (field: "me.dayMissing" | "me.dayOrder") =>
    error === field ? { "aria-invalid": true, "aria-describedby": ids.error } : {};
  return (
    <form
      onSubmit={submit}
      noValidate
      className="flex flex-col gap-3 rounded-lg border border-line bg-surface p-4"
      aria-label={t("me.askLeave")}
    >
      <h2 className="font-semibold text-lg">{t("me.askLeave")}</h2>
      <div className="grid gap-3 min-[390px]:grid-cols-2">
        {(["first", "last"] as const).map((field) => (
          <div key={field} className="min-w-0 flex-1">
            <label htmlFor={ids[field]} className="mb-1 block font-medium">
              {t(field === "first" ? "me.firstDay" : "me.lastDay")}
            </label>
            <input
              id={ids[field]}
              type="date"
              min={today}
              value={values[field]}
              onChange={({ target }) => change({ ...values, [field]: target.value })}
              className={FIELD}
              {...wrong(field === "first" ? "me.dayMissing" : "me.dayOrder")}
            />
          </div>
        ))}
      </div>
      <p id={ids.error} role="alert" className="text-danger empty:hidden">
        {error !== null && t(error)}
      </p>
      <div>
        <label htmlFor={ids.reason} className="mb-1 block font-medium">
          {t("me.reason")}
        </label>
        <textarea
          id={ids.reason}
          rows={2}
          maxLength={1000}
          aria-describedby={ids.hint}
          value={values.reason}
          onChange={({ target }) => change({ ...values, reason: target.value })}
          className={`${FIELD} h-auto py-2`}
        />
        <p id={ids.hint} className="text-muted text-sm">
          {t("me.reasonHint")}
        </p>
      </div>
      <Button
        kind="primary"
        size="lg"
        type="submit"
        className="h-12 w-full justify-center"
        disabled={send.isRunning}
      >
        {t("me.send")}
      </Button>
    </form>
  );
}

const LOOKS: Record<TimeOffStatus, { icon: LucideIcon; look: string }> = {
  requested: { icon: Hourglass, look: "border-pending-edge bg-pending-fill text-pending-text" },
  approved: { icon: CalendarCheck, look: "border-arrived-edge bg-arrived-fill text-arrived-text" },
  refused: { icon: Ban, look: "border-no-show-edge bg-no-show-fill text-no-show-text" },
  withdrawn: { icon: Undo2, look: "border-released-edge bg-released-fill text-released-text" },
};

function Request({ leave, zone }: { leave: TimeOffRead; zone: string }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const { icon: Icon, look } = LOOKS[leave.status];
  const { first, last, times } = spanOf(zone, leave);
  const [from, to] = [shortDayName(t, first), shortDayName(t, last)];
  const days = first === last ? from : t("me.span", { first: from, last: to });
  const withdraw = useAction({
    send: (id: string, key) =>
      call(withdrawTimeOff({ path: { time_off_id: id }, headers: { "Idempotency-Key": key } })),
    onDone: () => {
      showDone(t("me.withdrawn"));
      void cache.invalidateQueries({ queryKey: ["me", "leave"] });
    },
  });
  return (
    <li className="rounded-lg border border-line bg-surface p-3" data-leave={leave.status}>
      <div className="flex flex-wrap items-start justify-between gap-2">
        <p className="tabular font-semibold text-lg">
          {days}
          {times !== null && (
            <span className="block font-normal text-base text-muted">{`${times.start}–${times.end}`}</span>
          )}
        </p>
        <span
          className={`inline-flex items-center gap-1.5 rounded-full border px-2.5 py-0.5 font-medium text-sm ${look}`}
        >
          <Icon aria-hidden size={14} />
          {t(`me.leaveStatus.${leave.status}`)}
        </span>
      </div>
      {leave.reason !== "" && <p className="whitespace-pre-line break-words text-muted">{leave.reason}</p>}
      {leave.answer !== "" && (
        <p className="mt-1 whitespace-pre-line break-words">{t("me.answer", { text: leave.answer })}</p>
      )}
      {isAsking ? (
        <Confirm
          question={t("me.askWithdraw", { days })}
          confirm={t("me.withdraw")}
          onConfirm={() => withdraw.run(leave.id)}
          onBack={() => setAsking(false)}
        />
      ) : (
        isWithdrawable(leave, Date.now()) && (
          <Button
            className="mt-2 h-11 w-full justify-center"
            disabled={withdraw.isRunning}
            onClick={() => setAsking(true)}
          >
            {t("me.withdraw")}
          </Button>
        )
      )}
    </li>
  );
}
