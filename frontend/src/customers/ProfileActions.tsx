/** What can be done with a customer as a whole: edit, merge, archive and restore, a copy of the data, erasure. */
import { Menu } from "@base-ui/react/menu";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Archive, ArchiveRestore, Combine, Download, Ellipsis, Eraser, Pencil } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone, showFailure } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import { ApiError, sentenceOf } from "@/api/errors";
import {
  archiveCustomer,
  type CustomerRead,
  eraseCustomer,
  getCustomerPersonalData,
  restoreCustomer,
} from "@/api/generated";
import { Button, buttonClass } from "@/design/Button";
import { ConfirmDialog } from "@/design/ConfirmDialog";
import { FormField, INPUT } from "@/design/FormField";
import { MENU_ITEM, MENU_LINE, MENU_POPUP } from "@/shell/menu";
import { keepCustomer } from "./data";
import { download } from "./download";
import { useRights } from "./roles";

interface Props {
  customer: CustomerRead;
  isEditing: boolean;
  onEdit: () => void;
}

/** What was refused because of appointments to come, until the desk confirms it. */
interface Stranding {
  sentence: string;
  count: number;
}

export function ProfileActions({ customer, isEditing, onEdit }: Props) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const { isAdmin } = useRights();
  const [asking, setAsking] = useState<"archive" | "erase" | null>(null);
  const [stranding, setStranding] = useState<Stranding | null>(null);
  const path = { customer_id: customer.id };
  const keep = (next: CustomerRead) => {
    setAsking(null);
    keepCustomer(cache, next);
  };
  const refuse = (error: unknown) => {
    if (error instanceof ApiError && error.code === "APPOINTMENTS_STRANDED")
      setStranding({ sentence: error.sentence, count: error.details.length });
    else {
      setAsking(null);
      showFailure(sentenceOf(t, error));
    }
  };
  const restore = useAction({
    send: (_: undefined, key: string) => call(restoreCustomer({ path, headers: { "Idempotency-Key": key } })),
    onDone: (next) => {
      keep(next);
      showDone(t("customers.restored"));
    },
  });
  const archive = useAction({
    send: (force: boolean, key: string) =>
      call(archiveCustomer({ path, query: { force }, headers: { "Idempotency-Key": key } })),
    onDone: (next) => {
      keep(next);
      showDone(t("customers.archivedDone"), () => restore.run(undefined));
    },
    onRefused: refuse,
  });
  const erase = useAction({
    send: (force: boolean, key: string) =>
      call(eraseCustomer({ path, query: { force }, headers: { "Idempotency-Key": key } })),
    onDone: (next) => {
      keep(next);
      void cache.invalidateQueries({ queryKey: ["customer", customer.id] });
      showDone(t("customers.erasedDone"));
    },
    onRefused: refuse,
  });
  const saveCopy = () => {
    const copy = call(getCustomerPersonalData({ path })).then(
      (data) => new Blob([JSON.stringify(data, null, 2)], { type: "application/json" }),
    );
    download(copy, `customer-${customer.id}.json`).catch((error: unknown) =>
      showFailure(sentenceOf(t, error)),
    );
  };
  const ask = (what: "archive" | "erase") => {
    setStranding(null);
    setAsking(what);
  };
  const isActive = customer.archived_at === null;
  const canRestore = !isActive && customer.merged_into_id === null && customer.erased_at === null;
  const canErase = isAdmin && customer.merged_into_id === null && customer.erased_at === null;
  return (
    <div className="ml-auto flex items-center gap-2">
      {isActive && !isEditing && (
        <Button onClick={onEdit} className="pointer-coarse:h-11">
          <Pencil aria-hidden size={16} />
          {t("customers.edit")}
        </Button>
      )}
      {canRestore && (
        <Button onClick={() => restore.run(undefined)} className="pointer-coarse:h-11">
          <ArchiveRestore aria-hidden size={16} />
          {t("customers.restore")}
        </Button>
      )}
      {(isActive || isAdmin) && (
        <Menu.Root>
          <Menu.Trigger
            className={`${buttonClass("quiet", "icon")} pointer-coarse:size-11`}
            aria-label={t("customers.more")}
          >
            <Ellipsis aria-hidden size={18} />
          </Menu.Trigger>
          <Menu.Portal>
            <Menu.Positioner align="end" sideOffset={6} className="z-50">
              <Menu.Popup className={MENU_POPUP}>
                {isActive && (
                  <>
                    <Menu.Item
                      className={MENU_ITEM}
                      render={
                        <Link to="/desk/customers/$customerId/merge" params={{ customerId: customer.id }} />
                      }
                    >
                      <Combine aria-hidden size={16} />
                      {t("customers.merge.action")}
                    </Menu.Item>
                    <Menu.Item className={MENU_ITEM} onClick={() => ask("archive")}>
                      <Archive aria-hidden size={16} />
                      {t("customers.archive")}
                    </Menu.Item>
                  </>
                )}
                {isAdmin && isActive && <div className={MENU_LINE} />}
                {isAdmin && (
                  <Menu.Item className={MENU_ITEM} onClick={saveCopy}>
                    <Download aria-hidden size={16} />
                    {t("customers.copy")}
                  </Menu.Item>
                )}
                {canErase && (
                  <Menu.Item className={`${MENU_ITEM} text-danger`} onClick={() => ask("erase")}>
                    <Eraser aria-hidden size={16} />
                    {t("customers.erase.action")}
                  </Menu.Item>
                )}
              </Menu.Popup>
            </Menu.Positioner>
          </Menu.Portal>
        </Menu.Root>
      )}
      <ConfirmDialog
        isOpen={asking === "archive"}
        title={t("customers.archiveQuestion", { name: customer.full_name })}
        confirm={stranding === null ? t("customers.archive") : t("customers.archiveAnyway")}
        back={t("customers.back")}
        isBlocked={archive.isRunning}
        onConfirm={() => archive.run(stranding !== null)}
        onBack={() => setAsking(null)}
      >
        <p>{t("customers.archiveHint")}</p>
        <StrandingNotice stranding={stranding} />
      </ConfirmDialog>
      <EraseDialog
        // Typed again each time: a name that is still there from before confirms nothing.
        key={asking}
        customer={customer}
        isOpen={asking === "erase"}
        stranding={stranding}
        isRunning={erase.isRunning}
        onConfirm={() => erase.run(stranding !== null)}
        onBack={() => setAsking(null)}
      />
    </div>
  );
}

