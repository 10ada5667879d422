/** The icons of the cards. Each is on the page once, and every card refers to it: hundreds of cards have few elements. */
import type { AppointmentStatus } from "@/api/generated";
import { LOOKS, STATUSES } from "./status";

const idOf = (status: AppointmentStatus) => `status-${status}`;

export function StatusIcons() {
  return (
    <svg aria-hidden="true" className="absolute size-0">
      {STATUSES.map((status) => {
        const { icon: Icon } = LOOKS[status];
        return (
          <symbol key={status} id={idOf(status)} viewBox="0 0 24 24">
            <Icon size={24} />
          </symbol>
        );
      })}
    </svg>
  );
}

export function StatusIcon({ status, className }: { status: AppointmentStatus; className: string }) {
  return (
    <svg aria-hidden="true" width={13} height={13} className={className}>
      <use href={`#${idOf(status)}`} />
    </svg>
  );
}
