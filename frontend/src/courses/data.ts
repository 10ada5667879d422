/** The courses of a customer, and what changes when one is extended, transferred or returned. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { call, queryClient } from "@/api/client";
import { type CustomerCourseRead, listCustomerCourses, quoteCourseReturn } from "@/api/generated";
import { useCatalogue } from "@/booking/queries";
import { currentLanguage } from "@/i18n";
import { inLanguage } from "@/i18n/format";

export function useCourses(customerId: string) {
  return useQuery({
    queryKey: ["courses", customerId],
    queryFn: ({ signal }) => call(listCustomerCourses({ path: { customer_id: customerId }, signal })),
    staleTime: 0,
  });
}

/** What is paid back for a course if it is returned now. It is refused while a session is reserved. */
export function useReturnQuote(courseId: string | undefined) {
  return useQuery({
    queryKey: ["courses", "return", courseId],
    queryFn: ({ signal }) => call(quoteCourseReturn({ path: { course_id: courseId ?? "" }, signal })),
    enabled: courseId !== undefined,
    retry: false,
    staleTime: 0,
    gcTime: 0,
  });
}

export function coursesChanged(): void {
  void queryClient.invalidateQueries({ queryKey: ["courses"] });
}

/** Return what names the treatments that a session pays, those that are still sold. */
export function useTreatmentNames(): (course: CustomerCourseRead) => string[] {
  const { t } = useTranslation();
  const { data } = useCatalogue();
  const language = currentLanguage();
  return ({ variant_ids }) =>
    variant_ids.flatMap((id) => {
      const offer = data?.byId.get(id);
      if (offer === undefined) return [];
      const what =
        offer.variantName === null
          ? t("time.minutes", { count: offer.minutes })
          : inLanguage(offer.variantName, language);
      return [`${inLanguage(offer.name, language)} ${what}`];
    });
}
