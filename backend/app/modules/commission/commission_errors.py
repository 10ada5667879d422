"""Errors of commissions."""

from app.common.types.localized import LocalizedText
from app.core.exceptions import ConflictException, NotFoundException


class CommissionRuleNotFound(NotFoundException):
    code = "COMMISSION_RULE_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy mức hoa hồng này. Tải lại rồi chọn lại.",
        "There is no such commission rule. Reload and choose again.",
    )


class CommissionRuleOverlaps(ConflictException):
    code = "COMMISSION_RULE_OVERLAPS"
    text = LocalizedText(
        "Đã có mức hoa hồng cho mục này trong những ngày đó. Đặt ngày kết thúc cho mức cũ trước.",
        "There is a rule for the same on these days. Let the other one end before.",
    )


class CommissionRuleUsed(ConflictException):
    code = "COMMISSION_RULE_USED"
    text = LocalizedText(
        "Đã có người nhận hoa hồng theo mức này nên không xóa được. Đặt ngày kết thúc thay vì xóa.",
        "A commission was earned by this rule, so it cannot be deleted. Set its last day instead.",
    )
