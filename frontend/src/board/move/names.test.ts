import { expect, it } from "vitest";
import { nameInHand } from "./names";
import { day, handOf } from "./samples";

it("the hand keeps the name of a guest whom the other day does not know", () => {
  const hand = handOf("wash");
  const card = { ...hand.card, appointment: { ...hand.card.appointment, guest_name: "" } };
  expect(nameInHand({ ...hand, card, name: "Cô Hạnh" }, day)).toBe("Cô Hạnh");
  expect(nameInHand({ ...hand, card }, day)).toBeNull();
  expect(nameInHand({ ...hand, name: "Cô Hạnh" }, day)).toBe("Mai");
});
