/** Ask before a page with something typed is left, also by closing the tab. */
import { useBlocker } from "@tanstack/react-router";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmDialog } from "./ConfirmDialog";

interface Props {
  when: boolean;
  /** The key of the search by which a page shows what was typed, such as a panel. Without it only another page, or another
      branch, leaves it. */
  shownBy?: string | undefined;
}

export function Unsaved({ when, shownBy }: Props) {
  const { t } = useTranslation();
  const unsaved = useRef(when);
  unsaved.current = when;
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => {
      const differs = (key: string | undefined) => searchValue(current, key) !== searchValue(next, key);
      const isLeft = current.pathname !== next.pathname || differs("branch") || differs(shownBy);
      return unsaved.current && isLeft;
    },
    enableBeforeUnload: () => unsaved.current,
    withResolver: true,
  });
  return (
    <ConfirmDialog
      isOpen={blocker.status === "blocked"}
      title={t("customers.unsaved")}
      confirm={t("customers.leave")}
      back={t("customers.stay")}
      onConfirm={() => blocker.proceed?.()}
      onBack={() => blocker.reset?.()}
    />
  );
}

function searchValue({ search }: { search: unknown }, key: string | undefined): unknown {
  return key === undefined ? undefined : (search as Record<string, unknown>)[key];
}
