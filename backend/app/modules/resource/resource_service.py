"""What a spa does with its beds and devices."""

from app.common.text import Text
from app.core.exceptions import NotFoundException


class ResourceNotFound(NotFoundException):
    code = "RESOURCE_NOT_FOUND"
    text = Text("Không tìm thấy tài nguyên này.", "There is no such resource.")
