/** Pay a treatment by a session of a course: one that the customer has, or one that is sold on this bill. */
import { Layers } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { CustomerCourseRead, SaleLineInput, SaleLineRead, SaleRead } from "@/api/generated";
import { CHIP } from "@/booking/styles";
import { Select } from "@/card/fields";
import { inOrder } from "@/courses/course";
import { Ending } from "@/courses/Ending";
import { currentLanguage } from "@/i18n";
import { inLanguage } from "@/i18n/format";
import { isCovered, NO_DISCOUNT } from "./bill";
import { useCoursesOf, usePlans } from "./queries";

const NONE = "";
const NEW = "new";

interface Props {
  bill: SaleRead;
  line: SaleLineRead;
  guestId: string | null;
  isBlocked: boolean;
  onChange: (change: Partial<SaleLineInput>) => void;
}

/** Return the courses of who pays or of the guest whose session can pay a line, those that end first before the others. */
function useUsable(bill: SaleRead, line: SaleLineRead, guestId: string | null): CustomerCourseRead[] {
  const { live } = inOrder(useCoursesOf([bill.customer_id, guestId]));
  const variant = line.variant_id ?? "";
  return live.filter(
    ({ id, free, variant_ids }) => id === line.course_id || (free > 0 && variant_ids.includes(variant)),
  );
}

/** On a line that a session could pay: how many are left, and one press that uses one. */
export function SessionOffer({ bill, line, guestId, isBlocked, onChange }: Props) {
  const { t } = useTranslation();
  const [course] = useUsable(bill, line, guestId);
  if (course === undefined || isCovered(line)) return null;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 pb-2.5">
      <button
        type="button"
        className={CHIP}
        disabled={isBlocked}
        data-session-offer
        onClick={() => onChange({ ...NO_DISCOUNT, course_id: course.id, by_new_course: false })}
      >
        <Layers aria-hidden size={15} className="text-accent" />
        {t("till.session.offer", { free: course.free, count: course.sessions })}
      </button>
      <span className="text-sm">
        <Ending course={course} />
      </span>
    </div>
  );
}

export function UseSession({ bill, line, guestId, isBlocked, onChange }: Props) {
  const { t } = useTranslation();
  const { data: plans = [] } = usePlans();
  const variant = line.variant_id ?? "";
  const usable = useUsable(bill, line, guestId);
  const isSold = bill.lines.some(({ course_plan_id }) =>
    plans.some(({ id, variant_ids }) => id === course_plan_id && variant_ids.includes(variant)),
  );
  const value = line.course_line_id != null ? NEW : (line.course_id ?? NONE);
  if (usable.length === 0 && !isSold && value === NONE) return null;
  return (
    <Select
      label={t("till.session.use")}
      value={value}
      disabled={isBlocked}
      options={[
        { value: NONE, text: t("till.session.none") },
        ...usable.map((course) => ({
          value: course.id,
          text: t("till.session.left", {
            name: inLanguage(course.name, currentLanguage()),
            free: course.free,
            count: course.sessions,
          }),
        })),
        ...(isSold || value === NEW ? [{ value: NEW, text: t("till.session.new") }] : []),
      ]}
      onChange={(chosen) =>
        onChange({
          ...NO_DISCOUNT,
          course_id: chosen === NONE || chosen === NEW ? null : chosen,
          by_new_course: chosen === NEW,
        })
      }
    />
  );
}
