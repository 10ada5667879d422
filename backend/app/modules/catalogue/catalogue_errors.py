"""Errors of the catalogue: categories, services, variants and add-ons."""

from app.common.types.localized import LocalizedText
from app.core.exceptions import ConflictException, NotFoundException


class CategoryNotFound(NotFoundException):
    code = "SERVICE_CATEGORY_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy nhóm dịch vụ này. Tải lại rồi chọn lại.",
        "There is no such category. Reload and choose again.",
    )


class ServiceNotFound(NotFoundException):
    code = "SERVICE_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy dịch vụ này. Tải lại rồi chọn lại.",
        "There is no such service. Reload and choose again.",
    )


class VariantNotFound(NotFoundException):
    code = "SERVICE_VARIANT_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy tùy chọn này của dịch vụ. Tải lại rồi chọn lại.",
        "There is no such variant. Reload and choose again.",
    )


class AddOnNotFound(NotFoundException):
    code = "ADD_ON_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy dịch vụ cộng thêm này. Tải lại rồi chọn lại.",
        "There is no such add-on. Reload and choose again.",
    )


class CategoryKeyTaken(ConflictException):
    code = "SERVICE_CATEGORY_KEY_TAKEN"
    text = LocalizedText(
        "Đã có nhóm dịch vụ dùng mã này. Chọn mã khác.", "Another category has this key. Choose another key."
    )


class ServiceKeyTaken(ConflictException):
    code = "SERVICE_KEY_TAKEN"
    text = LocalizedText(
        "Đã có dịch vụ dùng mã này. Chọn mã khác.", "Another service has this key. Choose another key."
    )


class VariantKeyTaken(ConflictException):
    code = "SERVICE_VARIANT_KEY_TAKEN"
    text = LocalizedText(
        "Dịch vụ đã có tùy chọn dùng mã này. Chọn mã khác.",
        "Another variant of this service has this key. Choose another key.",
    )


class VariantsAlike(ConflictException):
    code = "SERVICE_VARIANTS_ALIKE"
    text = LocalizedText(
        "Khách không phân biệt được hai tùy chọn này. Đặt tên khác nhau cho chúng.",
        "Guests cannot tell these two variants apart. Please give them different names.",
    )


class AddOnKeyTaken(ConflictException):
    code = "ADD_ON_KEY_TAKEN"
    text = LocalizedText(
        "Đã có dịch vụ cộng thêm dùng mã này. Chọn mã khác.",
        "Another add-on has this key. Choose another key.",
    )
