/** One person: contacts, languages, branches, from when to when they work here. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { createStaff, type Gender, type StaffRead, updateStaff } from "@/api/generated";
import { SidePanel } from "@/card/SidePanel";
import { useRights } from "@/customers/roles";
import { Segments } from "@/customers/Segments";
import { Button } from "@/design/Button";
import { FormField, TEXTAREA } from "@/design/FormField";
import { currentLanguage } from "@/i18n";
import { phoneNumber } from "@/i18n/format";
import { useBranches } from "@/shell/branches";
import { TextField } from "../fields";
import { rename } from "../guide/draft";
import { freeKey } from "../keys";
import { Chip } from "../parts";
import { SettingsForm } from "../SettingsForm";
import { toggled } from "../toggled";
import { keysOf } from "../treatments/menu";
import { AccountField } from "./AccountField";
import { useKeepStaff } from "./data";
import { changesOf, languagesOf, newValues, type PersonValues, toBody, valuesOf } from "./person";

interface Props {
  /** Without one a person is added to the branch. */
  person?: StaffRead | undefined;
  people: readonly StaffRead[];
  branchId: string;
  today: string;
  /** The branches whose people the user may change. */
  managed: ReadonlySet<string>;
  onClose: () => void;
  onAdded: (id: string) => void;
}

export function PersonPanel({ person, people, branchId, today, managed, onClose, onAdded }: Props) {
  const { t } = useTranslation("setup");
  const cache = useQueryClient();
  const keep = useKeepStaff();
  const canChange = person === undefined || person.branch_ids.some((id) => managed.has(id));
  const [fresh] = useState(() => newValues(branchId, today));
  const saved = person === undefined ? fresh : valuesOf(person);
  const send = async (
    values: PersonValues,
    key: string,
    overrule: { force?: boolean },
  ): Promise<StaffRead> => {
    if (person !== undefined) {
      const body = { ...changesOf(values, saved), force: overrule.force === true };
      return await call(updateStaff({ path: { staff_id: person.id }, body }));
    }
    const body = { ...toBody(values), key: freeKey(values.full_name, keysOf(people)) };
    return await call(createStaff({ body, headers: { "Idempotency-Key": key } }));
  };
  const onSaved = (output: StaffRead) => {
    keep([output]);
    if (person === undefined)
      void cache.invalidateQueries({ queryKey: ["staff"] }).then(() => onAdded(output.id));
  };
  return (
    <SidePanel title={person?.full_name ?? t("people.new")} onClose={onClose}>
      <div className="px-4 pb-6">
        {canChange ? (
          <SettingsForm
            saved={saved}
            send={send}
            shownBy="person"
            onSaved={onSaved}
            {...(person === undefined ? { onCancel: onClose, submit: t("people.add") } : {})}
          >
            {(fields) => (
              <PersonFields
                {...fields}
                saved={saved}
                isNew={person === undefined}
                today={today}
                managed={managed}
              />
            )}
          </SettingsForm>
        ) : (
          <p className="text-muted">{t("people.notYours")}</p>
        )}
      </div>
    </SidePanel>
  );
}

interface FieldsProps {
  values: PersonValues;
  set: (change: Partial<PersonValues>) => void;
  errorOf: (field: string) => string | undefined;
  saved: PersonValues;
  isNew: boolean;
  today: string;
  managed: ReadonlySet<string>;
}

