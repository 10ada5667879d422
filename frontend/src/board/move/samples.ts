/** A day for tests: two therapists, a bed, and a guest with two treatments. */
import type { AppointmentRead, BoardRead, TreatmentRead } from "@/api/generated";
import { layOut } from "../layout";
import { grasp, type Hand } from "./hand";

export const at = (time: string) => `2027-02-06T${time}:00+07:00`;
export const when = (time: string) => Date.parse(at(time));

function treatment(id: string, start: string, end: string): TreatmentRead {
  const name = { vi: "Gội đầu", en: "Hair wash" };
  return {
    ...{
      id,
      variant_id: "v",
      service_id: "s",
      name,
      variant_name: null,
      price: 0,
      add_ons: [],
      gender: null,
    },
    ...{ bed_id: null, therapist_id: null, start: at(start), end: at(end) },
    allocations: [
      { resource_id: "lan", kind: "staff", name: "Lan", start: at(start), end: at(end) },
      { resource_id: "bed", kind: "bed", name: "Sen 1", start: at(start), end: at(end) },
    ],
  };
}

export const guest: AppointmentRead = {
  ...{ id: "guest", customer_id: null, guest_name: "Mai", status: "confirmed", hold_expires_at: null },
  ...{ reason: "", price: 0, start: at("10:00"), end: at("12:00") },
  treatments: [treatment("wash", "10:00", "11:00"), treatment("massage", "11:00", "12:00")],
};

export const day: BoardRead = {
  ...{ branch_id: "b", day: "2027-02-06", time_zone: "Asia/Ho_Chi_Minh" },
  ...{ start: at("00:00"), end: "2027-02-07T00:00:00+07:00" },
  opening_hours: [{ start: at("09:00"), end: at("21:00") }],
  people: ["lan", "mai"].map((id) => ({
    id,
    name: id,
    gender: "female",
    shifts: [],
    leave: [],
    blocked: [],
  })),
  rooms: [],
  guests: [],
  visits: [
    {
      ...{ id: "visit", branch_id: "b", customer_id: null, source: "desk", same_room: false, note: "" },
      created_at: at("08:00"),
      appointments: [guest],
    },
  ],
  stranded: [],
  released: [],
  bills: [],
};

export const layout = layOut(day, "staff", () => true);

/** Return the hand with the card of a treatment. */
export function handOf(treatmentId: string): Hand {
  const card = layout.columns[0]?.cards.find((other) => other.treatment.id === treatmentId);
  if (card === undefined) throw new Error(treatmentId);
  return grasp(card, "lan", "staff");
}
