"""Lock courses, and change the states of their sessions by entries. Everything else of this module does it through here.

Courses are locked all at once, after visits and bills and before the till:

    courses = await lock_courses(session, [course_id])
    till = await lock_till(session, branch_id)
    change = Change(course, CourseEntryKind.EXPIRED, course.free, CourseSessionState.EXPIRED)
    await write(session, till, None, [change])
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.db.queries import fetch_raw
from app.modules.course.course_errors import CourseNotFound, CourseSessionBilled
from app.modules.course.kinds import CourseEntryKind, CourseSessionState
from app.modules.ledger import ledger_service
from app.modules.ledger.accounts import Account
from app.modules.ledger.ledger_service import Entry, Fact
from app.modules.ledger.till import LockedTill, lock_till

_LOCK = "SELECT id FROM customer_course WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE"
# Another statement, which sees what was committed while the first one waited.
_READ = """
SELECT course.id, course.customer_id, course.plan_id, course.branch_id, course.return_policy, course.list_price,
    course.return_base, course.tax_rate, course.no_show_uses_session, course.expires_on,
    session.id, number, gross, session.net, state, kind, session.appointment_treatment_id, session.sale_line_id, is_billed
FROM customer_course AS course JOIN course_session AS session ON session.course_id = course.id
JOIN course_entry AS entry ON entry.id = session.entry_id
WHERE course.id = ANY($1::uuid[]) ORDER BY course.id, number
"""
_COURSE_COLUMNS = 10
_WRITE = """
WITH entries AS (
    INSERT INTO course_entry
        (id, course_id, kind, numbers, amount, branch_id, business_day, user_id, appointment_treatment_id, sale_line_id)
    SELECT new.id, new.course_id, new.kind, new.numbers::integer[], new.amount, $1, $2, $3, new.treatment_id, new.line_id
    FROM unnest($4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::bigint[], $9::uuid[], $10::uuid[])
        AS new (id, course_id, kind, numbers, amount, treatment_id, line_id)
)
UPDATE course_session
SET state = changed.state, entry_id = coalesce(changed.entry_id, course_session.entry_id),
    appointment_treatment_id = changed.treatment_id, sale_line_id = changed.line_id, is_billed = changed.is_billed
FROM unnest($11::uuid[], $12::uuid[], $13::text[], $14::uuid[], $15::uuid[], $16::boolean[])
    AS changed (id, entry_id, state, treatment_id, line_id, is_billed)
