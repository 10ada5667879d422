"""A payment before it is written down."""

from typing import NamedTuple
from uuid import UUID

from app.modules.sale.kinds import Method


class NewPayment(NamedTuple):
    """A payment that is taken for a bill."""

    method: Method
    amount: int
    tendered: int | None = None
    reference: str = ""
    gift_card_id: UUID | None = None
    course_session_id: UUID | None = None
    deposit_id: UUID | None = None
    bank_transfer_id: UUID | None = None
