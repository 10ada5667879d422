/** Take back an edit: everything that an action changed of appointments. The API does all of it, or says why it cannot. */
import { showDone } from "@/actions/toasts";
import { call } from "@/api/client";
import { type EditUndone, undoEdit } from "@/api/generated";
import { useDeskAction } from "./useDeskAction";

interface Undoing {
  editId: string;
  /** What to say when it is done. */
  done: string;
}

type UndoOf = (changed: { edit_id?: string | null }, done: string) => (() => void) | undefined;

/** Return what makes an undo of an answer; undefined for an answer that has changed nothing. */
export function useUndoEdit(zone: string): UndoOf {
  const { run } = useDeskAction<Undoing, EditUndone>({
    zone,
    send: ({ editId }, { allow_same_time }, key) =>
      call(
        undoEdit({
          path: { edit_id: editId },
          body: allow_same_time === undefined ? {} : { allow_same_time },
          headers: { "Idempotency-Key": key },
        }),
      ),
    onDone: (_, { done }) => showDone(done),
  });
  return ({ edit_id: editId }, done) => (editId ? () => run({ editId, done }) : undefined);
}
