"""The lines of visits: what their guests had and have to pay for, as agreed."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.queries import fetch_raw
from app.modules.booking.booking_errors import VisitNotFound
from app.modules.booking.status.status import AppointmentStatus as Status

# A guest's treatments in order, each with its add-ons behind it.
_BILLABLE = """
SELECT item.item_id, item.visit_id, item.branch_id, item.status, item.customer_id, item.variant_id, item.add_on_id, item.price,
    item.staff_id, EXISTS (
        SELECT FROM sale_line AS line
        WHERE line.item_id = item.item_id AND line.is_live AND line.sale_id IS DISTINCT FROM $2::uuid
    )
FROM billable_item AS item WHERE item.visit_id = ANY($1::uuid[])
ORDER BY item.starts_at, item.appointment_id, item.position, item.add_on_id NULLS FIRST
"""
_TO_PAY = {Status.PENDING, Status.CONFIRMED, Status.ARRIVED, Status.IN_SERVICE, Status.COMPLETED}


class BillableItem(NamedTuple):
    """A treatment of a guest, or an add-on of one."""

    item_id: UUID
    visit_id: UUID
    branch_id: UUID
    status: Status
    customer_id: UUID | None
    variant_id: UUID | None
    add_on_id: UUID | None
    price: int
    staff_id: UUID | None
    """The therapist who does it."""
    is_billed: bool
    is_fee: bool = False
    """Whether the guest has missed it, and pays a part of its price."""

    def as_fee(self, percent: int) -> "BillableItem":
        """Return the fee for a treatment that the guest has missed: half a đồng is rounded up."""
        return self._replace(price=(self.price * percent + 50) // 100, is_fee=True)

    @property
    def sold_id(self) -> UUID:
        """The variant or the add-on."""
        sold = self.variant_id or self.add_on_id
        assert sold is not None
        return sold


async def read_billable(
    session: AsyncSession,
    branch_id: UUID,
    visit_ids: Collection[UUID],
    fees: Mapping[Status, int],
    *,
    on_bill: UUID | None = None,
) -> list[BillableItem]:
    """Return what the guests of these visits have to pay for and what is on no bill yet, but perhaps on this one.

    Args:
        fees: The percentage of a treatment's price that a guest pays who has missed it, by the status of the appointment.

    Raises:
        VisitNotFound: There is no such visit in the branch.
    """
    if not visit_ids:
        return []
    rows = await fetch_raw(session, _BILLABLE, [*visit_ids], on_bill)
    items = [BillableItem(*row) for row in rows]
    if {item.visit_id for item in items if item.branch_id == branch_id} != {*visit_ids}:
        raise VisitNotFound
    return [
        item if item.status in _TO_PAY else item.as_fee(fees[item.status])
        for item in items
        if not item.is_billed
        and (item.status in _TO_PAY or (item.variant_id is not None and fees.get(item.status)))
    ]


def payer_of(items: Iterable[BillableItem]) -> UUID | None:
    """Return the first customer that the spa knows among the guests."""
    return next((item.customer_id for item in items if item.customer_id is not None), None)
