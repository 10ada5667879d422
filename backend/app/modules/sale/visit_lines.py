"""The lines of visits: what their guests had and have to pay for, as agreed."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.money import share
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

    def as_fee(self, percent: int, deposit: int = 0) -> "BillableItem":
        """Return the fee for a treatment that the guest has missed: half a đồng is rounded up. A deposit for it that the
        branch keeps is the least of it."""
        return self._replace(price=max((self.price * percent + 50) // 100, deposit), is_fee=True)

    @property
    def sold_id(self) -> UUID:
        """The variant or the add-on."""
        sold = self.variant_id or self.add_on_id
        assert sold is not None
        return sold


async def read_billable(  # noqa: PLR0913 - whose, and by which rules
    session: AsyncSession,
    branch_id: UUID,
    visit_ids: Collection[UUID],
    fees: Mapping[Status, int],
    *,
    on_bill: UUID | None = None,
    to_keep: Mapping[UUID, int] | None = None,
) -> list[BillableItem]:
    """Return what the guests of these visits have to pay for and what is on no bill yet, but perhaps on this one.

    Args:
        fees: The percentage of a treatment's price that a guest pays who has missed it, by the status of the appointment.
        to_keep: By visit, what is left of a deposit that guests lose with the treatments that they miss.

    Raises:
        VisitNotFound: There is no such visit in the branch.
    """
    if not visit_ids:
        return []
    rows = await fetch_raw(session, _BILLABLE, [*visit_ids], on_bill)
    items = [BillableItem(*row) for row in rows]
    if {item.visit_id for item in items if item.branch_id == branch_id} != {*visit_ids}:
        raise VisitNotFound
    deposits = _deposits_of(items, to_keep or {})
    to_bill = (_to_bill(item, fees, deposits.get(item.item_id, 0)) for item in items if not item.is_billed)
    return [item for item in to_bill if item is not None]


def _to_bill(item: BillableItem, fees: Mapping[Status, int], deposit: int) -> BillableItem | None:
    """Return what the guest pays for a treatment or an add-on: its price, a fee, or nothing."""
    if item.status in _TO_PAY:
        return item
    percent = fees.get(item.status)
    if item.variant_id is None or percent is None or not (percent or deposit):
        return None
    return item.as_fee(percent, deposit)


def _deposits_of(items: Iterable[BillableItem], to_keep: Mapping[UUID, int]) -> dict[UUID, int]:
    """Return the part of a visit's deposit that is for each treatment, by the treatments' prices."""
    parts: dict[UUID, int] = {}
    for visit_id, deposit in to_keep.items():
        prices = {
            item.item_id: item.price
            for item in items
            if item.visit_id == visit_id and item.variant_id is not None and not item.is_billed
        }
        if any(prices.values()):
            parts |= zip(prices, share(deposit, [*prices.values()]), strict=True)
    return parts


def payer_of(items: Iterable[BillableItem]) -> UUID | None:
    """Return the first customer that the spa knows among the guests."""
    return next((item.customer_id for item in items if item.customer_id is not None), None)
