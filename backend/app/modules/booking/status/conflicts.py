"""Say why the status of an appointment does not allow something: the status that it has, and the way out."""

from collections.abc import Iterable

from app.common.types.localized import LocalizedText
from app.modules.booking.booking_errors import StatusConflict
from app.modules.booking.status.status import AppointmentStatus as Status
from app.modules.booking.status.status import StatusRequest

_PRESENT = {
    Status.HELD: LocalizedText("Lịch hẹn đang giữ chỗ.", "The appointment is only on hold."),
    Status.EXPIRED: LocalizedText("Lịch hẹn đã hết giờ giữ chỗ.", "The hold of the appointment is over."),
    Status.PENDING: LocalizedText("Lịch hẹn đang chờ xác nhận.", "The appointment waits for confirmation."),
    Status.CONFIRMED: LocalizedText(
        "Khách chưa check-in.", "The appointment is confirmed, and the guest has not checked in."
    ),
    Status.DECLINED: LocalizedText("Lịch hẹn đã bị từ chối.", "The appointment was declined."),
    Status.CANCELLED: LocalizedText("Lịch hẹn đã hủy.", "The appointment is cancelled."),
    Status.LATE_CANCELLED: LocalizedText("Lịch hẹn đã hủy sát giờ.", "The appointment was cancelled late."),
    Status.ARRIVED: LocalizedText("Khách đã đến.", "The guest has arrived."),
    Status.IN_SERVICE: LocalizedText("Khách đang làm dịch vụ.", "The guest is in service."),
    Status.COMPLETED: LocalizedText("Lịch hẹn đã hoàn tất.", "The appointment is completed."),
    Status.NO_SHOW: LocalizedText("Khách không đến.", "The guest is a no-show."),
    Status.REOPENED: LocalizedText("Lịch hẹn đã mở lại.", "The appointment is reopened."),
}
_BOOK_AGAIN = LocalizedText(
    "Hoàn tác, hoặc đặt lịch mới.", "Undo that if it was a mistake, or book a new visit."
)
_NEW_VISIT = LocalizedText("Vui lòng đặt lịch mới.", "Please book a new visit.")
_CHECK_IN_FIRST = LocalizedText("Check-in trước.", "Check in first.")
_CONFIRM_OR_CHECK_IN = LocalizedText("Xác nhận hoặc check-in trước.", "Confirm it or check in first.")
_REOPEN = LocalizedText("Quản lý cần mở lại lịch hẹn trước.", "An administrator has to reopen it first.")
_COMPLETE = LocalizedText("Hoàn tất trước.", "Complete it first.")
_BEGIN = LocalizedText("Bắt đầu dịch vụ trước.", "Begin the service first.")
_CONFIRM = LocalizedText("Xác nhận trước.", "Confirm it first.")
_UNDO = LocalizedText("Nếu bấm nhầm, dùng “Hoàn tác”.", "If that was a mistake, undo it.")
_CALL = LocalizedText("Vui lòng gọi chi nhánh.", "Please call the branch.")
_WAY_OUT = {
    Status.HELD: _CONFIRM,
    Status.EXPIRED: _NEW_VISIT,
    Status.PENDING: _CONFIRM_OR_CHECK_IN,
    Status.CONFIRMED: _CHECK_IN_FIRST,
    Status.DECLINED: _NEW_VISIT,
    Status.CANCELLED: _BOOK_AGAIN,
    Status.LATE_CANCELLED: _BOOK_AGAIN,
    Status.ARRIVED: _UNDO,
    Status.IN_SERVICE: _COMPLETE,
    Status.COMPLETED: _REOPEN,
    Status.NO_SHOW: _REOPEN,
    Status.REOPENED: _CHECK_IN_FIRST,
}
_NEXT_STEP = {
    (Status.ARRIVED, StatusRequest.COMPLETED): _BEGIN,
    (Status.IN_SERVICE, StatusRequest.CANCELLED): _UNDO,
    (Status.IN_SERVICE, StatusRequest.ARRIVED): _UNDO,
    (Status.IN_SERVICE, StatusRequest.NO_SHOW): _UNDO,
    (Status.CONFIRMED, StatusRequest.DECLINED): LocalizedText("Hủy lịch.", "Cancel it."),
    (Status.DECLINED, StatusRequest.ARRIVED): _NEW_VISIT,
    (Status.NO_SHOW, StatusRequest.ARRIVED): _NEW_VISIT,
}
"""The way out for a request, where it is not that of the status."""


def status_conflict(
    statuses: Iterable[str], request: StatusRequest | None = None, *, at_desk: bool = True
) -> StatusConflict:
    """Return the refusal of a request, or of an edit, that names the first of the statuses and the way out.

    Args:
        statuses: Those of the appointments that are in the way; if there is none, the refusal is the general one.
        at_desk: Whether the user is one of the team. Customers are asked to call.
    """
    for status in map(Status, statuses):
        way_out = _WAY_OUT[status]
        if not at_desk:
            way_out = _CALL
        elif request is not None:
            way_out = _NEXT_STEP.get((status, request), way_out)
        return StatusConflict(
            LocalizedText(*(" ".join(texts) for texts in zip(_PRESENT[status], way_out, strict=True)))
        )
    return StatusConflict()
