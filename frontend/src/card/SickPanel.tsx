/** A therapist goes home: who takes over each guest, before and after, on the board and in words; applied as a whole. */
import { Toggle } from "@base-ui/react/toggle";
import { ToggleGroup } from "@base-ui/react/toggle-group";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowRight, Phone, TriangleAlert, UsersRound } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone, showFailure } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call, callRemoval } from "@/api/client";
import { ApiError, sentenceOf } from "@/api/errors";
import {
  applyReplan,
  type BlockedTimeCreate,
  type BoardRead,
  blockTime,
  type PlannedTreatment,
  proposeReplan,
  type ReplanRead,
  unblockTime,
  undoEdit,
} from "@/api/generated";
import { dayIn, spanIn, timeIn } from "@/board/time";
import { Button, buttonClass } from "@/design/Button";
import { Notice } from "@/design/Notice";
import { currentLanguage } from "@/i18n";
import { inLanguage, phoneNumber, shortName } from "@/i18n/format";
import { Check } from "./fields";
import { type Side, showPlan } from "./plan";
import { SidePanel } from "./SidePanel";
import { useDeskAction } from "./useDeskAction";

interface Props {
  board: BoardRead;
  staffId: string;
  onOpen: (appointmentId: string) => void;
  onClose: () => void;
}

/** What was done, to take it back. */
interface Applied {
  editId: string | null;
  blockedId: string | null;
}

export function SickPanel({ board, staffId, onOpen, onClose }: Props) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [isBlocked, setBlocked] = useState(true);
  const [side, setSide] = useState<Side>("after");
  const [pointed, setPointed] = useState<string | null>(null);
  const [isOvertaken, setOvertaken] = useState(false);
  const name = board.people.find(({ id }) => id === staffId)?.name ?? "";
  const queryKey = ["replan", staffId, board.day];
  const { data, error, isFetching } = useQuery({
    queryKey,
    queryFn: () =>
      call(
        proposeReplan({ path: { staff_id: staffId }, body: { branch_id: board.branch_id, day: board.day } }),
      ),
    staleTime: 0,
    refetchOnWindowFocus: false,
  });
  const undo = useDeskAction<Applied, unknown>({
    zone: board.time_zone,
    // The therapist has to be there again before anybody can come back to them.
    send: async ({ blockedId, editId }, { allow_same_time = false }, key) => {
      const headers = { "Idempotency-Key": key };
      if (blockedId !== null) await callRemoval(unblockTime({ path: { blocked_time_id: blockedId } }));
      if (editId !== null)
        await call(undoEdit({ path: { edit_id: editId }, body: { allow_same_time }, headers }));
    },
    onDone: () => showDone(t("sick.undone", { name: shortName(name) })),
  });
  const apply = useAction<Applying, Applied>({
    send: async ({ plan: { changes, digest }, rest }, key) => {
      const plan = { branch_id: board.branch_id, day: board.day, changes, digest };
      const headers = (step: string) => ({ "Idempotency-Key": `${key}-${step}` });
      const applied =
        changes.length > 0
          ? await call(applyReplan({ path: { staff_id: staffId }, body: plan, headers: headers("apply") }))
          : null;
      const blocked = rest === null ? null : await call(blockTime({ body: rest, headers: headers("block") }));
      return { editId: applied?.edit_id ?? null, blockedId: blocked?.blocked_time.id ?? null };
    },
    onDone: (applied, { plan: { treatments } }) => {
      const left = treatments.filter(({ after }) => after === null).length;
      void cache.invalidateQueries({ queryKey: ["stranded"] });
      showDone(t(left > 0 ? "sick.doneBut" : "sick.done", { name: shortName(name), count: left }), () =>
        undo.run(applied),
      );
      onClose();
    },
    onRefused: (refusal) => {
      if (refusal instanceof ApiError && refusal.code === "DAY_CHANGED") {
        setOvertaken(true);
        setPointed(null);
        void cache.invalidateQueries({ queryKey });
      } else showFailure(sentenceOf(t, refusal));
    },
  });
  useEffect(() => {
    showPlan(data === undefined ? null : { plan: data, side, pointed });
    return () => showPlan(null);
  }, [data, side, pointed]);
  const isEmpty = data !== undefined && data.treatments.length === 0;
  const unsolved = data?.treatments.filter(({ after }) => after === null).length ?? 0;
  return (
    <SidePanel title={t("sick.title", { name })} subtitle={t("sick.hint")} onClose={onClose}>
      <div role="status" className="px-4">
        {error !== null && <p className="text-danger">{sentenceOf(t, error)}</p>}
        {data === undefined && isFetching && <p className="text-muted">{t("opened.searching")}</p>}
        {isOvertaken && !isFetching && <p className="mb-2 font-medium text-warning">{t("sick.overtaken")}</p>}
        {data !== undefined && !isEmpty && (
          <p>
            {t("sick.summary", { count: data.changes.length })}
            {unsolved > 0 && (
              <span className="font-medium text-danger"> {t("sick.unsolved", { count: unsolved })}</span>
            )}
          </p>
        )}
      </div>
      {data !== undefined && !isEmpty && (
        <ToggleGroup
          aria-label={t("sick.onBoard")}
          className="mx-4 my-2 flex rounded-md border border-line-strong bg-sunken p-0.5"
          value={[side]}
          onValueChange={([next]: Side[]) => next !== undefined && setSide(next)}
        >
          {(["before", "after"] as const).map((value) => (
            <Toggle
              key={value}
              value={value}
              className="min-h-11 flex-1 rounded-sm border border-transparent px-3 font-medium text-muted data-[pressed]:border-line-strong data-[pressed]:bg-raised data-[pressed]:text-text"
            >
              {t(`sick.${value}`)}
            </Toggle>
          ))}
        </ToggleGroup>
      )}
      {isEmpty && <Notice icon={UsersRound} title={t("sick.nothing")} />}
      {data !== undefined && data.treatments.length > 0 && (
        <Rows
          board={board}
          title={t("sick.guests")}
          rows={data.treatments}
          onPoint={setPointed}
          onOpen={onOpen}
        />
      )}
      {data !== undefined && data.others.length > 0 && (
        <Rows
          board={board}
          title={t("sick.others")}
          rows={data.others}
          onPoint={setPointed}
          onOpen={onOpen}
        />
      )}
      {data !== undefined && (
        <div className="sticky bottom-0 flex flex-col gap-2 border-line border-t bg-raised p-4">
          <Check label={t("sick.block")} checked={isBlocked} onChange={setBlocked} />
          <Button
            kind="primary"
            size="lg"
            className="justify-center"
            disabled={apply.isRunning || isFetching || (data.changes.length === 0 && !isBlocked)}
            onClick={() =>
              apply.run({ plan: data, rest: isBlocked ? restOf(board, staffId, t("sick.reason")) : null })
            }
          >
            {t(data.changes.length === 0 ? "sick.blockOnly" : "sick.apply")}
          </Button>
        </div>
      )}
    </SidePanel>
  );
}

