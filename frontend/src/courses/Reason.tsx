/** Why a course is changed: a field with ready answers below it. */
import { useTranslation } from "react-i18next";
import { CHIP } from "@/booking/styles";
import { FormField, INPUT } from "@/design/FormField";

interface Props {
  value: string;
  ready: readonly string[];
  onChange: (reason: string) => void;
}

export function Reason({ value, ready, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <div className="flex flex-col gap-2">
      <FormField label={t("courses.reason")}>
        {(input) => (
          <input
            {...input}
            className={INPUT}
            value={value}
            maxLength={300}
            autoComplete="off"
            onChange={(event) => onChange(event.target.value)}
          />
        )}
      </FormField>
      <div className="flex flex-wrap gap-1.5">
        {ready.map((reason) => (
          <button key={reason} type="button" className={CHIP} onClick={() => onChange(reason)}>
            {reason}
          </button>
        ))}
      </div>
    </div>
  );
}
