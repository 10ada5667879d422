/** The roster of a branch: a week as a grid, what is opened of it beside it, and the leave that waits. */
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import {
  CalendarOff,
  CalendarPlus,
  ChevronLeft,
  ChevronRight,
  CloudOff,
  Copy,
  Lock,
  UsersRound,
} from "lucide-react";
import { useCallback, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { sentenceOf } from "@/api/errors";
import type { BranchRead } from "@/api/generated";
import { useSession } from "@/api/session";
import { firstOfStrip } from "@/board/strip";
import { addDays, dayIn } from "@/board/time";
import { useNow } from "@/board/useNow";
import { Button, buttonClass } from "@/design/Button";
import { Notice } from "@/design/Notice";
import { shortDayName } from "@/i18n/format";
import { BranchPicker } from "@/shell/BranchPicker";
import { useBranch, useWorksAtDesk } from "@/shell/branches";
import { NoBranch } from "../branch";
import { PageTitle } from "../parts";
import { RosterGrid } from "./RosterGrid";
import { RosterPanel } from "./RosterPanel";
import { useRequests, useRoster } from "./useRoster";
import { type PanelSearch, useRosterPanel } from "./useRosterPanel";
import { useShiftActions } from "./useShiftActions";
import { hoursText } from "./words";

export function RostersPage() {
  const { t } = useTranslation("setup");
  const session = useSession();
  const branch = useBranch();
  const worksAtDesk = useWorksAtDesk(branch?.id ?? "");
  const picker = session.status === "signed-in" && <BranchPicker user={session.user} />;
  if (branch !== undefined && worksAtDesk) return <Week key={branch.id} branch={branch} picker={picker} />;
  return (
    <div className="flex flex-1 flex-col px-4 py-4 md:px-6">
      <PageTitle title={t("nav.rosters")}>{branch && picker}</PageTitle>
      {branch === undefined ? (
        <NoBranch />
      ) : (
        <Notice icon={Lock} title={t("rosters.noDesk")} hint={t("rosters.noDeskHint")} />
      )}
    </div>
  );
}

function Week({ branch, picker }: { branch: BranchRead; picker: React.ReactNode }) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const navigate = useNavigate();
  const { day } = useSearch({ from: "/setup/rosters" });
  const today = dayIn(branch.time_zone, useNow(60_000));
  const monday = firstOfStrip(day ?? today);
  const { data, roster, error, retry } = useRoster(branch, monday);
  const requests = useRequests(branch.id);
  const { panel, open, close } = useRosterPanel();
  const actions = useShiftActions(branch, close);
  const frame = useRef<HTMLDivElement>(null);
  const onOpen = useReturnOfFocus(frame, panel, open);

  const showDay = (next: string | undefined) =>
    void navigate({
      to: "/setup/rosters",
      search: (before) => ({ ...before, day: next, open: undefined }),
    });
  const onWeek = (step: number) => showDay(addDays(monday, 7 * step));
  const remove = (shiftId: string) => {
    const shift = data?.shifts.find(({ id }) => id === shiftId);
    if (shift !== undefined) actions.remove(shift);
  };
  const title = common("week.title", {
    first: shortDayName(common, monday),
    last: shortDayName(common, addDays(monday, 6)),
  });
  const isEmpty = roster !== undefined && roster.rows.length > 0 && roster.minutes === 0;
  return (
    <div className="flex min-h-0 flex-1">
      <div className="flex min-w-0 flex-1 flex-col overflow-y-auto">
        <div className="px-4 pt-4 md:px-6 md:pt-6">
          <PageTitle title={t("nav.rosters")}>{picker}</PageTitle>
        </div>
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 max-sm:gap-x-2 md:px-6">
          <div className="flex items-center gap-1">
            <Button
              size="icon"
              className="pointer-coarse:size-11"
              aria-label={common("week.previous")}
              onClick={() => onWeek(-1)}
            >
              <ChevronLeft aria-hidden size={18} />
            </Button>
            <Button
              className="pointer-coarse:h-11"
              disabled={monday === firstOfStrip(today)}
              onClick={() => showDay(undefined)}
            >
              {t("rosters.thisWeek")}
            </Button>
            <Button
              size="icon"
              className="pointer-coarse:size-11"
              aria-label={common("week.next")}
              onClick={() => onWeek(1)}
            >
              <ChevronRight aria-hidden size={18} />
            </Button>
          </div>
          <h2 className="font-semibold text-lg max-sm:text-base" aria-live="polite">
            {title}
            {roster !== undefined && roster.minutes > 0 && (
              <span className="tabular ml-2 font-normal text-base text-muted max-sm:hidden">
                {hoursText(t, roster.minutes)}
              </span>
            )}
          </h2>
          <div className="ml-auto flex flex-wrap gap-2">
            <Button className="pointer-coarse:h-11" onClick={() => onOpen({ panel: "leave" })}>
              <CalendarOff aria-hidden size={16} className="max-sm:hidden" />
              {t("rosters.leave.title")}
              {requests !== undefined && requests.length > 0 && (
                <span className="tabular grid min-w-5 place-items-center rounded-full bg-warning-soft px-1.5 font-semibold text-sm text-warning">
                  {requests.length}
                  <span className="sr-only">{t("rosters.leave.waiting")}</span>
                </span>
              )}
            </Button>
            <Button className="pointer-coarse:h-11" onClick={() => onOpen({ panel: "copy" })}>
              <Copy aria-hidden size={16} className="max-sm:hidden" />
              {t("rosters.copy.open")}
            </Button>
            <Button kind="primary" className="pointer-coarse:h-11" onClick={() => onOpen({ panel: "fill" })}>
              <CalendarPlus aria-hidden size={16} className="max-sm:hidden" />
              {t("rosters.fill.button")}
            </Button>
          </div>
        </div>
        {isEmpty && (
          <p className="mx-4 mb-3 rounded-md bg-sunken px-3 py-2 md:mx-6" role="status">
            {t("rosters.empty")}
          </p>
        )}
        <div
          ref={frame}
          className="flex min-h-80 flex-1 flex-col scroll-pt-24 scroll-pl-40 overflow-auto border-line border-t bg-surface max-sm:scroll-pl-28"
        >
          {error !== null && (
            <Notice icon={CloudOff} title={sentenceOf(common, error)} isAlert>
              <Button onClick={retry}>{common("board.retry")}</Button>
            </Notice>
          )}
          {roster === undefined && error === null && <Skeleton />}
          {roster?.rows.length === 0 && (
            <Notice icon={UsersRound} title={t("rosters.nobody")} hint={t("rosters.nobodyHint")}>
              <Link to="/setup/people" search={{ branch: branch.id }} className={buttonClass("primary")}>
                {t("nav.people")}
              </Link>
            </Notice>
          )}
          {roster !== undefined && roster.rows.length > 0 && (
            <RosterGrid
              key={monday}
              {...{ roster, today, panel, onOpen, onWeek }}
              zone={branch.time_zone}
              onRemove={remove}
            />
          )}
        </div>
      </div>
      {data !== undefined && panel.panel !== undefined && (
        <RosterPanel
          key={`${panel.panel}/${panel.id}/${panel.on}`}
          {...{ branch, monday, today, data, panel, actions, requests }}
          onOpen={onOpen}
          onClose={close}
        />
      )}
    </div>
  );
}

