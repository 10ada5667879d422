import { expect, it } from "vitest";
import { day, guest } from "./move/samples";
import { timeIn } from "./time";
import { layOutWeek } from "./week";

const DAY = 86_400_000;
const later = (instant: string, days: number) => new Date(Date.parse(instant) + days * DAY).toISOString();

it("shows the days of a therapist side by side, at the hours of the wall", () => {
  const week = Array.from({ length: 7 }, (_, index) => ({
    ...day,
    day: `2027-02-0${index + 1}`,
    start: later(day.start, index),
    end: later(day.end, index),
    opening_hours: day.opening_hours.map(({ start, end }) => ({
      start: later(start, index),
      end: later(end, index),
    })),
    people: index === 3 ? [] : day.people,
    visits: day.visits.map((visit) => ({
      ...visit,
      appointments: [
        {
          ...guest,
          treatments: guest.treatments.map((treatment) => ({
            ...treatment,
            start: later(treatment.start, index),
            end: later(treatment.end, index),
            allocations: treatment.allocations.map((allocation) => ({
              ...allocation,
              start: later(allocation.start, index),
              end: later(allocation.end, index),
            })),
          })),
        },
      ],
    })),
  }));
  const layout = layOutWeek(
    week,
    "lan",
    () => true,
    (name) => name,
  );
  const { columns, span } = layout ?? { columns: [], span: { start: 0, end: 0 } };
  const time = (instant: number) => timeIn(day.time_zone, instant);
  expect(columns.map(({ name }) => name)).toEqual(week.map((board) => board.day));
  expect([time(span.start), time(span.end), span.end - span.start < DAY]).toEqual(["09:00", "21:00", true]);
  const cards = columns.flatMap((column) => column.cards);
  expect(
    new Set(cards.map((card) => `${time(card.start)} ${time(Date.parse(card.treatment.start))}`)),
  ).toEqual(new Set(["10:00 10:00", "11:00 11:00"]));
  // Who is not on the board of a day is off.
  expect([columns[3]?.cards, columns[3]?.shades.map(({ kind }) => kind)]).toEqual([[], ["off"]]);
});
