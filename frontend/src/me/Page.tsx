/** The head and the content of a page of the phone. */
import type { ReactNode, TouchEvent } from "react";
import { Unsent } from "@/actions/Unsent";

interface Props {
  title: string;
  /** Beside the title, such as the hours of the shift. */
  facts?: ReactNode;
  children: ReactNode;
  onTouchStart?: (event: TouchEvent) => void;
  onTouchEnd?: (event: TouchEvent) => void;
}

export function Page({ title, facts, children, ...touch }: Props) {
  return (
    <>
      <header className="flex shrink-0 flex-wrap items-baseline justify-between gap-x-3 px-4 pt-[calc(0.75rem+env(safe-area-inset-top))] pb-2">
        <h1 className="font-semibold text-xl">{title}</h1>
        {facts}
        <Unsent />
      </header>
      <main
        id="content"
        tabIndex={-1}
        className="min-h-0 flex-1 touch-pan-y overflow-y-auto overflow-x-hidden overscroll-contain px-4 pb-5"
        {...touch}
      >
        {children}
      </main>
    </>
  );
}
