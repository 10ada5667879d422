"""The error of a change that strands appointments."""

from collections.abc import Sequence
from typing import Self
from zoneinfo import ZoneInfo

from app.common.types.localized import LocalizedText
from app.common.types.wall_time import iso_interval
from app.core.exceptions import ConflictException
from app.modules.coverage.coverage_schemas import StrandedAppointment, StrandedReason

_MAX_DETAILS = 100
_SENTENCES = {
    StrandedReason.CLOSED: LocalizedText("Chi nhánh không mở cửa lúc đó.", "The branch is not open then."),
    StrandedReason.OFF_SHIFT: LocalizedText("{} không có ca làm lúc đó.", "{} has no shift then."),
    StrandedReason.UNAVAILABLE: LocalizedText(
        "{} nghỉ hoặc không dùng được lúc đó.", "{} is away or out of order then."
    ),
    StrandedReason.BLOCKED: LocalizedText("{} có giờ khóa lịch lúc đó.", "{} is blocked then."),
    StrandedReason.TRAVELLING: LocalizedText(
        "{} không kịp di chuyển từ hoặc đến chi nhánh khác.",
        "{} has no time to travel from or to another branch.",
    ),
    StrandedReason.NOT_EMPLOYED: LocalizedText(
        "{} không còn làm ở chi nhánh này.", "{} does not work in this branch any more."
    ),
    StrandedReason.UNSKILLED: LocalizedText("{} không làm dịch vụ này.", "{} does not perform this service."),
    StrandedReason.WRONG_GENDER: LocalizedText(
        "Khách yêu cầu kỹ thuật viên khác giới tính với {}.",
        "The guest asked for a therapist of another gender than {}.",
    ),
    StrandedReason.RETIRED: LocalizedText("{} đã ngừng dùng.", "{} is out of use."),
    StrandedReason.ROOMS_APART: LocalizedText(
        "{} không cùng phòng với cả nhóm.", "{} is not in one room with the rest of the party."
    ),
    StrandedReason.CUSTOMER_INACTIVE: LocalizedText(
        "Hồ sơ khách đã được lưu trữ hoặc xóa.", "The customer is archived or erased."
    ),
    StrandedReason.UNASSIGNED: LocalizedText(
        "Chưa có kỹ thuật viên, giường hoặc máy.", "No therapist, bed or device is assigned."
    ),
}


class AppointmentsStranded(ConflictException):
    """`details` has the first hundred appointments in the order of their starts, and how many more there are: `field` is
    the id of the appointment, `message` says whose it is, when, and why, and `value` is its time as an ISO 8601 interval."""

    code = "APPOINTMENTS_STRANDED"
    text = LocalizedText(
        "Có lịch hẹn sẽ không thực hiện được như đã đặt. Dời hoặc hủy lịch trước, hoặc chọn “Vẫn lưu”.",
        "Appointments could not take place as booked. Move or cancel them first, or save anyway.",
    )

    @classmethod
    def naming(cls, stranded: Sequence[StrandedAppointment]) -> Self:
        """Return the error that lists these appointments and says how many there are."""
        details: list[dict[str, str | LocalizedText]] = [
            {
                "field": str(appointment.appointment_id),
                "message": _describe(appointment),
                "type": "stranded_appointment",
                "value": iso_interval(appointment.start, appointment.end),
            }
            for appointment in stranded[:_MAX_DETAILS]
        ]
        if more := len(stranded) - len(details):
            message = LocalizedText(f"… và {more} lịch hẹn nữa.", f"… and {more} more appointments.")
            details.append({"field": "", "message": message, "type": "more_appointments"})
        count = len(stranded)
        return cls(
            LocalizedText(f"{cls.text.vi} Số lịch: {count}.", f"{cls.text.en} Number: {count}."),
            details=details,
        )


def _describe(appointment: StrandedAppointment) -> LocalizedText:
    """Say whose appointment it is, when, and what is wrong with it: `Mai, 14:00 on 5 December 2026: …`."""
    start = appointment.start.astimezone(ZoneInfo(appointment.time_zone))
    guest = LocalizedText(appointment.guest or "Khách", appointment.guest or "A guest")
    sentences = [
        [text.format(problem.resource_name) for text in _SENTENCES[problem.reason]]
        for problem in appointment.problems
    ]
    vi, en = (" ".join(texts) for texts in zip(*sentences, strict=True))
    return LocalizedText(
        f"{guest.vi}, {start:%H:%M} ngày {start:%d/%m/%Y}: {vi}",
        f"{guest.en}, {start:%H:%M on %-d %B %Y}: {en}",
    )