function StrandingNotice({ stranding }: { stranding: Stranding | null }) {
  if (stranding === null) return null;
  return (
    <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-danger">
      {stranding.sentence}
    </p>
  );
}

interface EraseProps {
  customer: CustomerRead;
  isOpen: boolean;
  stranding: Stranding | null;
  isRunning: boolean;
  onConfirm: () => void;
  onBack: () => void;
}

/** Erasure cannot be undone: the name has to be typed, in any of its spellings by Unicode. */
function EraseDialog({ customer, isOpen, stranding, isRunning, onConfirm, onBack }: EraseProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const isTyped = plain(typed) === plain(customer.full_name);
  return (
    <ConfirmDialog
      isOpen={isOpen}
      title={t("customers.erase.title", { name: customer.full_name })}
      confirm={stranding === null ? t("customers.erase.confirm") : t("customers.erase.confirmAnyway")}
      back={t("customers.back")}
      isBlocked={!isTyped || isRunning}
      onConfirm={onConfirm}
      onBack={onBack}
    >
      <p>{t("customers.erase.hint")}</p>
      <StrandingNotice stranding={stranding} />
      <FormField label={t("customers.erase.type")} hint={customer.full_name}>
        {(input) => (
          <input
            {...input}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            autoComplete="off"
            spellCheck={false}
            className={INPUT}
          />
        )}
      </FormField>
    </ConfirmDialog>
  );
}

function plain(text: string): string {
  return text.normalize("NFC").trim().replace(/\s+/g, " ").toLocaleLowerCase("vi");
}
