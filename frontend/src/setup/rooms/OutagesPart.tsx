/** When a bed or a device is out of order: now and in the coming year. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, Wrench } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { call, callRemoval } from "@/api/client";
import { sentenceOf } from "@/api/errors";
import {
  type BranchRead,
  listOutages,
  type OutageRead,
  putBackInOrder,
  putOutOfOrder,
  type ResourceRead,
} from "@/api/generated";
import { addDays, dayIn, instantOf, MINUTE, timeIn } from "@/board/time";
import { useDeskAction } from "@/card/useDeskAction";
import { Button } from "@/design/Button";
import { dayName } from "@/i18n/format";
import { TextField, TimeField } from "../fields";
import { SettingsForm } from "../SettingsForm";
import { usePlacesChanged } from "./data";

interface Props {
  branch: BranchRead;
  item: ResourceRead;
}

const SHOWN_DAYS = 365;
const STEP = 30 * MINUTE;

export function OutagesPart({ branch, item }: Props) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const zone = branch.time_zone;
  const today = dayIn(zone, Date.now());
  const cache = useQueryClient();
  const onPlacesChanged = usePlacesChanged();
  const [isAdding, setAdding] = useState(false);
  const query = { queryKey: ["setup", "outages", item.id, today] };
  const { data, error } = useQuery({
    ...query,
    queryFn: () => {
      const [start, end] = [today, addDays(today, SHOWN_DAYS)].map((day) =>
        new Date(instantOf(zone, day, "00:00")).toISOString(),
      ) as [string, string];
      return call(listOutages({ path: { resource_id: item.id }, query: { start, end } }));
    },
  });
  const onChanged = () => {
    void cache.invalidateQueries(query);
    onPlacesChanged();
  };
  const end = useDeskAction<OutageRead, unknown>({
    zone,
    send: ({ id }) => callRemoval(putBackInOrder({ path: { resource_id: item.id, outage_id: id } })),
    onDone: () => {
      showDone(t("rooms.inOrder", { name: item.name }));
      onChanged();
    },
  });
  const at = (instant: string) => {
    const time = Date.parse(instant);
    return `${timeIn(zone, time)} ${dayName(common, dayIn(zone, time), today)}`;
  };
  const isOver = ({ end: until }: OutageRead) => Date.parse(until) <= Date.now();
  const outages = data?.filter((outage) => !isOver(outage)) ?? [];
  return (
    <section className="border-line border-t pt-4">
      <div className="mb-2 flex items-center gap-3">
        <h3 className="flex-1 font-semibold">{t("rooms.outages")}</h3>
        {!isAdding && (
          <Button className="pointer-coarse:h-11" onClick={() => setAdding(true)}>
            <Plus aria-hidden size={16} />
            {t("rooms.addOutage")}
          </Button>
        )}
      </div>
      {error !== null && <p className="text-danger">{sentenceOf(common, error)}</p>}
      {data !== undefined && outages.length === 0 && !isAdding && (
        <p className="text-muted">{t("rooms.noOutages")}</p>
      )}
      <ul className="flex flex-col divide-y divide-line">
        {outages.map((outage) => (
          <li key={outage.id} className="flex items-start gap-2.5 py-2.5">
            <Wrench aria-hidden size={16} className="mt-0.5 shrink-0 text-warning" />
            <div className="min-w-0 flex-1">
              <p className="break-words font-medium">{outage.reason}</p>
              <p className="text-muted tabular">
                {t("rooms.span", { start: at(outage.start), end: at(outage.end) })}
              </p>
            </div>
            <Button
              disabled={end.isRunning}
              aria-label={t("rooms.endOutageNamed", { reason: outage.reason })}
              className="pointer-coarse:h-11"
              onClick={() => end.run(outage)}
            >
              {t("rooms.endOutage")}
            </Button>
          </li>
        ))}
      </ul>
      {isAdding && (
        <NewOutage
          zone={zone}
          item={item}
          onSaved={() => {
            setAdding(false);
            onChanged();
          }}
          onCancel={() => setAdding(false)}
        />
      )}
    </section>
  );
}

interface NewProps {
  zone: string;
  item: ResourceRead;
  onSaved: () => void;
  onCancel: () => void;
}

function NewOutage({ zone, item, onSaved, onCancel }: NewProps) {
  const { t } = useTranslation("setup");
  // From now until the end of tomorrow: what is broken is rarely repaired on the same day.
  const [saved] = useState(() => {
    const start = Math.floor(Date.now() / STEP) * STEP;
    const day = dayIn(zone, start);
    return { reason: "", day, time: timeIn(zone, start), lastDay: addDays(day, 1), lastTime: "23:30" };
  });
  return (
    <SettingsForm
      shownBy="open"
      saved={saved}
      submit={t("rooms.addOutage")}
      send={({ reason, day, time, lastDay, lastTime }, key, overrule) =>
        call(
          putOutOfOrder({
            path: { resource_id: item.id },
            body: {
              reason,
              start: new Date(instantOf(zone, day, time)).toISOString(),
              end: new Date(instantOf(zone, lastDay, lastTime)).toISOString(),
              ...overrule,
            },
            headers: { "Idempotency-Key": key },
          }),
        )
      }
      onSaved={onSaved}
      onCancel={onCancel}
    >
      {({ values, set, errorOf }) => (
        <>
          <TextField
            label={t("rooms.outageReason")}
            error={errorOf("reason")}
            value={values.reason}
            maxLength={200}
            required
            onChange={(reason) => set({ reason })}
          />
          <div className="grid grid-cols-2 gap-3">
            <TextField
              type="date"
              label={t("rooms.outageDay")}
              error={errorOf("start") ?? errorOf("")}
              value={values.day}
              required
              onChange={(day) => set({ day })}
            />
            <TimeField label={t("rooms.outageFrom")} value={values.time} onChange={(time) => set({ time })} />
            <TextField
              type="date"
              label={t("rooms.outageLastDay")}
              error={errorOf("end")}
              value={values.lastDay}
              required
              onChange={(lastDay) => set({ lastDay })}
            />
            <TimeField
              label={t("rooms.outageUntil")}
              value={values.lastTime}
              onChange={(lastTime) => set({ lastTime })}
            />
          </div>
        </>
      )}
    </SettingsForm>
  );
}
