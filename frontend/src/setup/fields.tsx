/** The fields of the owner's forms: a text, a choice, and a time. */
import type { InputHTMLAttributes } from "react";
import { FormField, INPUT } from "@/design/FormField";
import { timesWith } from "./parts";

interface FieldProps {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  value: string;
  onChange: (value: string) => void;
}

type TextProps = FieldProps & Omit<InputHTMLAttributes<HTMLInputElement>, keyof FieldProps>;

export function TextField({ label, hint, error, onChange, className = "", ...rest }: TextProps) {
  return (
    <FormField label={label} hint={hint} error={error}>
      {(input) => (
        <input
          {...input}
          {...rest}
          className={`${INPUT} ${className}`}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </FormField>
  );
}

interface SelectProps extends FieldProps {
  options: readonly { value: string; text: string }[];
  required?: boolean;
}

export function SelectField({ label, hint, error, options, onChange, ...rest }: SelectProps) {
  return (
    <FormField label={label} hint={hint} error={error}>
      {(input) => (
        <select {...input} {...rest} className={INPUT} onChange={(event) => onChange(event.target.value)}>
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.text}
            </option>
          ))}
        </select>
      )}
    </FormField>
  );
}

/** A time of the day, by the clock of 24 hours in any language of the browser. */
export function TimeField(props: FieldProps) {
  return (
    <SelectField {...props} options={timesWith(props.value).map((time) => ({ value: time, text: time }))} />
  );
}
