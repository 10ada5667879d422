"""Reports: days and months, what was sold, what people did, how full the spa was, and what it owes.

Amounts of money are sums of the ledger, or of lines of closed bills and used sessions, which never change. A test shows that
both agree. A report reads one snapshot, so that what changes meanwhile is in all of its parts or in none.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.schemas import Bilingual
from app.common.types.localized import LocalizedText
from app.common.types.wall_time import days_between
from app.modules.branch import branch_service
from app.modules.commission import commission_service
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK, Role
from app.modules.ledger import ledger_service
from app.modules.ledger.accounts import Account
from app.modules.report import reads
from app.modules.report.figures import ACCOUNTS, Line, Rows, Sums, add_up
from app.modules.report.kinds import TIP, SoldKind
from app.modules.report.reads import Scope
from app.modules.report.report_schemas import (
    BranchLine,
    BranchOwed,
    DayLine,
    DayQuery,
    DayReport,
    GuestCount,
    ItemLine,
    MonthQuery,
    MonthReport,
    OwedReport,
    PeriodQuery,
    PersonOwed,
    ServiceReport,
    StaffLine,
    StaffReport,
    Use,
    VisitReport,
)

_OWED = {
    Account.COURSE: "courses",
    Account.GIFT_CARD: "gift_cards",
    Account.DEPOSIT: "deposits",
    Account.TIP: "tips",
    Account.COMMISSION: "commissions",
    Account.UNMATCHED: "unmatched",
    Account.RECEIVABLE: "open_bills",
}
"""The debts of the spa, by the account on which they are."""
_NAMES = {
    SoldKind.SESSION: LocalizedText("Buổi liệu trình", "Course sessions"),
    SoldKind.GIFT_CARD: LocalizedText("Thẻ quà tặng", "Gift cards"),
    SoldKind.FEE: LocalizedText("Phí hủy sát giờ, không đến", "Late cancellation and no-show fees"),
}


async def read_day(session: AsyncSession, user: CurrentUser, query: DayQuery) -> DayReport:
    """Return the figures of a business day. A receptionist reads those of their branch.

    Raises:
        ForbiddenException, BranchNotFound
    """
    if query.branch_id is None:
        authorize(user, Role.ADMIN, everywhere=True)
    else:
        authorize(user, *DESK, branch_id=query.branch_id)
    names = await _branch_names(session, query.branch_id)
    sums = add_up(await _read_rows(session, Scope([*names], query.day, query.day)))
    return DayReport(day=query.day, branches=_branch_lines(query.branch_id, names, sums), **sums.figures())


async def read_month(session: AsyncSession, user: CurrentUser, query: MonthQuery) -> MonthReport:
    """Return the figures of a month, day by day.

    Raises:
        ForbiddenException, BranchNotFound
    """
    _authorize(user, query.branch_id)
    first_day = query.month
    last_day = first_day.replace(day=monthrange(first_day.year, first_day.month)[1])
    names = await _branch_names(session, query.branch_id)
    sums = add_up(await _read_rows(session, Scope([*names], first_day, last_day)))
    return MonthReport(
        first_day=first_day,
        last_day=last_day,
        days=[
            DayLine(day=day, **asdict(sums.days.get(day, Line())))
            for day in days_between(first_day, last_day)
        ],
        branches=_branch_lines(query.branch_id, names, sums),
        **sums.figures(),
    )


async def read_services(session: AsyncSession, user: CurrentUser, query: PeriodQuery) -> ServiceReport:
    """Return what was sold in a period, thing by thing.

    Raises:
        ForbiddenException, BranchNotFound
    """
    scope = await _scope(session, user, query)
    return ServiceReport(
        first_day=query.first_day,
        last_day=query.last_day,
        items=[
            ItemLine(
                kind=row.kind,
                item_id=row.item_id,
                name=_bilingual(row.name or _NAMES[row.kind]),
                category_id=row.category_id,
                category=None if row.category is None else _bilingual(row.category),
                quantity=row.quantity,
                price=row.price,
                discount=row.discount,
                refunded=row.refunded,
                gross=row.gross,
                tax=row.tax,
                net=row.gross - row.tax,
            )
            for row in await reads.read_items(session, scope)
        ],
    )


@dataclass
class _Work:
    treatments: int = 0
    services: int = 0
    sessions: int = 0
    products: int = 0
    courses: int = 0
    gift_cards: int = 0
    tips: int = 0
    commissions: int = 0


_WORK = {
    SoldKind.SERVICE: "services",
    SoldKind.ADD_ON: "services",
    SoldKind.SESSION: "sessions",
    SoldKind.PRODUCT: "products",
    SoldKind.COURSE: "courses",
    SoldKind.GIFT_CARD: "gift_cards",
    TIP: "tips",
}


async def read_staff(session: AsyncSession, user: CurrentUser, query: PeriodQuery) -> StaffReport:
    """Return what each person did, sold and earned in a period.

    Raises:
        ForbiddenException, BranchNotFound
    """
    scope = await _scope(session, user, query)
    work: dict[UUID | None, _Work] = defaultdict(_Work)
    for row in await reads.read_people(session, scope):
        if (field := _WORK.get(row.kind)) is not None:
            person = work[row.staff_id]
            setattr(person, field, getattr(person, field) + row.net)
            if row.kind in {SoldKind.SERVICE, SoldKind.SESSION}:
                person.treatments += row.quantity
    for staff_id, amount in (await commission_service.sum_commissions(session, *scope)).items():
        work[staff_id].commissions = amount
    names = await reads.read_names(session, [staff_id for staff_id in work if staff_id is not None])
    people = [
        StaffLine(
            staff_id=staff_id,
            full_name=names.get(staff_id, "") if staff_id is not None else "",
            revenue=person.services + person.sessions + person.products,
            **asdict(person),
        )
        for staff_id, person in work.items()
    ]
    people.sort(key=lambda person: (person.staff_id is None, -person.revenue, person.full_name))
    return StaffReport(first_day=query.first_day, last_day=query.last_day, people=people)


async def read_visits(session: AsyncSession, user: CurrentUser, query: PeriodQuery) -> VisitReport:
    """Return how many guests came in a period, and how full therapists and beds were.

    Raises:
        ForbiddenException, BranchNotFound
    """
    scope = await _scope(session, user, query)
    came, unnamed, new, returning = await reads.count_guests(session, scope)
    rows = await reads.read_utilization(session, scope)
    uses: dict[str, list[Use]] = defaultdict(list)
    for kind, *values in rows:
        uses[kind].append(Use(**dict(zip(Use.model_fields, values, strict=True))))
    return VisitReport(
        first_day=query.first_day,
        last_day=query.last_day,
        guests=GuestCount(came=came, unnamed=unnamed, new=new, returning=returning),
        therapists=uses["staff"],
        beds=uses["bed"],
    )


async def read_owed(session: AsyncSession, user: CurrentUser, query: DayQuery) -> OwedReport:
    """Return what was owed at the end of a business day, to guests and to people.

    Raises:
        ForbiddenException, BranchNotFound
    """
    _authorize(user, query.branch_id)
    names = await _branch_names(session, query.branch_id)
    owed: dict[UUID, dict[str, int]] = {branch_id: {} for branch_id in names}
    total: dict[str, int] = defaultdict(int)
    for branch_id, account, amount in await ledger_service.read_owed(
        session, [*names], query.day, _OWED.keys()
    ):
        owed[branch_id][_OWED[account]] = amount
        total[_OWED[account]] += amount
    to_people: dict[UUID, dict[str, int]] = defaultdict(lambda: {"tips": 0, "commissions": 0})
    for staff_id, account, amount in await ledger_service.read_owed_to_people(session, [*names], query.day):
        to_people[staff_id][_OWED[account]] = amount
    people = await reads.read_names(session, [*to_people])
    return OwedReport(
        day=query.day,
        **total,
        total=sum(total.values()),
        branches=[
            BranchOwed(branch_id=branch_id, name=names[branch_id], total=sum(sums.values()), **sums)
            for branch_id, sums in owed.items()
            if query.branch_id is None
        ],
        people=sorted(
            (
                PersonOwed(staff_id=staff_id, full_name=people[staff_id], **sums)
                for staff_id, sums in to_people.items()
            ),
            key=lambda person: (-person.tips - person.commissions, person.full_name),
        ),
    )


def _authorize(user: CurrentUser, branch_id: UUID | None) -> None:
    """Let an administrator of the branch in; for the whole spa one of the whole spa."""
    authorize(user, Role.ADMIN, branch_id=branch_id, everywhere=branch_id is None)


async def _scope(session: AsyncSession, user: CurrentUser, query: PeriodQuery) -> Scope:
    _authorize(user, query.branch_id)
    names = await _branch_names(session, query.branch_id)
    await reads.plan_by_index(session)
    return Scope([*names], query.first_day, query.last_day)


async def _branch_names(session: AsyncSession, branch_id: UUID | None) -> dict[UUID, str]:
    """Return the names of the branches of a report.

    Raises:
        BranchNotFound
    """
    if branch_id is None:
        return await branch_service.list_branch_names(session)
    return {branch_id: (await branch_service.get_branch(session, branch_id)).name}


async def _read_rows(session: AsyncSession, scope: Scope) -> Rows:
    await reads.plan_by_index(session)
    return Rows(
        accounts=await ledger_service.read_days(session, *scope, ACCOUNTS),
        bills=await reads.count_bills(session, scope),
        parts=await reads.read_parts(session, scope),
        payments=await reads.read_payments(session, scope),
    )


def _branch_lines(branch_id: UUID | None, names: Mapping[UUID, str], sums: Sums) -> list[BranchLine]:
    """Return a line for each branch if the report is about all."""
    if branch_id is not None:
        return []
    return [
        BranchLine(branch_id=one, name=name, **asdict(sums.branches.get(one, Line())))
        for one, name in names.items()
    ]


def _bilingual(text: LocalizedText) -> Bilingual:
    return Bilingual.model_construct(vi=text.vi, en=text.en)