/** Return what opens a panel; when it is closed, the focus goes back to where it was opened. */
function useReturnOfFocus(
  frame: React.RefObject<HTMLElement | null>,
  { panel }: PanelSearch,
  open: (panel: PanelSearch) => void,
) {
  const opener = useRef<Element | null>(null);
  const wasOpen = useRef(false);
  useEffect(() => {
    const isClosed = wasOpen.current && panel === undefined;
    wasOpen.current = panel !== undefined;
    if (!isClosed || document.activeElement !== document.body) return;
    const [first, again] = [opener.current, frame.current?.querySelector<HTMLElement>("[tabindex='0']")];
    if (first instanceof HTMLElement && first.isConnected) first.focus();
    else again?.focus();
  }, [panel, frame]);
  return useCallback(
    (next: PanelSearch) => {
      if (!wasOpen.current) opener.current = document.activeElement;
      open(next);
    },
    [open],
  );
}

function Skeleton() {
  const { t } = useTranslation("setup");
  return (
    <div role="status" className="flex flex-col gap-3 p-4">
      <span className="sr-only">{t("rosters.loading")}</span>
      {[1, 2, 3, 4, 5].map((line) => (
        <div key={line} className="h-12 animate-pulse rounded-md bg-sunken" />
      ))}
    </div>
  );
}