WHERE course_session.id = changed.id
"""
_SIGNS = {
    CourseEntryKind.CONSUMED: -1,
    CourseEntryKind.FORFEITED: -1,
    CourseEntryKind.RESTORED: 1,
    CourseEntryKind.EXPIRED: -1,
    CourseEntryKind.EXTENDED: 1,
    CourseEntryKind.TRANSFERRED: -1,
    CourseEntryKind.REFUNDED: -1,
}
"""The sign by which an entry changes what is owed. The others change nothing."""
_INCOME = {
    CourseEntryKind.CONSUMED: Account.REVENUE,
    CourseEntryKind.FORFEITED: Account.FORFEITED,
    CourseEntryKind.EXPIRED: Account.FORFEITED,
}
"""The account that gains what is not owed any more, and loses it when the entry is taken back."""
_UNDOES = {CourseEntryKind.RESTORED, CourseEntryKind.EXTENDED}


@dataclass(slots=True)
class SessionRow:
    """One session of a locked course, as it is now."""

    id: UUID
    number: int
    gross: int
    net: int
    state: CourseSessionState
    made_by: CourseEntryKind
    """The kind of entry that made the state."""
    treatment_id: UUID | None
    sale_line_id: UUID | None
    is_billed: bool

    @property
    def tax(self) -> int:
        """Return the tax within the share."""
        return self.gross - self.net


@dataclass(frozen=True, slots=True)
class LockedCourse:
    """A course whose sessions no other transaction changes until this one ends."""

    id: UUID
    rows: list[SessionRow]
    """All sessions by number."""
    customer_id: UUID
    plan_id: UUID
    branch_id: UUID
    return_policy: str
    list_price: int | None
    return_base: int
    tax_rate: int
    no_show_uses_session: bool
    expires_on: date | None

    def in_state(self, state: CourseSessionState) -> list[SessionRow]:
        """Return the sessions in a state, by number."""
        return [row for row in self.rows if row.state is state]

    @property
    def free(self) -> list[SessionRow]:
        """Return the sessions that can be used, by number."""
        return self.in_state(CourseSessionState.FREE)


class Change(NamedTuple):
    """A fact about some sessions of a course, and what it makes of them."""

    course: LockedCourse
    kind: CourseEntryKind | None
    """The kind of entry; None if only the use changes, and no state: there is no entry then."""
    sessions: Sequence[SessionRow]
    state: CourseSessionState
    treatment_id: UUID | None = None
    """The treatment that the sessions pay from now on."""
    sale_line_id: UUID | None = None
    is_billed: bool = False
    posted: Sequence[Entry] | None = None
    """The entries of the ledger, where they are more than the kind says."""

    @property
    def amount(self) -> int:
        """Return the change of what is owed, without tax."""
        return _SIGNS.get(self.kind, 0) * sum(row.net for row in self.sessions) if self.kind else 0


async def lock_courses(session: AsyncSession, course_ids: Collection[UUID]) -> dict[UUID, LockedCourse]:
    """Lock courses by id, and return them with their sessions. An empty collection issues no query.

    Raises:
        CourseNotFound
    """
    if not course_ids:
        return {}
    await session.flush()
    await fetch_raw(session, _LOCK, [*course_ids])
    return await load_courses(session, course_ids)


async def load_courses(session: AsyncSession, course_ids: Collection[UUID]) -> dict[UUID, LockedCourse]:
    """Return courses with their sessions without locking them, to look at: what changes them locks them.

    Raises:
        CourseNotFound
    """
    courses: dict[UUID, LockedCourse] = {}
    for row in await fetch_raw(session, _READ, [*course_ids]):
        course_id, *agreed = row[:_COURSE_COLUMNS]
        if course_id not in courses:
            courses[course_id] = LockedCourse(course_id, [], *agreed)
        session_id, number, gross, net, state, made_by, *use = row[_COURSE_COLUMNS:]
        courses[course_id].rows.append(
            SessionRow(
                session_id, number, gross, net, CourseSessionState(state), CourseEntryKind(made_by), *use
            )
        )
    if courses.keys() != {*course_ids}:
        raise CourseNotFound
    return courses


async def write(
    session: AsyncSession, at: LockedTill | UUID, user_id: UUID | None, changes: Sequence[Change]
) -> None:
    """Write facts down: the entries, the sessions as they are then, and what it moves in the ledger.

    Args:
        at: The locked till; or the branch, if no money moves.
        user_id: The user who does it; None for a job or a guest without an account.
        changes: In order. Each names sessions of a locked course.

    Raises:
        IntegrityError: A session is in another state than the kind of entry allows: an error in the caller.
    """
    if not changes:
        return
    branch_id, day = (at.branch_id, at.business_day) if isinstance(at, LockedTill) else (at, None)
    made = [(uuid7(), change) for change in changes if change.kind is not None]
    entry_ids = {id(change): entry_id for entry_id, change in made}
    facts = [Fact("course_entry", entry_id, _posted(change)) for entry_id, change in made]
    changed = [(row, change) for change in changes for row in change.sessions]
    await session.flush()
    await fetch_raw(
        session,
        _WRITE,
        branch_id,
        day,
        user_id,
        [entry_id for entry_id, _ in made],
        [change.course.id for _, change in made],
        [change.kind for _, change in made],
        [_array(row.number for row in change.sessions) for _, change in made],
        [change.amount for _, change in made],
        [_treatment_of(change) for _, change in made],
        [_line_of(change) for _, change in made],
        [row.id for row, _ in changed],
        [entry_ids.get(id(change)) for _, change in changed],
        [change.state for _, change in changed],
        [change.treatment_id for _, change in changed],
        [change.sale_line_id for _, change in changed],
        [change.is_billed for _, change in changed],
    )
    for row, change in changed:
        row.state, row.made_by = change.state, change.kind or row.made_by
        row.treatment_id, row.sale_line_id = change.treatment_id, change.sale_line_id
        row.is_billed = change.is_billed
    if isinstance(at, LockedTill):
        await ledger_service.post(session, at, *facts)
    elif any(fact.entries for fact in facts):
        msg = "money moves only with a locked till"
        raise ValueError(msg)


async def write_with_till(
    session: AsyncSession, branch_id: UUID, user_id: UUID | None, *steps: Sequence[Change]
) -> None:
    """Write changes step by step as `write` does, for a caller who has no till. It is locked only if money moves."""
    moves_money = any(change.amount for changes in steps for change in changes)
    at = await lock_till(session, branch_id) if moves_money else branch_id
    for changes in steps:
        await write(session, at, user_id, changes)


def free(course: LockedCourse, row: SessionRow, kind: CourseEntryKind) -> Change:
    """Return the change that makes a session free. If it was used, the use is taken back.

    Args:
        kind: The kind of entry if it was reserved.

    Raises:
        CourseSessionBilled: It is on a closed bill.
    """
    if row.is_billed:
        raise CourseSessionBilled
    kind = CourseEntryKind.RESTORED if row.state is CourseSessionState.USED else kind
    return Change(course, kind, [row], CourseSessionState.FREE)


def _posted(change: Change) -> Sequence[Entry]:
    """Return what a fact moves in the ledger. What was taken back goes where it came from."""
    if change.posted is not None or change.kind is None:
        return change.posted or ()
    if change.kind in _UNDOES:
        accounts = [(_INCOME[row.made_by], row.net) for row in change.sessions]
    elif change.kind in _INCOME:
        accounts = [(_INCOME[change.kind], -row.net) for row in change.sessions]
    else:
        return ()
    entries = [Entry(account, amount) for account, amount in accounts if amount]
    return [*entries, Entry(Account.COURSE, -change.amount)] if entries else ()


def _treatment_of(change: Change) -> UUID | None:
    """Return the treatment that a fact is about: the one that is to be paid, or was."""
    return change.treatment_id or next((row.treatment_id for row in change.sessions), None)


def _line_of(change: Change) -> UUID | None:
    return change.sale_line_id or next((row.sale_line_id for row in change.sessions), None)


def _array(numbers: Iterable[int]) -> str:
    """Return an array of integers as PostgreSQL reads it: arrays of arrays have to have equal lengths."""
    return f"{{{','.join(map(str, numbers))}}}"
