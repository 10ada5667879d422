/** A room with its beds and devices, each of which opens beside it. */
import { Link } from "@tanstack/react-router";
import { BedDouble, ChevronRight, Pencil, Plus, Wrench, Zap } from "lucide-react";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { call } from "@/api/client";
import {
  type BranchRead,
  type OutageRead,
  type ResourceRead,
  type ResourceTypeRead,
  type RoomRead,
  updateResource,
} from "@/api/generated";
import { dayIn, timeIn } from "@/board/time";
import { useDeskAction } from "@/card/useDeskAction";
import { Button, buttonClass } from "@/design/Button";
import { currentLanguage } from "@/i18n";
import { dayName, inLanguage } from "@/i18n/format";
import { Card } from "../parts";
import { type Places, usePlacesChanged } from "./data";
import { toText } from "./opened";

interface Props {
  branch: BranchRead;
  /** Null: what is in no room. */
  room: RoomRead | null;
  equipment: ResourceRead[];
  types: ResourceTypeRead[];
  outages: ReadonlyMap<string, OutageRead>;
}

export function RoomCard({ branch, room, equipment, types, outages }: Props) {
  const { t } = useTranslation("setup");
  const name = room?.name ?? t("rooms.outside");
  return (
    <Card
      title={name}
      aside={
        <span className="flex gap-1">
          {room !== null && (
            <Link
              from="/setup/rooms"
              to="."
              search={(before) => ({ ...before, open: toText("room", room.id) })}
              aria-label={t("rooms.rename", { room: name })}
              title={t("rooms.rename", { room: name })}
              className={`${buttonClass("quiet", "icon")} text-muted pointer-coarse:size-11`}
            >
              <Pencil aria-hidden size={16} />
            </Link>
          )}
          <Link
            from="/setup/rooms"
            to="."
            search={(before) => ({ ...before, open: toText("new-bed", room?.id) })}
            aria-label={t("rooms.addTo", { room: name })}
            className={`${buttonClass("quiet")} pointer-coarse:h-11`}
          >
            <Plus aria-hidden size={16} />
            <span className="@max-sm:sr-only">{t("rooms.addBed")}</span>
          </Link>
        </span>
      }
    >
      {equipment.length === 0 ? (
        <p className="text-muted">{t("rooms.empty")}</p>
      ) : (
        <ul className="-my-2 flex flex-col divide-y divide-line">
          {equipment.map((item) => (
            <Row
              key={item.id}
              item={item}
              type={types.find(({ id }) => id === item.type_id)}
              outage={outages.get(item.id)}
              zone={branch.time_zone}
            />
          ))}
        </ul>
      )}
    </Card>
  );
}

interface RowProps {
  item: ResourceRead;
  type: ResourceTypeRead | undefined;
  outage: OutageRead | undefined;
  zone: string;
}

function Row({ item, type, outage, zone }: RowProps) {
  const Icon = item.kind === "bed" ? BedDouble : Zap;
  return (
    <li>
      <Link
        from="/setup/rooms"
        to="."
        search={(before) => ({ ...before, open: toText("bed", item.id) })}
        className="-mx-2 flex min-h-11 items-center gap-3 rounded-md px-2 py-1.5 hover:bg-hover aria-[current=page]:bg-accent-soft"
      >
        <Icon aria-hidden size={17} className="shrink-0 text-muted" />
        <span className="flex min-w-0 flex-1 flex-wrap items-center gap-x-3">
          <span className="min-w-0 break-words font-medium sm:w-44">{item.name}</span>
          {type && <span className="text-muted">{inLanguage(type.name, currentLanguage())}</span>}
        </span>
        {outage && <OutageChip outage={outage} zone={zone} />}
        <ChevronRight aria-hidden size={16} className="shrink-0 text-muted" />
      </Link>
    </li>
  );
}

function OutageChip({ outage, zone }: { outage: OutageRead; zone: string }) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const now = Date.now();
  const [start, end] = [Date.parse(outage.start), Date.parse(outage.end)];
  const at = (instant: number) => {
    const [day, today] = [dayIn(zone, instant), dayIn(zone, now)];
    return day === today ? timeIn(zone, instant) : `${timeIn(zone, instant)} ${dayName(common, day, today)}`;
  };
  return (
    <span className="flex items-center gap-1.5 rounded-full bg-warning-soft px-2.5 py-0.5 text-sm text-warning">
      <Wrench aria-hidden size={14} className="shrink-0" />
      {start <= now ? t("rooms.outUntil", { time: at(end) }) : t("rooms.outFrom", { time: at(start) })}
    </span>
  );
}

/** What was taken out of use, and can be brought back. */
export function RetiredCard({ places: { retired, types }, zone }: { places: Places; zone: string }) {
  const { t } = useTranslation("setup");
  const onChanged = usePlacesChanged();
  const restore = useDeskAction<ResourceRead, unknown>({
    zone,
    send: ({ id }, overrule) =>
      call(updateResource({ path: { resource_id: id }, body: { retired: false, ...overrule } })),
    onDone: (_, { name }) => {
      showDone(t("rooms.restored", { name }));
      onChanged();
    },
  });
  if (retired.length === 0) return null;
  return (
    <details className="rounded-lg border border-line bg-surface px-4 py-3 md:px-5">
      <summary className="w-fit cursor-pointer rounded-sm font-medium">
        {t("rooms.retired", { count: retired.length })}
      </summary>
      <ul className="mt-2 flex flex-col divide-y divide-line">
        {retired.map((item) => {
          const type = types.find(({ id }) => id === item.type_id);
          return (
            <li key={item.id} className="flex items-center gap-3 py-2">
              <span className="flex min-w-0 flex-1 flex-wrap gap-x-3">
                <span className="break-words">{item.name}</span>
                {type && <span className="text-muted">{inLanguage(type.name, currentLanguage())}</span>}
              </span>
              <Button
                aria-label={t("rooms.restoreNamed", { name: item.name })}
                disabled={restore.isRunning}
                className="pointer-coarse:h-11"
                onClick={() => restore.run(item)}
              >
                {t("rooms.restore")}
              </Button>
            </li>
          );
        })}
      </ul>
    </details>
  );
}
