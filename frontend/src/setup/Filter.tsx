/** Where a part of a name is typed to see less of a list. Escape empties it. */
import { Search } from "lucide-react";
import type { InputHTMLAttributes } from "react";
import { INPUT } from "@/design/FormField";

interface Props extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  text: string;
  onText: (text: string) => void;
}

export function Filter({ label, text, onText, ...rest }: Props) {
  return (
    <div className="relative min-w-44 max-w-sm flex-1">
      <Search
        aria-hidden
        size={16}
        className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-muted"
      />
      <input
        {...rest}
        type="search"
        // Within a FormField it has the name of the field.
        aria-label={rest.id === undefined ? label : undefined}
        placeholder={label}
        className={`${INPUT} pl-9!`}
        value={text}
        maxLength={100}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape" && !event.nativeEvent.isComposing) onText("");
        }}
      />
    </div>
  );
}
