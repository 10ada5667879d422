"""Errors of reading, planning and importing a spa's set-up file."""

from app.common.types.localized import LocalizedText
from app.core.exceptions import ConflictException, ValidationException


class SetupRefused(ValidationException):
    """The file has errors; `details` gives each with its line."""

    code = "SETUP_REFUSED"
    text = LocalizedText(
        "Tệp có lỗi, chưa lưu gì. Sửa các lỗi dưới đây rồi nhập lại.",
        "The file has errors, and nothing was saved. Correct them and import it again.",
    )


class SetupUnreadable(ConflictException):
    """The stored set-up breaks a rule that became stricter after it was saved."""

    code = "SETUP_UNREADABLE"
    text = LocalizedText(
        "Dữ liệu đang lưu không còn đúng quy định. Sửa dữ liệu này trước.",
        "The stored set-up is not valid. Correct it first.",
    )


class SetupImpossible(ConflictException):
    """The file changes a field that is fixed once its record exists."""

    code = "SETUP_IMPOSSIBLE"
    text = LocalizedText(
        "Tệp có thay đổi không được phép, chưa lưu gì. Sửa các mục dưới đây rồi nhập lại.",
        "The file changes what cannot change, and nothing was saved. Correct the items below.",
    )


class SetupChanged(ConflictException):
    """The stored set-up changed between the plan and the import."""

    code = "SETUP_CHANGED"
    text = LocalizedText(
        "Cài đặt vừa được người khác thay đổi. Chưa lưu gì. Chạy lại để xem các thay đổi mới.",
        "Another user changed the set-up meanwhile. Nothing was saved. Run it again to see the new plan.",
    )


class ItemRefused(ConflictException):
    """A module refuses one item of the file."""

    code = "SETUP_ITEM_REFUSED"
    text = LocalizedText(
        "Không nhập được một mục của tệp. Sửa mục đó rồi nhập lại.",
        "An item of the file was refused. Correct it and import the file again.",
    )
