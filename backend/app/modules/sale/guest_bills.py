"""The bills that guests are on, for the board."""

from collections.abc import Collection
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.queries import fetch_raw

_BILLS = "SELECT appointment_id, sale_id, state FROM zenspa_bills_of_guests($1) ORDER BY appointment_id"


class BillState(StrEnum):
    """The extent to which a guest has paid."""

    OPEN = "open"
    """A bill of which no part is paid."""
    PART = "part"
    """A part is paid, and a bill is still open."""
    REST = "rest"
    """All bills are closed, but not all that the guest has had is on one."""
    PAID = "paid"
    REFUNDED = "refunded"
    """Everything that was paid was given back. It can be billed again."""


class GuestBill(NamedTuple):
    """The bill of an appointment."""

    appointment_id: UUID
    sale_id: UUID
    """The open bill, or else the newest."""
    state: BillState


async def read_guest_bills(session: AsyncSession, appointment_ids: Collection[UUID]) -> list[GuestBill]:
    """Return the bills of those appointments that have one. An empty collection issues no query."""
    if not appointment_ids:
        return []
    rows = await fetch_raw(session, _BILLS, [*appointment_ids])
    return [GuestBill(appointment_id, sale_id, BillState(state)) for appointment_id, sale_id, state in rows]
