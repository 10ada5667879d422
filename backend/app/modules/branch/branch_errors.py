"""Errors of branches and their opening hours."""

from collections.abc import Sequence
from datetime import date
from typing import Self
from uuid import UUID

from app.common.types.localized import LocalizedText
from app.core.exceptions import ConflictException, NotFoundException


class BranchNotFound(NotFoundException):
    code = "BRANCH_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy chi nhánh này. Tải lại rồi chọn lại.",
        "There is no such branch. Reload and choose again.",
    )


class NoOnlineBooking(NotFoundException):
    """One answer for a branch that does not exist, one that is closed, and one that has online booking off."""

    code = "NO_ONLINE_BOOKING"
    text = LocalizedText(
        "Chi nhánh này chưa nhận đặt online. Vui lòng gọi spa để đặt lịch.",
        "This branch cannot be booked online. Please call the spa.",
    )


class BranchKeyTaken(ConflictException):
    code = "BRANCH_KEY_TAKEN"
    text = LocalizedText(
        "Đã có chi nhánh dùng mã này. Chọn mã khác.", "Another branch has this key. Choose another key."
    )


class BankAccountNeeded(ConflictException):
    """Deposits are transferred to the bank account of the branch."""

    code = "BANK_ACCOUNT_NEEDED"
    text = LocalizedText(
        "Cần tài khoản nhận chuyển khoản để nhận cọc. Nhập tài khoản ngân hàng trước.",
        "Deposits need a bank account of the branch. Enter the account first.",
    )


class SameBranch(ConflictException):
    code = "SAME_BRANCH"
    text = LocalizedText(
        "Đây là cùng một chi nhánh. Chọn hai chi nhánh khác nhau.",
        "This is one branch. Choose two different branches.",
    )


class SpecialHoursNotFound(NotFoundException):
    code = "SPECIAL_HOURS_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy giờ đặc biệt này. Tải lại rồi chọn lại.",
        "There are no such special hours. Reload and choose again.",
    )


class SpecialHoursOverlap(ConflictException):
    """`details` names the other special hours: their ids, and their first and last days."""

    code = "SPECIAL_HOURS_OVERLAP"
    text = LocalizedText(
        "Một trong các ngày này đã có giờ đặc biệt. Xóa giờ cũ trước.",
        "One of these days already has special opening hours. Delete those first.",
    )

    @classmethod
    def naming(cls, others: Sequence[tuple[UUID, date, date, str]]) -> Self:
        """Return the error for special hours on these days, given their ids, first and last days and reasons."""
        names = [
            (f"{first:%d/%m/%Y}" if first == last else f"{first:%d/%m/%Y}–{last:%d/%m/%Y}")
            + (f" ({reason})" if reason else "")
            for _, first, last, reason in others
        ]
        details: list[dict[str, str | LocalizedText]] = [
            {
                "field": str(special_hours_id),
                "message": LocalizedText(f"Giờ đặc biệt {name}.", f"Special hours on {name}."),
                "type": "special_hours",
                "value": f"{first}/{last}",
            }
            for name, (special_hours_id, first, last, _) in zip(names, others, strict=True)
        ]
        text = LocalizedText(
            f"Đã có giờ đặc biệt {names[0]}. Xóa giờ cũ trước.",
            f"There are special opening hours on {names[0]} already. Delete those first.",
        )
        return cls(text, details=details)
