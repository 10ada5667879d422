/** The person of the account and the branches in which they work, or what stands in the way of knowing them. */
import { UserRoundX } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { BranchRead, StaffRead } from "@/api/generated";
import { Failure } from "@/design/Failure";
import { Notice } from "@/design/Notice";
import { useBranches } from "@/shell/branches";
import { Page } from "./Page";
import { Skeleton } from "./states";
import { useStaff } from "./useDay";

interface Props {
  title: string;
  /** `zone` is that of the first branch: there are days and times where none of a branch is meant. */
  children: (staff: StaffRead, branches: BranchRead[], zone: string) => ReactNode;
}

export function Person({ title, children }: Props) {
  const { t } = useTranslation();
  const person = useStaff();
  const all = useBranches();
  const { staff } = person;
  const branches = all.branches.filter(({ id }) => staff?.branch_ids.includes(id));
  const [first] = branches;
  if (staff && first !== undefined) return children(staff, branches, first.time_zone);
  const error = person.error ?? all.error;
  const isKnown = staff === null || (staff !== undefined && !all.isPending);
  const retry = () => {
    person.retry();
    all.retry();
  };
  return (
    <Page title={title}>
      {error !== null ? (
        <Failure size="lg" error={error} onRetry={retry} />
      ) : isKnown ? (
        <Notice icon={UserRoundX} title={t("me.notStaff")} hint={t("me.notStaffHint")} />
      ) : (
        <Skeleton />
      )}
    </Page>
  );
}
