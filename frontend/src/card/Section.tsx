/** A part of the panel that can be folded. */
import { ChevronRight } from "lucide-react";
import { type ReactNode, useState } from "react";

interface Props {
  title: string;
  /** What is in it, for who leaves it folded. */
  summary?: ReactNode;
  /** Its content asks the API: it is there from the first time that it is unfolded. */
  isLazy?: boolean;
  children: ReactNode;
}

export function Section({ title, summary, isLazy = false, children }: Props) {
  const [isOpen, setOpen] = useState(false);
  const [wasOpen, setWasOpen] = useState(false);
  return (
    <details
      className="group border-line border-t"
      open={isOpen}
      onToggle={(event) => {
        setOpen(event.currentTarget.open);
        if (event.currentTarget.open) setWasOpen(true);
      }}
    >
      <summary className="flex min-h-11 cursor-pointer list-none items-center gap-2 px-4 font-medium hover:bg-hover [&::-webkit-details-marker]:hidden">
        <ChevronRight
          aria-hidden
          size={16}
          className="shrink-0 text-muted transition-transform group-open:rotate-90"
        />
        <span className="shrink-0">{title}</span>
        {summary !== undefined && (
          <span className="ml-auto min-w-0 truncate text-muted text-sm group-open:hidden">{summary}</span>
        )}
      </summary>
      <div className="flex flex-col gap-3 px-4 pt-1 pb-4">{(!isLazy || wasOpen) && children}</div>
    </details>
  );
}
