/** The courses of a customer: what is left of each, and what can be done with it. */
import { ChevronRight, Layers, Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { sentenceOf } from "@/api/errors";
import type { CustomerRead } from "@/api/generated";
import { Button } from "@/design/Button";
import { NEW_BILL, useBillAddress } from "@/till/address";
import { CourseCard } from "./CourseCard";
import { inOrder } from "./course";
import { useCourses } from "./data";

export function Courses({ customer }: { customer: CustomerRead }) {
  const { t } = useTranslation();
  const { open } = useBillAddress();
  const { data, error, refetch } = useCourses(customer.id);
  const { live, past } = inOrder(data ?? []);
  const canBuy = customer.archived_at === null;
  return (
    <section aria-labelledby="courses" className="rounded-lg border border-line bg-surface p-5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h2 id="courses" className="font-semibold text-lg">
          {t("courses.title")}
        </h2>
        {canBuy && (
          <Button
            className="ml-auto pointer-coarse:h-11"
            onClick={() => open({ bill: NEW_BILL, payer: customer.id })}
          >
            <Plus aria-hidden size={16} />
            {t("courses.sell")}
          </Button>
        )}
      </div>
      {data === undefined && error !== null && (
        <p role="alert" className="mt-3 flex items-center gap-3 text-danger">
          {sentenceOf(t, error)}
          <Button onClick={() => void refetch()}>{t("board.retry")}</Button>
        </p>
      )}
      {data === undefined && error === null && (
        <div aria-hidden className="mt-4 h-24 animate-pulse rounded-md bg-line" />
      )}
      {data !== undefined && live.length === 0 && (
        <p className="flex items-center gap-2.5 py-4 text-muted">
          <Layers aria-hidden size={18} />
          {t(past.length === 0 ? "courses.none" : "courses.noneLeft")}
        </p>
      )}
      <ul className="mt-4 flex flex-col gap-3 empty:hidden">
        {live.map((course) => (
          <li key={course.id}>
            <CourseCard course={course} customer={customer} />
          </li>
        ))}
      </ul>
      {past.length > 0 && (
        <details className="group mt-3">
          <summary className="flex min-h-9 cursor-pointer items-center gap-1.5 font-medium text-muted pointer-coarse:min-h-11">
            <ChevronRight aria-hidden size={16} className="transition-transform group-open:rotate-90" />
            {t("courses.past", { count: past.length })}
          </summary>
          <ul className="mt-2 flex flex-col gap-3">
            {past.map((course) => (
              <li key={course.id}>
                <CourseCard course={course} customer={customer} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
