/** The free sessions of a course go to another customer, on the same terms. */
import { Link } from "@tanstack/react-router";
import { X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import { sentenceOf } from "@/api/errors";
import { type CustomerCourseRead, type CustomerRead, transferCourse } from "@/api/generated";
import { CustomerPicker } from "@/customers/CustomerPicker";
import { Button } from "@/design/Button";
import { ConfirmDialog } from "@/design/ConfirmDialog";
import { phoneNumber } from "@/i18n/format";
import { coursesChanged } from "./data";
import { Reason } from "./Reason";

interface Props {
  course: CustomerCourseRead;
  customer: CustomerRead;
  onClose: () => void;
}

export function TransferDialog({ course, customer, onClose }: Props) {
  const { t } = useTranslation();
  const [to, setTo] = useState<CustomerRead | null>(null);
  const [reason, setReason] = useState("");
  const [error, setError] = useState<unknown>(null);
  const action = useAction<{ customer_id: string; reason: string }, CustomerCourseRead>({
    send: (body, key) =>
      call(transferCourse({ path: { course_id: course.id }, body, headers: { "Idempotency-Key": key } })),
    onDone: (moved) => {
      coursesChanged();
      showDone(t("courses.transfer.done", { count: moved.sessions, name: to?.full_name }));
      onClose();
    },
    onRefused: setError,
  });
  return (
    <ConfirmDialog
      isOpen
      title={t("courses.transfer.title", { count: course.free })}
      confirm={t("courses.transfer.confirm")}
      back={t("opened.back")}
      isBlocked={to === null || reason.trim() === "" || action.isRunning}
      onConfirm={() => {
        setError(null);
        if (to !== null) action.run({ customer_id: to.id, reason: reason.trim() });
      }}
      onBack={onClose}
    >
      <p className="text-muted">
        {t(course.reserved > 0 ? "courses.transfer.someStay" : "courses.transfer.hint", {
          count: course.reserved,
        })}
      </p>
      {to === null ? (
        <CustomerPicker
          label={t("courses.transfer.to")}
          accepts={({ id, archived_at }) => id !== customer.id && archived_at === null}
          onPick={setTo}
        />
      ) : (
        <p className="flex items-center gap-3 rounded-md border border-line py-1 pr-1 pl-3">
          <span className="min-w-0 flex-1 break-words">
            <Link
              to="/desk/customers/$customerId"
              params={{ customerId: to.id }}
              target="_blank"
              className="font-medium underline-offset-2 hover:underline"
            >
              {to.full_name}
            </Link>
            {to.phone !== null && <span className="tabular ml-2 text-muted">{phoneNumber(to.phone)}</span>}
          </span>
          <Button
            kind="quiet"
            size="icon"
            className="pointer-coarse:size-11"
            aria-label={t("courses.transfer.other")}
            onClick={() => setTo(null)}
          >
            <X aria-hidden size={16} />
          </Button>
        </p>
      )}
      <Reason
        value={reason}
        ready={t("courses.transfer.reasons", { returnObjects: true })}
        onChange={setReason}
      />
      <p role="alert" className="text-danger empty:hidden">
        {error !== null && sentenceOf(t, error)}
      </p>
    </ConfirmDialog>
  );
}
