"""The errors of the board module."""

from app.common.types.localized import LocalizedText
from app.core.exceptions import RateLimitException


class TooManyStreams(RateLimitException):
    code = "TOO_MANY_STREAMS"
    text = LocalizedText(
        "Đang mở quá nhiều bảng lịch. Đóng bớt rồi thử lại.",
        "Too many boards are open. Close one and try again.",
    )
