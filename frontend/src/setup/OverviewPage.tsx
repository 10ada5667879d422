/** What the spa has, branch by branch, with its next free time: the proof that guests can be booked. The admin of a branch
    sees theirs. */
import { useQueries, useQuery } from "@tanstack/react-query";
import { Link, Navigate, useSearch } from "@tanstack/react-router";
import { CalendarCheck, CalendarDays, CalendarX, CircleCheck, Globe } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import { sentenceOf } from "@/api/errors";
import { type BranchRead, type DeskCatalogue, findDays, findStarts, updateBranch } from "@/api/generated";
import { useTitle } from "@/app/useTitle";
import { addDays, dayIn, timeIn } from "@/board/time";
import { useRights } from "@/customers/roles";
import { Button, buttonClass } from "@/design/Button";
import { currentLanguage } from "@/i18n";
import { dayName, inLanguage, relativeDayName } from "@/i18n/format";
import { useBranches } from "@/shell/branches";
import { BookingAddress } from "./BookingAddress";
import { useManagedBranches } from "./branch";
import { useBranchesChanged } from "./branches/useBranchesChanged";
import { Card, Page } from "./parts";
import { staffQuery } from "./people/data";
import { allEquipmentQuery } from "./rooms/data";
import { menuQuery } from "./treatments/data";
import { firstSold, soldOf } from "./treatments/menu";

const DAYS = 14;
/** Where what is counted is set up. */
const PAGES = {
  branch: "/setup/branches",
  resource: "/setup/rooms",
  service: "/setup/treatments",
  staff: "/setup/people",
} as const;

export function OverviewPage() {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const { saved } = useSearch({ from: "/setup/" });
  const { branches: all, isEmpty } = useBranches();
  const { isAdmin } = useRights();
  const managed = useManagedBranches();
  const branches = all.filter(({ id }) => managed.has(id));
  const { counts, error } = useCounts(branches);
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  useTitle(t("nav.overview"));
  if (isEmpty) return <Navigate to="/setup/start" replace />;
  return (
    <Page>
      {saved === true ? (
        <div className="flex items-start gap-3">
          <CircleCheck aria-hidden size={30} className="mt-0.5 shrink-0 text-accent" />
          <div>
            <h1 ref={title} tabIndex={-1} className="font-semibold text-2xl outline-none">
              {t("overview.ready")}
            </h1>
            <p className="mt-1 text-muted">{t("overview.readyHint")}</p>
          </div>
        </div>
      ) : (
        <h1 className="font-semibold text-2xl">{t("nav.overview")}</h1>
      )}
      {error !== null && <p className="text-danger">{sentenceOf(common, error)}</p>}
      {counts && (
        <dl className="grid grid-cols-2 gap-3 sm:grid-cols-4">
          {counts.map(({ kind, count }) => (
            <div
              key={kind}
              className="relative flex flex-col-reverse justify-end rounded-lg border border-line bg-surface px-5 py-3.5 has-[a:hover]:border-line-strong"
            >
              <dt className="text-muted">
                {kind === "service" && !isAdmin ? (
                  t("kind.service")
                ) : (
                  <Link
                    to={PAGES[kind]}
                    className="after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-lg focus-visible:after:outline-2 focus-visible:after:outline-focus"
                  >
                    {t(`kind.${kind}`)}
                  </Link>
                )}
              </dt>
              <dd className="font-semibold text-2xl tabular">{count}</dd>
            </div>
          ))}
        </dl>
      )}
      {branches.map((branch) => (
        <BranchCard key={branch.id} branch={branch} />
      ))}
    </Page>
  );
}

/** Count what the branches of the user have. */
function useCounts(branches: BranchRead[]) {
  const fresh = { staleTime: 0 }; // the other pages change what is counted
  const [resources, catalogue, staff] = useQueries({
    queries: [
      { ...allEquipmentQuery, ...fresh },
      { ...menuQuery, ...fresh },
      { ...staffQuery, ...fresh },
    ],
  });
  const ids = new Set(branches.map(({ id }) => id));
  const counts = resources.data &&
    catalogue.data &&
    staff.data && [
      { kind: "branch" as const, count: branches.length },
      { kind: "resource" as const, count: resources.data.filter((one) => ids.has(one.branch_id)).length },
      { kind: "service" as const, count: soldOf(catalogue.data.services).length },
      {
        kind: "staff" as const,
        count: staff.data.filter(({ branch_ids }) => branch_ids.some((id) => ids.has(id))).length,
      },
    ];
  return { counts, error: resources.error ?? catalogue.error ?? staff.error };
}

