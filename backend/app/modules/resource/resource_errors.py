"""Errors of rooms, beds, devices and outages."""

from collections.abc import Sequence
from typing import Self
from uuid import UUID
from zoneinfo import ZoneInfo

from app.common.types.localized import LocalizedText
from app.common.types.wall_time import Span, iso_interval, local_interval
from app.core.exceptions import ConflictException, NotFoundException


class ResourceTypeNotFound(NotFoundException):
    code = "RESOURCE_TYPE_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy loại giường hoặc thiết bị này. Tải lại rồi chọn lại.",
        "There is no such type of bed or device. Reload and choose again.",
    )


class RoomNotFound(NotFoundException):
    code = "ROOM_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy phòng này. Tải lại rồi chọn lại.", "There is no such room. Reload and choose again."
    )


class ResourceNotFound(NotFoundException):
    code = "RESOURCE_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy giường hoặc máy này. Tải lại rồi chọn lại.",
        "There is no such bed or device. Reload and choose again.",
    )


class OutageNotFound(NotFoundException):
    code = "OUTAGE_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy lần báo hỏng này. Tải lại rồi chọn lại.",
        "There is no such outage. Reload and choose again.",
    )


class ResourceTypeKeyTaken(ConflictException):
    code = "RESOURCE_TYPE_KEY_TAKEN"
    text = LocalizedText(
        "Đã có loại giường hoặc thiết bị dùng mã này. Chọn mã khác.",
        "Another type has this key. Choose another key.",
    )


class RoomKeyTaken(ConflictException):
    code = "ROOM_KEY_TAKEN"
    text = LocalizedText(
        "Đã có phòng dùng mã này. Chọn mã khác.", "Another room has this key. Choose another key."
    )


class ResourceKeyTaken(ConflictException):
    code = "RESOURCE_KEY_TAKEN"
    text = LocalizedText(
        "Đã có giường hoặc thiết bị dùng mã này. Chọn mã khác.",
        "Another bed or device has this key. Choose another key.",
    )


class RoomElsewhere(ConflictException):
    code = "ROOM_ELSEWHERE"
    text = LocalizedText(
        "Chi nhánh này không có phòng đó. Chọn phòng khác.",
        "This branch does not have that room. Choose another room.",
    )


class OutageOverlaps(ConflictException):
    """`details` names the other outages: their ids, and their times as ISO 8601 intervals."""

    code = "OUTAGE_OVERLAPS"
    text = LocalizedText(
        "Giường hoặc máy này đã được báo hỏng vào lúc đó. Chọn thời gian khác.",
        "This bed or device already has an outage at that time. Choose another time.",
    )

    @classmethod
    def naming(cls, outages: Sequence[tuple[UUID, Span]], zone: ZoneInfo) -> Self:
        """Return the error for outages at that time, given their ids and times, the first first."""
        details: list[dict[str, str | LocalizedText]] = [
            {
                "field": str(outage_id),
                "message": LocalizedText(
                    f"Báo hỏng {local_interval(*span, zone)}.", f"Outage on {local_interval(*span, zone)}."
                ),
                "type": "outage",
                "value": iso_interval(*span),
            }
            for outage_id, span in outages
        ]
        times = local_interval(*outages[0][1], zone)
        text = LocalizedText(
            f"Giường hoặc máy này đã được báo hỏng {times}. Chọn thời gian khác.",
            f"This bed or device already has an outage on {times}. Choose another time.",
        )
        return cls(text, details=details)
