"""The errors that guests without an account read."""

from typing import Self

from app.common.types.localized import LocalizedText
from app.core.exceptions import ConflictException, ForbiddenException, NotFoundException


class GuestLinkNotFound(NotFoundException):
    """The token is unknown, or its link has ended or was revoked: one answer for all three."""

    code = "GUEST_LINK_NOT_FOUND"
    text = LocalizedText(
        "Liên kết này không còn mở được. Vui lòng gọi spa để được hỗ trợ.",
        "This link cannot be opened any more. Please call the spa.",
    )


class CallTheBranch(ConflictException):
    """A limit of the branch. The answer is the same for every limit, so that it tells nothing about a phone number."""

    code = "CALL_THE_BRANCH"
    text = LocalizedText(
        "Chưa đặt online được. Vui lòng gọi chi nhánh để đặt lịch.",
        "This cannot be booked online now. Please call the branch.",
    )

    @classmethod
    def named(cls, phone: str | None) -> Self:
        """Return the error with the phone number of the branch, if it has one."""
        if phone is None:
            return cls()
        return cls(
            LocalizedText(
                f"Chưa đặt online được. Vui lòng gọi chi nhánh {phone} để đặt lịch.",
                f"This cannot be booked online now. Please call the branch at {phone}.",
            )
        )


class WrongCode(ConflictException):
    code = "WRONG_CODE"
    text = LocalizedText(
        "Mã xác nhận chưa đúng hoặc đã hết hạn. Kiểm tra lại, hoặc lấy mã mới.",
        "The code is wrong or has expired. Please check it, or request a new one.",
    )


class CodeNeeded(ConflictException):
    code = "CODE_NEEDED"
    text = LocalizedText(
        "Cần mã xác nhận gửi đến email. Vui lòng lấy mã rồi nhập lại.",
        "A code from your mailbox is needed. Please request one and enter it.",
    )


class NoCodeNeeded(ConflictException):
    code = "NO_CODE_NEEDED"
    text = LocalizedText(
        "Lịch hẹn này không cần mã xác nhận. Tải lại để xem lịch hẹn.",
        "This visit needs no code. Reload to see it.",
    )


class NoGuestLink(NotFoundException):
    code = "NO_GUEST_LINK"
    text = LocalizedText(
        "Lịch hẹn này không có liên kết riêng của khách. Tải lại để xem lịch mới nhất.",
        "This visit has no private link of a guest. Reload to see the latest.",
    )


class ForeignPage(ForbiddenException):
    """A browser sent the request for a page of another site."""

    code = "FOREIGN_PAGE"
    text = LocalizedText(
        "Trang này không phải trang đặt lịch của spa. Mở lại địa chỉ đặt lịch rồi thử lại.",
        "The request did not come from the booking page. Open the address of the spa and try again.",
    )
