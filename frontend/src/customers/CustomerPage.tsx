/** The profile of a customer: who it is on the left, what was bought and the visits on the right. */

import { Link, useParams } from "@tanstack/react-router";
import { ArrowLeft, Combine, Lock, UserRoundX } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, sentenceOf } from "@/api/errors";
import type { CustomerRead } from "@/api/generated";
import { useTitle } from "@/app/useTitle";
import { Courses } from "@/courses/Courses";
import { buttonClass } from "@/design/Button";
import { Notice } from "@/design/Notice";
import { Consents } from "./Consents";
import { Failure } from "./CustomersPage";
import { useCustomer } from "./data";
import { EditCustomer } from "./EditCustomer";
import { Facts } from "./Facts";
import { GiftCards } from "./GiftCards";
import { ProfileActions } from "./ProfileActions";
import { useRights } from "./roles";
import { Tags } from "./Tags";
import { Visits } from "./Visits";

export const CARD = "rounded-lg border border-line bg-surface p-5";

export function CustomerPage() {
  const { t } = useTranslation();
  const { customerId } = useParams({ from: "/desk/customers/$customerId" });
  const { data, error, refetch } = useCustomer(customerId);
  useTitle(data?.full_name);
  if (data !== undefined) return <Profile key={customerId} customer={data} />;
  if (error === null) return <ProfileSkeleton />;
  if (!(error instanceof ApiError) || (error.status !== 403 && error.status !== 404 && error.status !== 422))
    return <Failure error={error} retry={() => void refetch()} />;
  return (
    <Notice
      icon={error.status === 403 ? Lock : UserRoundX}
      title={error.status === 403 ? t("customers.noAccess") : t("customers.missing")}
      hint={error.status === 422 ? t("customers.missingHint") : sentenceOf(t, error)}
      isAlert
    >
      <Link to="/desk/customers" className={buttonClass("primary")}>
        {t("customers.title")}
      </Link>
    </Notice>
  );
}

function Profile({ customer }: { customer: CustomerRead }) {
  const { t } = useTranslation();
  const { isDesk } = useRights();
  const [isEditing, setIsEditing] = useState(false);
  const isActive = customer.archived_at === null;
  return (
    <div className="min-h-0 flex-1 overflow-auto">
      <div className="mx-auto flex max-w-7xl flex-col gap-4 p-4">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
          <Link
            to="/desk/customers"
            aria-label={t("customers.title")}
            className={`${buttonClass("quiet", "icon")} pointer-coarse:size-11`}
          >
            <ArrowLeft aria-hidden size={18} />
          </Link>
          <h1 className="min-w-0 break-words font-semibold text-2xl">{customer.full_name}</h1>
          <Tags tags={customer.tags} />
          {!isActive && (
            <span className="rounded-sm bg-warning-soft px-2 font-medium text-warning leading-6">
              {customer.erased_at !== null ? t("customers.erased") : t("customers.archivedOne")}
            </span>
          )}
          {isDesk && (
            <ProfileActions customer={customer} isEditing={isEditing} onEdit={() => setIsEditing(true)} />
          )}
        </div>
        {customer.merged_into_id !== null && <MergedInto id={customer.merged_into_id} />}
        <div className="grid grid-cols-[minmax(0,27rem)_minmax(0,1fr)] items-start gap-4 max-lg:grid-cols-1">
          <div className="flex flex-col gap-4">
            <section aria-label={t("customers.profile")} className={CARD}>
              {isEditing ? (
                <EditCustomer customer={customer} onDone={() => setIsEditing(false)} />
              ) : (
                <Facts customer={customer} />
              )}
            </section>
            {isDesk && <Consents customer={customer} />}
          </div>
          {isDesk && (
            <div className="flex min-w-0 flex-col gap-4">
              <Courses customer={customer} />
              <GiftCards customer={customer} />
              <Visits customer={customer} />
            </div>
          )}
        </div>
      </div>
    </div>
  );
}

function MergedInto({ id }: { id: string }) {
  const { t } = useTranslation();
  const { data } = useCustomer(id);
  return (
    <p
      role="status"
      className="flex flex-wrap items-center gap-3 rounded-lg bg-warning-soft p-4 text-warning"
    >
      <Combine aria-hidden size={18} />
      {t("customers.mergedInto")}
      <Link
        to="/desk/customers/$customerId"
        params={{ customerId: id }}
        className="min-w-0 break-words font-semibold underline underline-offset-2"
      >
        {data?.full_name ?? t("customers.openOther")}
      </Link>
    </p>
  );
}

function ProfileSkeleton() {
  return (
    <div aria-hidden className="mx-auto w-full max-w-7xl animate-pulse p-4">
      <div className="mb-4 ml-12 h-8 w-72 rounded-sm bg-line" />
      <div className="grid grid-cols-[27rem_1fr] gap-4 max-lg:grid-cols-1">
        <div className={`${CARD} h-80`} />
        <div className={`${CARD} h-112`} />
      </div>
    </div>
  );
}
