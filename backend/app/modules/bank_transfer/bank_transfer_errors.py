"""Errors of bank transfers."""

from app.common.types.localized import LocalizedText
from app.core.exceptions import (
    ConflictException,
    NotFoundException,
    UnauthorizedException,
    ValidationException,
)


class BankTransferNotFound(NotFoundException):
    code = "BANK_TRANSFER_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy khoản chuyển này. Tải lại rồi chọn lại.",
        "There is no such transfer. Reload and choose again.",
    )


class BankTransferDone(ConflictException):
    code = "BANK_TRANSFER_DONE"
    text = LocalizedText(
        "Khoản chuyển này đã được xử lý. Tải lại để xem.",
        "This transfer is dealt with already. Reload to see it.",
    )


class NothingDue(ConflictException):
    code = "NOTHING_DUE"
    text = LocalizedText(
        "Hóa đơn này không còn gì phải trả. Chọn hóa đơn khác.",
        "Nothing is left to pay of this bill. Choose another.",
    )


class WrongSignature(UnauthorizedException):
    code = "WRONG_SIGNATURE"
    text = LocalizedText(
        "Chữ ký của thông báo không đúng. Kiểm tra khóa trong cài đặt.",
        "The signature of this notice is wrong or too old, or no key is set. Check the settings.",
    )


class UnknownNotice(ValidationException):
    code = "UNKNOWN_NOTICE"
    text = LocalizedText(
        "Không đọc được thông báo chuyển khoản. Kiểm tra dịch vụ đã gửi.",
        "This notice has another form than its service documents. Check which service has sent it.",
    )
