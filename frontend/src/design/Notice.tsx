import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

interface Props {
  icon: LucideIcon;
  title: string;
  hint?: string;
  /** Announce it: it is not there from the beginning. */
  isAlert?: boolean;
  children?: ReactNode;
}

/** What a screen shows instead of its content: nothing yet, an error, no access. */
export function Notice({ icon: Icon, title, hint, isAlert = false, children }: Props) {
  return (
    <div
      role={isAlert ? "alert" : "status"}
      className="m-auto flex max-w-md flex-col items-center gap-1 p-8 text-center"
    >
      <span className="mb-3 grid size-12 place-items-center rounded-full bg-sunken text-muted">
        <Icon aria-hidden size={22} strokeWidth={1.75} />
      </span>
      <p className="text-lg font-semibold">{title}</p>
      {hint !== undefined && <p className="text-balance text-muted">{hint}</p>}
      {children !== undefined && <div className="mt-4 flex gap-2">{children}</div>}
    </div>
  );
}
