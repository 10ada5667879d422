"""The errors of requests for visits."""

from app.common.types.localized import LocalizedText
from app.core.exceptions import ConflictException, NotFoundException


class VisitNotFound(NotFoundException):
    code = "VISIT_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy lịch hẹn này. Tải lại để xem lịch mới nhất.",
        "There is no such visit. Reload to see the latest.",
    )


class AppointmentNotFound(NotFoundException):
    code = "APPOINTMENT_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy lịch hẹn này. Tải lại để xem lịch mới nhất.",
        "There is no such appointment. Reload to see the latest.",
    )


class TreatmentNotFound(NotFoundException):
    code = "TREATMENT_NOT_FOUND"
    text = LocalizedText(
        "Lịch hẹn của khách không có dịch vụ này. Tải lại để xem lịch mới nhất.",
        "The guest has no such treatment. Reload to see the latest.",
    )


class TooShort(ConflictException):
    code = "TOO_SHORT"
    text = LocalizedText(
        "Dịch vụ sẽ còn lại quá ngắn. Chọn thời lượng dài hơn, hoặc giữ dịch vụ cộng thêm.",
        "The treatment would become too short. Choose a longer time, or keep the add-on.",
    )


class SlotTaken(ConflictException):
    code = "SLOT_TAKEN"
    """`details` lists the nearest free starts (type `alternative`), of the day first, each as ISO 8601 in its `value`. If the
    time is not merely taken (the branch is closed, no therapist is on shift), the message says so, and `details` has each `reason`."""
    text = LocalizedText(
        "Giờ này vừa có khách đặt, hoặc thiếu kỹ thuật viên hay giường. Vui lòng chọn giờ khác.",
        "This time is taken, or there are too few therapists or beds. Please choose another time.",
    )


class NotBookable(ConflictException):
    code = "NOT_BOOKABLE"
    text = LocalizedText(
        "Giờ này chưa đặt được. Vui lòng chọn giờ khác.",
        "This time cannot be booked. Please choose another.",
    )


class HoldExpired(ConflictException):
    code = "HOLD_EXPIRED"
    text = LocalizedText(
        "Đã hết giờ giữ chỗ. Vui lòng chọn lại giờ.", "The hold has expired. Please choose a time again."
    )


class NotTogether(ConflictException):
    code = "NOT_TOGETHER"
    text = LocalizedText(
        "Các khách đang khác giờ nhau. Chọn một giờ chung cho cả nhóm.",
        "The guests start at different times. Choose one start for the whole party.",
    )


class StatusConflict(ConflictException):
    code = "STATUS_CONFLICT"
    text = LocalizedText(
        "Trạng thái lịch hẹn hiện tại không cho phép thao tác này. Tải lại để xem trạng thái mới.",
        "The appointment's current status does not allow this. Reload to see it.",
    )


class TooLateToCancel(ConflictException):
    code = "TOO_LATE_TO_CANCEL"
    text = LocalizedText(
        "Đã quá hạn hủy lịch online. Vui lòng gọi chi nhánh để được hỗ trợ.",
        "It is too late to cancel online. Please call the branch.",
    )


class TooLateToMove(ConflictException):
    code = "TOO_LATE_TO_MOVE"
    text = LocalizedText(
        "Đã quá hạn dời lịch online. Vui lòng gọi chi nhánh để được hỗ trợ.",
        "It is too late to move this visit online. Please call the branch.",
    )


class NothingToUndo(ConflictException):
    code = "NOTHING_TO_UNDO"
    text = LocalizedText(
        "Không còn thao tác này để hoàn tác. Tải lại lịch hẹn để xem trạng thái mới.",
        "There is no such step to undo. Reload the visit to see its current status.",
    )


class TooLateToUndo(ConflictException):
    code = "TOO_LATE_TO_UNDO"
    text = LocalizedText(
        "Đã quá lâu, không hoàn tác được nữa. Vui lòng liên hệ spa.",
        "It is too late to undo this. Please ask the spa.",
    )


class EditNotFound(NotFoundException):
    code = "EDIT_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy thay đổi này. Tải lại để xem lịch mới nhất.",
        "There is no such change. Reload to see the latest.",
    )


