"""Errors of cash drawers."""

from app.common.types.localized import LocalizedText
from app.core.exceptions import ConflictException, NotFoundException


class DrawerNotFound(NotFoundException):
    code = "DRAWER_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy ca két này. Tải lại rồi chọn lại.",
        "There is no such drawer session. Reload and choose again.",
    )


class DrawerClosed(ConflictException):
    code = "DRAWER_CLOSED"
    text = LocalizedText(
        "Két chưa mở. Mở ca két, đếm tiền đầu ca, rồi làm lại.",
        "The drawer is closed. Open it with the counted cash, then try again.",
    )


class DrawerOpen(ConflictException):
    code = "DRAWER_OPEN"
    text = LocalizedText(
        "Két đang mở rồi. Chốt ca đang mở trước khi mở ca mới.",
        "The drawer is open already. Close that session before you open another.",
    )


class NotEnoughCash(ConflictException):
    code = "NOT_ENOUGH_CASH"
    text = LocalizedText(
        "Trong két không có đủ tiền mặt. Kiểm tra lại số tiền.",
        "There is not that much cash in the drawer. Check the amount.",
    )
