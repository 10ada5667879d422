import { describe, expect, it } from "vitest";
import type { BoardRead, ResourceRead, RoomRead } from "@/api/generated";
import { layOut, outagesOf, renamed } from "./layout";
import { toOpened, toText } from "./opened";

const room = (id: string) => ({ id }) as RoomRead;
const item = (id: string, kind: "bed" | "device", room_id: string | null) =>
  ({ id, kind, room_id }) as ResourceRead;

describe("the rooms of a branch", () => {
  const equipment = [item("laser", "device", "sen"), item("bed", "bed", "sen"), item("cart", "device", null)];

  it("have their beds before their devices, and what is in no room comes last", () => {
    const layout = layOut([room("mai"), room("sen")], equipment);
    expect(layout.map((one) => [one.room?.id, one.equipment.map(({ id }) => id)])).toEqual([
      ["mai", []],
      ["sen", ["bed", "laser"]],
      [undefined, ["cart"]],
    ]);
  });

  it("have no part for what is in no room where there is nothing", () =>
    expect(layOut([room("sen")], equipment.slice(0, 2))).toHaveLength(1));
});

it("tells of the outage that is not over", () => {
  const outages = [
    { id: "1", start: "2026-11-30T01:00:00Z", end: "2026-11-30T02:00:00Z", reason: "" },
    { id: "2", start: "2026-11-30T05:00:00Z", end: "2026-11-30T06:00:00Z", reason: "" },
  ];
  const board = { rooms: [{ equipment: [{ id: "bed", outages }] }] } as unknown as BoardRead;
  const at = (time: string) => outagesOf(board, Date.parse(time)).get("bed")?.id;
  expect(at("2026-11-30T01:30:00Z")).toBe("1");
  expect(at("2026-11-30T02:00:00Z")).toBe("2");
  expect(at("2026-11-30T06:00:00Z")).toBeUndefined();
});

it("reads what is open from the address", () => {
  expect(toOpened(toText("new-bed", "sen"))).toEqual({ kind: "new-bed", id: "sen" });
  expect(toOpened("new-room:")).toEqual({ kind: "new-room", id: "" });
  expect(toOpened("all")).toBeNull();
  expect(toOpened(undefined)).toBeNull();
});

it("renames with a room what is called after it", () => {
  const named = (id: string, name: string, room_id = "1") => ({ id, name, room_id }) as ResourceRead;
  const equipment = [
    ...[named("a", "Phòng 1 · 2"), named("b", "Phòng 1"), named("c", "Phòng 1B"), named("d", "Giường Mai")],
    named("e", "Phòng 1 · 3", "2"),
  ];
  expect(renamed({ id: "1", name: "Phòng 1" } as RoomRead, "Sen", equipment)).toEqual([
    { id: "a", name: "Sen · 2" },
    { id: "b", name: "Sen" },
  ]);
});
