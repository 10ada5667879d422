"""The errors of the staff module: people, rosters and leave."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID
from zoneinfo import ZoneInfo

from app.common.types.localized import LocalizedText
from app.common.types.wall_time import Span, iso_interval, local_interval
from app.core.exceptions import (
    ConflictException,
    ForbiddenException,
    NotFoundException,
    ValidationException,
)


class StaffNotFound(NotFoundException):
    code = "STAFF_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy nhân viên này. Tải lại rồi chọn lại.",
        "There is no such member of staff. Reload and choose again.",
    )


class StaffKeyTaken(ConflictException):
    code = "STAFF_KEY_TAKEN"
    text = LocalizedText(
        "Đã có nhân viên dùng mã này. Chọn mã khác.",
        "Another member of staff has this key. Choose another key.",
    )


class StaffUserTaken(ConflictException):
    code = "STAFF_USER_TAKEN"
    text = LocalizedText(
        "Tài khoản này đã gắn với nhân viên khác. Gỡ khỏi người đó trước, hoặc chọn tài khoản khác.",
        "This account belongs to another member of staff. Take it away there first, or choose another.",
    )


OUTSIDE_EMPLOYMENT = LocalizedText(
    "Còn ca làm trước ngày vào làm hoặc sau ngày nghỉ việc. Xóa hoặc giao các ca đó trước.",
    "There are shifts before the first day or after the last. Delete or reassign them first.",
)
IN_REMOVED_BRANCH = LocalizedText(
    "Còn ca làm ở chi nhánh vừa bỏ. Xóa hoặc giao các ca đó trước.",
    "There are shifts in a branch that is taken away. Delete or reassign them first.",
)


class StaffHasShifts(ConflictException):
    """`details` names the shifts: their ids, and their times as ISO 8601 intervals."""

    code = "STAFF_HAS_SHIFTS"
    text = LocalizedText(
        "Còn ca làm ngoài thời gian làm việc hoặc ở chi nhánh vừa bỏ. Xóa hoặc giao các ca đó trước.",
        "There are shifts outside the employment, or in a branch that is taken away. Delete or reassign them first.",
    )


class ShiftNotFound(NotFoundException):
    code = "SHIFT_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy ca làm này. Tải lại lịch làm việc rồi chọn lại.",
        "There is no such shift. Reload the roster and choose again.",
    )


class ShiftOverlaps(ConflictException):
    """`details` names the other shifts: their ids, and their times as ISO 8601 intervals."""

    code = "SHIFT_OVERLAPS"
    text = LocalizedText(
        "Nhân viên đã có ca làm vào lúc đó. Chọn giờ khác, hoặc sửa ca kia.",
        "They have another shift at that time. Choose other times, or change that shift.",
    )

    @classmethod
    def naming(cls, shifts: Sequence[tuple[UUID, datetime, datetime, str, str]]) -> Self:
        """Return the error for shifts at that time: each with its id, times, and its branch with the time zone."""
        _, starts, ends, branch, time_zone = shifts[0]
        times = local_interval(starts, ends, ZoneInfo(time_zone))
        text = LocalizedText(
            f"Nhân viên đã có ca làm {times}, {branch}. Chọn giờ khác, hoặc sửa ca kia.",
            f"They have another shift on {times}, {branch}. Choose other times, or change that shift.",
        )
        return cls(text, details=[shift_detail(*shift) for shift in shifts])


class NotEmployed(ConflictException):
    code = "NOT_EMPLOYED"
    text = LocalizedText(
        "Ngày đó nhân viên chưa vào làm hoặc đã nghỉ việc. Chọn ngày hoặc người khác.",
        "They are not employed on that day. Choose another day or person.",
    )


class BranchClosed(ConflictException):
    code = "BRANCH_CLOSED"
    text = LocalizedText(
        "Ngày đó chi nhánh đã đóng cửa hẳn. Chọn ngày hoặc chi nhánh khác.",
        "The branch is permanently closed on that day. Choose another day or branch.",
    )


class NotOfThisBranch(ConflictException):
    code = "NOT_OF_THIS_BRANCH"
    text = LocalizedText(
        "Nhân viên không làm ở chi nhánh này. Thêm chi nhánh cho nhân viên trước, hoặc chọn người khác.",
        "They do not work in this branch. Add it to their branches first, or choose another person.",
    )


class TooManyShifts(ValidationException):
    code = "TOO_MANY_SHIFTS"
    text = LocalizedText(
        "Quá nhiều ca làm. Chọn ít ngày hoặc ít người hơn.",
        "Too many shifts. Ask for fewer days or fewer people.",
    )


class SameStaff(ConflictException):
    code = "SHIFTS_OF_ONE_PERSON"
    text = LocalizedText(
        "Hai ca làm này là của cùng một người. Chọn ca của hai người khác nhau.",
        "Both shifts belong to the same person. Choose shifts of two people.",
    )


class TimeOffNotFound(NotFoundException):
    code = "TIME_OFF_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy đơn nghỉ phép này. Tải lại rồi chọn lại.",
        "There is no such leave. Reload and choose again.",
    )


class TimeOffDecided(ConflictException):
    code = "TIME_OFF_DECIDED"
    text = LocalizedText(
        "Đơn này đã được duyệt, từ chối hoặc rút. Tải lại để xem, hoặc tạo đơn mới.",
        "This leave has already been decided or withdrawn. Reload to see it, or request leave again.",
    )


class TimeOffOverlaps(ConflictException):
    """`details` names the other leave: its id, and its time as an ISO 8601 interval."""

    code = "TIME_OFF_OVERLAPS"
    text = LocalizedText(
        "Nhân viên đã nghỉ phép vào lúc đó. Chọn ngày khác, hoặc rút đơn kia.",
        "They are already on leave at that time. Choose other days, or withdraw that leave.",
    )

    @classmethod
    def naming(cls, leave: Sequence[tuple[UUID, Span]], zone: ZoneInfo) -> Self:
        """Return the error for leave in that time, given its ids and times, the first first."""
        details: list[dict[str, str | LocalizedText]] = [
            {
                "field": str(leave_id),
                "message": LocalizedText(
                    f"Nghỉ phép {local_interval(*span, zone)}.", f"Leave on {local_interval(*span, zone)}."
                ),
                "type": "time_off",
                "value": iso_interval(*span),
            }
            for leave_id, span in leave
        ]
        times = local_interval(*leave[0][1], zone)
        text = LocalizedText(
            f"Nhân viên đã nghỉ phép {times}. Chọn ngày khác, hoặc rút đơn kia.",
            f"They are already on leave on {times}. Choose other days, or withdraw that leave.",
        )
        return cls(text, details=details)


class TimeOffBegun(ConflictException):
    code = "TIME_OFF_BEGUN"
    text = LocalizedText(
        "Đã vào ngày nghỉ, không tự rút đơn được. Nhờ quản lý rút giúp.",
        "The leave has begun. Ask an administrator to withdraw it.",
    )


class OwnTimeOff(ForbiddenException):
    code = "OWN_TIME_OFF"
    text = LocalizedText(
        "Không thể tự duyệt đơn nghỉ phép của mình. Nhờ quản lý khác duyệt.",
        "You cannot decide on your own leave. Ask another manager.",
    )


def shift_detail(
    shift_id: UUID, starts: datetime, ends: datetime, branch: str, time_zone: str
) -> dict[str, str | LocalizedText]:
    """Return an entry of `details`: a shift on the wall clock of its branch."""
    times = local_interval(starts, ends, ZoneInfo(time_zone))
    return {
        "field": str(shift_id),
        "message": LocalizedText(f"Ca làm {times}, {branch}.", f"Shift on {times}, {branch}."),
        "type": "shift",
        "value": iso_interval(starts, ends),
    }
