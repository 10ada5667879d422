import { describe, expect, it } from "vitest";
import type { RoleGrant } from "@/api/generated";
import { byRole, toggleGrant } from "./grants";

const [Q1, Q3] = ["q1", "q3"];
const grant = (role: RoleGrant["role"], branch_id: string | null = null): RoleGrant => ({ role, branch_id });

describe("a role that is given or taken", () => {
  it("holds in several branches", () => {
    expect(toggleGrant([grant("receptionist", Q1)], "receptionist", Q3)).toEqual([
      grant("receptionist", Q1),
      grant("receptionist", Q3),
    ]);
  });

  it("takes the place of its branches when it holds everywhere, and leaves other roles alone", () => {
    const before = [grant("receptionist", Q1), grant("therapist", Q1), grant("receptionist", Q3)];
    expect(toggleGrant(before, "receptionist", null)).toEqual([
      grant("therapist", Q1),
      grant("receptionist"),
    ]);
  });

  it("holds in one branch instead of everywhere", () => {
    expect(toggleGrant([grant("admin")], "admin", Q1)).toEqual([grant("admin", Q1)]);
  });

  it("is taken from one branch alone", () => {
    const before = [grant("admin", Q1), grant("admin", Q3), grant("therapist", Q1)];
    expect(toggleGrant(before, "admin", Q1)).toEqual([grant("admin", Q3), grant("therapist", Q1)]);
  });
});

it("roles are named once each, the strongest first", () => {
  const grants = [grant("therapist", Q1), grant("admin"), grant("admin", Q1), grant("therapist", Q3)];
  expect(byRole(grants)).toEqual([
    { role: "admin", branches: null },
    { role: "therapist", branches: [Q1, Q3] },
  ]);
});
