import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { RoleGrant } from "@/api/generated";
import { branchesQuery } from "@/shell/branches";
import { Chip } from "../parts";
import { hasGrant, ROLES, toggleGrant } from "./grants";

interface Props {
  roles: RoleGrant[];
  error?: string | undefined;
  onChange: (roles: RoleGrant[]) => void;
}

/** Each role, everywhere or in some branches. Of a customer there are no branches: their visits are wherever they went. */
export function RolesField({ roles, error, onChange }: Props) {
  const { t } = useTranslation("setup");
  const { data = [] } = useQuery(branchesQuery);
  return (
    <fieldset className="flex flex-col gap-4">
      <legend className="mb-2 font-medium">{t("users.roles")}</legend>
      {ROLES.map((role) => {
        const branches = data.filter(
          ({ id, closed_at }) => hasGrant(roles, role, id) || (role !== "customer" && closed_at === null),
        );
        return (
          <fieldset key={role} aria-describedby={`about-${role}`}>
            <legend className="font-medium text-sm">{t(`users.role.${role}`)}</legend>
            <p id={`about-${role}`} className="text-muted text-sm">
              {t(`users.may.${role}`)}
            </p>
            <div className="mt-1.5 flex flex-wrap gap-1.5">
              <Chip
                isOn={hasGrant(roles, role, null)}
                onToggle={() => onChange(toggleGrant(roles, role, null))}
              >
                {t(
                  role === "admin" ? "users.wholeSpa" : role === "customer" ? "users.yes" : "users.anywhere",
                )}
              </Chip>
              {branches.map(({ id, name }) => (
                <Chip
                  key={id}
                  isOn={hasGrant(roles, role, id)}
                  onToggle={() => onChange(toggleGrant(roles, role, id))}
                >
                  {name}
                </Chip>
              ))}
            </div>
          </fieldset>
        );
      })}
      {error !== undefined && <p className="text-danger text-sm">{error}</p>}
    </fieldset>
  );
}
