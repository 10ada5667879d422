"""Commissions that bills earn and refunds take back, for the module that closes bills.

Both functions write the entries and return what they move in the ledger. The caller posts that with its own fact:

    entries += await earn(session, till, lines)
    await ledger_service.post(session, till, Fact("sale", sale_id, entries))
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.common.types.localized import LocalizedText
from app.db.queries import fetch_raw
from app.modules.commission.in_force import load_rules
from app.modules.commission.rules import EarningKind, commission, find_rule, reversal
from app.modules.ledger.accounts import Account
from app.modules.ledger.ledger_service import Entry
from app.modules.ledger.till import LockedTill

_INSERT = """
INSERT INTO commission_entry (id, branch_id, business_day, staff_id, sale_line_id, refund_line_id, rule_id, kind,
    name_vi, name_en, base, quantity, rate, unit_amount, amount)
SELECT new.id, $1, $2, new.staff_id, new.sale_line_id, new.refund_line_id, new.rule_id, new.kind,
    new.name_vi, new.name_en, new.base, new.quantity, new.rate, new.unit_amount, new.amount
FROM unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::text[], $9::text[], $10::text[],
    $11::bigint[], $12::integer[], $13::integer[], $14::bigint[], $15::bigint[])
    AS new (id, staff_id, sale_line_id, refund_line_id, rule_id, kind, name_vi, name_en, base, quantity, rate, unit_amount,
        amount)
"""
_EARNED = """
SELECT staff_id, sale_line_id, refund_line_id, rule_id, kind, name_vi, name_en, base, quantity, rate, unit_amount, amount
FROM commission_entry WHERE sale_line_id = ANY($1) ORDER BY id
"""


class EarningLine(NamedTuple):
    """A line of a bill that is closed, with the person who did or sold it."""

    line_id: UUID
    staff_id: UUID
    kind: EarningKind
    thing_id: UUID | None
    """The variant, product or course plan. Of an add-on the variant that it was added to, if there is one."""
    name: LocalizedText
    base: int
    """The amount that the guest pays for the line: its discount and its share of the bill's taken off, with tax. Of a session of a
    course it is the session's share of the price."""
    quantity: int = 1


class RefundedLine(NamedTuple):
    """A line of a refund."""

    refund_line_id: UUID
    line_id: UUID
    """The line of the bill."""
    amount: int
    """The part of what the guest has paid for the line that goes back."""


class _Row(NamedTuple):
    staff_id: UUID
    sale_line_id: UUID
    refund_line_id: UUID | None
    rule_id: UUID
    kind: str
    name_vi: str
    name_en: str
    base: int
    quantity: int
    rate: int | None
    unit_amount: int | None
    amount: int


async def earn(session: AsyncSession, till: LockedTill, lines: Sequence[EarningLine]) -> list[Entry]:
    """Write down what the lines of a bill earn, and return the ledger entries. Two messages, none without lines.

    The caller has locked the bill, so that its lines earn once.
    """
    if not lines:
        return []
    in_force = await load_rules(
        session,
        branch_id=till.branch_id,
        day=till.business_day,
        staff_ids={line.staff_id for line in lines},
        variant_ids={
            line.thing_id
            for line in lines
            if line.thing_id is not None and line.kind in {EarningKind.SERVICE, EarningKind.ADD_ON}
        },
    )
    rows = []
    for line in lines:
        thing = in_force.thing(line.kind, line.thing_id)
        rule = find_rule(in_force.rules, branch_id=till.branch_id, staff_id=line.staff_id, thing=thing)
        if rule is not None and (amount := commission(rule, line.base, line.quantity)):
            rows.append(
                _Row(
                    staff_id=line.staff_id,
                    sale_line_id=line.line_id,
                    refund_line_id=None,
                    rule_id=rule.id,
                    kind=line.kind,
                    name_vi=line.name.vi,
                    name_en=line.name.en,
                    base=line.base,
                    quantity=line.quantity,
                    rate=rule.rate,
                    unit_amount=rule.amount,
                    amount=amount,
                )
            )
    return await _write(session, till, rows)


async def reverse(session: AsyncSession, till: LockedTill, lines: Sequence[RefundedLine]) -> list[Entry]:
    """Write down what the lines of a refund take back, and return the ledger entries. Two messages, none without lines.

    It is taken from the person who earned it, at the rate at which it was earned, on the day of the refund. A part of 0 is
    written down as well: the next refund of the line has to know it. The caller has locked the bill.
    """
    if not lines:
        return []
    entries = await fetch_raw(session, _EARNED, list({line.line_id for line in lines}))
    earned: dict[UUID, list[_Row]] = defaultdict(list)
    before: dict[tuple[UUID, UUID], int] = defaultdict(int)
    for entry in map(_Row._make, entries):
        if entry.refund_line_id is None:
            earned[entry.sale_line_id].append(entry)
        else:
            before[entry.sale_line_id, entry.staff_id] -= entry.base
    rows = []
    for line in lines:
        for entry in earned[line.line_id]:
            key = entry.sale_line_id, entry.staff_id
            amount = reversal(entry.amount, entry.base, before=before[key], refunded=line.amount)
            before[key] += line.amount
            rows.append(entry._replace(refund_line_id=line.refund_line_id, base=-line.amount, amount=-amount))
    return await _write(session, till, rows)


async def _write(session: AsyncSession, till: LockedTill, rows: Sequence[_Row]) -> list[Entry]:
    if not rows:
        return []
    await session.flush()
    columns = zip(*rows, strict=True)
    await fetch_raw(
        session, _INSERT, till.branch_id, till.business_day, [uuid7() for _ in rows], *map(list, columns)
    )
    return [
        entry
        for row in rows
        for entry in (
            Entry(Account.COMMISSION_COST, row.amount),
            Entry(Account.COMMISSION, -row.amount, row.staff_id),
        )
    ]
