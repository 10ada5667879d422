import { describe, expect, it } from "vitest";
import type { AppointmentStatus, BoardRead, VisitRead } from "@/api/generated";
import { pastVisits, popularVariants, usualTreatments } from "./past";

const treatment = (variant: string, addOns: string[] = [], therapist: string | null = null) => ({
  variant_id: variant,
  add_ons: addOns.map((add_on_id) => ({ add_on_id })),
  therapist_id: therapist,
  gender: null,
});
const visit = (
  start: string,
  treatments: ReturnType<typeof treatment>[],
  status: AppointmentStatus = "completed",
  customer = "mai",
) =>
  ({
    note: "",
    appointments: [
      {
        id: start,
        customer_id: customer,
        status,
        start: `2026-${start}T03:00:00Z`,
        end: `2026-${start}T04:00:00Z`,
        treatments,
      },
    ],
  }) as unknown as VisitRead;
const NOW = Date.parse("2026-06-01T03:30:00Z");
const always = () => true;
const usualOf = (visits: VisitRead[], isSold: (id: string) => boolean = always) =>
  usualTreatments(pastVisits(visits, "mai", NOW), isSold).map(({ variantId, addOnIds, therapistId }) =>
    [variantId, ...addOnIds, therapistId].join(" "),
  );

describe("past visits", () => {
  it("are the customer's own, the latest first, without those that did not take place", () => {
    const visits = [
      visit("01-05", [treatment("foot")]),
      visit("03-05", [treatment("foot")]),
      visit("02-05", [treatment("foot")], "cancelled"),
      visit("04-05", [treatment("foot")], "completed", "lan"),
    ];
    expect(pastVisits(visits, "mai", NOW).map(({ id }) => id)).toEqual(["03-05", "01-05"]);
  });

  it("are over: not those to come, nor one that goes on", () => {
    const visits = [
      visit("07-01", [treatment("foot")], "confirmed"),
      visit("06-01", [treatment("foot")], "in_service"),
      visit("05-31", [treatment("foot")], "in_service"),
    ];
    expect(pastVisits(visits, "mai", NOW).map(({ id }) => id)).toEqual(["05-31"]);
    // Who was done earlier has been here.
    const early = visit("06-01", [treatment("foot")], "completed");
    expect(pastVisits([early], "mai", NOW).map(({ id }) => id)).toEqual(["06-01"]);
  });
});

describe("the usual treatment", () => {
  it("is the one that was mostly taken", () =>
    expect(
      usualOf([
        visit("01-05", [treatment("stone", ["oil"], "nhung")]),
        visit("02-05", [treatment("stone", ["oil"], "lan")]),
        visit("03-05", [treatment("foot")]),
      ]),
    ).toEqual(["stone oil lan"]));
  it("is the last one of equals", () =>
    expect(usualOf([visit("01-05", [treatment("stone")]), visit("03-05", [treatment("foot")])])).toEqual([
      "foot ",
    ]));
  it("is nothing that is no longer sold", () =>
    expect(usualOf([visit("01-05", [treatment("stone", ["oil"])])], (id) => id === "stone")).toEqual([
      "stone ",
    ]));
  it("is nothing for a new customer", () => expect(usualOf([])).toEqual([]));
});

it("what is booked most on a day comes first", () => {
  const board = {
    visits: [visit("01-05", [treatment("foot")]), visit("01-05", [treatment("stone"), treatment("stone")])],
  };
  expect(popularVariants(board as BoardRead)).toEqual(["stone", "foot"]);
  expect(popularVariants(undefined)).toEqual([]);
});
