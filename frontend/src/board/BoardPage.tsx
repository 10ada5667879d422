/** The day board: date and view above, columns in the middle, legend and connection below. */

import { Navigate, useNavigate, useSearch } from "@tanstack/react-router";
import { CalendarOff, CalendarPlus, Store, TriangleAlert, UsersRound } from "lucide-react";
import { useCallback, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { sentenceOf } from "@/api/errors";
import type { AppointmentStatus, BoardRead, BranchRead } from "@/api/generated";
import { deferred } from "@/app/deferred";
import { useTitle } from "@/app/useTitle";
import { Booking } from "@/booking/Booking";
import { CardLayer } from "@/card/CardLayer";
import { SolveButton } from "@/card/SolveButton";
import { usePanel } from "@/card/usePanel";
import { useRights } from "@/customers/roles";
import { Button } from "@/design/Button";
import { Notice } from "@/design/Notice";
import { dayName, relativeDayName } from "@/i18n/format";
import { useBranch, useBranches, useWorksAtDesk } from "@/shell/branches";
import { BoardGrid } from "./BoardGrid";
import { BoardSkeleton } from "./BoardSkeleton";
import { DateStrip } from "./DateStrip";
import { Filters } from "./Filters";
import { onlyColumns, withGuests } from "./filter";
import { type Card, type DayLayout, layOut, type View } from "./layout";
import { MovingStage } from "./move/MovingStage";
import { withPending } from "./move/movement";
import { useMovements } from "./move/useMovements";
import { MovingProvider, useMoving } from "./move/useMoving";
import { PrintSheet } from "./PrintSheet";
import { reuse } from "./reuse";
import { StatusBar } from "./StatusBar";
import type { BoardSearch, Sheet } from "./search";
import { Toolbar } from "./Toolbar";
import { dayIn } from "./time";
import { useBoard } from "./useBoard";
import { useNow } from "./useNow";

const ConfirmationDialog = deferred(
  async () => (await import("./move/ConfirmationDialog")).ConfirmationDialog,
);
const WeekPage = deferred(async () => (await import("./WeekPage")).WeekPage);
const NONE: AppointmentStatus[] = [];

export function BoardPage() {
  const { t } = useTranslation();
  const { error, isEmpty, retry } = useBranches();
  const branch = useBranch();
  const { isAdmin } = useRights();
  const navigate = useNavigate();
  const { view, ...search } = useSearch({ from: "/desk/board" });
  const showDay = () => void navigate({ to: "/desk/board", search, replace: true });
  if (branch !== undefined) {
    if (view === "week") return <WeekPage branch={branch} onClose={showDay} />;
    return <BoardOfBranch branch={branch} />;
  }
  if (isEmpty && isAdmin) return <Navigate to="/setup/start" replace />;
  if (isEmpty) return <Notice icon={Store} title={t("board.emptySpa")} hint={t("board.emptySpaHint")} />;
  if (error === null) return <BoardSkeleton />;
  return <Failure sentence={sentenceOf(t, error)} retry={retry} />;
}

function BoardOfBranch({ branch }: { branch: BranchRead }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const search = useSearch({ from: "/desk/board" });
  const today = dayIn(branch.time_zone, useNow(15_000));
  const day = search.day ?? today;
  const view: View = search.view === "rooms" ? "rooms" : "staff";
  const hide = search.hide ?? NONE;
  const { board: known, connection, knownAt, isKept, error, retry } = useBoard(branch.id, day);
  const movements = useMovements(branch);
  const { pending } = movements;
  const board = useMemo(() => (known === undefined ? known : withPending(known, pending)), [known, pending]);
  const only = view === "staff" ? search.staff : search.room;
  const { guest } = search;
  const drawn = useRef<DayLayout>(undefined);
  const layout = useMemo(() => {
    if (board === undefined) return undefined;
    const all = layOut(withGuests(board, guest), view, (status) => !hide.includes(status));
    drawn.current = reuse(drawn.current, { ...all, columns: onlyColumns(all.columns, view, only) });
    return drawn.current;
  }, [board, view, hide, guest, only]);
  const worksAtDesk = useWorksAtDesk(branch.id);
  const canMove = worksAtDesk && !isKept;
  const surface = useRef<HTMLElement>(null);
  const panel = usePanel();
  const [isHelpOpen, setHelpOpen] = useState(false);
  const openCard = useCallback(({ appointment }: Card) => panel.open({ card: appointment.id }), [panel.open]);
  const go = (change: BoardSearch) =>
    void navigate({
      to: "/desk/board",
      search: { ...search, ...change },
      replace: "hide" in change || "guest" in change,
    });

  const latest = useRef(go);
  latest.current = go;
  const onDay = useCallback(
    (next: string) => latest.current({ day: next === today ? undefined : next }),
    [today],
  );
  const onView = useCallback(
    (next: Sheet) => latest.current({ view: next === "staff" ? undefined : next }),
    [],
  );
  const moving = useMoving({ branch, board, layout, view, movements, canMove, onDay });

  const title = `${relativeDayName(t, day, today) ?? ""} ${dayName(t, day, today)}`.trim();
  useTitle(`${title} · ${branch.name}`);

  const isUnusable = board === undefined && error !== null;
  return (
    <MovingProvider value={moving}>
      <Toolbar day={day} today={today} view={view} onDay={onDay} onView={onView}>
        <SolveButton branchId={branch.id} board={board} onOpen={() => panel.open({ solve: true })} />
        {board !== undefined && (
          <Filters
            board={board}
            view={view}
            only={only}
            onOnly={(next) => go(view === "staff" ? { staff: next } : { room: next })}
            guest={guest}
            onGuest={(next) => go({ guest: next })}
          />
        )}
      </Toolbar>
      {worksAtDesk && (
        <DateStrip branchId={branch.id} day={day} today={today} isReady={board !== undefined} onDay={onDay} />
      )}
      <div className="flex min-h-0 flex-1">
        <section
          ref={surface}
          aria-label={t("board.columns")}
          className="flex min-h-0 min-w-0 flex-1 flex-col"
        >
          <MovingStage moving={moving} board={board} layout={layout}>
            {isUnusable && <Failure sentence={sentenceOf(t, error)} retry={retry} />}
            {!isUnusable && board === undefined && <BoardSkeleton />}
            {board !== undefined && layout?.columns.length === 0 && <NoColumns board={board} view={view} />}
            {board !== undefined && layout !== undefined && layout.columns.length > 0 && (
              <BoardGrid
                key={`${board.branch_id}/${day}/${view}`}
                board={board}
                layout={layout}
                view={view}
                moving={moving}
                onOpen={openCard}
              />
            )}
          </MovingStage>
        </section>
        {board !== undefined && (
          <CardLayer
            board={board}
            surface={surface}
            state={panel}
            isHelpOpen={isHelpOpen}
            onHelp={setHelpOpen}
          />
        )}
        <Booking branch={branch} board={board} day={day} today={today} onDay={onDay} />
      </div>
      {board !== undefined && layout !== undefined && (
        <PrintSheet
          title={`${branch.name} · ${dayName(t, day, today)}`}
          board={board}
          layout={layout}
          view={view}
        />
      )}
      {movements.confirmation !== null && (
        <ConfirmationDialog movements={movements} onClose={movements.decline} />
      )}
      <StatusBar
        board={board}
        hidden={hide}
        onHidden={(next) => go({ hide: next.length > 0 ? next : undefined })}
        connection={connection}
        knownAt={knownAt}
        zone={branch.time_zone}
        today={today}
        onHelp={() => setHelpOpen(true)}
      />
    </MovingProvider>
  );
}

function Failure({ sentence, retry }: { sentence: string; retry: () => void }) {
  const { t } = useTranslation();
  return (
    <Notice icon={TriangleAlert} title={t("board.failed")} hint={sentence} isAlert>
      <Button kind="primary" onClick={retry}>
        {t("board.retry")}
      </Button>
    </Notice>
  );
}

function NoColumns({ board, view }: { board: BoardRead; view: "staff" | "rooms" }) {
  const { t } = useTranslation();
  if (view === "rooms") return <Notice icon={CalendarPlus} title={t("board.noRooms")} />;
  if (board.opening_hours.length === 0) return <Notice icon={CalendarOff} title={t("board.closedDay")} />;
  return <Notice icon={UsersRound} title={t("board.noStaff")} hint={t("board.noStaffHint")} />;
}
