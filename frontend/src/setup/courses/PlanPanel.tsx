/** A course plan beside the list: what it is, what a session pays, and what becomes of it when it is returned or missed. */
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import { type CoursePlanRead, createCoursePlan, updateCoursePlan } from "@/api/generated";
import { SidePanel } from "@/card/SidePanel";
import { Segments } from "@/customers/Segments";
import { Button } from "@/design/Button";
import { FormField, INPUT } from "@/design/FormField";
import { MoneyInput } from "@/design/MoneyInput";
import { currentLanguage } from "@/i18n";
import { inLanguage, money } from "@/i18n/format";
import { freeKey } from "../keys";
import { Chip, Switch } from "../parts";
import { type Fields, SettingsForm } from "../SettingsForm";
import { TaxField } from "../taxes/TaxField";
import { useMenu } from "../treatments/data";
import { Kept, Names } from "../treatments/fields";
import { keysOf } from "../treatments/menu";
import { usePlansChanged } from "./data";
import { bodyOf, type PlanValues, valuesOf, worthOf } from "./plan";
import { VariantPicker } from "./VariantPicker";
import { TERMS, useValidity } from "./validity";

interface Props {
  plans: CoursePlanRead[];
  /** Without it a new one. */
  plan?: CoursePlanRead;
  onClose: () => void;
}

export function PlanPanel({ plans, plan, onClose }: Props) {
  const { t } = useTranslation("setup");
  const onChanged = usePlansChanged();
  return (
    <SidePanel
      title={plan === undefined ? t("courses.new") : inLanguage(plan.name, currentLanguage())}
      {...(plan && { subtitle: money(plan.price) })}
      onClose={onClose}
    >
      <div className="flex flex-col gap-6 px-4 pb-6">
        <SettingsForm
          saved={valuesOf(plan)}
          shownBy="open"
          send={(values, key) => {
            const body = bodyOf(values);
            return plan === undefined
              ? call(
                  createCoursePlan({
                    body: { ...body, key: freeKey(body.name.vi, keysOf(plans)) },
                    headers: { "Idempotency-Key": key },
                  }),
                )
              : call(updateCoursePlan({ path: { plan_id: plan.id }, body }));
          }}
          onSaved={() => {
            onChanged();
            if (plan === undefined) onClose();
          }}
          {...(plan === undefined ? { submit: t("branches.add"), onCancel: onClose } : {})}
        >
          {(fields) => (
            <>
              <PlanFields {...fields} />
              {plan && <Kept>{t("courses.keeps")}</Kept>}
            </>
          )}
        </SettingsForm>
        {plan && <Sale plan={plan} />}
      </div>
    </SidePanel>
  );
}

/** The most sessions of a course, as the API has it. */
const MOST_SESSIONS = 200;

