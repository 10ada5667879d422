"""Errors of products."""

from app.common.types.localized import LocalizedText
from app.core.exceptions import ConflictException, NotFoundException


class ProductNotFound(NotFoundException):
    code = "PRODUCT_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy sản phẩm này. Tải lại rồi chọn lại.",
        "There is no such product. Reload and choose again.",
    )


class ProductKeyTaken(ConflictException):
    code = "PRODUCT_KEY_TAKEN"
    text = LocalizedText(
        "Đã có sản phẩm dùng mã này. Chọn mã khác.", "Another product has this key. Choose another key."
    )


class ProductSkuTaken(ConflictException):
    code = "PRODUCT_SKU_TAKEN"
    text = LocalizedText(
        "Đã có sản phẩm dùng mã vạch này. Kiểm tra lại mã vạch.",
        "Another product has this number. Check the number on the package.",
    )


class ProductRetired(ConflictException):
    code = "PRODUCT_RETIRED"
    text = LocalizedText(
        "Sản phẩm này đã ngừng bán. Chọn sản phẩm khác.",
        "This product is no longer sold. Choose another one.",
    )
