import { describe, expect, it } from "vitest";
import type { AppointmentSteps, StatusRequest, StatusStep } from "@/api/generated";
import {
  asksFirst,
  freeCancelUntil,
  keyOf,
  mostTogether,
  nextStep,
  STEP_KEYS,
  stepsOf,
  undoOf,
} from "./steps";

function guest(
  id: string,
  requests: StatusRequest[],
  more: Partial<AppointmentSteps> = {},
): AppointmentSteps {
  const steps = requests.map((request): StatusStep => ({ request, status: request }));
  return {
    appointment_id: id,
    steps,
    undo: null,
    undo_status: null,
    free_cancel_until: "2027-02-06T02:00:00Z",
    ...more,
  };
}

const late = (id: string): AppointmentSteps => ({
  ...guest(id, []),
  steps: [{ request: "cancelled", status: "late_cancelled" }],
});

describe("the steps of a guest", () => {
  it("begin with the next one of the visit, whatever the order of the API", () => {
    const steps = stepsOf([guest("mai", ["cancelled", "no_show", "arrived"])], ["mai"]);
    expect(steps.map(({ request }) => request)).toEqual(["arrived", "no_show", "cancelled"]);
    expect(nextStep(steps)?.request).toBe("arrived");
  });

  it("have no next one when the visit is over", () =>
    expect(nextStep(stepsOf([guest("mai", ["reopened"])], ["mai"]))).toBeUndefined());

  it("leave the others of the party alone", () =>
    expect(stepsOf([guest("mai", ["arrived"]), guest("lan", ["completed"])], ["lan"])).toEqual([
      { request: "completed", status: "completed", appointmentIds: ["lan"] },
    ]));
});

describe("the steps of a party", () => {
  it("are for those who can take them", () => {
    const steps = stepsOf([guest("mai", ["in_service"]), guest("lan", ["arrived"])], ["mai", "lan"]);
    expect(steps).toEqual([
      { request: "arrived", status: "arrived", appointmentIds: ["lan"] },
      { request: "in_service", status: "in_service", appointmentIds: ["mai"] },
    ]);
  });

  it("are taken by as many together as can take one, or have one taken back", () => {
    const apart = [guest("mai", ["in_service"]), guest("lan", ["arrived"])];
    expect(mostTogether(apart, ["mai", "lan"])).toBe(1);
    expect(mostTogether([guest("mai", ["arrived"]), guest("lan", ["arrived"])], ["mai", "lan"])).toBe(2);
    const undo = { undo: "completed", undo_status: "in_service" } as const;
    const done = [guest("mai", [], undo), guest("lan", [], undo)];
    expect(mostTogether(done, ["mai", "lan"])).toBe(2);
    expect(mostTogether([], ["mai", "lan"])).toBe(0);
  });

  it("are late when one of the guests would be", () => {
    const [step] = stepsOf([guest("mai", ["cancelled"]), late("lan")], ["mai", "lan"]);
    expect(step).toEqual({
      request: "cancelled",
      status: "late_cancelled",
      appointmentIds: ["mai", "lan"],
    });
  });

  it("can be cancelled for free until the first guest cannot", () => {
    const guests = [
      guest("mai", [], { free_cancel_until: "2027-02-06T03:00:00Z" }),
      guest("lan", [], { free_cancel_until: "2027-02-06T02:00:00Z" }),
    ];
    expect(freeCancelUntil(guests, ["mai", "lan"])).toBe(Date.parse("2027-02-06T02:00:00Z"));
    expect(freeCancelUntil(guests, ["mai"])).toBe(Date.parse("2027-02-06T03:00:00Z"));
  });
});

describe("undo", () => {
  it("takes back what guests did together", () => {
    const guests = [
      guest("mai", [], { undo: "arrived", undo_status: "confirmed" }),
      guest("lan", [], { undo: "arrived", undo_status: "confirmed" }),
      guest("hoa", [], { undo: "cancelled", undo_status: "pending" }),
    ];
    expect(undoOf(guests, ["mai", "lan", "hoa"])).toEqual({
      request: "arrived",
      status: "confirmed",
      appointmentIds: ["mai", "lan"],
    });
    expect(undoOf(guests, ["hoa"])).toEqual({
      request: "cancelled",
      status: "pending",
      appointmentIds: ["hoa"],
    });
  });

  it("is not offered when there is nothing to take back", () =>
    expect(undoOf([guest("mai", [])], ["mai"])).toBeUndefined());
});

it("asks for a reason before a guest is declined, cancelled or reopened, and for nothing else", () => {
  const asked = Object.values(STEP_KEYS).filter((request) =>
    asksFirst({ request, status: request, appointmentIds: [] }),
  );
  expect(asked.sort()).toEqual(["cancelled", "declined", "reopened"]);
});

it("has a key of its own for every request", () => {
  const requests: StatusRequest[] = [
    "confirmed",
    "declined",
    "cancelled",
    "arrived",
    "in_service",
    "completed",
    "no_show",
    "reopened",
  ];
  expect(new Set(requests.map(keyOf)).size).toBe(requests.length);
  expect(requests.map(keyOf)).not.toContain("");
});
