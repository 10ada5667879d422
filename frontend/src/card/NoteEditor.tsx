/** The note of a visit, which the customer can read, too. */
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { call } from "@/api/client";
import { type BoardRead, updateVisit, type VisitChanged, type VisitRead } from "@/api/generated";
import { Button } from "@/design/Button";
import { useTextDraft } from "./drafts";
import { Field } from "./fields";
import { useDeskAction } from "./useDeskAction";

interface Writing {
  note: string;
  before: string;
  isUndo?: boolean;
}

export function NoteEditor({ board, visit }: { board: BoardRead; visit: VisitRead }) {
  const { t } = useTranslation();
  const [text, setText] = useTextDraft(`note/${visit.id}`, visit.note);
  const save = useDeskAction<Writing, VisitChanged>({
    zone: board.time_zone,
    send: ({ note }) => call(updateVisit({ path: { visit_id: visit.id }, body: { note } })),
    onDone: ({ note }, { before, isUndo }) => {
      setText(null);
      showDone(
        t(isUndo ? "opened.noteUndone" : "opened.noteSaved"),
        isUndo ? undefined : () => save.run({ note: before, before: note, isUndo: true }),
      );
    },
  });
  const isChanged = text !== visit.note;
  const send = () => isChanged && !save.isRunning && save.run({ note: text, before: visit.note });
  return (
    <>
      <Field label={t("opened.noteLabel")}>
        <textarea
          className="min-h-20 w-full rounded-md border border-line-strong bg-surface px-3 py-2"
          value={text}
          maxLength={2000}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.nativeEvent.isComposing) {
              event.preventDefault();
              send();
            }
          }}
        />
      </Field>
      {isChanged && (
        <div className="flex gap-2">
          <Button kind="primary" size="lg" disabled={save.isRunning} onClick={send}>
            {t("opened.saveNote")}
          </Button>
          <Button size="lg" onClick={() => setText(null)}>
            {t("opened.discard")}
          </Button>
        </div>
      )}
    </>
  );
}
