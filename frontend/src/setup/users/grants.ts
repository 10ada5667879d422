/** The roles of an account, each everywhere or in some branches. Everything here is pure. */
import type { Role, RoleGrant } from "@/api/generated";

export const ROLES: readonly Role[] = ["admin", "receptionist", "therapist", "customer"];

/** Return whether the grants have a role in a branch, or with null everywhere. */
export function hasGrant(grants: readonly RoleGrant[], role: Role, branch: string | null): boolean {
  return grants.some((grant) => grant.role === role && (grant.branch_id ?? null) === branch);
}

/** Give or take a role. Everywhere takes the place of single branches, and the other way round. */
export function toggleGrant(grants: readonly RoleGrant[], role: Role, branch: string | null): RoleGrant[] {
  const others = grants.filter((grant) => grant.role !== role);
  if (hasGrant(grants, role, branch)) {
    return grants.filter((grant) => grant.role !== role || (grant.branch_id ?? null) !== branch);
  }
  const branches = grants.filter((grant) => grant.role === role && grant.branch_id);
  return [...others, ...(branch === null ? [] : branches), { role, branch_id: branch }];
}

/** Return the grants in the order of the roles, with each role once: everywhere, or with its branches. */
export function byRole(grants: readonly RoleGrant[]): { role: Role; branches: string[] | null }[] {
  return ROLES.flatMap((role) => {
    const own = grants.filter((grant) => grant.role === role);
    if (own.length === 0) return [];
    const isEverywhere = own.some(({ branch_id }) => !branch_id);
    return [{ role, branches: isEverywhere ? null : own.flatMap(({ branch_id }) => branch_id ?? []) }];
  });
}
