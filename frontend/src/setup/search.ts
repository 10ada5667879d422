/** What the addresses of the owner's screens have. */
import { day, flag, oneOf, parser, text } from "@/app/parser";

export const STEPS = ["branch", "rooms", "treatments", "people", "shifts", "check"] as const;
export type Step = (typeof STEPS)[number];
export const BRANCH_PARTS = ["details", "hours", "special", "rules", "online", "till", "travel"] as const;
export type BranchPart = (typeof BRANCH_PARTS)[number];

export const parseGuideSearch = parser({ step: oneOf(STEPS) });
/** `saved`: the spa was set up just now. */
export const parseOverviewSearch = parser({ saved: flag });
/** `add`: what is added in the panel. */
export const parseBranchesSearch = parser({
  branch: text,
  part: oneOf(BRANCH_PARTS),
  add: oneOf(["branch", "special"]),
});
/** `open`: what is opened in the panel: `room`, `bed` or `type`, with its id or, of a new bed, that of its room. */
export const parseRoomsSearch = parser({ branch: text, open: text });
/** `category`, `addOn`: the one that is open, `new` for one that is being added. `unsold`: also what is not sold any more. */
export const parseTreatmentsSearch = parser({ category: text, addOn: text, unsold: flag });
/** `variant`: the one that is being changed, `new` for one that is being added. `category`: of a new treatment. */
export const parseTreatmentSearch = parser({ variant: text, category: text });
/** `open`: the category that is changed, `new` for one that is being added. */
export const parseTaxesSearch = parser({ open: text });
/** `open`: the product that is opened, `new` for one that is being added. `retired`: also what is not sold any more. */
export const parseProductsSearch = parser({ branch: text, open: text, retired: flag });
/** `open`: the course that is opened, `new` for one that is being added. `retired`: also what is not sold any more. */
export const parseCoursesSearch = parser({ open: text, retired: flag });
/** `person`: who is open, `new` for one who is being added. `left`: also those who have left. */
export const parsePeopleSearch = parser({ branch: text, person: text, left: flag });
/** `day`: a day of the week that is shown. Without it: this week, in the zone of the branch. `open`: see `useRosterPanel`. */
export const parseRostersSearch = parser({ branch: text, day, open: text });
/** `user`: the account that is opened. `invite`: the form of an invitation is. `locked`: show the accounts that are locked. */
export const parseUsersSearch = parser({
  user: text,
  invite: flag,
  role: oneOf(["admin", "receptionist", "therapist", "customer"]),
  locked: flag,
});
/** `by`: a user. `about`: the name of a table. `day`: the last day that is shown, in the zone of this device. `of`: one row. */
export const parseAuditSearch = parser({ by: text, about: text, day, of: text });
/** `rule`: the rule that is open, `new` for one that is being added. `like`: the one that it follows. `ended`: show those that
    have ended, too. */
export const parseCommissionsSearch = parser({ rule: text, like: text, ended: flag });
export type CommissionsSearch = ReturnType<typeof parseCommissionsSearch>;
export type UsersSearch = ReturnType<typeof parseUsersSearch>;
export type AuditSearch = ReturnType<typeof parseAuditSearch>;
