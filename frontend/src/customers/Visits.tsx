/** The visits of a customer: those to come first. Each leads to its day on the board. */
import { Link } from "@tanstack/react-router";
import { CalendarClock } from "lucide-react";
import { useTranslation } from "react-i18next";
import { sentenceOf } from "@/api/errors";
import type { CustomerRead } from "@/api/generated";
import { LOOKS } from "@/board/status";
import { dayIn, spanIn } from "@/board/time";
import { Button } from "@/design/Button";
import { currentLanguage } from "@/i18n";
import { inLanguage, money } from "@/i18n/format";
import { CARD } from "./CustomerPage";
import { useBranchNames, useVisits } from "./data";
import { type PastVisit, splitVisits, summaryOf } from "./history";
import { useMoments } from "./moments";

const FALLBACK_ZONE = "Asia/Ho_Chi_Minh";

export function Visits({ customer }: { customer: CustomerRead }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useVisits(customer.id);
  const { dateOf } = useMoments();
  if (data === undefined) {
    return (
      <section aria-label={t("customers.visits.title")} className={`${CARD} min-h-64`}>
        {error !== null && (
          <p role="alert" className="flex items-center gap-3 text-danger">
            {sentenceOf(t, error)}
            <Button onClick={() => void refetch()}>{t("board.retry")}</Button>
          </p>
        )}
      </section>
    );
  }
  const { upcoming, past } = splitVisits(data.visits, customer.id, Date.now());
  const { count, latest } = summaryOf(past);
  return (
    <section aria-labelledby="visits" className={CARD}>
      <div className="flex flex-wrap items-baseline gap-x-3">
        <h2 id="visits" className="font-semibold text-lg">
          {t("customers.visits.title")}
        </h2>
        {latest !== undefined && (
          <p className="text-muted">
            {t("customers.visits.summary", { count, date: dateOf(new Date(latest).toISOString()) })}
          </p>
        )}
      </div>
      {upcoming.length + past.length === 0 && (
        <p className="flex items-center gap-2.5 py-6 text-muted">
          <CalendarClock aria-hidden size={18} />
          {t("customers.visits.none")}
        </p>
      )}
      <Group title={t("customers.visits.upcoming")} visits={upcoming} />
      <Group title={t("customers.visits.past")} visits={past} />
      {data.hasMore && <p className="mt-3 text-muted text-sm">{t("customers.visits.more")}</p>}
    </section>
  );
}

function Group({ title, visits }: { title: string; visits: PastVisit[] }) {
  if (visits.length === 0) return null;
  return (
    <>
      <h3 className="mt-4 mb-1 font-medium text-muted text-sm">{title}</h3>
      <ul className="-mx-2">
        {visits.map((entry) => (
          <Row key={entry.visit.id} entry={entry} />
        ))}
      </ul>
    </>
  );
}

function Row({ entry: { visit, appointment, isForOthers, start, end } }: { entry: PastVisit }) {
  const { t } = useTranslation();
  const { nearDateOf } = useMoments();
  const branch = useBranchNames().get(visit.branch_id);
  const zone = branch?.time_zone ?? FALLBACK_ZONE;
  const language = currentLanguage();
  const { icon: StatusIcon, card } = LOOKS[appointment.status];
  const therapists = new Set(
    appointment.treatments.flatMap(({ allocations }) =>
      allocations.filter(({ kind }) => kind === "staff").map(({ name }) => name),
    ),
  );
  return (
    <li>
      <Link
        to="/desk/board"
        search={{ branch: visit.branch_id, day: dayIn(zone, start) }}
        className="grid grid-cols-[12rem_minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 rounded-md px-2 py-2 hover:bg-hover max-sm:grid-cols-1"
      >
        <span>
          <span className="block font-medium">{nearDateOf(appointment.start, zone)}</span>
          <span className="tabular text-muted">{spanIn(zone, start, end)}</span>
        </span>
        <span className="min-w-0 break-words">
          <span className="block">
            {appointment.treatments.map(({ name }) => inLanguage(name, language)).join(", ")}
          </span>
          <span className="block text-muted text-sm">
            {[
              ...therapists,
              branch?.name,
              isForOthers ? t("customers.visits.forOthers") : undefined,
              visit.appointments.length > 1
                ? t("card.party", { count: visit.appointments.length })
                : undefined,
              money(appointment.price),
            ]
              .filter(Boolean)
              .join(" · ")}
          </span>
          {visit.note !== "" && <span className="block text-muted text-sm">{visit.note}</span>}
        </span>
        <span
          className={`flex items-center gap-1.5 justify-self-start rounded-md border px-2 py-0.5 text-sm no-underline ${card}`}
        >
          <StatusIcon aria-hidden size={14} />
          {t(`statusShort.${appointment.status}`)}
        </span>
      </Link>
    </li>
  );
}
