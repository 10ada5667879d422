"""Errors of deposits."""

from app.common.types.localized import LocalizedText
from app.core.exceptions import ConflictException, NotFoundException


class DepositNotFound(NotFoundException):
    code = "DEPOSIT_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy tiền cọc này. Tải lại rồi chọn lại.",
        "There is no such deposit. Reload and choose again.",
    )


class DepositTooSmall(ConflictException):
    code = "DEPOSIT_TOO_SMALL"
    text = LocalizedText(
        "Tiền cọc không còn đủ. Tải lại để xem số còn lại.",
        "Less than that is left of the deposit. Reload to see it.",
    )


class DepositKept(ConflictException):
    """The deposit cannot be returned now: the guest is expected, or has not paid yet."""

    code = "DEPOSIT_KEPT"
    text = LocalizedText(
        "Khách vẫn còn lịch hẹn hoặc chưa thanh toán. Hủy lịch hoặc trừ cọc trước.",
        "The guest is expected, or has not paid the bill. Cancel the visit, or deduct the deposit first.",
    )


class DepositSettled(ConflictException):
    code = "DEPOSIT_SETTLED"
    text = LocalizedText(
        "Tiền cọc này không còn gì để hoàn. Tải lại để xem.",
        "Nothing is left of this deposit to return. Reload to see it.",
    )


class DepositNotAwaited(ConflictException):
    """A transfer cannot pay the deposit: the time is over, the visit is cancelled, or all of it has arrived."""

    code = "DEPOSIT_NOT_AWAITED"
    text = LocalizedText(
        "Lịch hẹn này không còn chờ tiền cọc. Hoàn khoản chuyển, hoặc trừ vào hóa đơn.",
        "This visit waits for no deposit any more. Send the transfer back, or pay a bill with it.",
    )
