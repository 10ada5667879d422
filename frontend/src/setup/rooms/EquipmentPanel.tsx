/** A bed or a device: its name and room, when it is out of order, and its end. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { call } from "@/api/client";
import {
  type BranchRead,
  createResource,
  type ResourceRead,
  type RoomRead,
  updateResource,
} from "@/api/generated";
import { SidePanel } from "@/card/SidePanel";
import { useDeskAction } from "@/card/useDeskAction";
import { useRights } from "@/customers/roles";
import { Button } from "@/design/Button";
import { currentLanguage } from "@/i18n";
import { inLanguage } from "@/i18n/format";
import { SelectField, TextField } from "../fields";
import { freeKey } from "../keys";
import { type Fields, SettingsForm } from "../SettingsForm";
import { type Places, useOpen, usePlacesChanged } from "./data";
import { OutagesPart } from "./OutagesPart";
import { toText } from "./opened";

interface Values {
  name: string;
  /** Empty: in no room. */
  room: string;
}

interface Props {
  branch: BranchRead;
  places: Places;
}

export function EquipmentPanel({ branch, places, item }: Props & { item: ResourceRead }) {
  const { t } = useTranslation("setup");
  const { close } = useOpen();
  const onChanged = usePlacesChanged();
  const type = places.types.find(({ id }) => id === item.type_id);
  const retire = useDeskAction<string, unknown>({
    zone: branch.time_zone,
    send: (id, overrule) =>
      call(updateResource({ path: { resource_id: id }, body: { retired: true, ...overrule } })),
    onDone: () => {
      showDone(t("rooms.retiredNow", { name: item.name }));
      onChanged();
      close();
    },
  });
  return (
    <SidePanel
      title={item.name}
      {...(type && { subtitle: inLanguage(type.name, currentLanguage()) })}
      onClose={close}
    >
      <div className="flex flex-col gap-6 px-4 pb-6">
        <SettingsForm
          shownBy="open"
          saved={{ name: item.name, room: item.room_id ?? "" }}
          send={({ name, room }, _, overrule) =>
            call(
              updateResource({
                path: { resource_id: item.id },
                body: { name, room_id: room === "" ? null : room, ...overrule },
              }),
            )
          }
          onSaved={onChanged}
        >
          {(fields) => <NameAndRoom fields={fields} rooms={places.rooms} />}
        </SettingsForm>
        <OutagesPart branch={branch} item={item} />
        <section className="border-line border-t pt-4">
          <h3 className="font-semibold">{t("rooms.retire")}</h3>
          <p className="mt-1 mb-3 text-muted">{t("rooms.retireHint")}</p>
          <Button
            disabled={retire.isRunning}
            className="pointer-coarse:h-11"
            onClick={() => retire.run(item.id)}
          >
            {t("rooms.retire")}
          </Button>
        </section>
      </div>
    </SidePanel>
  );
}

/** A new bed or device. `room`: where it is put first. */
export function NewEquipmentPanel({ branch, places, room }: Props & { room: RoomRead | undefined }) {
  const { t } = useTranslation("setup");
  const { close } = useOpen();
  const onChanged = usePlacesChanged();
  const { types, rooms, equipment, retired } = places;
  const { isAdmin } = useRights();
  const taken = new Set([...equipment, ...retired].map(({ key }) => key));
  // As the room has already, or as most of the branch are.
  const usual = equipment.find(({ room_id }) => room_id === room?.id) ?? equipment[0];
  const saved = { name: "", room: room?.id ?? "", type: usual?.type_id ?? types[0]?.id ?? "" };
  return (
    <SidePanel title={t("rooms.newBed")} subtitle={room?.name ?? branch.name} onClose={close}>
      <div className="px-4 pb-4">
        {types.length === 0 ? (
          <p className="text-muted">{t("rooms.noTypes")}</p>
        ) : (
          <SettingsForm
            shownBy="open"
            saved={saved}
            submit={t("branches.add")}
            send={(values, key) =>
              call(
                createResource({
                  body: {
                    key: freeKey(`${branch.key} ${values.name}`, taken),
                    name: values.name,
                    type_id: values.type,
                    branch_id: branch.id,
                    room_id: values.room === "" ? null : values.room,
                  },
                  headers: { "Idempotency-Key": key },
                }),
              )
            }
            onSaved={() => {
              onChanged();
              close();
            }}
            onCancel={close}
          >
            {(fields) => (
              <>
                <SelectField
                  label={t("rooms.type")}
                  error={fields.errorOf("type_id")}
                  value={fields.values.type}
                  options={types.map(({ id, name }) => ({
                    value: id,
                    text: inLanguage(name, currentLanguage()),
                  }))}
                  onChange={(type) => fields.set({ type })}
                />
                <NameAndRoom fields={fields} rooms={rooms} />
              </>
            )}
          </SettingsForm>
        )}
        {isAdmin && (
          <p className="mt-5 text-muted">
            {t("rooms.otherType")}{" "}
            <Link
              from="/setup/rooms"
              to="."
              search={(before) => ({ ...before, open: toText("new-type") })}
              className="font-semibold text-accent underline"
            >
              {t("rooms.addType")}
            </Link>
          </p>
        )}
      </div>
    </SidePanel>
  );
}

interface NameAndRoomProps {
  fields: Pick<Fields<Values>, "set" | "errorOf"> & { values: Values };
  rooms: RoomRead[];
}

function NameAndRoom({ fields: { values, set, errorOf }, rooms }: NameAndRoomProps) {
  const { t } = useTranslation("setup");
  return (
    <>
      <TextField
        label={t("rooms.bedName")}
        error={errorOf("name")}
        value={values.name}
        maxLength={100}
        required
        onChange={(name) => set({ name })}
      />
      <SelectField
        label={t("rooms.room")}
        error={errorOf("room_id")}
        value={values.room}
        options={[
          ...rooms.map(({ id, name }) => ({ value: id, text: name })),
          { value: "", text: t("rooms.noRoom") },
        ]}
        onChange={(room) => set({ room })}
      />
    </>
  );
}
