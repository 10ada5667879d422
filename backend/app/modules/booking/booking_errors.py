"""What can be wrong with a request for a visit."""

from app.common.types.localized import LocalizedText
from app.core.exceptions import ConflictException, NotFoundException


class VisitNotFound(NotFoundException):
    code = "VISIT_NOT_FOUND"
    text = LocalizedText("Không tìm thấy lượt khách này.", "There is no such visit.")


class AppointmentNotFound(NotFoundException):
    code = "APPOINTMENT_NOT_FOUND"
    text = LocalizedText("Không tìm thấy lịch hẹn này.", "There is no such appointment.")


class TreatmentNotFound(NotFoundException):
    code = "TREATMENT_NOT_FOUND"
    text = LocalizedText("Khách này không có liệu trình đó.", "The guest has no such treatment.")


class TooShort(ConflictException):
    code = "TOO_SHORT"
    text = LocalizedText("Liệu trình không thể ngắn như vậy.", "The treatment cannot be as short as that.")


class TimeTaken(ConflictException):
    code = "TIME_TAKEN"
    """`details` has the nearest free starts (type `alternative`), each as ISO 8601 in its `message`. When it is not only
    taken, the branch is closed or nobody is on shift, its words are these reasons; `details` has each (`reason`)."""
    text = LocalizedText(
        "Giờ này vừa có người đặt hoặc không đủ người và giường; hãy chọn giờ khác.",
        "This time is taken, or there are too few people or beds for it; please choose another.",
    )


class NotBookableThen(ConflictException):
    code = "NOT_BOOKABLE_THEN"
    text = LocalizedText(
        "Chi nhánh không nhận đặt lịch vào giờ này: quá gấp, quá xa hoặc không đúng khung giờ.",
        "The branch takes no booking for this time: too soon, too far ahead, or not on its grid.",
    )


class HoldExpired(ConflictException):
    code = "HOLD_EXPIRED"
    text = LocalizedText(
        "Đã hết thời gian giữ chỗ; hãy chọn lại giờ.", "The hold has expired; please choose a time again."
    )


class NotTogether(ConflictException):
    code = "NOT_TOGETHER"
    text = LocalizedText(
        "Các khách bắt đầu vào giờ khác nhau; hãy gửi kèm giờ chung cho cả nhóm.",
        "The guests begin at different times; send a start for all of them, too.",
    )


class StatusConflict(ConflictException):
    code = "STATUS_CONFLICT"
    text = LocalizedText(
        "Lịch hẹn không còn ở trạng thái cho phép việc này.",
        "The appointment is not in a state any more in which this can be done.",
    )


class TooLateToCancel(ConflictException):
    code = "TOO_LATE_TO_CANCEL"
    text = LocalizedText(
        "Đã quá hạn tự hủy; vui lòng gọi cho chi nhánh.",
        "It is too late to cancel it yourself; please ring the branch.",
    )


class TooEarlyToArrive(ConflictException):
    code = "TOO_EARLY_TO_ARRIVE"
    text = LocalizedText(
        "Chưa thể nhận khách: chỉ nhận được trong vòng 12 giờ trước giờ hẹn.",
        "It is too early to check the guest in: that can be done from 12 hours before the appointment on.",
    )


class TooEarlyForNoShow(ConflictException):
    code = "TOO_EARLY_FOR_NO_SHOW"
    text = LocalizedText("Khách vẫn còn thời gian để đến.", "The guest still has time to come.")


class TooManyHolds(ConflictException):
    code = "TOO_MANY_HOLDS"
    text = LocalizedText(
        "Bạn đang giữ quá nhiều chỗ; hãy xác nhận hoặc bỏ bớt.",
        "You are holding too many times; please confirm or release one.",
    )


class TooManyVisits(ConflictException):
    code = "TOO_MANY_VISITS"
    text = LocalizedText(
        "Bạn đã có nhiều lịch hẹn sắp tới; vui lòng gọi cho chi nhánh để đặt thêm.",
        "You have many visits to come already; please ring the branch to book more.",
    )


class DayChanged(ConflictException):
    code = "DAY_CHANGED"
    text = LocalizedText(
        "Lịch trong ngày đã thay đổi; hãy xem lại phương án mới.",
        "The day has changed; please look at a new plan.",
    )
