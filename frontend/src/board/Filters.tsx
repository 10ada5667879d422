/** What narrows the board: a therapist or a room, and the name or number of a guest. Both are in the address. */
import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { BoardRead } from "@/api/generated";
import { choicesOf } from "./filter";
import type { View } from "./layout";

interface Props {
  board: BoardRead;
  view: View;
  only: string | undefined;
  onOnly: (only: string | undefined) => void;
  guest: string | undefined;
  onGuest: (guest: string | undefined) => void;
}

const FIELD =
  "h-9 rounded-md border border-line-strong bg-surface px-2.5 text-base pointer-coarse:h-11 placeholder:text-muted";

export function Filters({ board, view, only, onOnly, guest, onGuest }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState(guest ?? "");
  const isComposing = useRef(false);
  // The address of another board, such as after Back.
  useEffect(() => setText(guest ?? ""), [guest]);
  const take = (next: string) => {
    setText(next);
    if (!isComposing.current) onGuest(next === "" ? undefined : next);
  };
  return (
    <search className="ml-auto flex min-w-0 flex-1 items-center justify-end gap-2 print:hidden">
      <label className="relative w-36 max-w-60 grow">
        <span className="sr-only">{t("filter.guest")}</span>
        <Search aria-hidden size={16} className="absolute top-1/2 left-2.5 -translate-y-1/2 text-muted" />
        <input
          type="search"
          className={`${FIELD} w-full pl-8`}
          placeholder={t("filter.guest")}
          value={text}
          autoComplete="off"
          onChange={(event) => take(event.target.value)}
          onCompositionStart={() => {
            isComposing.current = true;
          }}
          onCompositionEnd={(event) => {
            isComposing.current = false;
            take(event.currentTarget.value);
          }}
        />
      </label>
      <label>
        <span className="sr-only">{t(view === "staff" ? "filter.staff" : "filter.room")}</span>
        <select
          className={`${FIELD} max-w-44`}
          value={only ?? ""}
          onChange={(event) => onOnly(event.target.value === "" ? undefined : event.target.value)}
        >
          <option value="">{t(view === "staff" ? "filter.allStaff" : "filter.allRooms")}</option>
          {choicesOf(board, view).map(({ value, name }) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </search>
  );
}
