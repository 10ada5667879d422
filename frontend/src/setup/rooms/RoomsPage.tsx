/** The rooms of a branch with their beds and devices. */
import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { DoorOpen, Plus } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { BranchRead } from "@/api/generated";
import { useSession } from "@/api/session";
import { boardQuery } from "@/board/boardQuery";
import { dayIn } from "@/board/time";
import { useRights } from "@/customers/roles";
import { buttonClass } from "@/design/Button";
import { Failure } from "@/design/Failure";
import { Notice } from "@/design/Notice";
import { BranchPicker } from "@/shell/BranchPicker";
import { useBranch } from "@/shell/branches";
import { NoBranch, useManagedBranches } from "../branch";
import { Page, PageTitle } from "../parts";
import { Loading } from "../states";
import { type Places, usePlaces } from "./data";
import { EquipmentPanel, NewEquipmentPanel } from "./EquipmentPanel";
import { layOut, outagesOf } from "./layout";
import { toOpened, toText } from "./opened";
import { RetiredCard, RoomCard } from "./RoomCard";
import { RoomPanel } from "./RoomPanel";
import { TypePanel } from "./TypePanel";
import { TypesCard } from "./TypesCard";

export function RoomsPage() {
  const { t } = useTranslation("setup");
  const session = useSession();
  const branch = useBranch();
  const managed = useManagedBranches();
  const picker = session.status === "signed-in" && <BranchPicker user={session.user} />;
  return (
    <div className="flex min-h-0 flex-1">
      {branch !== undefined && managed.has(branch.id) ? (
        <Rooms key={branch.id} branch={branch}>
          {picker}
        </Rooms>
      ) : (
        <Page>
          <PageTitle title={t("nav.rooms")}>{branch && picker}</PageTitle>
          <NoBranch />
        </Page>
      )}
    </div>
  );
}

function Rooms({ branch, children }: { branch: BranchRead; children: ReactNode }) {
  const { t } = useTranslation("setup");
  const { isAdmin } = useRights();
  const { places, error, retry } = usePlaces(branch.id);
  const { data: board } = useQuery(boardQuery(branch.id, dayIn(branch.time_zone, Date.now())));
  const outages = outagesOf(board, Date.now());
  const layout = places && layOut(places.rooms, places.equipment);
  return (
    <>
      <Page>
        <PageTitle title={t("nav.rooms")} hint={places && summary(t, places)}>
          <div className="flex flex-wrap items-center gap-2">
            {children}
            <Link
              from="/setup/rooms"
              to="."
              search={(before) => ({ ...before, open: toText("new-room") })}
              className={`${buttonClass()} pointer-coarse:h-11`}
            >
              <Plus aria-hidden size={16} />
              {t("rooms.addRoom")}
            </Link>
          </div>
        </PageTitle>
        {error !== null && places === undefined && <Failure error={error} onRetry={retry} />}
        {error === null && places === undefined && <Loading />}
        {layout?.length === 0 && (
          <Notice icon={DoorOpen} title={t("rooms.none")} hint={t("rooms.noneHint")} />
        )}
        {places && (
          <div className="@container flex flex-col gap-5 empty:hidden">
            {layout?.map(({ room, equipment }) => (
              <RoomCard
                key={room?.id ?? ""}
                branch={branch}
                room={room}
                equipment={equipment}
                types={places.types}
                outages={outages}
              />
            ))}
          </div>
        )}
        {places && <RetiredCard places={places} zone={branch.time_zone} />}
        {places && isAdmin && <TypesCard types={places.types} />}
      </Page>
      {places && <Panel branch={branch} places={places} />}
    </>
  );
}

function Panel({ branch, places }: { branch: BranchRead; places: Places }) {
  const { isAdmin } = useRights();
  const { open } = useSearch({ from: "/setup/rooms" });
  const opened = toOpened(open);
  if (opened === null) return null;
  const { kind, id } = opened;
  const find = <Item extends { id: string }>(items: Item[]) => items.find((item) => item.id === id);
  const { rooms, equipment, types } = places;
  switch (kind) {
    case "new-room":
      return <RoomPanel branch={branch} places={places} />;
    case "room": {
      const room = find(rooms);
      return room && <RoomPanel key={id} branch={branch} places={places} room={room} />;
    }
    case "new-bed":
      return <NewEquipmentPanel key={id} branch={branch} places={places} room={find(rooms)} />;
    case "bed": {
      const item = find(equipment);
      return item && <EquipmentPanel key={id} branch={branch} places={places} item={item} />;
    }
    case "new-type":
      return isAdmin && <TypePanel types={types} />;
    case "type": {
      const type = find(types);
      return isAdmin && type && <TypePanel key={id} types={types} type={type} />;
    }
  }
}

function summary(t: ReturnType<typeof useTranslation<"setup">>["t"], { rooms, equipment }: Places): string {
  const beds = equipment.filter(({ kind }) => kind === "bed").length;
  const counts = { rooms: rooms.length, beds, devices: equipment.length - beds };
  return counts.devices === 0 ? t("rooms.summary", counts) : t("rooms.summaryWithDevices", counts);
}
