/** Blocked time, once or every week: one occurrence of it, or all. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { call, callRemoval } from "@/api/client";
import {
  type BlockedTimeChange,
  type BlockedTimeCreate,
  type BlockedTimeDetail,
  type BlockedTimeRead,
  type BlockReason,
  type BoardRead,
  blockTime,
  changeBlockedOccurrence,
  changeBlockedTime,
  skipBlockedOccurrence,
  unblockTime,
} from "@/api/generated";
import { timeIn } from "@/board/time";
import { Button } from "@/design/Button";
import { type Away, endAfter, firstTimes, weekdayOf } from "./away";
import { Check, Input, Select } from "./fields";
import { useDeskAction } from "./useDeskAction";

interface Props {
  board: BoardRead;
  away: Away;
  /** The whole blocked time, of one that exists. */
  saved: BlockedTimeDetail | undefined;
  onClose: () => void;
}

/** What is made, and of what is made again the occurrences that were skipped or had other times. */
type Created = BlockedTimeChange & Pick<BlockedTimeCreate, "exceptions">;

const REASONS: BlockReason[] = ["break", "meeting", "training", "cleaning", "other"];
/** Monday first. */
const WEEK = [1, 2, 3, 4, 5, 6, 7];

export function BlockedForm({ board, away, saved, onClose }: Props) {
  const { t } = useTranslation();
  const zone = board.time_zone;
  const { existing } = away;
  const begun = existing ?? firstTimes(board, Date.now());
  const isWeekly = saved !== undefined && saved.weekdays.length > 0;
  const occurrence = existing?.day ?? board.day;
  const [isOne, setOne] = useState(isWeekly);
  // A bed takes no break.
  const isPerson = board.people.some(({ id }) => id === away.resourceId);
  const reasons = REASONS.filter((use) => isPerson || use !== "break" || saved?.reason === use);
  const [reason, setReason] = useState<BlockReason>(saved?.reason ?? (isPerson ? "break" : "cleaning"));
  const [note, setNote] = useState(saved?.note ?? "");
  const [day, setDay] = useState(saved?.first_day ?? board.day);
  const times = { starts: timeIn(zone, begun.start), ends: timeIn(zone, begun.end) };
  const [starts, setStarts] = useState(times.starts);
  const [ends, setEnds] = useState(times.ends);
  const [weekdays, setWeekdays] = useState<number[]>(saved?.weekdays ?? []);
  const [lastDay, setLastDay] = useState(isWeekly ? (saved.last_day ?? "") : "");
  const names = t("date.weekday", { returnObjects: true });

  const change: BlockedTimeChange = {
    reason,
    note,
    first_day: day,
    weekdays,
    last_day: weekdays.length === 0 || lastDay === "" ? null : lastDay,
    starts,
    ends,
  };
  const remove = useDeskAction<string, unknown>({
    zone,
    send: (id) => callRemoval(unblockTime({ path: { blocked_time_id: id } })),
    onDone: () => {
      showDone(
        t("away.removed"),
        saved && (() => create.run({ ...changeOf(saved), exceptions: saved.exceptions })),
      );
      onClose();
    },
  });
  const skip = useDeskAction<string, unknown>({
    zone,
    send: (id) => callRemoval(skipBlockedOccurrence({ path: { blocked_time_id: id, day: occurrence } })),
    onDone: (_, id) => {
      showDone(t("away.removed"), () => restore.run({ id, ...times }));
      onClose();
    },
  });
  const restore = useDeskAction<{ id: string; starts: string; ends: string }, unknown>({
    zone,
    send: ({ id, starts: from, ends: to }, { force }) =>
      call(
        changeBlockedOccurrence({
          path: { blocked_time_id: id, day: occurrence },
          body: { starts: from, ends: to, ...(force && { force }) },
        }),
      ),
    onDone: (_, { id, starts: from, ends: to }) => {
      const isChanged = from !== times.starts || to !== times.ends;
      showDone(
        t("away.saved.blocked", { name: away.name }),
        isChanged ? () => restore.run({ id, ...times }) : undefined,
      );
      onClose();
    },
  });
  const replace = useDeskAction<{ id: string; change: BlockedTimeChange }, unknown>({
    zone,
    send: ({ id, change: body }, { force }) =>
      call(changeBlockedTime({ path: { blocked_time_id: id }, body: { ...body, ...(force && { force }) } })),
    onDone: (_, { id, change: sent }) => {
      const before = saved === undefined || sent !== change ? undefined : changeOf(saved);
      showDone(
        t("away.saved.blocked", { name: away.name }),
        before && (() => replace.run({ id, change: before })),
      );
      onClose();
    },
  });
  const create = useDeskAction<Created, { blocked_time: BlockedTimeRead }>({
    zone,
    send: (body, { force }, key) =>
      call(
        blockTime({
          body: {
            ...body,
            branch_id: board.branch_id,
            resource_id: away.resourceId,
            ...(force && { force }),
          },
          headers: { "Idempotency-Key": key },
        }),
      ),
    onDone: ({ blocked_time }) => {
      showDone(t("away.saved.blocked", { name: away.name }), () => remove.run(blocked_time.id));
      onClose();
    },
  });
  const isRunning = [remove, skip, restore, replace, create].some((action) => action.isRunning);
  const begin = (next: string) => {
    setStarts(next);
    setEnds(endAfter(next, starts, ends));
  };
  const save = () => {
    if (existing === undefined) create.run(change);
    else if (isOne) restore.run({ id: existing.id, starts, ends });
    else replace.run({ id: existing.id, change });
  };
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      {isWeekly && (
        <Select
          label={t("opened.scope")}
          value={isOne ? "one" : "all"}
          options={[
            { value: "one", text: t("away.onlyThis") },
            { value: "all", text: t("away.everyWeek") },
          ]}
          onChange={(value) => setOne(value === "one")}
        />
      )}
      {!isOne && (
        <>
          <Select
            label={t("away.use")}
            value={reason}
            options={reasons.map((value) => ({ value, text: t(`board.blockedFor.${value}`) }))}
            onChange={(value) => setReason(REASONS.find((known) => known === value) ?? "other")}
          />
          <Input label={t("card.note")} value={note} maxLength={200} onChange={setNote} />
          <Input label={t("opened.day")} type="date" value={day} onChange={setDay} />
        </>
      )}
      <div className="flex gap-2">
        <Input label={t("away.from")} type="time" value={starts} onChange={begin} />
        <Input label={t("away.to")} type="time" value={ends} onChange={setEnds} />
      </div>
      {!isOne && (
        <>
          <Check
            label={t("away.weekly")}
            checked={weekdays.length > 0}
            onChange={(isChosen) => setWeekdays(isChosen ? [weekdayOf(day)] : [])}
          />
          {weekdays.length > 0 && (
            <>
              <fieldset className="flex flex-wrap gap-x-4">
                <legend className="text-muted text-sm">{t("away.weekdays")}</legend>
                {WEEK.map((weekday) => (
                  <Check
                    key={weekday}
                    label={names[weekday % 7] ?? ""}
                    checked={weekdays.includes(weekday)}
                    onChange={(isChosen) =>
                      setWeekdays(
                        WEEK.filter((other) => (other === weekday ? isChosen : weekdays.includes(other))),
                      )
                    }
                  />
                ))}
              </fieldset>
              <Input label={t("away.lastDay")} type="date" value={lastDay} onChange={setLastDay} />
            </>
          )}
        </>
      )}
      <div className="mt-2 flex flex-wrap justify-end gap-2">
        {existing !== undefined && (
          <Button
            size="lg"
            className="mr-auto"
            disabled={isRunning}
            onClick={() => (isOne ? skip.run(existing.id) : remove.run(existing.id))}
          >
            {t(isOne ? "away.skip" : "away.remove")}
          </Button>
        )}
        <Button kind="primary" size="lg" type="submit" disabled={isRunning}>
          {t("opened.save")}
        </Button>
      </div>
    </form>
  );
}

/** Return what makes a blocked time as it is. */
function changeOf(saved: BlockedTimeRead): BlockedTimeChange {
  const { reason, note, first_day, last_day, weekdays, starts, ends } = saved;
  return { reason, note, first_day, last_day, weekdays, starts, ends };
}
