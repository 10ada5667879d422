"""Errors of taxes."""

from app.common.types.localized import LocalizedText
from app.core.exceptions import ConflictException, NotFoundException


class TaxCategoryNotFound(NotFoundException):
    code = "TAX_CATEGORY_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy nhóm thuế này. Tải lại rồi chọn lại.",
        "There is no such tax category. Reload and choose again.",
    )


class TaxCategoryKeyTaken(ConflictException):
    code = "TAX_CATEGORY_KEY_TAKEN"
    text = LocalizedText(
        "Đã có nhóm thuế dùng mã này. Chọn mã khác.", "Another tax category has this key. Choose another key."
    )


class NoTaxCategory(ConflictException):
    code = "NO_TAX_CATEGORY"
    text = LocalizedText(
        "Chưa có nhóm thuế nào. Thêm một nhóm trong phần Thuế của Cài đặt.",
        "There is no tax category yet. Add one under Taxes in Settings.",
    )
