"""Errors of branches and their opening hours."""

from app.common.types.localized import LocalizedText
from app.core.exceptions import ConflictException, NotFoundException


class BranchNotFound(NotFoundException):
    code = "BRANCH_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy chi nhánh này. Tải lại rồi chọn lại.",
        "There is no such branch. Reload and choose again.",
    )


class BranchKeyTaken(ConflictException):
    code = "BRANCH_KEY_TAKEN"
    text = LocalizedText(
        "Đã có chi nhánh dùng mã này. Chọn mã khác.", "Another branch has this key. Choose another key."
    )


class SpecialHoursNotFound(NotFoundException):
    code = "SPECIAL_HOURS_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy giờ đặc biệt này. Tải lại rồi chọn lại.",
        "There are no such special hours. Reload and choose again.",
    )


class SpecialHoursOverlap(ConflictException):
    code = "SPECIAL_HOURS_OVERLAP"
    text = LocalizedText(
        "Một trong các ngày này đã có giờ đặc biệt. Xóa giờ cũ trước.",
        "One of these days already has special opening hours. Delete those first.",
    )
