"""Rows of bills, past the API."""

from datetime import date
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from app.common.types.localized import LocalizedText
from app.modules.payment.transfer_code import new_transfer_code
from app.modules.sale.kinds import Method
from app.modules.sale.sale_models import Payment, Sale, SaleLine

_DAY = date(2026, 12, 1)


def sale_row(branch_id: UUID, **values: Any) -> Sale:
    """Return an open bill."""
    return Sale(id=uuid7(), branch_id=branch_id, transfer_code=new_transfer_code(), priced_on=_DAY, **values)


def sale_line_row(sale_id: UUID, *, variant_id: UUID, unit_price: int) -> SaleLine:
    """Return a line for a treatment, without tax."""
    return SaleLine(
        id=uuid7(),
        sale_id=sale_id,
        position=0,
        kind="service",
        name=LocalizedText("Massage", "Massage"),
        variant_id=variant_id,
        unit_price=unit_price,
        agreed_price=unit_price,
        gross=unit_price,
        tax_rate=0,
        tax=0,
    )


def payment_row(sale: Sale, amount: int, method: Method = Method.CARD) -> Payment:
    return Payment(
        id=uuid7(),
        sale_id=sale.id,
        branch_id=sale.branch_id,
        method=method,
        amount=amount,
        business_day=_DAY,
        z_number=1,
    )
