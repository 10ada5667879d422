/** The icon of each step: that of the status to which it leads, where there is one. */
import {
  Ban,
  CalendarCheck,
  CheckCheck,
  type LucideIcon,
  Play,
  RotateCcw,
  UserRoundCheck,
  UserRoundX,
  X,
} from "lucide-react";
import type { StatusRequest } from "@/api/generated";

export const STEP_ICONS: Record<StatusRequest, LucideIcon> = {
  confirmed: CalendarCheck,
  arrived: UserRoundCheck,
  in_service: Play,
  completed: CheckCheck,
  no_show: UserRoundX,
  declined: Ban,
  cancelled: X,
  reopened: RotateCcw,
};