function PersonFields({ values, set, errorOf, saved, isNew, today, managed }: FieldsProps) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const { isAdmin } = useRights();
  const { branches } = useBranches();
  const names = new Intl.DisplayNames(currentLanguage(), { type: "language" });
  const onName = (name: string) => {
    const said = isNew && values.gender === null ? rename({ ...NOBODY, name }, name).gender : undefined;
    set({ full_name: name, ...(said === "female" || said === "male" ? { gender: said } : {}) });
  };
  return (
    <>
      <TextField
        label={t("people.fullName")}
        error={errorOf("full_name")}
        value={values.full_name}
        maxLength={200}
        required
        autoFocus={isNew}
        spellCheck={false}
        autoComplete="off"
        onChange={onName}
      />
      <div>
        <p aria-hidden className="mb-1 font-medium">
          {common("customers.fields.gender")}
        </p>
        <div className="flex">
          <Segments<Gender | "unknown">
            label={common("customers.fields.gender")}
            value={values.gender ?? "unknown"}
            options={{
              female: common("customers.genders.female"),
              male: common("customers.genders.male"),
              other: common("customers.genders.other"),
              unknown: common("customers.genders.unknown"),
            }}
            onValue={(gender) => set({ gender: gender === "unknown" ? null : gender })}
          />
        </div>
      </div>
      <TextField
        label={common("customers.fields.phone")}
        error={errorOf("phone")}
        type="tel"
        autoComplete="off"
        className="tabular"
        maxLength={40}
        value={values.phone === saved.phone ? phoneNumber(values.phone) : values.phone}
        onChange={(phone) => set({ phone: phone === phoneNumber(saved.phone) ? saved.phone : phone })}
      />
      <TextField
        label={common("customers.fields.email")}
        error={errorOf("email")}
        type="email"
        autoComplete="off"
        maxLength={254}
        value={values.email}
        onChange={(email) => set({ email })}
      />
      <Choices
        legend={t("people.branches")}
        error={errorOf("branch_ids")}
        options={branches.map(({ id, name }) => ({ id, name }))}
        chosen={values.branch_ids}
        isFixed={(id) => !managed.has(id)}
        onToggle={(id) => set({ branch_ids: toggled(values.branch_ids, id, saved.branch_ids) })}
      />
      <div className="grid grid-cols-2 gap-3">
        <TextField
          label={t("people.from")}
          error={errorOf("employed_from")}
          type="date"
          required
          value={values.employed_from}
          onChange={(employed_from) => set({ employed_from })}
        />
        <TextField
          label={t("people.until")}
          error={errorOf("employed_until")}
          type="date"
          value={values.employed_until}
          onChange={(employed_until) => set({ employed_until })}
        />
      </div>
      {!isNew && (
        <div className="-mt-2 flex items-center gap-2">
          <p className="min-w-0 flex-1 text-muted text-sm">
            {t(values.employed_until === "" ? "people.staying" : "people.leaving")}
          </p>
          <Button
            kind="quiet"
            onClick={() => set({ employed_until: values.employed_until === "" ? today : "" })}
          >
            {t(values.employed_until === "" ? "people.leaves" : "people.stays")}
          </Button>
        </div>
      )}
      <Choices
        legend={t("people.languages")}
        error={errorOf("languages")}
        options={languagesOf(saved.languages).map((code) => ({ id: code, name: names.of(code) ?? code }))}
        chosen={values.languages}
        isFixed={() => false}
        onToggle={(code) => set({ languages: toggled(values.languages, code, saved.languages) })}
      />
      {(["vi", "en"] as const).map((language) => (
        <FormField
          key={language}
          label={t(`people.bio.${language}`)}
          hint={language === "en" ? t("people.bioHint") : undefined}
          error={errorOf(`bio.${language}`)}
        >
          {(input) => (
            <textarea
              {...input}
              lang={language}
              className={TEXTAREA}
              maxLength={2000}
              value={values.bio[language]}
              onChange={(event) => set({ bio: { ...values.bio, [language]: event.target.value } })}
            />
          )}
        </FormField>
      ))}
      {isAdmin && (
        <AccountField
          userId={values.user_id}
          error={errorOf("user_id")}
          onChange={(user_id) => set({ user_id })}
        />
      )}
    </>
  );
}

/** Of whom a name says the gender. */
const NOBODY = { id: 0, name: "", gender: "" as const, does: [], days: [], times: null };

interface ChoicesProps {
  legend: string;
  error: string | undefined;
  options: readonly { id: string; name: string }[];
  chosen: readonly string[];
  isFixed: (id: string) => boolean;
  onToggle: (id: string) => void;
}

function Choices({ legend, error, options, chosen, isFixed, onToggle }: ChoicesProps) {
  return (
    <fieldset>
      <legend className="mb-1 font-medium">{legend}</legend>
      <div className="flex flex-wrap gap-1.5">
        {options.map(({ id, name }) =>
          isFixed(id) ? (
            chosen.includes(id) && (
              <span
                key={id}
                className="flex min-h-8 items-center rounded-full bg-sunken px-3 text-muted text-sm"
              >
                {name}
              </span>
            )
          ) : (
            <Chip key={id} isOn={chosen.includes(id)} onToggle={() => onToggle(id)}>
              {name}
            </Chip>
          ),
        )}
      </div>
      {error !== undefined && <p className="mt-1 text-danger text-sm">{error}</p>}
    </fieldset>
  );
}
