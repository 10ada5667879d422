"""The till of the demo spa: bills of the last weeks with their payments, so that reports, courses and Z reports have something
to show.

Everything is done by the services of the desk, at the hour of then. Each branch has its own people, so that the branches are
seeded side by side.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import clock_at, utc_now
from app.common.schemas import Bilingual
from app.core.exceptions import ZenSpaException
from app.db.transactions import run_in_transaction
from app.modules.availability.availability_schemas import TreatmentWish
from app.modules.bank_transfer.bank_transfer_service import receive
from app.modules.booking.booking_schemas import GuestBooking, VisitCreate, VisitRead
from app.modules.booking.booking_service import create_visit
from app.modules.branch import branch_service
from app.modules.branch.branch_schemas import BranchRead, OpenQuery
from app.modules.catalogue import catalogue_service
from app.modules.catalogue.catalogue_schemas import VariantRead
from app.modules.course.course_models import CustomerCourse
from app.modules.course.course_schemas import CoursePlanCreate
from app.modules.course.plans import create_plan
from app.modules.customer.customer_models import Customer
from app.modules.drawer import drawer_service
from app.modules.drawer.drawer_schemas import DrawerClosing, DrawerOpening, MovementCreate
from app.modules.drawer.kinds import MovementKind
from app.modules.identity.access import SYSTEM_USER, CurrentUser
from app.modules.identity.identity_models import User
from app.modules.payment.bank_notice import BankNotice, Provider
from app.modules.product.product_models import Product
from app.modules.sale.kinds import LineKind, Method
from app.modules.sale.payments import take_payments
from app.modules.sale.refunds import refund_sale
from app.modules.sale.sale_models import Sale
from app.modules.sale.sale_schemas import (
    PaymentInput,
    PaymentsCreate,
    RefundCreate,
    RefundedLine,
    SaleContent,
    SaleCreate,
    SaleLineInput,
    SaleRead,
)
from app.modules.sale.sale_service import create_sale
from app.modules.staff.roster import fill as roster_fill
from app.modules.staff.roster.schemas import ShiftFill

_DAYS = 30
_FLOAT = 500_000
"""The most that stays in the drawer over night."""
_OPENS, _CLOSES = time(9), time(23)
_HOURS = (11, 13, 15, 17)
_STAY = timedelta(hours=4)
"""The time after which every guest has left and pays."""
_TIPS = (0, 0, 20_000, 50_000, 100_000)
_DISCOUNTS = (0, 0, 0, 0, 0, 10)
_METHODS = (Method.CASH, Method.CASH, Method.TRANSFER, Method.TRANSFER, Method.CARD)
_MUCH = 1_000_000
"""A price of which a guest with a card pays a part in cash."""
_WEEKEND = 5
"""The weekday from which more guests come, Friday; Monday is 1."""
# What happens so many days before today; or, if the branch is closed then, on the next day.
_COURSE, _GIFT_CARD, _GIFT_CARD_USED, _REFUND = 27, 22, 9, 6
_USES, _SHORT, _EXPENSES = (24, 20, 15, 10, 4), (11, 19), (3, 12, 21, 28)


@dataclass
class _Branch:
    """A branch, and what its days need to know of it."""

    branch: BranchRead
    desk: CurrentUser
    admin: CurrentUser
    customers: Sequence[UUID]
    variants: Sequence[VariantRead]
    products: Sequence[UUID]
    plan_id: UUID
    rng: random.Random
    days: dict[int, date]
    """The past days on which it was open, by how long ago they are."""
    to_do: dict[str, int]
    """The days before today from which on the first guest buys a course or a gift card, or brings something back."""
    course_id: UUID | None = None
    gift_card_id: UUID | None = None
    left: int = _FLOAT
    """The cash in the drawer over night."""
    bills: int = 0

    def at(self, day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, ZoneInfo(self.branch.time_zone))

    def is_time_for(self, deed: str, ago: int) -> bool:
        return 0 < ago <= self.to_do.get(deed, 0)

    def key(self, day: date, name: str) -> str:
        """Return the idempotency key of something that the desk did on a day."""
        return f"demo-{self.branch.key}-{day}-{name}"


async def seed_till(desk: str, admin: str) -> int:
    """Sell for a month in every branch of the demo spa, unless there is a bill already. Return the number of bills.

    Args:
        desk: The email of the user who takes the money.
        admin: That of the one who gives some of it back.
    """
    branches = await run_in_transaction(lambda session: _draw_branches(session, desk, admin))
    await asyncio.gather(*(_seed_branch(branch) for branch in branches))
    if branches:
        await _receive_unknown_transfer()
    return sum(branch.bills for branch in branches)


async def _draw_branches(session: AsyncSession, desk: str, admin: str) -> list[_Branch]:
    if await session.scalar(select(Sale.id).limit(1)) is not None:
        return []
    clerk, manager = [
        replace(SYSTEM_USER, id=(await session.scalars(select(User.id).where(User.email == email))).one())
        for email in (desk, admin)
    ]
    customers = (await session.scalars(select(Customer.id).order_by(Customer.id).limit(300))).all()
    products = (await session.scalars(select(Product.id).order_by(Product.key))).all()
    variants = [
        variant
        for category in await catalogue_service.read_catalogue(session)
        for service in category.services
        for variant in service.variants
    ]
    covered = variants[0]
    plan = CoursePlanCreate(
        key="massage-10",
        name=Bilingual(vi="Liệu trình 10 buổi massage", en="Ten massages"),
        price=9 * covered.price,
        sessions=10,
        valid_days=365,
        variant_ids=[covered.id],
    )
    plan_id = (await create_plan(session, SYSTEM_USER, plan)).id
    branches = await branch_service.list_branches(session)
    days = {branch.id: await _days_of(session, branch) for branch in branches}
    return [
        _Branch(
            branch,
            clerk,
            manager,
            customers[number :: len(branches)],
            variants,
            products,
            plan_id,
            random.Random(branch.key),  # noqa: S311 - the demo is the same everywhere
            days[branch.id],
            {"course": _COURSE, "gift_card": _GIFT_CARD} | ({"refund": _REFUND} if number == 1 else {}),
        )
        for number, branch in enumerate(branches)
    ]


async def _days_of(session: AsyncSession, branch: BranchRead) -> dict[int, date]:
    """Add the shifts of the past days, and return those on which the branch was open, the oldest first."""
    zone = ZoneInfo(branch.time_zone)
    today = datetime.now(zone).date()
    past = {"first_day": today - timedelta(days=_DAYS), "last_day": today - timedelta(days=1)}
    await roster_fill.fill_shifts(session, SYSTEM_USER, ShiftFill(branch_id=branch.id, **past))
    spans = await branch_service.list_open_spans(session, branch.id, OpenQuery(**past))
    days = sorted({span.start.astimezone(zone).date() for span in spans})
    return {(today - day).days: day for day in days}


async def _seed_branch(branch: _Branch) -> None:
    for ago, day in branch.days.items():
        await _seed_day(branch, day, ago)


async def _seed_day(branch: _Branch, day: date, ago: int) -> None:
    """Open the drawer, sell, and close it with a count."""
    opening = DrawerOpening(branch_id=branch.branch.id, counted=branch.left)
    drawer = await _act(
        branch.at(day, _OPENS),
        lambda session: drawer_service.open_drawer(session, branch.desk, branch.key(day, "open"), opening),
    )
    parties = 3 if day.isoweekday() >= _WEEKEND else 2
    for number, hour in enumerate(sorted(branch.rng.sample(_HOURS, parties))):
        await _serve(branch, branch.at(day, time(hour)), ago if number == 0 else 0)
    if ago in _EXPENSES:
        expense = MovementCreate(kind=MovementKind.EXPENSE, amount=-80_000, note="Hoa tươi, đá lạnh")
        await _act(
            branch.at(day, _CLOSES),
            lambda session: drawer_service.move_cash(
                session, branch.desk, branch.key(day, "expense"), drawer.id, expense
            ),
        )
    state = await _act(
        branch.at(day, _CLOSES),
        lambda session: drawer_service.read_state(session, branch.desk, branch.branch.id),
    )
    assert state.session is not None
    counted = (state.session.expected or 0) - (20_000 if ago in _SHORT else 0)
    closing = DrawerClosing(counted=counted, to_safe=max(counted - _FLOAT, 0))
    branch.left = closing.counted - closing.to_safe
    await _act(
        branch.at(day, _CLOSES),
        lambda session: drawer_service.close_drawer(
            session, branch.desk, branch.key(day, "close"), drawer.id, closing
        ),
    )


@dataclass
class _Wishes:
    """The wishes of a guest, drawn before anything is sent: a transaction may run again."""

    customer_id: UUID
    variant_id: UUID
    product_id: UUID | None
    tip: int
    discount_percent: int
    method: Method


def _draw_wishes(branch: _Branch, ago: int) -> _Wishes:
    rng = branch.rng
    customer = rng.randrange(1, len(branch.customers))
    product = rng.choice(branch.products)
    wants_product = rng.choice((True, False, False, False)) or branch.is_time_for("refund", ago)
    has_course = branch.is_time_for("course", ago) or ago in _USES
    return _Wishes(
        branch.customers[0 if has_course else customer],
        rng.choice(branch.variants).id,
        product if wants_product else None,
        rng.choice(_TIPS),
        0 if has_course else rng.choice(_DISCOUNTS),
        rng.choice(_METHODS),
    )


async def _serve(branch: _Branch, start: datetime, ago: int) -> None:
    """Let a guest come, be treated and pay. If there is no therapist, they choose something else, or go home.

    Args:
        ago: The days before today, of the first guest of a day; otherwise 0.
    """
    for attempt in range(2):
        wishes = _draw_wishes(branch, ago)
        key = branch.key(start.date(), f"{start:%H}-{attempt}")
        try:
            bill = await _act(start + _STAY, partial(_sell, branch, wishes, start, ago, key))
        except ZenSpaException:
            continue
        branch.bills += 1
        await _remember(branch, bill)
        if branch.is_time_for("refund", ago):
            await _refund(branch, bill)
        break


async def _sell(  # noqa: PLR0913, PLR0917 - which guest wants what, when
    branch: _Branch, wishes: _Wishes, start: datetime, ago: int, key: str, session: AsyncSession
) -> SaleRead:
    """Write a visit down that has ended, and take the money for it."""
    treatment = TreatmentWish(variant_id=wishes.variant_id)
    visit = VisitCreate(
        branch_id=branch.branch.id,
        start=start,
        walk_in=True,
        customer_id=wishes.customer_id,
        guests=[GuestBooking(customer_id=wishes.customer_id, treatments=[treatment])],
    )
    came = await create_visit(session, branch.desk, key, visit)
    therapist_id = _therapist_of(came)
    content = SaleContent(
        lines=_extras(branch, wishes, therapist_id, ago),
        tip=wishes.tip if therapist_id is not None else 0,
        discount_percent=wishes.discount_percent,
    )
    new = SaleCreate(branch_id=branch.branch.id, visit_ids=[came.id], content=content)
    bill = await create_sale(session, branch.desk, f"{key}-bill", new)
    payments = PaymentsCreate(payments=_payments(branch, wishes.method, bill.due, ago))
    return await take_payments(session, branch.desk, f"{key}-pay", bill.id, payments)


def _extras(branch: _Branch, wishes: _Wishes, therapist_id: UUID | None, ago: int) -> list[SaleLineInput]:
    """Return what is sold beside the treatment."""
    if branch.is_time_for("course", ago):
        return [SaleLineInput(course_plan_id=branch.plan_id, staff_id=therapist_id)]
    if ago in _USES and branch.course_id is not None:
        covered = branch.variants[0].id
        return [SaleLineInput(variant_id=covered, course_id=branch.course_id, staff_id=therapist_id)]
    if branch.is_time_for("gift_card", ago):
        return [SaleLineInput(gift_card=1_000_000, staff_id=therapist_id)]
    if wishes.product_id is not None:
        return [SaleLineInput(product_id=wishes.product_id, staff_id=therapist_id)]
    return []


def _payments(branch: _Branch, method: Method, due: int, ago: int) -> list[PaymentInput]:
    """Return how the guest pays: one day with a gift card, and sometimes in two ways."""
    payments = []
    if 0 < ago <= _GIFT_CARD_USED and branch.gift_card_id is not None:
        part = min(due, 300_000)
        payments.append(PaymentInput(method=Method.GIFT_CARD, amount=part, gift_card_id=branch.gift_card_id))
    elif method is Method.CARD and due > _MUCH:
        payments.append(PaymentInput(method=Method.CASH, amount=200_000))
    if left := due - sum(payment.amount for payment in payments):
        payments.append(PaymentInput(method=method, amount=left))
    return payments


async def _remember(branch: _Branch, bill: SaleRead) -> None:
    """Keep the course and the gift card that a bill has sold, for those of later days."""
    for line in bill.lines:
        if line.kind is LineKind.COURSE:
            del branch.to_do["course"]
            branch.course_id = await run_in_transaction(partial(_course_of, line.id))
        elif line.kind is LineKind.GIFT_CARD:
            del branch.to_do["gift_card"]
            branch.gift_card_id = line.gift_card_id
    if any(payment.method is Method.GIFT_CARD for payment in bill.payments):
        branch.gift_card_id = None


async def _course_of(sale_line_id: UUID, session: AsyncSession) -> UUID | None:
    sold = select(CustomerCourse.id).where(CustomerCourse.sale_line_id == sale_line_id)
    return await session.scalar(sold)


async def _refund(branch: _Branch, bill: SaleRead) -> None:
    """Take back what a guest has bought, if it was a product."""
    product = next((line.id for line in bill.lines if line.kind is LineKind.PRODUCT), None)
    if product is None or bill.closed_at is None:
        return
    del branch.to_do["refund"]
    refund = RefundCreate(lines=[RefundedLine(line_id=product)], reason="Khách bị dị ứng với thành phần")
    await _act(
        bill.closed_at,
        lambda session: refund_sale(session, branch.admin, f"demo-refund-{bill.id}", bill.id, refund),
    )


async def _receive_unknown_transfer() -> None:
    """Receive a transfer that names no bill: it waits for a person."""
    notice = BankNotice(
        Provider.SEPAY,
        "demo-1",
        "0123456789",
        450_000,
        "NGUYEN THU HA CK TIEN SPA",
        utc_now().astimezone(UTC),
    )
    with clock_at(utc_now() - timedelta(days=1)):
        await receive(notice, b"{}")


def _therapist_of(visit: VisitRead) -> UUID | None:
    """Return who did the treatment; None for one without a therapist, such as a bath."""
    [guest] = visit.appointments
    return next(
        (
            allocation.resource_id
            for treatment in guest.treatments
            for allocation in treatment.allocations
            if allocation.kind == "staff"
        ),
        None,
    )


async def _act[T](at: datetime, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    """Do something in a transaction of its own, as if it was then."""
    with clock_at(at):
        return await run_in_transaction(work)