interface Applying {
  plan: ReplanRead;
  /** The time to block; null: none. */
  rest: BlockedTimeCreate | null;
}

/** Return the time from now, or the whole of a later day. A receptionist may block time, but not approve leave. Guests that
    nobody can take over are known by now: they stay, and are listed as to be solved. */
function restOf(board: BoardRead, staffId: string, note: string): BlockedTimeCreate {
  const zone = board.time_zone;
  const now = Date.now();
  return {
    branch_id: board.branch_id,
    resource_id: staffId,
    reason: "other",
    note,
    first_day: board.day,
    starts: dayIn(zone, now) === board.day ? timeIn(zone, now) : timeIn(zone, Date.parse(board.start)),
    ends: timeIn(zone, Date.parse(board.end)),
    force: true,
  };
}

interface RowsProps {
  board: BoardRead;
  title: string;
  rows: PlannedTreatment[];
  /** Show where a treatment is on the board. */
  onPoint: (treatmentId: string) => void;
  onOpen: (appointmentId: string) => void;
}

function Rows({ board, title, rows, onPoint, onOpen }: RowsProps) {
  const { t } = useTranslation();
  const zone = board.time_zone;
  return (
    <section aria-label={title}>
      <h3 className="px-4 pt-2 pb-1 font-medium text-muted">{title}</h3>
      <ul>
        {rows.map((row) => {
          const guest = board.guests.find(({ id }) => id === row.customer_id);
          const name = row.guest_name || guest?.full_name || t("card.anonymous");
          return (
            <li key={row.treatment_id} className="flex items-center gap-2 border-line border-t px-4 py-2.5">
              <button
                type="button"
                className="min-h-11 min-w-0 flex-1 rounded-md text-left hover:bg-hover"
                onFocus={() => onPoint(row.treatment_id)}
                onPointerEnter={() => onPoint(row.treatment_id)}
                onClick={() => onOpen(row.appointment_id)}
              >
                <span className="flex gap-2">
                  <span className="min-w-0 break-words font-semibold">{name}</span>
                  <span className="tabular ml-auto shrink-0 text-muted">
                    {spanIn(zone, Date.parse(row.start), Date.parse(row.end))}
                  </span>
                </span>
                <span className="block truncate text-muted">{inLanguage(row.name, currentLanguage())}</span>
                <span className="flex flex-wrap items-center gap-1.5">
                  <span className="line-through">{shortName(row.before.name)}</span>
                  <ArrowRight role="img" aria-label={t("sick.becomes")} size={15} />
                  {row.after === null ? (
                    <span className="inline-flex items-center gap-1 text-danger">
                      <TriangleAlert aria-hidden size={15} />
                      {t("sick.nobody")}
                    </span>
                  ) : (
                    <span className="font-semibold text-accent">{shortName(row.after.name)}</span>
                  )}
                </span>
                {row.nearest.length > 0 && (
                  <span className="tabular block text-muted">
                    {t("sick.nearest", {
                      times: row.nearest
                        .slice(0, 4)
                        .sort()
                        .map((start) => timeIn(zone, Date.parse(start)))
                        .join(", "),
                    })}
                  </span>
                )}
                {row.asked_for && <span className="block text-warning">{t("sick.askedFor")}</span>}
              </button>
              {guest?.phone && (
                <a
                  href={`tel:${guest.phone}`}
                  className={`${buttonClass("plain", "icon")} size-11`}
                  aria-label={t("solve.call", { phone: phoneNumber(guest.phone) })}
                >
                  <Phone aria-hidden size={17} />
                </a>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
