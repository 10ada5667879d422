"""The errors of the staff module: people, rosters and leave."""

from app.common.types.localized import LocalizedText
from app.core.exceptions import (
    ConflictException,
    ForbiddenException,
    NotFoundException,
    ValidationException,
)


class StaffNotFound(NotFoundException):
    code = "STAFF_NOT_FOUND"
    text = LocalizedText("Không tìm thấy nhân viên này.", "No such member of staff.")


class StaffKeyTaken(ConflictException):
    code = "STAFF_KEY_TAKEN"
    text = LocalizedText("Đã có nhân viên dùng mã này.", "Another member of staff has this key.")


class StaffUserTaken(ConflictException):
    code = "STAFF_USER_TAKEN"
    text = LocalizedText(
        "Tài khoản này đã gắn với nhân viên khác.", "This account belongs to another member of staff."
    )


class StaffHasShifts(ConflictException):
    code = "STAFF_HAS_SHIFTS"
    text = LocalizedText(
        "Còn ca làm ngoài thời gian làm việc hoặc ở chi nhánh vừa bỏ. Xóa hoặc giao các ca đó trước.",
        "There are shifts outside the employment, or in a branch that is taken away. Delete or reassign them first.",
    )


class ShiftNotFound(NotFoundException):
    code = "SHIFT_NOT_FOUND"
    text = LocalizedText("Không tìm thấy ca làm này.", "No such shift.")


class ShiftOverlaps(ConflictException):
    code = "SHIFT_OVERLAPS"
    text = LocalizedText("Nhân viên đã có ca làm vào lúc đó.", "They have another shift at that time.")


class NotEmployed(ConflictException):
    code = "NOT_EMPLOYED"
    text = LocalizedText(
        "Ngày đó nhân viên chưa vào làm hoặc đã nghỉ việc.", "They are not employed on that day."
    )


class BranchClosed(ConflictException):
    code = "BRANCH_CLOSED"
    text = LocalizedText(
        "Ngày đó chi nhánh đã đóng cửa hẳn.", "The branch is permanently closed on that day."
    )


class NotOfThisBranch(ConflictException):
    code = "NOT_OF_THIS_BRANCH"
    text = LocalizedText("Nhân viên không làm ở chi nhánh này.", "They do not work in this branch.")


class TooManyShifts(ValidationException):
    code = "TOO_MANY_SHIFTS"
    text = LocalizedText(
        "Quá nhiều ca làm. Chọn ít ngày hoặc ít người hơn.",
        "Too many shifts. Ask for fewer days or fewer people.",
    )


class SameStaff(ConflictException):
    code = "SHIFTS_OF_ONE_PERSON"
    text = LocalizedText("Hai ca làm này là của cùng một người.", "Both shifts belong to the same person.")


class AppointmentsStranded(ConflictException):
    """`details` has the first hundred appointments (their ids, and their times as ISO 8601 intervals), and how many more
    there are."""

    code = "APPOINTMENTS_STRANDED"
    text = LocalizedText(
        "Có lịch hẹn sẽ không còn ai làm. Dời lịch trước, hoặc chọn “Vẫn lưu”.",
        "Appointments would be left without a therapist. Move them first, or save anyway.",
    )


class TimeOffNotFound(NotFoundException):
    code = "TIME_OFF_NOT_FOUND"
    text = LocalizedText("Không tìm thấy đơn nghỉ phép này.", "No such leave.")


class TimeOffDecided(ConflictException):
    code = "TIME_OFF_DECIDED"
    text = LocalizedText(
        "Đơn này đã được duyệt hoặc từ chối.", "This leave has already been decided or withdrawn."
    )


class TimeOffOverlaps(ConflictException):
    code = "TIME_OFF_OVERLAPS"
    text = LocalizedText("Nhân viên đã nghỉ phép vào lúc đó.", "They are already on leave at that time.")


class TimeOffBegun(ConflictException):
    code = "TIME_OFF_BEGUN"
    text = LocalizedText(
        "Đã vào ngày nghỉ, không tự rút đơn được. Nhờ quản lý rút giúp.",
        "The leave has begun. Ask an administrator to withdraw it.",
    )


class OwnTimeOff(ForbiddenException):
    code = "OWN_TIME_OFF"
    text = LocalizedText("Không thể tự duyệt đơn nghỉ phép của mình.", "You cannot decide on your own leave.")