function PlanFields({ values, set, errorOf }: Fields<PlanValues>) {
  const { t } = useTranslation("setup");
  const { data: menu } = useMenu();
  const worth = worthOf(values, menu);
  return (
    <>
      <Names value={values.name} isRequired errorOf={errorOf} onChange={(name) => set({ name })} />
      <div className="grid grid-cols-[7rem_minmax(0,1fr)] items-start gap-4">
        <FormField label={t("courses.sessions")} error={errorOf("sessions")}>
          {(input) => (
            <input
              {...input}
              className={`${INPUT} text-right tabular`}
              inputMode="numeric"
              autoComplete="off"
              required
              value={values.sessions === 0 ? "" : values.sessions}
              onChange={({ target }) =>
                set({ sessions: Math.min(Number(target.value.replace(/\D/g, "")), MOST_SESSIONS) })
              }
            />
          )}
        </FormField>
        <FormField label={t("courses.price")} hint={t("products.priceHint")} error={errorOf("price")}>
          {(input) => (
            <MoneyInput
              {...input}
              width="w-40!"
              highest={1_000_000_000}
              value={values.price}
              onChange={(price) => set({ price })}
            />
          )}
        </FormField>
      </div>
      {worth !== null && (
        <p role="status" className="-mt-2 tabular text-muted">
          {worth.saves > 0
            ? t("courses.saves", { price: money(worth.each), percent: worth.saves })
            : t("courses.each", { price: money(worth.each) })}
        </p>
      )}
      <VariantPicker
        chosen={values.variantIds}
        error={errorOf("variant_ids")}
        onChange={(variantIds) => set({ variantIds })}
      />
      <Validity
        days={values.validDays}
        error={errorOf("valid_days")}
        onChange={(validDays) => set({ validDays })}
      />
      <div className="flex flex-col gap-2">
        <span className="font-medium">{t("courses.return")}</span>
        <div className="flex">
          <Segments
            label={t("courses.return")}
            value={values.policy}
            options={{ pro_rata: t("courses.policy.pro_rata"), list_price: t("courses.policy.list_price") }}
            onValue={(policy) => set({ policy })}
          />
        </div>
        <p className="text-muted text-sm">{t(`courses.policyHint.${values.policy}`)}</p>
        {values.policy === "list_price" && (
          <FormField label={t("courses.listPrice")} error={errorOf("list_price")}>
            {(input) => (
              <MoneyInput {...input} value={values.listPrice} onChange={(listPrice) => set({ listPrice })} />
            )}
          </FormField>
        )}
      </div>
      <div>
        <Switch
          label={t("courses.noShowUses")}
          isOn={values.noShowUses}
          onChange={(noShowUses) => set({ noShowUses })}
        />
        <p className="text-muted text-sm">
          {t(values.noShowUses ? "courses.noShowHint.on" : "courses.noShowHint.off")}
        </p>
      </div>
      <TaxField value={values.tax} error={errorOf("tax_category_id")} onChange={(tax) => set({ tax })} />
    </>
  );
}

interface ValidityProps {
  days: number | null;
  error: string | undefined;
  onChange: (days: number | null) => void;
}

/** How long a course is valid: usual terms by one press, any number of days beside them. */
function Validity({ days, error, onChange }: ValidityProps) {
  const { t } = useTranslation("setup");
  const name = useValidity();
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-2 font-medium">{t("courses.validity")}</legend>
      <div className="flex flex-wrap gap-2">
        {TERMS.map((term) => (
          <Chip key={term} isOn={days === term} onToggle={() => onChange(term)}>
            {name(term)}
          </Chip>
        ))}
        <Chip isOn={days === null} onToggle={() => onChange(null)}>
          {name(null)}
        </Chip>
      </div>
      {days !== null && (
        <FormField label={t("courses.validDays")} error={error}>
          {(input) => (
            <input
              {...input}
              className={`${INPUT} w-28! text-right tabular`}
              inputMode="numeric"
              autoComplete="off"
              required
              value={days === 0 ? "" : days}
              onChange={({ target }) => onChange(Math.min(Number(target.value.replace(/\D/g, "")), 3650))}
            />
          )}
        </FormField>
      )}
    </fieldset>
  );
}

/** The end of its sale, or the return to it. */
function Sale({ plan: { id, name, retired_at } }: { plan: CoursePlanRead }) {
  const { t } = useTranslation("setup");
  const onChanged = usePlansChanged();
  const isRetired = retired_at !== null;
  const { run, isRunning } = useAction({
    send: (retired: boolean) => call(updateCoursePlan({ path: { plan_id: id }, body: { retired } })),
    onDone: () => {
      const text = isRetired ? "courses.restoredNow" : "courses.retiredNow";
      showDone(t(text, { name: inLanguage(name, currentLanguage()) }));
      onChanged();
    },
  });
  const action = t(isRetired ? "courses.restore" : "courses.retire");
  return (
    <section className="border-line border-t pt-4">
      <h3 className="font-semibold">{action}</h3>
      <p className="mt-1 mb-3 text-muted">{t(isRetired ? "courses.restoreHint" : "courses.retireHint")}</p>
      <Button disabled={isRunning} className="pointer-coarse:h-11" onClick={() => run(!isRetired)}>
        {action}
      </Button>
    </section>
  );
}