function BranchCard({ branch }: { branch: BranchRead }) {
  const { t } = useTranslation("setup");
  return (
    <Card
      title={branch.name}
      aside={
        <Link to="/desk/board" search={{ branch: branch.id }} className={buttonClass("primary")}>
          <CalendarDays aria-hidden size={16} />
          {t("overview.board")}
        </Link>
      }
    >
      {branch.address !== "" && <p className="mb-3 text-muted">{branch.address}</p>}
      <NextFree branch={branch} />
      <div className="mt-4 border-line border-t pt-4">
        {branch.online_booking ? <BookingAddress branch={branch} /> : <TurnOn branch={branch} />}
      </div>
    </Card>
  );
}

/** Open the booking page of a branch in one press. Its rules are the usual ones until they are changed. */
function TurnOn({ branch }: { branch: BranchRead }) {
  const { t } = useTranslation("setup");
  const onChanged = useBranchesChanged();
  const turnOn = useAction({
    send: (id: string) => call(updateBranch({ path: { branch_id: id }, body: { online_booking: true } })),
    onDone: () => {
      showDone(t("branches.turnedOn", { branch: branch.name }));
      void onChanged();
    },
  });
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Globe aria-hidden size={18} className="shrink-0 text-muted" />
      <p className="min-w-52 flex-1 text-muted">{t("branches.offHint")}</p>
      <Button
        disabled={turnOn.isRunning}
        aria-label={t("branches.turnOnNamed", { branch: branch.name })}
        className="pointer-coarse:h-11"
        onClick={() => turnOn.run(branch.id)}
      >
        {t("branches.turnOn")}
      </Button>
    </div>
  );
}

interface Found {
  /** The first start, or null. */
  start: string | null;
  treatment: string;
  /** Why there is none. */
  reason: string;
}

async function findNext(branch: BranchRead, menu: DeskCatalogue): Promise<Found | null> {
  const language = currentLanguage();
  const found = firstSold(menu);
  if (found === null) return null;
  const { service, variant } = found;
  const treatment = inLanguage(service.name, language);
  const today = dayIn(branch.time_zone, Date.now());
  const wish = { branch_id: branch.id, guests: [{ treatments: [{ variant_id: variant.id }] }] };
  const lastDay = addDays(today, DAYS - 1);
  const { days } = await call(findDays({ body: { ...wish, first_day: today, last_day: lastDay } }));
  const day = days.find(({ available }) => available);
  if (day === undefined) return { start: null, treatment, reason: days[0]?.reasons[0]?.message ?? "" };
  const { starts } = await call(findStarts({ body: { ...wish, day: day.day } }));
  return { start: starts[0]?.start ?? null, treatment, reason: "" };
}

function NextFree({ branch }: { branch: BranchRead }) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const { data, error } = useQuery({
    queryKey: ["setup", "next", branch.id, currentLanguage()],
    queryFn: async ({ client }) => findNext(branch, await client.fetchQuery(menuQuery)),
  });
  if (error !== null) return <p className="text-danger">{sentenceOf(common, error)}</p>;
  if (data === undefined) return <p className="text-muted">{t("overview.searching")}</p>;
  if (data === null) return <p className="text-muted">{t("overview.noTreatment")}</p>;
  if (data.start === null)
    return (
      <p className="flex items-start gap-2 text-warning">
        <CalendarX aria-hidden size={18} className="mt-0.5 shrink-0" />
        <span>
          {t("overview.full", { treatment: data.treatment })} {data.reason}
        </span>
      </p>
    );
  const instant = Date.parse(data.start);
  const day = dayIn(branch.time_zone, instant);
  const today = dayIn(branch.time_zone, Date.now());
  const relative = relativeDayName(common, day, today);
  return (
    <p className="flex items-start gap-2">
      <CalendarCheck aria-hidden size={18} className="mt-0.5 shrink-0 text-accent" />
      <span>
        {t("overview.next")}{" "}
        <strong className="font-semibold">
          {relative ?? dayName(common, day, today)} {timeIn(branch.time_zone, instant)}
        </strong>
        {" · "}
        {data.treatment}
      </span>
    </p>
  );
}
