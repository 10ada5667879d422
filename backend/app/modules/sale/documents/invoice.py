"""The invoice document of a bill: all that a cash-register e-invoice needs (Decree 254/2026, Circular 91/2026), frozen.

It names no provider and no format of one. A provider turns it into an invoice with a symbol and a code of the tax office;
none is connected yet. A failure there never touches a payment, because the document is written first.
"""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from pydantic import BaseModel, Field

from app.common.schemas import Bilingual
from app.modules.sale.documents.amount_in_words import amount_in_words
from app.modules.sale.kinds import LineKind, Method
from app.modules.sale.sale_schemas import Buyer, RefundRead, SaleLineRead, SaleRead

CONSUMER = "Bán cho người tiêu dùng"
"""The buyer of an invoice without a name (Decree 254/2026)."""


class DocumentKind(StrEnum):
    """A bill, or what a refund takes back of it."""

    SALE = "sale"
    ADJUSTMENT = "adjustment"


class Seller(BaseModel):
    """The branch that sells."""

    name: str = Field(description="The registered name.")
    tax_code: str | None
    branch: str
    address: str
    phone: str | None


class InvoiceLine(BaseModel):
    """A line. Amounts are đồng; the net is without tax."""

    name: Bilingual
    quantity: int
    unit_price: int = Field(description="With tax.")
    discount: int
    net: int
    tax_rate: int | None = Field(description="Hundredths of a percent. null: it is not subject to VAT.")
    tax: int
    gross: int


class TaxTotal(BaseModel):
    """The lines of one rate."""

    rate: int | None
    net: int
    tax: int
    gross: int


class TenderTotal(BaseModel):
    method: Method
    amount: int


class InvoiceContent(BaseModel):
    """All that is invoiced of a bill, without the seller. Gift cards are invoiced when they are used, sessions were when the course was sold."""

    version: int = 1
    kind: DocumentKind
    sale_id: UUID
    refund_id: UUID | None
    year: int
    number: int = Field(description="Of the bill.")
    issued_at: datetime
    business_day: date
    currency: str = "VND"
    buyer: Buyer
    lines: list[InvoiceLine]
    taxes: list[TaxTotal]
    net: int
    tax: int
    gross: int
    in_words: str = Field(description="The gross in Vietnamese words.")
    tenders: list[TenderTotal]
    reason: str = Field(description="Of an adjustment.")


class InvoiceDocument(InvoiceContent):
    """All that a provider needs to make an e-invoice."""

    seller: Seller


class InvoiceRead(BaseModel):
    """A document, and whether a provider has made an invoice of it."""

    id: UUID
    document: InvoiceDocument
    is_sent: bool = Field(description="false: no provider is connected yet.")


class InvoiceProvider(Protocol):
    """A service that makes e-invoices of documents. None is connected yet."""

    async def issue(self, document: InvoiceDocument) -> str:
        """Return the reference of the invoice."""


PROVIDER: InvoiceProvider | None = None


def invoice_of(bill: SaleRead) -> InvoiceContent | None:
    """Return the document of a closed bill; None if nothing on it is invoiced."""
    lines = [
        _line(line, line.quantity, line.discount, line.gross, line.tax)
        for line in bill.lines
        if _is_invoiced(line)
    ]
    assert bill.closed_at is not None
    assert bill.business_day is not None
    return _document(bill, lines, at=bill.closed_at, day=bill.business_day)


def adjustment_of(bill: SaleRead, refund: RefundRead) -> InvoiceContent | None:
    """Return the document of a refund, with negative amounts; None if nothing of it was invoiced."""
    lines = {line.id: line for line in bill.lines}
    parts = [
        _line(line, 1, 0, -part.amount, -part.tax)
        for part in refund.parts
        if part.sale_line_id is not None and _is_invoiced(line := lines[part.sale_line_id])
    ]
    return _document(bill, parts, at=refund.created_at, day=refund.business_day, refund=refund)


def _is_invoiced(line: SaleLineRead) -> bool:
    return line.kind is not LineKind.GIFT_CARD and line.course_session_id is None and line.gross > 0


def _line(line: SaleLineRead, quantity: int, discount: int, gross: int, tax: int) -> InvoiceLine:
    return InvoiceLine(
        name=line.name,
        quantity=quantity,
        unit_price=line.unit_price,
        discount=discount,
        net=gross - tax,
        tax_rate=None if line.kind is LineKind.FEE else line.tax_rate,
        tax=tax,
        gross=gross,
    )


def _document(
    bill: SaleRead,
    lines: Sequence[InvoiceLine],
    *,
    at: datetime,
    day: date,
    refund: RefundRead | None = None,
) -> InvoiceContent | None:
    if not lines:
        return None
    assert bill.year is not None
    assert bill.number is not None
    gross = sum(line.gross for line in lines)
    payments = {payment.id: payment.method for payment in bill.payments}
    tenders: dict[Method, int] = {}
    if refund is None:
        for payment in bill.payments:
            tenders[payment.method] = tenders.get(payment.method, 0) + payment.amount
    else:
        for part in refund.parts:
            if part.payment_id is not None:
                method = payments[part.payment_id]
                tenders[method] = tenders.get(method, 0) - part.amount
    return InvoiceContent(
        kind=DocumentKind.SALE if refund is None else DocumentKind.ADJUSTMENT,
        sale_id=bill.id,
        refund_id=None if refund is None else refund.id,
        year=bill.year,
        number=bill.number,
        issued_at=at,
        business_day=day,
        buyer=bill.buyer or Buyer(name=bill.customer_name or CONSUMER),
        lines=[*lines],
        taxes=_totals(lines),
        net=sum(line.net for line in lines),
        tax=sum(line.tax for line in lines),
        gross=gross,
        in_words=amount_in_words(gross),
        tenders=[TenderTotal(method=method, amount=amount) for method, amount in tenders.items()],
        reason="" if refund is None else refund.reason,
    )


def _totals(lines: Sequence[InvoiceLine]) -> list[TaxTotal]:
    totals: dict[int | None, TaxTotal] = {}
    for line in lines:
        total = totals.setdefault(line.tax_rate, TaxTotal(rate=line.tax_rate, net=0, tax=0, gross=0))
        total.net += line.net
        total.tax += line.tax
        total.gross += line.gross
    return [totals[rate] for rate in sorted(totals, key=lambda rate: -1 if rate is None else rate)]
