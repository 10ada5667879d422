/** What is open beside the week. */
import type { BranchRead, TimeOffRead } from "@/api/generated";
import { AddPanel } from "./AddPanel";
import { LeavePanel } from "./LeavePanel";
import { CopyPanel, FillPanel } from "./MakePanels";
import { ShiftPanel } from "./ShiftPanel";
import type { PanelSearch } from "./useRosterPanel";
import type { ShiftActions } from "./useShiftActions";
import { WeeklyPanel } from "./WeeklyPanel";
import type { RosterData } from "./week";

export interface PanelProps {
  branch: BranchRead;
  monday: string;
  today: string;
  data: RosterData;
  panel: PanelSearch;
  actions: ShiftActions;
  requests: TimeOffRead[] | undefined;
  onOpen: (panel: PanelSearch) => void;
  onClose: () => void;
}

export function RosterPanel(props: PanelProps) {
  const { panel, data } = props;
  const person = data.people.find(({ id }) => id === panel.id);
  const shift = data.shifts.find(({ id }) => id === panel.id);
  switch (panel.panel) {
    case "add":
      return person && panel.on !== undefined ? <AddPanel {...props} person={person} day={panel.on} /> : null;
    case "shift":
      return shift ? <ShiftPanel {...props} shift={shift} /> : null;
    case "weekly":
      return person ? <WeeklyPanel {...props} person={person} /> : null;
    case "fill":
      return <FillPanel {...props} />;
    case "copy":
      return <CopyPanel {...props} />;
    case "leave":
      return <LeavePanel {...props} />;
    default:
      return null;
  }
}
