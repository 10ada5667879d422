/** The branch: what it is called, where it is, when it is open. */
import { MapPin } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/design/Button";
import { FormField, INPUT } from "@/design/FormField";
import { currentLanguage } from "@/i18n";
import { HoursPart } from "../HoursPart";
import { PlaceFields } from "../PlaceFields";
import { Card } from "../parts";
import type { Draft } from "./draft";
import type { StepProps } from "./useDraft";

type Branch = Draft["branch"];

export function BranchStep({ draft, onEdit }: StepProps) {
  const { t } = useTranslation("setup");
  const { branch } = draft;
  const set = (change: Partial<Branch>) =>
    onEdit((before) => ({ ...before, branch: { ...before.branch, ...change } }));
  return (
    <>
      <Card>
        <div className="grid gap-4 md:grid-cols-2">
          <div className="md:col-span-2">
            <FormField label={t("branch.name")}>
              {(input) => (
                <input
                  {...input}
                  className={INPUT}
                  value={branch.name}
                  maxLength={100}
                  required
                  placeholder={t("branch.nameExample")}
                  onChange={(event) => set({ name: event.target.value })}
                />
              )}
            </FormField>
          </div>
          <FormField label={t("branch.address")}>
            {(input) => (
              <input
                {...input}
                className={INPUT}
                value={branch.address}
                maxLength={300}
                autoComplete="street-address"
                onChange={(event) => set({ address: event.target.value })}
              />
            )}
          </FormField>
          <FormField label={t("branch.phone")}>
            {(input) => (
              <input
                {...input}
                className={`${INPUT} tabular`}
                type="tel"
                value={branch.phone}
                maxLength={30}
                onChange={(event) => set({ phone: event.target.value })}
              />
            )}
          </FormField>
        </div>
        <PlacePart branch={branch} onChange={set} />
      </Card>
      <Card title={t("branch.hours")}>
        <HoursPart hours={draft.hours} onChange={(hours) => onEdit((before) => ({ ...before, hours }))} />
      </Card>
    </>
  );
}

function PlacePart({ branch, onChange }: { branch: Branch; onChange: (change: Partial<Branch>) => void }) {
  const { t } = useTranslation("setup");
  const [isOpen, setOpen] = useState(false);
  const countries = new Intl.DisplayNames(currentLanguage(), { type: "region" });
  if (!isOpen)
    return (
      <p className="mt-4 flex flex-wrap items-center gap-x-2 text-muted">
        <MapPin aria-hidden size={16} />
        {countries.of(branch.country)} · {branch.timeZone.replaceAll("_", " ")}
        <Button kind="quiet" onClick={() => setOpen(true)}>
          {t("branch.changePlace")}
        </Button>
      </p>
    );
  return (
    <div className="mt-4 grid gap-4 md:grid-cols-2">
      <PlaceFields place={branch} onChange={onChange} />
    </div>
  );
}
