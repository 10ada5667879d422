/** Toasts: what was done, with a button that undoes it, and what was refused. */
import { Toast } from "@base-ui/react/toast";
import { CircleAlert, CircleCheck, X } from "lucide-react";
import { type RefObject, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { isTyping } from "@/app/keys";
import { forgetUndos, rememberUndo, undoNewest } from "./undo";

/** A button of a toast. */
export interface Choice {
  label: string;
  run: () => void;
}

interface Data {
  undo?: (() => void) | undefined;
  choices?: readonly Choice[] | undefined;
}

const manager = Toast.createToastManager<Data>();
/** Long enough to read a sentence and to reach the button without a mouse. */
const SHOWN = 10_000;
/** The last toast that has no button: the next one takes its place, as many of them would cover what is worked on. */
let plain: string | undefined;

/** Say what was done. With `undo` the toast has a button that takes it back, and so does Ctrl+Z; `choices` are further steps. */
export function showDone(sentence: string, undo?: () => void, choices?: readonly Choice[]): void {
  const once = undo && rememberUndo(undo);
  const id = manager.add({ title: sentence, timeout: SHOWN, data: { undo: once, choices } });
  if (undo !== undefined || choices !== undefined) return;
  if (plain !== undefined) manager.close(plain);
  plain = id;
}

/** Say what was refused, and why. `choices` are ways out, such as the nearest free times. */
export function showFailure(sentence: string, choices?: readonly Choice[]): void {
  // Not of high priority: such a toast is hidden from screen readers until it has the focus, and with it its buttons.
  manager.add({ title: sentence, timeout: SHOWN, type: "failure", data: { choices } });
}

/** `place`: where the toasts stand on the screen; `most`: how many at a time. */
export function Toaster({
  place = "bottom-14 left-4 w-96 max-w-[max(18rem,calc(100vw-28rem))]",
  most = 3,
}: {
  place?: string;
  most?: number;
}) {
  const { t } = useTranslation();
  const viewport = useRef<HTMLDivElement>(null);
  const back = useToastKey(viewport);
  useUndoKey();
  return (
    <Toast.Provider toastManager={manager} limit={most}>
      <Toast.Portal>
        <Toast.Viewport
          ref={viewport}
          aria-label={t("action.label")}
          onClick={back}
          onKeyDown={(event) => event.key === "Escape" && back(event)}
          className={`fixed z-50 flex flex-col gap-2 ${place}`}
        >
          <Toasts />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function useUndoKey(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z";
      if (!isUndo || isTyping(event.target)) return;
      event.preventDefault();
      undoNewest();
    };
    addEventListener("keydown", onKey);
    return () => {
      removeEventListener("keydown", onKey);
      forgetUndos(); // who signs in next has done nothing yet
    };
  }, []);
}

/** F8 leads to the first button of the newest toast. Return what leads back from a button to where the focus was. */
function useToastKey(viewport: RefObject<HTMLElement | null>) {
  const origin = useRef<HTMLElement | null>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const button = viewport.current?.querySelector<HTMLElement>("[data-toast] button");
      if (event.key !== "F8" || !button) return;
      event.preventDefault();
      const { activeElement } = document;
      if (activeElement instanceof HTMLElement && !viewport.current?.contains(activeElement))
        origin.current = activeElement;
      button.focus();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [viewport]);
  return ({ target }: { target: EventTarget }) => {
    if (origin.current === null || !(target instanceof Element) || target.closest("button") === null) return;
    const to = origin.current.isConnected ? origin.current : document.getElementById("content");
    origin.current = null;
    setTimeout(() => to?.focus()); // after the toast is gone
  };
}

function Toasts() {
  const { t } = useTranslation();
  const { toasts, close } = Toast.useToastManager<Data>();
  return toasts.map((toast) => {
    const isFailure = toast.type === "failure";
    const Icon = isFailure ? CircleAlert : CircleCheck;
    const { undo, choices = [] } = toast.data ?? {};
    const buttons = undo === undefined ? choices : [{ label: t("action.undo"), run: undo }, ...choices];
    return (
      <Toast.Root
        key={toast.id}
        toast={toast}
        swipeDirection="left"
        className="rounded-md border border-line bg-raised shadow-raised data-[limited]:hidden"
        data-toast
      >
        <Toast.Content role={isFailure ? "alert" : undefined} className="flex items-start gap-3 p-3">
          <Icon
            aria-hidden
            size={18}
            className={`mt-0.5 shrink-0 ${isFailure ? "text-danger" : "text-accent"}`}
          />
          <div className="min-w-0 flex-1">
            <Toast.Title className="break-words" />
            {buttons.length > 0 && <p className="sr-only">{t("action.jump")}</p>}
            {buttons.length > 0 && (
              <div className="mt-1 -ml-2 flex flex-wrap gap-x-1">
                {buttons.map(({ label, run }) => (
                  <button
                    key={label}
                    type="button"
                    className="tabular min-h-9 rounded-sm px-2 font-semibold text-accent hover:bg-hover pointer-coarse:min-h-11"
                    onClick={() => {
                      close(toast.id);
                      run();
                    }}
                  >
                    {label}
                  </button>
                ))}
              </div>
            )}
          </div>
          <Toast.Close
            aria-label={t("action.close")}
            aria-hidden={false}
            className="grid size-6 shrink-0 place-items-center rounded-sm text-muted hover:bg-hover pointer-coarse:size-11"
          >
            <X aria-hidden size={15} />
          </Toast.Close>
        </Toast.Content>
      </Toast.Root>
    );
  });
}
