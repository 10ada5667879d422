/** How each status looks: an icon and a fill; the word is in the translations. Colour is never alone. */
import {
  Ban,
  CalendarCheck,
  CheckCheck,
  CircleSlash,
  Hourglass,
  type LucideIcon,
  MessageCircleQuestion,
  Play,
  RotateCcw,
  TimerOff,
  UserRoundCheck,
  UserRoundX,
  X,
} from "lucide-react";
import type { AppointmentStatus } from "@/api/generated";

export interface StatusLook {
  icon: LucideIcon;
  /** The classes of the fill, the edge and the text. */
  card: string;
}

/** In the order of a visit. */
export const STATUSES = [
  "held",
  "pending",
  "confirmed",
  "arrived",
  "in_service",
  "completed",
  "reopened",
  "no_show",
  "late_cancelled",
  "cancelled",
  "declined",
  "expired",
] as const satisfies readonly AppointmentStatus[];

const released = "bg-released-fill border-released-edge text-released-text border-dashed";

export const LOOKS: Record<AppointmentStatus, StatusLook> = {
  held: { icon: Hourglass, card: "bg-held-fill border-held-edge text-held-text border-dashed" },
  pending: {
    icon: MessageCircleQuestion,
    card: "bg-pending-fill border-pending-edge text-pending-text border-dotted",
  },
  confirmed: { icon: CalendarCheck, card: "bg-confirmed-fill border-confirmed-edge text-confirmed-text" },
  arrived: { icon: UserRoundCheck, card: "bg-arrived-fill border-arrived-edge text-arrived-text" },
  in_service: { icon: Play, card: "bg-in-service-fill border-in-service-edge text-in-service-text" },
  completed: { icon: CheckCheck, card: "bg-completed-fill border-completed-edge text-completed-text" },
  reopened: { icon: RotateCcw, card: "bg-reopened-fill border-reopened-edge text-reopened-text" },
  no_show: { icon: UserRoundX, card: "bg-no-show-fill border-no-show-edge text-no-show-text border-dashed" },
  late_cancelled: { icon: CircleSlash, card: `${released} line-through` },
  cancelled: { icon: X, card: `${released} line-through` },
  declined: { icon: Ban, card: `${released} line-through` },
  expired: { icon: TimerOff, card: `${released} line-through` },
};

const GIVEN_UP: readonly AppointmentStatus[] = [
  "no_show",
  "late_cancelled",
  "cancelled",
  "declined",
  "expired",
];

/** Return whether the guest does not come. */
export function isGivenUp(status: AppointmentStatus): boolean {
  return GIVEN_UP.includes(status);
}
