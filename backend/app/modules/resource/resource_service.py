"""What a spa does with its beds and devices."""

from app.common.text import Text
from app.core.exceptions import ConflictException, NotFoundException


class ResourceNotFound(NotFoundException):
    code = "RESOURCE_NOT_FOUND"
    text = Text("Không tìm thấy tài nguyên này.", "There is no such resource.")


class ResourceHasAppointments(ConflictException):
    code = "RESOURCE_HAS_APPOINTMENTS"
    """`details` names them and when they are, the first hundred."""
    text = Text(
        "Vẫn còn lịch hẹn dùng giường hoặc thiết bị này; hãy chuyển hoặc hủy trước.",
        "Appointments still need this bed or device; please move or cancel them first.",
    )
