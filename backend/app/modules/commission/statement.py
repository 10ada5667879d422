"""Statements: what a person has earned in commissions and tips in a period, and what was paid out."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.csv_text import BYTE_ORDER_MARK, escape
from app.common.types.localized import LocalizedText
from app.modules.branch import branch_service
from app.modules.commission.commission_models import CommissionEntry
from app.modules.commission.commission_schemas import (
    CommissionStatement,
    StatementLine,
    StatementPayment,
    StatementQuery,
    StatementSums,
    StatementTip,
)
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import TEAM, Role
from app.modules.ledger import ledger_service
from app.modules.ledger.accounts import Account
from app.modules.staff import staff_service
from app.modules.staff.staff_errors import StaffNotFound

_PAID_OUT = "drawer_movement"
"""The source of what a drawer pays out, in the ledger."""
_HEADER = LocalizedText(
    "Ngày,Chi nhánh,Loại,Nội dung,Tiền khách trả,Mức,Số tiền",
    "Day,Branch,Type,Description,Guest paid,Rate,Amount",
)
_EARNED = LocalizedText("Hoa hồng", "Commission")
_TAKEN_BACK = LocalizedText("Hoàn hoa hồng", "Commission taken back")
_TIP = LocalizedText("Tip", "Tip")
_PAID = {
    Account.COMMISSION: LocalizedText("Đã chi hoa hồng", "Commission paid out"),
    Account.TIP: LocalizedText("Đã chi tip", "Tip paid out"),
}


class _Person(NamedTuple):
    id: UUID
    full_name: str
    is_self: bool


async def read_statement(
    session: AsyncSession, user: CurrentUser, query: StatementQuery
) -> CommissionStatement:
    """Return the statement of a person: one's own, or at the administrator of a branch that branch's part of it.

    Raises:
        ForbiddenException: The user does not work in the spa, or the person works in other branches only.
        StaffNotFound: No such person, or another one and the user is no administrator.
    """
    authorize(user, *TEAM)
    staff = await _person(session, user, query.staff_id)
    branch_ids = None if staff.is_self else _branches_of(user)
    period = query.first_day, query.last_day
    lines = select(CommissionEntry).where(
        CommissionEntry.staff_id == staff.id, CommissionEntry.business_day.between(*period)
    )
    if branch_ids is not None:
        lines = lines.where(CommissionEntry.branch_id.in_(branch_ids))
    rows = await session.scalars(lines.order_by(CommissionEntry.id))
    moved = await ledger_service.read_person(session, staff.id, *period, branch_ids=branch_ids)
    owed = await ledger_service.read_owed_to(session, staff.id, query.last_day, branch_ids=branch_ids)
    earned = [StatementLine.model_validate(row) for row in rows]
    tips = [
        StatementTip(business_day=entry.business_day, branch_id=entry.branch_id, amount=-entry.amount)
        for entry in moved
        if entry.account is Account.TIP and entry.source != _PAID_OUT
    ]
    payments = [
        StatementPayment(
            business_day=entry.business_day,
            branch_id=entry.branch_id,
            account=entry.account,
            amount=entry.amount,
        )
        for entry in moved
        if entry.account in _PAID and entry.source == _PAID_OUT
    ]
    return CommissionStatement(
        staff_id=staff.id,
        full_name=staff.full_name,
        first_day=query.first_day,
        last_day=query.last_day,
        branch_ids=branch_ids,
        lines=earned,
        tips=tips,
        payments=payments,
        sums=StatementSums(
            commissions=sum(line.amount for line in earned),
            tips=sum(tip.amount for tip in tips),
            paid_commissions=_sum_of(payments, Account.COMMISSION),
            paid_tips=_sum_of(payments, Account.TIP),
            owed_commissions=owed.get(Account.COMMISSION, 0),
            owed_tips=owed.get(Account.TIP, 0),
        ),
    )


async def write_statement(
    session: AsyncSession, user: CurrentUser, query: StatementQuery, *, language: str
) -> bytes:
    """Return the statement as CSV, with the header and the words in a language: `vi` or `en`.

    Raises:
        ForbiddenException, StaffNotFound: As `read_statement`.
    """
    statement = await read_statement(session, user, query)
    branches = {branch.id: branch.name for branch in await branch_service.list_branches(session)}
    buffer = io.StringIO()
    buffer.write(BYTE_ORDER_MARK)
    writer = csv.writer(buffer)
    writer.writerow(_word(_HEADER, language).split(","))
    for day, branch_id, *cells in sorted(_csv_rows(statement, language), key=lambda row: row[0]):
        texts = [day.isoformat(), branches.get(branch_id, ""), *cells]
        writer.writerow(escape(cell) if isinstance(cell, str) else cell for cell in texts)
    return buffer.getvalue().encode()


def _csv_rows(statement: CommissionStatement, language: str) -> Iterable[tuple[Any, ...]]:
    for line in statement.lines:
        kind = _EARNED if line.refund_line_id is None else _TAKEN_BACK
        rate = f"{line.rate / 100:g}%" if line.rate is not None else f"{line.unit_amount} × {line.quantity}"
        name = getattr(line.name, language)
        yield line.business_day, line.branch_id, _word(kind, language), name, line.base, rate, line.amount
    for tip in statement.tips:
        yield tip.business_day, tip.branch_id, _word(_TIP, language), "", "", "", tip.amount
    for paid in statement.payments:
        yield (
            paid.business_day,
            paid.branch_id,
            _word(_PAID[paid.account], language),
            "",
            "",
            "",
            -paid.amount,
        )


def _word(text: LocalizedText, language: str) -> str:
    word: str = getattr(text, language)
    return word


def _sum_of(payments: Sequence[StatementPayment], account: Account) -> int:
    return sum(payment.amount for payment in payments if payment.account is account)


async def _person(session: AsyncSession, user: CurrentUser, staff_id: UUID | None) -> _Person:
    if staff_id is None:
        staff = await staff_service.find_staff_of_user(session, user.id)
        if staff is None:
            raise StaffNotFound
    else:
        staff = await staff_service.get_own_or_managed(session, user, staff_id, Role.ADMIN)
    return _Person(staff.id, staff.full_name, is_self=staff.user_id == user.id)


def _branches_of(user: CurrentUser) -> list[UUID] | None:
    """Return the branches of which the user is administrator; None for all."""
    if user.holds_everywhere(Role.ADMIN):
        return None
    return sorted({grant.branch_id for grant in user.grants if grant.role is Role.ADMIN and grant.branch_id})
