"""Errors of courses."""

from app.common.types.localized import LocalizedText
from app.core.exceptions import ConflictException, NotFoundException


class CoursePlanNotFound(NotFoundException):
    code = "COURSE_PLAN_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy thẻ liệu trình này. Tải lại rồi chọn lại.",
        "There is no such course plan. Reload and choose again.",
    )


class CoursePlanKeyTaken(ConflictException):
    code = "COURSE_PLAN_KEY_TAKEN"
    text = LocalizedText(
        "Đã có thẻ liệu trình dùng mã này. Chọn mã khác.",
        "Another course plan has this key. Choose another key.",
    )


class CoursePlanInUse(ConflictException):
    code = "COURSE_PLAN_IN_USE"
    text = LocalizedText(
        "Khách còn buổi của thẻ này, nên không bỏ dịch vụ được. Ngừng bán thẻ và tạo thẻ mới.",
        "Customers have sessions of this plan left, so it keeps its treatments. Retire it, and add a new plan.",
    )


class CourseNotFound(NotFoundException):
    code = "COURSE_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy liệu trình này. Tải lại rồi chọn lại.",
        "There is no such course. Reload and choose again.",
    )


class CourseUsedUp(ConflictException):
    code = "COURSE_USED_UP"
    text = LocalizedText(
        "Liệu trình không còn buổi trống. Chọn liệu trình khác hoặc thanh toán cách khác.",
        "The course has no free session. Choose another course, or another payment.",
    )


class CourseExpired(ConflictException):
    code = "COURSE_EXPIRED"
    text = LocalizedText(
        "Liệu trình hết hạn trước ngày hẹn. Gia hạn trước, hoặc chọn liệu trình khác.",
        "The course expires before the appointment. Extend it first, or choose another course.",
    )


class CourseDoesNotFit(ConflictException):
    code = "COURSE_DOES_NOT_FIT"
    text = LocalizedText(
        "Liệu trình không dùng được cho dịch vụ hoặc khách này. Chọn liệu trình khác.",
        "The course does not pay this treatment, or not for this guest. Choose another course.",
    )


class CourseReserved(ConflictException):
    code = "COURSE_RESERVED"
    text = LocalizedText(
        "Liệu trình còn buổi đã giữ cho lịch hẹn. Bỏ liệu trình khỏi lịch hẹn đó trước.",
        "Sessions of the course are reserved for appointments. Take the course off these first.",
    )


class CourseSessionBilled(ConflictException):
    code = "COURSE_SESSION_BILLED"
    text = LocalizedText(
        "Buổi này đã nằm trên hóa đơn đã đóng. Hoàn tiền dòng đó trước.",
        "This session is on a closed bill. Refund that line first.",
    )


class TreatmentOnBill(ConflictException):
    code = "TREATMENT_ON_BILL"
    text = LocalizedText(
        "Dịch vụ này đã nằm trên hóa đơn. Chọn liệu trình trên hóa đơn đó.",
        "This treatment is on a bill. Choose the course there.",
    )


class CourseSessionGone(ConflictException):
    code = "COURSE_SESSION_GONE"
    text = LocalizedText(
        "Buổi liệu trình trên hóa đơn đã thay đổi. Tải lại hóa đơn.",
        "The course session on the bill has changed. Reload the bill.",
    )


class ExpiryNotLater(ConflictException):
    code = "COURSE_EXPIRY_NOT_LATER"
    text = LocalizedText(
        "Ngày hết hạn mới phải sau ngày cũ và chưa qua. Chọn ngày khác.",
        "The new last day has to be later than the old one, and not in the past. Choose another day.",
    )


class CourseTransferToSelf(ConflictException):
    code = "COURSE_TRANSFER_TO_SELF"
    text = LocalizedText(
        "Khách này đang có liệu trình. Chọn khách khác.",
        "This customer has the course already. Choose another customer.",
    )
