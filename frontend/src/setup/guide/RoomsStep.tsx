/** Rooms with their beds. How many there are is enough; names can be given later. */
import { Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/design/Button";
import { INPUT } from "@/design/FormField";
import { currentLanguage } from "@/i18n";
import { Card, Counter } from "../parts";
import { newRoom, type Room, withUsual } from "./draft";
import { BEDS } from "./starter";
import { edited, type StepProps } from "./useDraft";

const MOST_ROOMS = 60;
const MOST_BEDS = 20;

export function RoomsStep({ draft, onEdit }: StepProps) {
  const { t } = useTranslation("setup");
  const language = currentLanguage();
  const { rooms } = draft;
  const beds = rooms.reduce((sum, room) => sum + room.beds, 0);
  const set = (next: (rooms: Room[]) => Room[]) =>
    onEdit((before) => withUsual({ ...before, rooms: next(before.rooms) }, before.rooms));
  const count = (wanted: number) =>
    onEdit((before) => {
      const kept = before.rooms.slice(0, wanted);
      const name = t("rooms.roomName", { number: wanted });
      const added = wanted > kept.length ? [{ ...newRoom(before.nextId), name }] : [];
      const next = { ...before, rooms: [...kept, ...added], nextId: before.nextId + added.length };
      return withUsual(next, before.rooms);
    });
  return (
    <Card
      title={t("rooms.summary", { rooms: rooms.length, beds })}
      aside={
        <div className="flex items-center gap-3">
          <span className="text-muted">{t("rooms.count")}</span>
          <Counter
            label={t("rooms.count")}
            value={rooms.length}
            least={1}
            most={MOST_ROOMS}
            onChange={count}
          />
        </div>
      }
    >
      <ul className="flex flex-col gap-3 max-md:gap-5">
        {rooms.map((room) => (
          <li key={room.id} className="flex flex-wrap items-center gap-2 md:flex-nowrap">
            <input
              aria-label={t("rooms.name")}
              className={`${INPUT} md:flex-1`}
              value={room.name}
              maxLength={100}
              onChange={(event) => set((all) => edited(all, room.id, { name: event.target.value }))}
            />
            <select
              aria-label={t("rooms.bed", { room: room.name })}
              className={`${INPUT} w-auto! min-w-0 flex-1 md:w-52! md:flex-none`}
              value={room.bed}
              onChange={(event) => set((all) => edited(all, room.id, { bed: event.target.value }))}
            >
              {BEDS.map((bed) => (
                <option key={bed.key} value={bed.key}>
                  {bed[language]}
                </option>
              ))}
            </select>
            <Counter
              label={t("rooms.beds", { room: room.name })}
              value={room.beds}
              least={1}
              most={MOST_BEDS}
              onChange={(next) => set((all) => edited(all, room.id, { beds: next }))}
            />
            <Button
              kind="quiet"
              size="icon"
              className="text-muted"
              aria-label={t("rooms.remove", { room: room.name })}
              disabled={rooms.length === 1}
              onClick={() => set((all) => all.filter(({ id }) => id !== room.id))}
            >
              <Trash2 aria-hidden size={16} />
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  );
}
