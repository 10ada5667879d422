import { type KeyboardEvent, type ReactNode, useId } from "react";

interface InputProps {
  id: string;
  "aria-invalid": boolean;
  "aria-describedby": string | undefined;
}

interface Props {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  /** What belongs to the error, such as a link. */
  remedy?: ReactNode;
  children: (input: InputProps) => ReactNode;
}

export const INPUT =
  "h-9 w-full rounded-md border border-line-strong bg-surface px-3 aria-invalid:border-danger focus-visible:outline-offset-0 pointer-coarse:h-11";
export const TEXTAREA = INPUT.replace("h-9", "min-h-20 py-1.5").replace("pointer-coarse:h-11", "");

/** A field of a form, with its name, and what is wrong with it read out with it. */
export function FormField({ label, hint, error, remedy, children }: Props) {
  const id = useId();
  const describedBy = error !== undefined ? `${id}-error` : hint !== undefined ? `${id}-hint` : undefined;
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium">
        {label}
      </label>
      {children({ id, "aria-invalid": error !== undefined, "aria-describedby": describedBy })}
      {error !== undefined && (
        <p id={`${id}-error`} className="mt-1 text-danger text-sm">
          {error}
        </p>
      )}
      {error === undefined && hint !== undefined && (
        <p id={`${id}-hint`} className="mt-1 text-muted text-sm">
          {hint}
        </p>
      )}
      {remedy}
    </div>
  );
}

export function focusFirstError(form: HTMLFormElement | null): void {
  form?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
}

/** For `onKeyDown` of a form: Enter that ends a syllable of Telex or VNI is not one that sends. */
export function ignoreComposingEnter(event: KeyboardEvent): void {
  if (event.key === "Enter" && event.nativeEvent.isComposing) event.preventDefault();
}
