"""Errors of blocked time."""

from app.common.types.localized import LocalizedText
from app.core.exceptions import ConflictException, NotFoundException, ValidationException

MAX_BLOCKED_TIMES = 100
"""The most blocked times of one resource that have not ended."""


class BlockedTimeNotFound(NotFoundException):
    code = "BLOCKED_TIME_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy giờ khóa lịch này. Tải lại rồi chọn lại.",
        "There is no such blocked time. Reload and choose again.",
    )


class OccurrenceNotFound(NotFoundException):
    code = "OCCURRENCE_NOT_FOUND"
    text = LocalizedText(
        "Giờ khóa lịch này không có vào ngày đó. Chọn ngày khác.",
        "This time is not blocked on that day. Choose another day.",
    )


class BlockedElsewhere(ConflictException):
    code = "BLOCKED_ELSEWHERE"
    text = LocalizedText(
        "Giường hoặc máy này không thuộc chi nhánh đã chọn. Chọn giường, máy của chi nhánh.",
        "This bed or device is not in that branch. Choose one of the branch.",
    )


class BlockedTimesFull(ConflictException):
    code = "BLOCKED_TIMES_FULL"
    text = LocalizedText(
        f"Mỗi người, giường hoặc máy có tối đa {MAX_BLOCKED_TIMES} giờ khóa lịch chưa kết thúc. Xóa bớt rồi thử lại.",
        f"A person, bed or device can have {MAX_BLOCKED_TIMES} blocked times that have not ended. Remove some first.",
    )


class TooManyBlockedTimes(ValidationException):
    code = "TOO_MANY_BLOCKED_TIMES"
    text = LocalizedText(
        "Quá nhiều giờ khóa lịch. Chọn ít ngày hơn, hoặc một người, một giường.",
        "Too many blocked times. Ask for fewer days, or for one person or bed.",
    )
