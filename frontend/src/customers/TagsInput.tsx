import { X } from "lucide-react";
import { type KeyboardEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { INPUT } from "@/design/FormField";

interface Props {
  id: string;
  "aria-invalid": boolean;
  "aria-describedby": string | undefined;
  tags: string[];
  onTags: (tags: string[]) => void;
}

/** Tags that are typed one after the other: Enter or a comma ends one, Backspace removes the last. */
export function TagsInput({ tags, onTags, ...input }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const box = useRef<HTMLInputElement>(null);
  const add = () => {
    const tag = text.normalize("NFC").trim().toLowerCase();
    if (tag !== "" && !tags.includes(tag)) onTags([...tags, tag]);
    setText("");
  };
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if ((event.key === "Enter" && text.trim() !== "") || event.key === ",") {
      event.preventDefault();
      add();
    } else if (event.key === "Backspace" && text === "") onTags(tags.slice(0, -1));
  };
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      {tags.map((tag) => (
        <span key={tag} className="flex max-w-full items-center rounded-sm bg-accent-soft pl-2 text-accent">
          <span className="truncate">{tag}</span>
          <button
            type="button"
            aria-label={t("customers.removeTag", { tag })}
            className="grid size-7 shrink-0 place-items-center rounded-sm hover:bg-hover pointer-coarse:size-11"
            onClick={() => {
              onTags(tags.filter((other) => other !== tag));
              box.current?.focus();
            }}
          >
            <X aria-hidden size={14} />
          </button>
        </span>
      ))}
      <input
        ref={box}
        {...input}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={press}
        onBlur={add}
        autoComplete="off"
        maxLength={50}
        className={`${INPUT} min-w-32 flex-1 basis-32`}
      />
    </div>
  );
}
