/** Pay a treatment by a session of a course: one that the customer has, or one that is sold on this bill. */
import { useTranslation } from "react-i18next";
import type { SaleLineInput, SaleLineRead, SaleRead } from "@/api/generated";
import { Select } from "@/card/fields";
import { currentLanguage } from "@/i18n";
import { inLanguage } from "@/i18n/format";
import { NO_DISCOUNT } from "./bill";
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

export function UseSession({ bill, line, guestId, isBlocked, onChange }: Props) {
  const { t } = useTranslation();
  const courses = useCoursesOf([bill.customer_id, guestId]);
  const { data: plans = [] } = usePlans();
  const variant = line.variant_id ?? "";
  const usable = courses.filter(
    ({ id, free, variant_ids }) => id === line.course_id || (free > 0 && variant_ids.includes(variant)),
  );
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
