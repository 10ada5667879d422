/** Open the drawer with the cash that is counted in it. Cash is taken only by an open drawer. */
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call, queryClient } from "@/api/client";
import { ApiError, sentenceOf } from "@/api/errors";
import { type DrawerSessionDetail, openDrawer } from "@/api/generated";
import { Button } from "@/design/Button";
import { money } from "@/i18n/format";
import { NoteCounter } from "./NoteCounter";
import { useDrawer } from "./queries";

interface Props {
  branchId: string;
  onOpened?: () => void;
}

export function OpenDrawer({ branchId, onOpened }: Props) {
  const { t } = useTranslation();
  const { data: state } = useDrawer(branchId);
  const [counted, setCounted] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const left = state?.left ?? 0;
  const difference = counted === null ? 0 : counted - left;
  const open = useAction<{ branch_id: string; counted: number }, DrawerSessionDetail>({
    send: (body, key) => call(openDrawer({ body, headers: { "Idempotency-Key": key } })),
    onDone: () => {
      void queryClient.invalidateQueries({ queryKey: ["drawer"] });
      if (onOpened === undefined) showDone(t("till.drawer.opened"));
      else onOpened();
    },
    onRefused: (refusal) => {
      void queryClient.invalidateQueries({ queryKey: ["drawer"] });
      // A colleague was faster: the drawer is open, which is all that was wanted.
      if (refusal instanceof ApiError && refusal.code === "DRAWER_OPEN" && onOpened !== undefined) onOpened();
      else setError(refusal);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    if (counted !== null && !open.isRunning) open.run({ branch_id: branchId, counted });
  };
  return (
    <form className="flex flex-col gap-3" onSubmit={submit}>
      <NoteCounter
        label={t("till.drawer.opening")}
        hint={left > 0 ? t("till.drawer.leftBefore", { amount: money(left) }) : undefined}
        value={counted}
        onChange={setCounted}
      />
      {left > 0 && counted === null && (
        <Button className="self-start pointer-coarse:h-11" onClick={() => setCounted(left)}>
          {t("till.drawer.asLeft", { amount: money(left) })}
        </Button>
      )}
      {left === 0 && counted === null && (
        <Button className="self-start pointer-coarse:h-11" onClick={() => setCounted(0)}>
          {t("till.drawer.empty")}
        </Button>
      )}
      {counted !== null && left > 0 && difference !== 0 && (
        <p role="status" className="text-warning">
          {t(difference > 0 ? "till.drawer.over" : "till.drawer.short", {
            amount: money(Math.abs(difference)),
          })}
        </p>
      )}
      <p role="alert" className="text-danger empty:hidden">
        {error !== null && sentenceOf(t, error)}
      </p>
      <Button
        type="submit"
        kind="primary"
        size="lg"
        className="justify-center"
        disabled={counted === null || open.isRunning}
      >
        {counted === null ? t("till.drawer.open") : t("till.drawer.openWith", { amount: money(counted) })}
      </Button>
    </form>
  );
}
