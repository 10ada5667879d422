"""The errors of the calendar module."""

from app.common.types.localized import LocalizedText
from app.core.exceptions import ConflictException, NotFoundException
from app.modules.calendar.calendar_schemas import MAX_CALENDARS


class CalendarNotFound(NotFoundException):
    code = "CALENDAR_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy lịch này. Tạo lịch mới để tiếp tục theo dõi.",
        "There is no such calendar. Create a new one.",
    )


class TooManyCalendars(ConflictException):
    code = "TOO_MANY_CALENDARS"
    text = LocalizedText(
        f"Mỗi người có tối đa {MAX_CALENDARS} lịch. Thu hồi lịch không còn dùng.",
        f"Each person can have {MAX_CALENDARS} calendars. Revoke those that are no longer used.",
    )


class CalendarOwnerInactive(ConflictException):
    code = "CALENDAR_OWNER_INACTIVE"
    text = LocalizedText(
        "Nhân viên đã nghỉ việc hoặc khách hàng đã được lưu trữ. Khôi phục hồ sơ trước khi tạo lịch.",
        "The employee has left, or the customer is archived. Restore the record first.",
    )
