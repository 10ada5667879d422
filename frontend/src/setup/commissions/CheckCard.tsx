/** What a person would earn by a sale today, and by which rule. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { sentenceOf } from "@/api/errors";
import { checkCommission, type StaffRead } from "@/api/generated";
import { FormField, INPUT } from "@/design/FormField";
import { MoneyInput } from "@/design/MoneyInput";
import { currentLanguage } from "@/i18n";
import { inLanguage, money } from "@/i18n/format";
import { useBranches } from "@/shell/branches";
import { useManagedBranches } from "../branch";
import { SelectField } from "../fields";
import { Card } from "../parts";
import { guestMinutes } from "../treatments/bars";
import { soldOf, variantsOf } from "../treatments/menu";
import { type CommissionData, useRuleNames } from "./data";

interface Sold {
  kind: "service" | "product" | "course";
  id: string;
  text: string;
  price: number;
}

interface Props {
  data: CommissionData;
  today: string;
}

export function CheckCard({ data, today }: Props) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const { branches } = useBranches();
  const managed = useManagedBranches();
  const { whatOf, payOf, whoOf } = useRuleNames(data);
  const groups = useSold(data);
  const people = data.people.filter((person) => worksIn(person, managed) && isThere(person, today));
  const [staffId, setStaffId] = useState("");
  const [soldId, setSoldId] = useState("");
  const [typedPrice, setPrice] = useState<number | null>(null);
  const [typedBranch, setBranch] = useState("");
  // The first ones until another is chosen: at first there may be none, before the rights are known.
  const sold = groups.flatMap((group) => group.sold).find(({ id }) => id === soldId) ?? groups[0]?.sold[0];
  const person = people.find(({ id }) => id === staffId) ?? people[0];
  const places = branches.filter(({ id }) => managed.has(id) && person?.branch_ids.includes(id));
  const branch = places.find(({ id }) => id === typedBranch) ?? places[0];
  const price = typedPrice ?? sold?.price ?? 0;
  const isComplete = sold !== undefined && person !== undefined && branch !== undefined;
  const { data: answer, error } = useQuery({
    queryKey: ["commission-check", person?.id, sold?.id, price, branch?.id, today],
    queryFn: ({ signal }) =>
      call(
        checkCommission({
          query: {
            ...{ branch_id: branch?.id ?? "", staff_id: person?.id ?? "", day: today },
            ...{ kind: sold?.kind ?? "service", thing_id: sold?.id ?? "", price },
          },
          signal,
        }),
      ),
    enabled: isComplete,
    placeholderData: keepPreviousData,
  });
  if (people.length === 0 || groups.length === 0) return null;
  return (
    <Card title={t("commissions.check")}>
      <div className="flex flex-wrap gap-4">
        <div className="min-w-44 flex-1">
          <SelectField
            label={t("commissions.who")}
            options={people.map(({ id, full_name }) => ({ value: id, text: full_name }))}
            value={person?.id ?? ""}
            onChange={setStaffId}
          />
        </div>
        <div className="min-w-56 flex-2">
          <FormField label={t("commissions.sold")}>
            {(input) => (
              <select
                {...input}
                className={INPUT}
                value={sold?.id ?? ""}
                onChange={(event) => {
                  setSoldId(event.target.value);
                  setPrice(null);
                }}
              >
                {groups.map(({ name, sold: things }) => (
                  <optgroup key={name} label={name}>
                    {things.map(({ id, text }) => (
                      <option key={id} value={id}>
                        {text}
                      </option>
                    ))}
                  </optgroup>
                ))}
              </select>
            )}
          </FormField>
        </div>
        <FormField label={t("commissions.paid")}>
          {(input) => <MoneyInput {...input} value={price} onChange={setPrice} />}
        </FormField>
        {places.length > 1 && (
          <div className="min-w-44 flex-1">
            <SelectField
              label={t("commissions.where")}
              options={places.map(({ id, name }) => ({ value: id, text: name }))}
              value={branch?.id ?? ""}
              onChange={setBranch}
            />
          </div>
        )}
      </div>
      <p role="status" className="mt-4 rounded-md bg-sunken px-3 py-2 tabular">
        {error !== null && <span className="text-danger">{sentenceOf(common, error)}</span>}
        {error === null && answer !== undefined && person !== undefined && (
          <>
            <span className="font-semibold">
              {t("commissions.earns", { name: person.full_name, amount: money(answer.amount) })}
            </span>{" "}
            <span className="text-muted">
              {answer.rule === null
                ? t("commissions.noRule")
                : t("commissions.byRule", {
                    who: whoOf(answer.rule.staff_id),
                    what: whatOf(answer.rule),
                    pay: payOf(answer.rule),
                  })}
            </span>
          </>
        )}
      </p>
    </Card>
  );
}

function worksIn({ branch_ids }: StaffRead, managed: ReadonlySet<string>): boolean {
  return branch_ids.some((id) => managed.has(id));
}

function isThere({ employed_until }: StaffRead, today: string): boolean {
  return employed_until === null || employed_until >= today;
}

/** Return what can be sold: the treatments of each category, products and courses. */
function useSold({ menu, products, plans }: CommissionData): { name: string; sold: Sold[] }[] {
  const { t } = useTranslation("setup");
  const language = currentLanguage();
  const services = soldOf(menu.services);
  const treatments = menu.categories.map((category) => ({
    name: inLanguage(category.name, language),
    sold: services
      .filter(({ category_id }) => category_id === category.id)
      .flatMap((service) =>
        variantsOf(service, false).map(({ id, name, segments, price }): Sold => {
          const more =
            name === null ? t("minutes", { count: guestMinutes(segments) }) : inLanguage(name, language);
          return { kind: "service", id, price, text: `${inLanguage(service.name, language)} · ${more}` };
        }),
      ),
  }));
  const named =
    (kind: "product" | "course") =>
    ({ id, name, price }: { id: string; name: { vi: string; en: string }; price: number }): Sold => ({
      ...{ kind, id, price },
      text: inLanguage(name, language),
    });
  return [
    ...treatments,
    { name: t("commissions.scope.products"), sold: products.filter(isSold).map(named("product")) },
    { name: t("commissions.scope.courses"), sold: plans.filter(isSold).map(named("course")) },
  ].filter(({ sold }) => sold.length > 0);
}

function isSold({ retired_at }: { retired_at: string | null }): boolean {
  return retired_at === null;
}
