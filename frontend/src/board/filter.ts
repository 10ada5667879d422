/** Show a part of the board: one therapist, one room, the guests that a text finds. Pure. */
import type { AppointmentRead, BoardRead } from "@/api/generated";
import type { Column, View } from "./layout";

/** Return the day with the guests whose name or phone number has every word of a text, written with or without accents. */
export function withGuests(board: BoardRead, text: string | undefined): BoardRead {
  const words = fold(text ?? "")
    .split(/\s+/)
    .filter(Boolean);
  if (words.length === 0) return board;
  const guests = new Map(board.guests.map((guest) => [guest.id, guest]));
  const isFound = ({ guest_name, customer_id }: AppointmentRead) => {
    const guest = customer_id === null ? undefined : guests.get(customer_id);
    const phone = (guest?.phone ?? "").replace(/^\+84/, "0");
    const known = `${fold(guest_name)} ${fold(guest?.full_name ?? "")} ${phone}`;
    return words.every((word) => known.includes(word));
  };
  const visits = board.visits
    .map((visit) => ({ ...visit, appointments: visit.appointments.filter(isFound) }))
    .filter(({ appointments }) => appointments.length > 0);
  return { ...board, visits };
}

/** Return the columns of one therapist or one room; all of them when it has none. */
export function onlyColumns(columns: Column[], view: View, only: string | undefined): Column[] {
  if (only === undefined) return columns;
  const found = columns.filter((column) => (view === "staff" ? column.id : column.room) === only);
  return found.length > 0 ? found : columns;
}

/** Return what the columns can be narrowed to. */
export function choicesOf(board: BoardRead, view: View): { value: string; name: string }[] {
  if (view === "staff") return board.people.map(({ id, name }) => ({ value: id, name }));
  return board.rooms.flatMap(({ name }) => (name ? [{ value: name, name }] : []));
}

/** Return a text without accents and case, as people type it. */
export function fold(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{Mn}/gu, "")
    .replace(/[đĐ]/g, "d")
    .toLowerCase();
}
