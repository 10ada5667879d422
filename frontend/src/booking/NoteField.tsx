/** What else there is to say of the booking. */
import { useTranslation } from "react-i18next";
import { FIELD, LABEL } from "./styles";

interface Props {
  note: string;
  isDisabled: boolean;
  onNote: (note: string) => void;
}

export function NoteField({ note, isDisabled, onNote }: Props) {
  const { t } = useTranslation();
  return (
    <div className="mt-3">
      <label htmlFor="booking-note" className={LABEL}>
        {t("booking.note")}
      </label>
      <textarea
        id="booking-note"
        rows={1}
        maxLength={2000}
        disabled={isDisabled}
        className={`${FIELD} h-auto min-h-9 py-1.5 disabled:opacity-60`}
        value={note}
        onChange={(event) => onNote(event.target.value)}
      />
    </div>
  );
}
