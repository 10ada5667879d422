"""The receipt of a bill as a page: for printers of 58 and 80 mm and for A5, and for the phone of the guest.

The page is opened by a link that is signed and ends after 90 days, because neither a printer nor a guest has a token. It
loads its own style and script and nothing else.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.common.money import money_text
from app.common.types.localized import LocalizedText
from app.core.database import SessionDep
from app.core.exceptions import NotFoundException, preferred_language
from app.core.security import read_signed, sign
from app.http.files import StoredFile, load_file, respond_with_file
from app.modules.branch.branch_service import get_branch
from app.modules.identity.access import CurrentUser
from app.modules.payment.payment_errors import NoBankAccount
from app.modules.payment.payment_schemas import TransferCodeRead
from app.modules.payment.payment_service import draw_transfer_code
from app.modules.sale.kinds import Method, SaleStatus
from app.modules.sale.sale_errors import SaleNotFound
from app.modules.sale.sale_schemas import SaleRead
from app.modules.sale.sale_service import read_bill, read_sale

VALID_FOR = timedelta(days=90)
_PURPOSE = "receipt"
_FOLDER = Path(__file__).parent
_FILES: dict[str, StoredFile] = {
    path.name: load_file(path) for path in sorted((_FOLDER / "static").iterdir())
}
_BUILD = sha256(b"".join(file.content for file in _FILES.values())).hexdigest()[:12]
_ADDRESSES = {name: f"/receipt/static/{_BUILD}/{name}" for name in _FILES}
_templates = Environment(
    loader=FileSystemLoader(_FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_templates.filters["money"] = money_text
_TEXTS = {
    "receipt": LocalizedText("Phiếu thanh toán", "Receipt"),
    "draft": LocalizedText("Phiếu tạm tính", "Bill"),
    "void": LocalizedText("Phiếu đã hủy", "Void bill"),
    "number": LocalizedText("Số", "No."),
    "tax_code": LocalizedText("MST", "Tax code"),
    "buyer": LocalizedText("Khách:", "Guest:"),
    "item": LocalizedText("Dịch vụ, sản phẩm", "Item"),
    "amount": LocalizedText("Thành tiền", "Amount"),
    "discount": LocalizedText("Giảm", "Discount"),
    "by_course": LocalizedText("Trừ vào liệu trình", "Paid by a session of a course"),
    "refunded": LocalizedText("Đã hoàn", "Refunded"),
    "tip": LocalizedText("Tip", "Tip"),
    "total": LocalizedText("Tổng cộng", "Total"),
    "change": LocalizedText("Tiền thối lại", "Change"),
    "due": LocalizedText("Còn phải trả", "To pay"),
    "tax_included": LocalizedText("Giá đã gồm thuế GTGT", "VAT included"),
    "scan": LocalizedText("Quét mã để chuyển khoản", "Scan to pay by bank transfer"),
    "qr": LocalizedText("Mã VietQR", "VietQR code"),
    "thanks": LocalizedText("Cảm ơn quý khách. Hẹn gặp lại!", "Thank you. See you again!"),
    "not_a_receipt": LocalizedText("Phiếu tạm tính, chưa thanh toán.", "This bill is not paid yet."),
    "other_language": LocalizedText("English", "Tiếng Việt"),
}
_METHODS = {
    Method.CASH: LocalizedText("Tiền mặt", "Cash"),
    Method.TRANSFER: LocalizedText("Chuyển khoản", "Bank transfer"),
    Method.CARD: LocalizedText("Thẻ", "Card"),
    Method.GIFT_CARD: LocalizedText("Thẻ quà tặng", "Gift card"),
    Method.COURSE: LocalizedText("Liệu trình", "Course"),
    Method.DEPOSIT: LocalizedText("Tiền cọc", "Deposit"),
}

type Paper = Literal["58", "80", "a5"]


class ReceiptLink(BaseModel):
    path: str = Field(
        description="The address of the receipt without the host. `paper=58`, `80` or `a5`, `lang=vi` or `en` and `print`"
        " can be added to it."
    )


async def link_receipt(session: AsyncSession, user: CurrentUser, sale_id: UUID) -> ReceiptLink:
    """Return the link of a bill's receipt.

    Raises:
        SaleNotFound
    """
    bill = await read_sale(session, user, sale_id)
    ends_at = utc_now() + VALID_FOR
    return ReceiptLink(path=f"/receipt/{sign(_PURPOSE, [str(bill.id), int(ends_at.timestamp())])}")


pages = APIRouter()


@pages.get("/receipt/static/{build}/{name}", include_in_schema=False)
async def get_receipt_file(request: Request, build: str, name: str) -> Response:
    """Return the style or the script of the receipt."""
    file = _FILES.get(name)
    if file is None or build != _BUILD:
        raise NotFoundException
    return respond_with_file(request, file)


@pages.get("/receipt/{token}", include_in_schema=False)
async def show_receipt(
    request: Request, session: SessionDep, token: str, paper: Paper = "80", lang: str = ""
) -> Response:
    """Show the receipt that a link names."""
    request.scope["guest_page"] = "visit"
    content = read_signed(_PURPOSE, token)
    if content is None or content[1] < utc_now().timestamp():
        raise SaleNotFound
    bill = await read_bill(session, UUID(content[0]))
    language = (
        lang
        if lang in LocalizedText._fields
        else preferred_language(request.headers.get("accept-language", ""))
    )
    html = await _render(session, bill, paper, language)
    headers = {"Cache-Control": "no-store", "Content-Language": language}
    return Response(html, media_type="text/html; charset=utf-8", headers=headers)


async def _render(session: AsyncSession, bill: SaleRead, paper: Paper, language: str) -> str:
    branch = await get_branch(session, bill.branch_id)
    translate = partial(_translate, language)
    at = (bill.closed_at or bill.created_at).astimezone(ZoneInfo(branch.time_zone))
    return _templates.get_template("receipt.html").render(
        bill=bill,
        branch=branch,
        paper=paper,
        language=language,
        files=_ADDRESSES,
        t=translate,
        heading={SaleStatus.CLOSED: "receipt", SaleStatus.OPEN: "draft", SaleStatus.VOID: "void"}[
            bill.status
        ],
        label="" if bill.number is None or bill.year is None else f"{bill.year}-{bill.number:06}",
        at=f"{at:%H:%M %d/%m/%Y}",
        sums=_sums(bill, translate, language),
        taxes=_taxes(bill),
        code=await _code(session, bill),
        switch=f"?paper={paper}&lang={'vi' if language == 'en' else 'en'}",
    )


def _translate(language: str, key: str) -> str:
    return _TEXTS[key].in_language(language)


def _sums(bill: SaleRead, t: Callable[[str], str], language: str) -> list[tuple[str, int, str]]:
    """Return the rows below the lines: the name, the amount and the class of each."""
    rows = [(f"{t('tip')} · {tip.staff_name}", tip.amount, "") for tip in bill.tips]
    rows.append((t("total"), bill.total + bill.tip, "total"))
    for payment in bill.payments:
        name = _METHODS[payment.method].in_language(language)
        rows.append((name, payment.tendered or payment.amount, ""))
        if payment.tendered is not None and payment.tendered > payment.amount:
            rows.append((t("change"), payment.tendered - payment.amount, "change"))
    if bill.status is SaleStatus.OPEN and bill.paid:
        rows.append((t("due"), bill.due, "total"))
    if refunded := sum(refund.amount for refund in bill.refunds):
        rows.append((t("refunded"), refunded, ""))
    return rows


def _taxes(bill: SaleRead) -> list[tuple[str, int]]:
    """Return the tax of each rate. That of a session was paid with its course."""
    taxes: dict[int, int] = {}
    for line in bill.lines:
        if line.tax and line.course_session_id is None:
            taxes[line.tax_rate] = taxes.get(line.tax_rate, 0) + line.tax
    return [(f"{rate / 100:g}%", taxes[rate]) for rate in sorted(taxes)]


async def _code(session: AsyncSession, bill: SaleRead) -> TransferCodeRead | None:
    if bill.status is not SaleStatus.OPEN or not bill.due:
        return None
    try:
        return await draw_transfer_code(session, bill.branch_id, bill.due, bill.transfer_code)
    except NoBankAccount:
        return None
