import { describe, expect, it } from "vitest";
import type { AppointmentRead, VisitRead } from "@/api/generated";
import { splitVisits, summaryOf } from "./history";

const NOW = Date.parse("2026-12-05T13:00:00+07:00");

function visit(
  id: string,
  hours: [start: string, end: string],
  more: Partial<AppointmentRead> = {},
): VisitRead {
  const [start, end] = hours.map((hour) => `2026-12-05T${hour}:00+07:00`) as [string, string];
  const appointment = { id: `${id}-a`, customer_id: "lan", guest_name: "", status: "confirmed", start, end };
  return { id, customer_id: "lan", appointments: [{ ...appointment, ...more }] } as VisitRead;
}

const ids = (entries: { visit: VisitRead }[]) => entries.map((entry) => entry.visit.id);

describe("the visits of a customer", () => {
  it("are to come until they end, the next one first", () => {
    const visits = [visit("late", ["17:00", "18:00"]), visit("now", ["12:30", "13:30"])];
    expect(ids(splitVisits(visits, "lan", NOW).upcoming)).toEqual(["now", "late"]);
  });

  it("are past when they ended or will not take place, the latest first", () => {
    const visits = [
      visit("morning", ["09:00", "10:00"], { status: "completed" }),
      visit("cancelled", ["17:00", "18:00"], { status: "cancelled" }),
      visit("noon", ["11:00", "12:00"], { status: "completed" }),
    ];
    const { upcoming, past } = splitVisits(visits, "lan", NOW);
    expect(upcoming).toEqual([]);
    expect(ids(past)).toEqual(["cancelled", "noon", "morning"]);
    expect(summaryOf(past)).toEqual({ count: 2, latest: Date.parse("2026-12-05T11:00:00+07:00") });
  });

  it("show the guest of one who only booked for others", () => {
    const [entry] = splitVisits([visit("gift", ["17:00", "18:00"])], "mai", NOW).upcoming;
    expect(entry?.isForOthers).toBe(true);
  });
});
