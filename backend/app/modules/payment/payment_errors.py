"""Errors of bank accounts."""

from app.common.types.localized import LocalizedText
from app.core.exceptions import ConflictException


class NoBankAccount(ConflictException):
    code = "NO_BANK_ACCOUNT"
    text = LocalizedText(
        "Chi nhánh chưa có tài khoản nhận chuyển khoản. Thêm trong phần Thiết lập chi nhánh.",
        "The branch has no bank account for transfers yet. Add it in the set-up of the branch.",
    )
