"""Errors of bills, payments and refunds."""

from app.common.types.localized import LocalizedText
from app.core.exceptions import ConflictException, ForbiddenException, NotFoundException, ValidationException


class SaleNotFound(NotFoundException):
    code = "SALE_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy hóa đơn này. Tải lại rồi chọn lại.", "There is no such bill. Reload and choose again."
    )


class SaleNotOpen(ConflictException):
    code = "SALE_NOT_OPEN"
    text = LocalizedText(
        "Hóa đơn này đã thanh toán hoặc đã hủy, không sửa được nữa. Tải lại để xem.",
        "This bill is closed or void and cannot be changed any more. Reload it.",
    )


class SaleChanged(ConflictException):
    code = "SALE_CHANGED"
    text = LocalizedText(
        "Hóa đơn này vừa được sửa ở máy khác. Xem lại rồi sửa tiếp.",
        "Another desk has just changed this bill. Look at it, then change it again.",
    )


class SaleNotClosed(ConflictException):
    code = "SALE_NOT_CLOSED"
    text = LocalizedText(
        "Hóa đơn chưa thanh toán xong. Chỉ hoàn được khoản đã thu.",
        "This bill is not closed. Only its payments can be refunded.",
    )


class AlreadyBilled(ConflictException):
    code = "ALREADY_BILLED"
    text = LocalizedText(
        "Có dịch vụ đã nằm trên hóa đơn khác. Tải lại để xem.",
        "A treatment is on another bill already. Reload to see it.",
    )


class NothingToBill(ConflictException):
    code = "NOTHING_TO_BILL"
    text = LocalizedText(
        "Lượt khách này không còn gì để tính tiền. Tải lại để xem hóa đơn đã có.",
        "There is nothing left to bill of this visit. Reload to see its bills.",
    )


class LineNotFound(NotFoundException):
    code = "LINE_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy dòng này trên hóa đơn. Tải lại để xem.",
        "There is no such line on this bill. Reload it.",
    )


class ItemNotSold(NotFoundException):
    code = "ITEM_NOT_SOLD"
    text = LocalizedText(
        "Không tìm thấy món này trong bảng giá. Chọn món khác.",
        "This service, add-on, product or course is not sold. Choose another.",
    )


class SoldAtItsPrice(ValidationException):
    code = "SOLD_AT_ITS_PRICE"
    text = LocalizedText(
        "Thẻ quà tặng và dịch vụ trừ vào liệu trình: mỗi dòng một cái, không giảm giá. Bỏ giảm giá rồi lưu lại.",
        "A gift card, a course and a treatment that a session pays are one on each line. A card and such a treatment take no"
        " discount, and a course that is used at once takes its own alone. Take the discount off.",
    )


class CustomerNeeded(ConflictException):
    code = "CUSTOMER_NEEDED"
    text = LocalizedText(
        "Liệu trình phải có tên khách. Chọn khách rồi thu tiền.",
        "A course belongs to a customer. Choose the customer, then take the payment.",
    )


class DiscountTooLarge(ValidationException):
    code = "DISCOUNT_TOO_LARGE"
    text = LocalizedText(
        "Số tiền giảm lớn hơn giá. Nhập số nhỏ hơn.", "The discount is more than the price. Enter less."
    )


class DiscountNotAllowed(ForbiddenException):
    code = "DISCOUNT_NOT_ALLOWED"
    text = LocalizedText(
        "Giảm giá vượt mức lễ tân được phép. Nhờ quản lý duyệt.",
        "The discount is above the limit of a receptionist. Ask a manager.",
    )


class BillTooLarge(ValidationException):
    code = "BILL_TOO_LARGE"
    text = LocalizedText(
        "Tổng hóa đơn quá lớn. Chia thành nhiều hóa đơn.", "The bill is too large. Make several of it."
    )


class PaidTooMuch(ConflictException):
    code = "PAID_TOO_MUCH"
    text = LocalizedText(
        "Số thu nhiều hơn số còn phải trả. Tải lại hóa đơn rồi thu đúng số còn lại.",
        "This is more than what is left to pay. Reload the bill and take what is left.",
    )


class NothingPaid(ConflictException):
    code = "NOTHING_PAID"
    text = LocalizedText(
        "Hóa đơn còn tiền phải trả. Thu tiền để đóng hóa đơn.",
        "There is something left to pay. Take a payment to close the bill.",
    )


class PaymentsLeft(ConflictException):
    code = "PAYMENTS_LEFT"
    text = LocalizedText(
        "Hóa đơn đã thu tiền. Hoàn tiền trước khi hủy.",
        "This bill has payments. Refund them before you give it up.",
    )


class RefundTooLarge(ConflictException):
    code = "REFUND_TOO_LARGE"
    text = LocalizedText(
        "Số hoàn lớn hơn số còn hoàn được. Tải lại hóa đơn để xem.",
        "This is more than what is left to refund. Reload the bill.",
    )


class NothingToRefund(ConflictException):
    code = "NOTHING_TO_REFUND"
    text = LocalizedText(
        "Số buổi đã dùng đã hết tiền của liệu trình. Không còn gì để hoàn.",
        "By the rule of this course the used sessions cost its whole price. Nothing is left to pay back.",
    )


class RefundDoesNotAddUp(ValidationException):
    code = "REFUND_DOES_NOT_ADD_UP"
    text = LocalizedText(
        "Số tiền hoàn theo từng cách trả không bằng tổng số hoàn. Sửa lại cho khớp.",
        "The refunds by payment do not add up to the refund. Change one of them.",
    )


class RefundedWhole(ValidationException):
    code = "REFUNDED_WHOLE"
    text = LocalizedText(
        "Thẻ quà tặng và buổi liệu trình chỉ hoàn được trọn vẹn. Bỏ số tiền đã nhập.",
        "A gift card, a course or a session is refunded whole. Leave the amount out.",
    )
