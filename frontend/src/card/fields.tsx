/** Fields of the panel: the browser's own, large enough for a finger. */
import type { ReactNode } from "react";

const FIELD =
  "min-h-11 w-full min-w-0 rounded-md border border-line-strong bg-surface px-3 text-text disabled:opacity-60";

export function Field({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is among the children
    <label className="flex min-w-0 flex-1 flex-col gap-1">
      <span className="text-muted text-sm">{label}</span>
      {children}
    </label>
  );
}

interface Option {
  value: string;
  text: string;
}

interface SelectProps {
  label: string;
  value: string;
  options: readonly Option[];
  disabled?: boolean;
  onChange: (value: string) => void;
}

export function Select({ label, value, options, disabled = false, onChange }: SelectProps) {
  return (
    <Field label={label}>
      <select
        className={FIELD}
        value={value}
        disabled={disabled}
        onChange={(event) => onChange(event.target.value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </Field>
  );
}

interface InputProps {
  label: string;
  value: string;
  type?: "text" | "date" | "time" | "datetime-local" | "search";
  maxLength?: number;
  onChange: (value: string) => void;
}

export function Input({ label, value, type = "text", maxLength, onChange }: InputProps) {
  return (
    <Field label={label}>
      <input
        className={`${FIELD} tabular`}
        type={type}
        value={value}
        {...(maxLength === undefined ? {} : { maxLength })}
        onChange={(event) => onChange(event.target.value)}
      />
    </Field>
  );
}

interface CheckProps {
  label: string;
  checked: boolean;
  disabled?: boolean;
  onChange: (checked: boolean) => void;
}

export function Check({ label, checked, disabled = false, onChange }: CheckProps) {
  return (
    <label className="flex min-h-11 items-center gap-2.5">
      <input
        type="checkbox"
        className="size-5 accent-accent"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
      />
      {label}
    </label>
  );
}
