import { Search, X } from "lucide-react";
import { type KeyboardEvent, type Ref, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { isSingleKey, singleKeys } from "@/app/keys";

interface Props {
  ref: Ref<HTMLInputElement>;
  text: string;
  onText: (text: string) => void;
  /** ArrowDown: to the first match. */
  onDown: () => void;
  /** Enter, but not one that ends a syllable of Telex or VNI. */
  onEnter: () => void;
}

/** Where a name or digits are typed. `/` leads to it from anywhere on the page, Escape empties it. */
export function SearchBox({ ref, text, onText, onDown, onEnter }: Props) {
  const { t } = useTranslation();
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const focus = (event: globalThis.KeyboardEvent) => {
      if (event.key !== "/" || !isSingleKey(event)) return;
      event.preventDefault();
      frame.current?.querySelector("input")?.focus();
    };
    document.addEventListener("keydown", focus);
    return () => document.removeEventListener("keydown", focus);
  }, []);

  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") {
      event.preventDefault();
      onDown();
    } else if (event.key === "Enter") onEnter();
    else if (event.key === "Escape" && text !== "") onText("");
  };

  return (
    <div ref={frame} className="relative w-full max-w-md">
      <Search
        aria-hidden
        size={17}
        className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-muted"
      />
      <input
        ref={ref}
        type="search"
        aria-label={t("customers.search")}
        {...singleKeys("/")}
        placeholder={t("customers.search")}
        value={text}
        onChange={(event) => onText(event.target.value)}
        onKeyDown={press}
        // biome-ignore lint/a11y/noAutofocus: the desk opens this page to find a customer
        autoFocus
        autoComplete="off"
        spellCheck={false}
        maxLength={254}
        className="h-9 w-full rounded-md border border-line-strong bg-surface pr-9 pl-9 pointer-coarse:h-11 [&::-webkit-search-cancel-button]:hidden"
      />
      {text !== "" && (
        <button
          type="button"
          aria-label={t("customers.clear")}
          className="absolute inset-y-0 right-0 grid w-9 place-items-center rounded-md text-muted hover:text-text"
          onClick={() => {
            onText("");
            frame.current?.querySelector("input")?.focus();
          }}
        >
          <X aria-hidden size={16} />
        </button>
      )}
    </div>
  );
}
