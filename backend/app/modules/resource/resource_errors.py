"""What can be wrong with a request for a room, a bed, a device or its time."""

from app.common.types.localized import LocalizedText
from app.core.exceptions import ConflictException, NotFoundException


class ResourceTypeNotFound(NotFoundException):
    code = "RESOURCE_TYPE_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy loại giường hoặc thiết bị này.", "There is no such type of bed or device."
    )


class RoomNotFound(NotFoundException):
    code = "ROOM_NOT_FOUND"
    text = LocalizedText("Không tìm thấy phòng này.", "There is no such room.")


class ResourceNotFound(NotFoundException):
    code = "RESOURCE_NOT_FOUND"
    text = LocalizedText("Không tìm thấy giường hoặc thiết bị này.", "There is no such bed or device.")


class OutageNotFound(NotFoundException):
    code = "OUTAGE_NOT_FOUND"
    text = LocalizedText("Không tìm thấy lần báo hỏng này.", "There is no such outage.")


class ResourceTypeKeyTaken(ConflictException):
    code = "RESOURCE_TYPE_KEY_TAKEN"
    text = LocalizedText("Đã có loại giường hoặc thiết bị dùng mã này.", "Another type has this key.")


class RoomKeyTaken(ConflictException):
    code = "ROOM_KEY_TAKEN"
    text = LocalizedText("Đã có phòng dùng mã này.", "Another room has this key.")


class ResourceKeyTaken(ConflictException):
    code = "RESOURCE_KEY_TAKEN"
    text = LocalizedText("Đã có giường hoặc thiết bị dùng mã này.", "Another bed or device has this key.")


class RoomElsewhere(ConflictException):
    code = "ROOM_ELSEWHERE"
    text = LocalizedText("Chi nhánh này không có phòng đó.", "The branch has no such room.")


class OutageOverlaps(ConflictException):
    code = "OUTAGE_OVERLAPS"
    text = LocalizedText(
        "Giường hoặc thiết bị này đã được báo hỏng vào lúc đó.",
        "This bed or device is out of order already at that time.",
    )


class ResourceHasAppointments(ConflictException):
    code = "RESOURCE_HAS_APPOINTMENTS"
    """`details` names them and when they are, the first hundred."""
    text = LocalizedText(
        "Vẫn còn lịch hẹn dùng giường hoặc thiết bị này; hãy chuyển hoặc hủy trước.",
        "Appointments still need this bed or device; please move or cancel them first.",
    )
