"""Errors of gift cards."""

from app.common.types.localized import LocalizedText
from app.core.exceptions import ConflictException, NotFoundException


class GiftCardNotFound(NotFoundException):
    code = "GIFT_CARD_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy thẻ quà tặng này. Kiểm tra lại mã thẻ.",
        "There is no such gift card. Check the code.",
    )


class GiftCardLocked(ConflictException):
    code = "GIFT_CARD_LOCKED"
    text = LocalizedText(
        "Thẻ quà tặng đã khóa vì báo mất. Nhờ quản lý cấp mã mới.",
        "This gift card is locked, since it was reported lost. Ask a manager for a new code.",
    )


class GiftCardExpired(ConflictException):
    code = "GIFT_CARD_EXPIRED"
    text = LocalizedText(
        "Thẻ quà tặng đã hết hạn. Vui lòng chọn cách thanh toán khác.",
        "This gift card has expired. Please choose another way to pay.",
    )


class GiftCardBalanceTooLow(ConflictException):
    code = "GIFT_CARD_BALANCE_TOO_LOW"
    text = LocalizedText(
        "Số dư thẻ quà tặng không đủ. Xem lại số dư rồi nhập số tiền nhỏ hơn.",
        "There is not enough left on this gift card. Look at its balance and enter a smaller amount.",
    )


class GiftCardUsed(ConflictException):
    code = "GIFT_CARD_USED"
    text = LocalizedText(
        "Thẻ quà tặng đã dùng, đã trả hoặc đã hết hạn. Chỉ hoàn tiền được thẻ còn nguyên.",
        "This gift card was used or returned, or has expired. Its price cannot be refunded.",
    )
