/** A room: a new one, or the name of one. */
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { type BranchRead, createRoom, type RoomRead, updateResource, updateRoom } from "@/api/generated";
import { SidePanel } from "@/card/SidePanel";
import { TextField } from "../fields";
import { freeKey } from "../keys";
import { SettingsForm } from "../SettingsForm";
import { type Places, useOpen, usePlacesChanged } from "./data";
import { renamed } from "./layout";

interface Props {
  branch: BranchRead;
  places: Places;
  /** Without it a new one. */
  room?: RoomRead;
}

export function RoomPanel({ branch, places, room }: Props) {
  const { t } = useTranslation("setup");
  const { close } = useOpen();
  const onChanged = usePlacesChanged();
  const taken = new Set(places.rooms.map(({ key }) => key));
  return (
    <SidePanel title={room?.name ?? t("rooms.addRoom")} subtitle={branch.name} onClose={close}>
      <div className="px-4 pb-4">
        <SettingsForm
          shownBy="open"
          saved={{ name: room?.name ?? "" }}
          {...(room === undefined ? { submit: t("branches.add") } : {})}
          send={async ({ name }, key) => {
            if (room === undefined)
              return call(
                createRoom({
                  body: { name, branch_id: branch.id, key: freeKey(`${branch.key} ${name}`, taken) },
                  headers: { "Idempotency-Key": key },
                }),
              );
            for (const bed of renamed(room, name, places.equipment))
              await call(updateResource({ path: { resource_id: bed.id }, body: { name: bed.name } }));
            return call(updateRoom({ path: { room_id: room.id }, body: { name } }));
          }}
          onSaved={() => {
            onChanged();
            close();
          }}
          onCancel={close}
        >
          {({ values, set, errorOf }) => (
            <TextField
              label={t("rooms.name")}
              error={errorOf("name")}
              value={values.name}
              maxLength={100}
              required
              onChange={(name) => set({ name })}
            />
          )}
        </SettingsForm>
      </div>
    </SidePanel>
  );
}