class CannotUndo(ConflictException):
    code = "CANNOT_UNDO"
    text = LocalizedText(
        "Không hoàn tác được: chỗ cũ đã có khách khác. Chọn giờ hoặc người khác.",
        "This cannot be undone: another guest has the earlier place. Choose another time or therapist.",
    )


class CannotSwap(ConflictException):
    code = "CANNOT_SWAP"
    """`details` has each `reason`."""
    text = LocalizedText(
        "Hai lịch hẹn này không đổi cho nhau được: đã có khách khác vào giờ đó. Chọn lịch hẹn khác.",
        "These appointments cannot be swapped: another guest is there then. Choose another appointment.",
    )


class TooEarlyToArrive(ConflictException):
    code = "TOO_EARLY_TO_ARRIVE"
    text = LocalizedText(
        "Còn sớm, chưa check-in được. Chỉ check-in trong 12 tiếng trước giờ hẹn.",
        "It is too early to check in. Check-in opens 12 hours before the appointment.",
    )


class SameTime(ConflictException):
    code = "SAME_TIME"
    """`details` lists the other appointments (type `same_time`): `field` is the id, `value` the time as an ISO 8601
    interval. The desk confirms by `allow_same_time`."""
    text = LocalizedText(
        "Đã có lịch hẹn vào giờ này. Vui lòng chọn giờ khác, hoặc ghi tên người đi cùng.",
        "You have another appointment at this time. Please choose another time, or give the other guest's name.",
    )


class GuestTwice(ConflictException):
    code = "GUEST_TWICE"
    text = LocalizedText(
        "Mỗi khách hàng chỉ thêm được một lần trong nhóm. Vui lòng chọn khách khác.",
        "A customer can be one guest of a party. Please choose another customer.",
    )


class TooEarlyToComplete(ConflictException):
    code = "TOO_EARLY_TO_COMPLETE"
    text = LocalizedText(
        "Chưa đến giờ hẹn, chưa hoàn tất được. Kiểm tra lại giờ hẹn.",
        "The appointment has not begun yet, so it cannot be completed. Please check its time.",
    )


class TooEarlyForNoShow(ConflictException):
    code = "TOO_EARLY_FOR_NO_SHOW"
    text = LocalizedText(
        "Chưa hết thời gian chờ, chưa ghi “Không đến” được. Chờ thêm rồi thử lại.",
        "The guest may still come. Try again when the grace period is over.",
    )


class TooManyHolds(ConflictException):
    code = "TOO_MANY_HOLDS"
    text = LocalizedText(
        "Đang giữ quá nhiều khung giờ. Vui lòng xác nhận hoặc bỏ bớt.",
        "Too many times are on hold. Please confirm or release one.",
    )


class TooManyVisits(ConflictException):
    code = "TOO_MANY_VISITS"
    text = LocalizedText(
        "Đã có nhiều lịch hẹn sắp tới. Vui lòng gọi chi nhánh để đặt thêm.",
        "There are many upcoming visits already. Please call the branch to book more.",
    )


class DepositNeeded(ConflictException):
    """The branch asks for deposits, which its public page takes."""

    code = "DEPOSIT_NEEDED"
    text = LocalizedText(
        "Chi nhánh này cần đặt cọc. Vui lòng đặt lịch trên trang đặt lịch của chi nhánh.",
        "This branch takes a deposit. Please book on the booking page of the branch.",
    )


class SeriesNotFound(NotFoundException):
    code = "SERIES_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy chuỗi lịch hẹn này. Tải lại để xem lịch mới nhất.",
        "There is no such series of visits. Reload to see the latest.",
    )


class OccurrenceBooked(ConflictException):
    code = "OCCURRENCE_BOOKED"
    text = LocalizedText(
        "Lần hẹn này của chuỗi đã có lịch hẹn. Tải lại để xem. Lịch đã hủy thì dùng “Hoàn tác”.",
        "This occurrence of the series has a visit already. Reload to see it. A cancelled visit comes back by undo.",
    )


class DayChanged(ConflictException):
    code = "DAY_CHANGED"
    text = LocalizedText(
        "Lịch trong ngày đã thay đổi. Xem lại phương án mới.",
        "The day has changed. Please review the new plan.",
    )
