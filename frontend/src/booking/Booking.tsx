/** New bookings of the board: the keys that begin one, and the panel while it is open.

    N opens the panel, W opens it for a party that is here, Shift+W takes one in at once for what is booked most today.
*/
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { showFailure } from "@/actions/toasts";
import { sentenceOf } from "@/api/errors";
import type { BoardRead, BranchRead } from "@/api/generated";
import { deferred } from "@/app/deferred";
import { isSingleKey } from "@/app/keys";
import { bookingOf, newDraft, reduce } from "./draft";
import { popularVariants } from "./past";
import { useCatalogue } from "./queries";
import { closeBooking, forgetEntered, isHeld, openBooking, reopenEntered, useSeed } from "./store";
import { useBook } from "./useBook";

const BookingPanel = deferred(async () => (await import("./BookingPanel")).BookingPanel);

interface Props {
  branch: BranchRead;
  board: BoardRead | undefined;
  day: string;
  today: string;
  onDay: (day: string) => void;
}

export function Booking(props: Props) {
  const { t } = useTranslation();
  const { branch, board, day, today, onDay } = props;
  const seed = useSeed();
  const { data: catalogue } = useCatalogue(board !== undefined); // the board first
  const usual = popularVariants(board).find((id) => catalogue?.isSold(id)) ?? catalogue?.offers[0]?.id;
  const walkIn = newDraft({ isWalkIn: true });
  const draft =
    usual === undefined ? walkIn : reduce(walkIn, { kind: "addTreatment", guest: 0, variantId: usual });
  const isResumed = useRef(false);
  const [isTakingIn, setTakingIn] = useState(false);
  const { book, resume } = useBook({
    zone: branch.time_zone,
    today,
    onBooked: (visit) => {
      // A hold that was on its way goes on in the panel.
      if (isResumed.current && isHeld(visit)) reopenEntered(visit);
      else if (isResumed.current) forgetEntered();
      isResumed.current = false;
    },
    // The panel says what is free instead, and by whom.
    onRefused: (error) => {
      if (isResumed.current) {
        showFailure(sentenceOf(t, error));
        reopenEntered();
      } else openBooking({ draft });
      isResumed.current = false;
    },
  });

  // The key may come before the catalogue has, which says what is booked.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each press, when the catalogue is there
  useEffect(() => {
    if (!isTakingIn || catalogue === undefined) return;
    setTakingIn(false);
    if (usual === undefined) openBooking({ isWalkIn: true });
    else book(bookingOf(draft, branch.id, null), "");
  }, [isTakingIn, catalogue]);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || !isSingleKey(event)) return;
      if (event.target instanceof Element && event.target.closest(NOT_OF_THE_BOARD) !== null) return;
      const key = event.key.toLowerCase();
      if (key !== "n" && key !== "w") return;
      event.preventDefault();
      if (key === "w" && day !== today) onDay(today);
      if (key === "n") openBooking();
      else if (event.shiftKey) setTakingIn(true);
      else openBooking({ isWalkIn: true });
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the board opens
  useEffect(() => {
    isResumed.current ||= resume();
    if (!isResumed.current) reopenEntered();
    return closeBooking;
  }, []);

  if (seed === null) return null;
  return <BookingPanel key={seed.id} {...props} seed={seed} onClose={closeBooking} />;
}

/** Where a letter is a letter, or belongs to something that is open. */
const NOT_OF_THE_BOARD =
  "input, textarea, select, [contenteditable], [role=dialog], [role=menu], [role=listbox]";
