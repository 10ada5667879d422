/** The board on paper, which exists only while it is printed. What draws it is loaded when the browser is idle. */
import { useEffect, useState } from "react";
import { flushSync } from "react-dom";
import { deferred } from "@/app/deferred";
import type { SheetsProps } from "./PrintSheets";

const PrintSheets = deferred(async () => (await import("./PrintSheets")).PrintSheets);

export function PrintSheet(props: SheetsProps) {
  const isPrinting = useIsPrinting();
  return isPrinting ? <PrintSheets {...props} onClose={() => undefined} /> : null;
}

function useIsPrinting(): boolean {
  const [isPrinting, setPrinting] = useState(false);
  useEffect(() => {
    const media = matchMedia("print");
    // The browser takes what is there when the event is over.
    const update = () => flushSync(() => setPrinting(media.matches));
    const before = () => flushSync(() => setPrinting(true));
    const after = () => setPrinting(false);
    media.addEventListener("change", update);
    addEventListener("beforeprint", before);
    addEventListener("afterprint", after);
    return () => {
      media.removeEventListener("change", update);
      removeEventListener("beforeprint", before);
      removeEventListener("afterprint", after);
    };
  }, []);
  return isPrinting;
}
