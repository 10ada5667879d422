/** Leave: what waits for a decision, what falls into the week, and leave that is entered for somebody. */
import { useQuery } from "@tanstack/react-query";
import { CalendarPlus, Check, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { previewApproval, type TimeOffRead } from "@/api/generated";
import { useSession } from "@/api/session";
import { dayIn, timeIn } from "@/board/time";
import { SidePanel } from "@/card/SidePanel";
import { useHolds } from "@/card/useHolds";
import { useRights } from "@/customers/roles";
import { Button } from "@/design/Button";
import { dayName } from "@/i18n/format";
import { spanOf } from "@/me/leave";
import { LeaveEntry } from "./LeaveEntry";
import type { PanelProps } from "./RosterPanel";
import { type LeaveActions, useLeaveActions } from "./useLeaveActions";
import { ROSTER_KEY } from "./useRoster";

export function LeavePanel({ branch, monday, today, data, requests, onClose }: PanelProps) {
  const { t } = useTranslation("setup");
  const [isEntering, setEntering] = useState(false);
  const actions = useLeaveActions(branch);
  const approved = data.leave.filter(({ status }) => status === "approved");
  const item = (leave: TimeOffRead) => {
    const person = data.people.find(({ id }) => id === leave.staff_id);
    return (
      <Item
        key={leave.id}
        {...{ leave, today, actions }}
        name={person?.full_name ?? ""}
        userId={person?.user_id ?? null}
        zone={branch.time_zone}
        branchId={branch.id}
      />
    );
  };
  return (
    <SidePanel title={t("rosters.leave.title")} onClose={onClose}>
      <section className="border-line border-t p-4">
        <h3 className="mb-2 font-medium">{t("rosters.leave.requests")}</h3>
        {requests?.length === 0 && <p className="text-muted">{t("rosters.leave.none")}</p>}
        <ul className="flex flex-col gap-3">{requests?.map(item)}</ul>
      </section>
      {approved.length > 0 && (
        <section className="border-line border-t p-4">
          <h3 className="mb-2 font-medium">{t("rosters.leave.ofWeek")}</h3>
          <ul className="flex flex-col gap-3">{approved.map(item)}</ul>
        </section>
      )}
      <section className="border-line border-t p-4">
        {isEntering ? (
          <LeaveEntry
            people={data.people}
            zone={branch.time_zone}
            branchId={branch.id}
            day={monday > today ? monday : today}
            actions={actions}
            onClose={() => setEntering(false)}
          />
        ) : (
          <Button className="pointer-coarse:h-11" onClick={() => setEntering(true)}>
            <CalendarPlus aria-hidden size={16} />
            {t("rosters.leave.enter")}
          </Button>
        )}
      </section>
    </SidePanel>
  );
}

interface ItemProps {
  leave: TimeOffRead;
  name: string;
  /** The account of the person: nobody decides about the own leave but the admin of the spa. */
  userId: string | null;
  today: string;
  zone: string;
  branchId: string;
  actions: LeaveActions;
}

function Item({ leave, name, userId, today, zone, branchId, actions }: ItemProps) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const session = useSession();
  const { isAdmin } = useRights();
  const isAdminHere = useHolds(branchId, "admin");
  const isOwn = session.status === "signed-in" && session.user.id === userId;
  const canDecide = isAdminHere && (!isOwn || isAdmin);
  const { first, last, times } = spanOf(zone, leave);
  const days = [first, ...(last === first ? [] : [last])]
    .map((day) => dayName(common, day, today))
    .join(" – ");
  const { isRunning } = actions;
  return (
    <li className="rounded-md border border-line p-3" data-leave={leave.id}>
      <p className="font-semibold">{name}</p>
      <p className="tabular">
        {days}
        {times !== null && ` · ${times.start}–${times.end}`}
      </p>
      {leave.reason !== "" && <p className="break-words text-muted">{leave.reason}</p>}
      {canDecide && leave.status === "requested" && <WhoIsStranded leaveId={leave.id} zone={zone} />}
      {!canDecide && leave.status === "requested" && (
        <p className="mt-1 text-muted text-sm">{t("rosters.leave.byManager")}</p>
      )}
      {canDecide && (
        <div className="mt-2 flex flex-wrap gap-2">
          {leave.status === "requested" ? (
            <>
              <Button
                kind="primary"
                className="pointer-coarse:h-11"
                disabled={isRunning}
                onClick={() => actions.approve({ id: leave.id, name })}
              >
                <Check aria-hidden size={16} />
                {t("rosters.leave.approve")}
              </Button>
              <Button
                className="pointer-coarse:h-11"
                disabled={isRunning}
                onClick={() => actions.refuse({ id: leave.id, name })}
              >
                <X aria-hidden size={16} />
                {t("rosters.leave.refuse")}
              </Button>
            </>
          ) : (
            <Button
              className="pointer-coarse:h-11"
              disabled={isRunning}
              onClick={() => actions.withdraw({ leave, name })}
            >
              {t("rosters.leave.withdraw")}
            </Button>
          )}
        </div>
      )}
    </li>
  );
}

/** The guests whose appointments could not take place as booked, told before the leave is approved. */
function WhoIsStranded({ leaveId, zone }: { leaveId: string; zone: string }) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const { data } = useQuery({
    queryKey: [...ROSTER_KEY, "stranded", leaveId],
    queryFn: () => call(previewApproval({ path: { time_off_id: leaveId } })),
    select: ({ stranded }) => stranded,
    retry: false,
  });
  if (data === undefined) return null;
  if (data.length === 0) return <p className="mt-1 text-muted text-sm">{t("rosters.leave.strandsNobody")}</p>;
  return (
    <div className="mt-2 rounded-md bg-warning-soft px-2.5 py-1.5 text-sm text-warning">
      <p className="font-medium">{t("rosters.leave.strands", { count: data.length })}</p>
      <ul className="tabular">
        {data.map(({ appointment_id, guest, start }) => (
          <li key={appointment_id}>
            {guest || common("card.anonymous")} · {timeIn(zone, Date.parse(start))}{" "}
            {dayName(common, dayIn(zone, Date.parse(start)), dayIn(zone, Date.now()))}
          </li>
        ))}
      </ul>
    </div>
  );
}
