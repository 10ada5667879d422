import { expect, it } from "vitest";
import { nameOf } from "./names";
import { handOf } from "./samples";

it("the guest of a card in the hand has a name on every day", () => {
  const { card } = handOf("wash");
  expect(nameOf(card)).toBe("Mai");
  const appointment = { ...card.appointment, guest_name: "" };
  const guest = {
    id: "hanh",
    full_name: "Cô Hạnh",
    phone: "",
    contraindications: "",
  } as unknown as NonNullable<typeof card.guest>;
  expect(nameOf({ appointment, guest })).toBe("Cô Hạnh");
  expect(nameOf({ appointment, guest: undefined })).toBeNull();
});
