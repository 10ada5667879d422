/** The looks of a menu. */
export const MENU_POPUP =
  "min-w-56 rounded-lg border border-line bg-raised p-1.5 text-text shadow-raised outline-none data-[starting-style]:opacity-0";
export const MENU_ITEM =
  "flex min-h-9 items-center gap-2.5 rounded-sm px-2.5 outline-none select-none data-[highlighted]:bg-hover";
export const MENU_LABEL = "px-2.5 pt-2 pb-1 text-xs font-medium text-muted";
export const MENU_LINE = "my-1.5 h-px bg-line";
