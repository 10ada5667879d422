import type { ButtonHTMLAttributes } from "react";

const KINDS = {
  primary: "bg-accent text-on-accent border-transparent hover:brightness-110 font-semibold",
  plain: "bg-surface text-text border-line-strong hover:bg-hover",
  quiet: "bg-transparent text-text border-transparent hover:bg-hover",
};
const SIZES = {
  md: "h-9 px-3.5 gap-2",
  lg: "h-11 px-4 gap-2 text-lg",
  icon: "h-9 w-9 justify-center",
};

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: keyof typeof KINDS;
  size?: keyof typeof SIZES;
}

/** A button. One without a text needs an `aria-label`. */
export function Button({ kind = "plain", size = "md", className = "", ...rest }: Props) {
  return <button type="button" {...rest} className={`${buttonClass(kind, size)} ${className}`} />;
}

/** The classes of a button, for a part of Base UI that is one. */
export function buttonClass(kind: keyof typeof KINDS = "plain", size: keyof typeof SIZES = "md"): string {
  return `inline-flex shrink-0 select-none items-center rounded-md border font-medium whitespace-nowrap transition-colors disabled:opacity-60 disabled:pointer-events-none ${KINDS[kind]} ${SIZES[size]}`;
}
