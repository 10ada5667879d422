"""What a spa does with its catalogue."""

from app.common.text import Text
from app.core.exceptions import NotFoundException


class ServiceNotFound(NotFoundException):
    code = "SERVICE_NOT_FOUND"
    text = Text("Không tìm thấy dịch vụ này.", "There is no such service.")
