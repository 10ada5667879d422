/** The looks of the fields and lists of the panel. */
export const FIELD =
  "h-9 w-full min-w-0 rounded-md border border-line-strong bg-surface px-2.5 aria-invalid:border-danger focus-visible:outline-offset-0 pointer-coarse:h-11";
export const LABEL = "mb-1 block font-medium text-muted text-sm";
export const CHIP =
  "inline-flex h-8 select-none items-center gap-1.5 rounded-md border border-line-strong bg-surface px-2.5 font-medium whitespace-nowrap hover:bg-hover aria-pressed:border-accent aria-pressed:bg-accent aria-pressed:text-on-accent disabled:pointer-events-none disabled:opacity-60 pointer-coarse:h-11";
export const POPUP =
  "max-h-[min(22rem,var(--available-height))] w-(--anchor-width) overflow-y-auto overscroll-contain rounded-lg border border-line bg-raised p-1.5 text-text shadow-raised outline-none";
export const OPTION =
  "flex min-h-9 cursor-pointer select-none items-center gap-2.5 rounded-sm px-2.5 py-1.5 outline-none data-[highlighted]:bg-hover pointer-coarse:min-h-11";
