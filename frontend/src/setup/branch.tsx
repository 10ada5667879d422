/** The branch that a page of the owner is about. */
import { Lock, Store } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useSession } from "@/api/session";
import { rightsOf } from "@/customers/roles";
import { Failure } from "@/design/Failure";
import { Notice } from "@/design/Notice";
import { useBranch, useBranches } from "@/shell/branches";
import { Loading } from "./states";

/** Return the ids of the branches that the user may set up. */
export function useManagedBranches(): ReadonlySet<string> {
  const session = useSession();
  const { branches } = useBranches();
  if (session.status !== "signed-in") return new Set();
  const { isAdmin } = rightsOf(session.user);
  const own = session.user.roles.filter(({ role }) => role === "admin").map(({ branch_id }) => branch_id);
  return new Set(branches.map(({ id }) => id).filter((id) => isAdmin || own.includes(id)));
}

/** What a page shows instead of a branch: it is not known yet or could not be read, none is open, or it has another admin. */
export function NoBranch() {
  const { t } = useTranslation("setup");
  const branch = useBranch();
  const { error, isPending, retry } = useBranches();
  if (isPending) return <Loading />;
  if (branch !== undefined)
    return <Notice icon={Lock} title={t("branches.notYours")} hint={t("branches.notYoursHint")} />;
  if (error !== null) return <Failure error={error} onRetry={retry} />;
  return <Notice icon={Store} title={t("branches.none")} hint={t("branches.noneHint")} />;
}
