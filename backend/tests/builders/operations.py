"""A valid request for every operation of the API, and the rows it is about.

cases = RequestCases()
case = cases.add("PATCH /api/v1/customers/{customer_id}", Caller("receptionist", (Role.RECEPTIONIST,)))
await cases.write()
response = await case.send(stranger)
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import sha256
from itertools import count, pairwise
from typing import Any, Literal
from uuid import UUID

import httpx2
from sqlalchemy.dialects.postgresql import Range
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.common.types.localized import LocalizedText
from app.common.types.wall_time import Span
from app.db.models import Entity
from app.db.queries import bounds
from app.main import app
from app.modules.bank_transfer.bank_transfer_models import BankTransfer
from app.modules.booking.booking_models import (
    Allocation,
    Appointment,
    AppointmentEdit,
    AppointmentTransition,
    AppointmentTreatment,
    VisitSeries,
)
from app.modules.booking.replan.day import Occupation, digest_of
from app.modules.branch.branch_models import Branch, OpeningHours, SpecialHours
from app.modules.calendar.calendar_models import CalendarFeed
from app.modules.catalogue.catalogue_models import (
    AddOn,
    ServiceSegment,
)
from app.modules.course.course_models import CoursePlanVariant
from app.modules.customer.customer_models import Customer
from app.modules.deposit.deposit_models import Deposit, DepositEntry
from app.modules.drawer.drawer_models import DrawerSession
from app.modules.gift_card.codes import hash_of, normalize
from app.modules.gift_card.gift_card_models import GiftCard
from app.modules.identity import passwords
from app.modules.identity.identity_models import Invitation, RoleAssignment, User, UserSession
from app.modules.identity.roles import Role
from app.modules.identity.tokens import issue_access_token
from app.modules.online_booking.online_booking_models import GuestLink
from app.modules.payment.payment_models import BankAccount
from app.modules.payment.transfer_code import new_transfer_code
from app.modules.resource.resource_models import Outage
from app.modules.setup.plan import plan_changes
from app.modules.setup.setup_schemas import SetupChanges
from app.modules.setup.spa_file import SpaFile
from app.modules.staff.staff_models import Shift, StaffSkill, TimeOff, WeeklyShift
from tests.builders.bill_rows import payment_row, sale_line_row, sale_row
from tests.builders.branches import branch_row
from tests.builders.commissions import rule_row
from tests.builders.courses import course_rows, plan_row
from tests.builders.products import product_row
from tests.builders.resources import bed_row, blocked_time_row, room_row, type_row
from tests.builders.rosters import staff_rows
from tests.builders.rows import RowBatch
from tests.builders.taxes import tax_category_rows
from tests.builders.visits import category_row, service_rows, visit_rows

DOCUMENT: dict[str, Any] = app.openapi()
OPERATIONS: dict[str, dict[str, Any]] = {
    f"{method.upper()} {path}": operation
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
PUBLIC = {label for label, operation in OPERATIONS.items() if operation.get("security") == []}
READ_BY_POST = {
    "POST /api/v1/gift-cards/lookup",
    "POST /api/v1/availability/days",
    "POST /api/v1/availability/starts",
    "POST /api/v1/availability/places",
    "POST /api/v1/staff/{staff_id}/replan",
    "POST /api/v1/public/branches/{key}/days",
    "POST /api/v1/public/branches/{key}/starts",
}
"""Operations that change nothing and take a document, which GET cannot."""
BRANCH, OTHER_BRANCH = uuid7(), uuid7()
PASSWORD = "một câu dễ nhớ với bạn"
STRANGER_NAME = "Người Khác"
"""The name of every user, customer and thing that is not the caller's."""

_STRANGER_NAMES = LocalizedText(STRANGER_NAME, STRANGER_NAME)

type Ownership = Literal["own", "another's", "missing", "none"]
"""The owner of the object of a request. `own` includes what is in the branch in which the caller has a role."""


@dataclass(frozen=True)
class Caller:
    """The user who sends a request, with roles everywhere or in one branch."""

    name: str
    roles: tuple[Role, ...] = ()
    branch_id: UUID | None = None
    problem: Literal["", "no token", "user gone", "session ended", "session expired", "disabled"] = ""

    @property
    def scopes(self) -> set[str]:
        """The scopes of the caller among those that operations declare."""
        everywhere = set() if self.branch_id else {f"{role}:everywhere" for role in self.roles}
        return {role.value for role in self.roles} | everywhere

    @property
    def refusal(self) -> int | None:
        """The status of every response to this caller where a token is needed; None when the token is good."""
        return {"": None, "disabled": 403}.get(self.problem, 401)


@dataclass(frozen=True)
class RequestCase:
    """One request: an operation, its caller and the owner of its object."""

    label: str
    caller: Caller
    ownership: Ownership
    ids: dict[str, UUID]
    """The ids of the caller and of what the path and the body name."""
    headers: dict[str, str] = field(repr=False)

    @property
    def changes_something(self) -> bool:
        return not self.label.startswith("GET ") and self.label not in READ_BY_POST

    async def send(self, http: httpx2.AsyncClient) -> httpx2.Response:
        method, path = self.label.split()
        more = _MORE[self.label](self.ids) if self.label in _MORE else {}
        headers = self.headers | more.pop("headers", {})
        return await http.request(
            method, path.format_map({"year": 2027, "day": _BLOCKED_DAY, **self.ids}), headers=headers, **more
        )


class RequestCases(RowBatch):
    """Many requests, whose rows are written together. Every request has rows of its own and sees no other's changes."""

    def __init__(self) -> None:
        super().__init__()
        self._days = pairwise(_days_from(date(1971, 1, 1)))
        for branch_id in (BRANCH, OTHER_BRANCH):
            self._add_branch(branch_id)
        self._has_default_tax = False

    def add(self, label: str, caller: Caller, ownership: Ownership = "another's") -> RequestCase:
        home, elsewhere = (BRANCH, OTHER_BRANCH)
        if any(path in label for path in _OF_THE_TILL):
            home, elsewhere = (self._add_branch(), self._add_branch())
        ids = {"caller": self._add_caller(caller, home), "session": uuid7()}
        if caller.problem != "user gone":
            self._add_session(ids, caller)
        stranger = self._add_user(STRANGER_NAME, disabled=label.endswith("/enable"))
        owner = ids["caller"] if ownership == "own" and caller.problem != "user gone" else stranger
        ids["user_id"] = owner
        ids["unlinked"] = self._add_user(STRANGER_NAME)
        ids["customer_id"] = self._add_customer(owner, archived=label.endswith("/restore"))
        ids["duplicate"] = self._add_customer(None)
        ids["word"] = uuid7()
        ids["invitation_id"] = self._add(
            Invitation,
            user_id=owner,
            email="khac@example.com",
            roles=[{"role": "therapist"}],
            token_hash=sha256(str(ids["word"]).encode()).digest(),
            expires_at=utc_now() + timedelta(hours=72),
        )
        ids["branch_id"] = home if ownership == "own" else elsewhere
        ids["other_id"] = elsewhere if ownership == "own" else home
        ids["key"] = ids["branch_id"]
        ids["special_hours_id"] = self._add(
            SpecialHours,
            branch_id=ids["branch_id"],
            days=Range(*next(self._days)),
            reason=STRANGER_NAME,
            hours=[],
        )
        ids |= self._add_resources(ids["branch_id"]) | self._add_catalogue()
        self._add_roster(ids, owner)
        self._add_visit(ids, **_status_of_visit(label, caller, owner))
        if label.endswith("/swap"):
            self._add_other_appointment(ids)
        if "cours" in label:
            ids["course_id"] = self._add_course(ids)
        if any(path in label for path in _OF_THE_TILL) and label != "POST /api/v1/drawer-sessions":
            ids["drawer_id"] = self._add(
                DrawerSession, branch_id=ids["branch_id"], opening=0, opening_difference=0
            )
        ids["gift_card_id"] = self._add(
            GiftCard,
            branch_id=ids["branch_id"],
            sale_line_id=uuid7(),
            value=500_000,
            **({} if label.endswith("/code") else _code_of(ids)),
            locked_at=utc_now() if label.endswith("/unlock") else None,
        )
        needs_default_tax = "/setup" in label or label in {
            "POST /api/v1/sales",
            "PUT /api/v1/sales/{sale_id}",
        }
        if needs_default_tax and not self._has_default_tax:
            self._has_default_tax = True
            self._add_rows(tax_category_rows(800, default=True, name=_STRANGER_NAMES)[1])
        self._add_bill(ids, label)
        if any(path in label for path in _OF_THE_TILL):
            self._add_bank_transfer(ids)
            self._add_deposit(ids)
        ids["rule_id"] = self._add_row(rule_row("service", ids["service_id"], branch_id=ids["branch_id"]))
        if ownership == "missing":
            ids |= {
                "rule_id": uuid7(),
                "gift_card_id": uuid7(),
                "sale_id": uuid7(),
                "transfer_id": uuid7(),
                "deposit_id": uuid7(),
                "drawer_id": uuid7(),
                "shift_id": uuid7(),
                "time_off_id": uuid7(),
                "calendar_id": uuid7(),
                "visit_id": uuid7(),
                "series_id": uuid7(),
                "appointment_id": uuid7(),
                "edit_id": uuid7(),
                "branch_id": uuid7(),
                "special_hours_id": uuid7(),
                "user_id": uuid7(),
                "customer_id": uuid7(),
                "invitation_id": uuid7(),
                "outage_id": uuid7(),
                "blocked_time_id": uuid7(),
                "staff_id": uuid7(),
                "tax_category_id": uuid7(),
                **{name: uuid7() for name in ("type_id", "room_id", "resource_id")},
                **{name: uuid7() for name in ("category_id", "service_id", "variant_id", "add_on_id")},
                "plan_id": uuid7(),
                "product_id": uuid7(),
                "course_id": uuid7(),
            }
        token = issue_access_token(ids["caller"], ids["session"])
        headers = {} if caller.problem == "no token" else {"Authorization": f"Bearer {token}"}
        return RequestCase(label, caller, ownership, ids, headers)

    def _add_branch(self, branch_id: UUID | None = None) -> UUID:
        branch_id = branch_id or uuid7()
        online = {"key": str(branch_id), "online_booking": True}
        self._add(Branch, **branch_row(branch_id, name=STRANGER_NAME, **online))
        self._add(OpeningHours, branch_id=branch_id, weekday=1, opens=540, closes=1080)
        return branch_id

    def _add_caller(self, caller: Caller, home: UUID) -> UUID:
        if caller.problem == "user gone":
            return uuid7()
        user_id = self._add_user(caller.name, disabled=caller.problem == "disabled")
        for role in caller.roles:
            branch_id = home if caller.branch_id == BRANCH else caller.branch_id
            self._add(RoleAssignment, user_id=user_id, role=role.value, branch_id=branch_id)
        return user_id

    def _add_user(self, full_name: str, *, disabled: bool = False) -> UUID:
        disabled_at = utc_now() if disabled else None
        return self._add(User, full_name=full_name, password_hash=_password_hash(), disabled_at=disabled_at)

    def _add_session(self, ids: dict[str, UUID], caller: Caller) -> None:
        self._add(
            UserSession,
            id=ids["session"],
            user_id=ids["caller"],
            refresh_hash=b"",
            refreshed_at=utc_now(),
            expires_at=utc_now() + timedelta(days=-1 if caller.problem == "session expired" else 30),
            ended_at=utc_now() if caller.problem == "session ended" else None,
        )

    def _add_customer(self, user_id: UUID | None, *, archived: bool = False) -> UUID:
        archived_at = utc_now() if archived else None
        return self._add(Customer, full_name=STRANGER_NAME, user_id=user_id, archived_at=archived_at)

    def _add_staff(self, branch_id: UUID, user_id: UUID | None = None) -> UUID:
        staff_id, rows = staff_rows(branch_id, user_id=user_id, full_name=STRANGER_NAME)
        self._add_rows(rows)
        return staff_id

    def _add_roster(self, ids: dict[str, UUID], user_id: UUID) -> None:
        """Add the owner's staff record with a weekly shift, a shift, leave and blocked time, and a colleague with a shift."""
        branch_id = ids["branch_id"]
        ids["staff_id"] = self._add_staff(branch_id, user_id)
        ids["of_branch"] = branch_id
        pattern = {"weekday": 1, "starts": 540, "ends": 1080}
        self._add(WeeklyShift, staff_id=ids["staff_id"], branch_id=branch_id, **pattern)
        ids["shift_id"] = self._add(
            Shift, staff_id=ids["staff_id"], branch_id=branch_id, during=Range(*_A_DAY)
        )
        ids["colleagues_shift"] = self._add(
            Shift,
            staff_id=self._add_staff(branch_id),
            branch_id=branch_id,
            during=Range(*_NEXT_DAY),
        )
        ids["time_off_id"] = self._add(
            TimeOff, staff_id=ids["staff_id"], during=Range(*_A_DAY), status="requested"
        )
        ids["blocked_time_id"] = self._add_row(
            blocked_time_row(branch_id, ids["staff_id"], first_day=_BLOCKED_DAY, note=STRANGER_NAME)
        )
        ids["calendar_id"] = self._add(CalendarFeed, staff_id=ids["staff_id"])

    def _add_visit(
        self, ids: dict[str, UUID], *, status: str = "held", old_status: str = "", made_by: UUID | None = None
    ) -> None:
        """Add a time that the customer holds with the therapist. The therapist and a colleague are free after it.

        Args:
            ids: The ids of the request.
            status: The status of the appointment.
            old_status: The status that it had before, if it has made a transition.
            made_by: The user who made the transition.
        """
        ids["colleague"] = self._add_staff(ids["branch_id"])
        for staff_id in (ids["colleague"], ids["staff_id"]):
            self._add(StaffSkill, staff_id=staff_id, service_id=ids["service_id"])
            during = Range(_SOON, _SOON + timedelta(hours=9))
            self._add(Shift, staff_id=staff_id, branch_id=ids["branch_id"], during=during)
        times = (_SOON, _SOON + timedelta(hours=1))
        visit, rows = visit_rows(
            ids["branch_id"],
            *times,
            allocations={} if status == "cancelled" else {ids["staff_id"]: times},
            status=status,
            hold_expires_at=_HELD_UNTIL if status == "held" else None,
            customer_id=ids["customer_id"],
            guest_name=STRANGER_NAME,
            source="online",
            variant_id=ids["variant_id"],
            segments=[{"minutes": 60}],
        )
        self._add_rows(rows)
        ids["series_id"] = self._add(
            VisitSeries, branch_id=ids["branch_id"], starts_at=_SOON, every_weeks=1, count=2
        )
        ids |= {
            "visit_id": visit.id,
            "appointment_id": visit.appointment_id,
            "treatment_id": visit.treatment_id,
        }
        ids["token"] = uuid7()
        self._add(
            GuestLink,
            visit_id=visit.id,
            token_hash=sha256(str(ids["token"]).encode()).digest(),
            request_hash=ids["token"].bytes,
            request_digest=b"",
        )
        ids["edit_id"] = uuid7()
        state = _state_of(rows)
        self._add(
            AppointmentEdit,
            edit_id=ids["edit_id"],
            appointment_id=visit.appointment_id,
            before=state | {"overruled": True},
            after=state,
        )
        if old_status:
            made = {"old_status": old_status, "new_status": status, "user_id": made_by}
            self._add(AppointmentTransition, appointment_id=visit.appointment_id, **made)
            ids[status] = visit.id

    def _add_bill(self, ids: dict[str, UUID], label: str) -> None:
        """Add a bill of 100 đồng, half of which is paid if the operation gives it back."""
        is_paid = label.endswith("/refunds")
        sale = sale_row(ids["branch_id"], total=100, paid=50 if is_paid else 0)
        self._add_row(sale)
        line = sale_line_row(sale.id, variant_id=ids["variant_id"], unit_price=100)
        ids |= {"sale_id": sale.id, "line_id": self._add_row(line), "payment_id": uuid7()}
        if is_paid:
            ids["payment_id"] = self._add_row(payment_row(sale, 50))

    def _add_bank_transfer(self, ids: dict[str, UUID]) -> None:
        """Add a transfer of 100 đồng that waits for a person."""
        self._add(BankAccount, branch_id=ids["branch_id"], bin="970436", number="1", holder=STRANGER_NAME)
        ids["transfer_id"] = self._add(
            BankTransfer,
            provider="sepay",
            reference=str(ids["word"]),
            account="1",
            amount=100,
            content=STRANGER_NAME,
            received_at=utc_now(),
            notice=b"",
            status="review",
            reason="no_code",
            branch_id=ids["branch_id"],
        )

    def _add_deposit(self, ids: dict[str, UUID]) -> None:
        """Add a deposit of 100 đồng that has arrived."""
        code = new_transfer_code()
        ids["deposit_id"] = self._add(
            Deposit, branch_id=ids["branch_id"], visit_id=ids["visit_id"], amount=100, transfer_code=code
        )
        paid = {"kind": "paid", "amount": 100, "source_id": ids["transfer_id"]}
        self._add_rows(
            [DepositEntry(id=uuid7(), deposit_id=ids["deposit_id"], business_day=date(2026, 12, 1), **paid)]
        )

    def _add_course(self, ids: dict[str, UUID]) -> UUID:
        """Add a course of the customer that pays the treatment."""
        course, rows = course_rows(ids["branch_id"], ids["customer_id"], ids["plan_id"], expires_on=_LAST_DAY)
        self._add_rows(rows)
        return course.id

    def _add_other_appointment(self, ids: dict[str, UUID]) -> None:
        """Add an appointment of another guest with the colleague, six hours after the first."""
        times = (_SOON + timedelta(hours=6), _SOON + timedelta(hours=7))
        other, rows = visit_rows(
            ids["branch_id"],
            *times,
            allocations={ids["colleague"]: times},
            variant_id=ids["variant_id"],
            segments=[{"minutes": 60}],
        )
        self._add_rows(rows)
        ids["other_appointment"] = other.appointment_id

    def _add_resources(self, branch_id: UUID) -> dict[str, UUID]:
        """Add a bed with an outage, and a room, to the branch."""
        ids = {"type_id": self._add_row(type_row(name=_STRANGER_NAMES))}
        ids["a_type"] = ids["type_id"]
        ids["room_id"] = self._add_row(room_row(branch_id, STRANGER_NAME))
        ids["resource_id"] = self._add_row(
            bed_row(branch_id=branch_id, type_id=ids["type_id"], name=STRANGER_NAME)
        )
        ids["outage_id"] = self._add(
            Outage, resource_id=ids["resource_id"], during=Range(*_A_DAY), reason="Gãy chân"
        )
        return ids

    def _add_catalogue(self) -> dict[str, UUID]:
        """Add a service that can be booked, an add-on, and a course plan."""
        ids = {"category_id": self._add_row(category_row(_STRANGER_NAMES))}
        tax_category, rows = tax_category_rows(800, name=_STRANGER_NAMES)
        self._add_rows(rows)
        ids["tax_category_id"] = tax_category.id
        variant, rows = service_rows(
            category_id=ids["category_id"], name=_STRANGER_NAMES, tax_category_id=tax_category.id
        )
        self._add_rows(rows)
        ids |= {"service_id": variant.service_id, "variant_id": variant.id}
        self._add(
            ServiceSegment,
            variant_id=ids["variant_id"],
            position=0,
            minutes=60,
            needs_staff=True,
            with_guest=True,
        )
        ids["product_id"] = self._add_row(product_row(name=_STRANGER_NAMES))
        ids["add_on_id"] = self._add(
            AddOn, key=f"k-{uuid7()}", minutes=0, price=0, position=0, offered="online", name=_STRANGER_NAMES
        )
        ids["plan_id"] = self._add_row(plan_row(name=_STRANGER_NAMES))
        self._add(CoursePlanVariant, plan_id=ids["plan_id"], variant_id=ids["variant_id"])
        return ids


_OF_THE_TILL = ("/drawer-sessions", "/sales", "/bank-transfers", "/bank-account", "/deposits")
"""Paths of what changes the till of a branch: each request has branches of its own."""
ABOUT_STAFF = {
    "GET /api/v1/shifts",
    "POST /api/v1/time-off",
    "GET /api/v1/time-off",
    "POST /api/v1/calendars",
    "GET /api/v1/calendars",
    "GET /api/v1/commissions/statement",
    "GET /api/v1/commissions/statement.csv",
}
"""Operations on what belongs to a member of the staff that the body or the query names."""
IN_A_BRANCH = ABOUT_STAFF | {
    "GET /api/v1/branches/{branch_id}/board",
    "GET /api/v1/branches/{branch_id}/board/stream",
    "GET /api/v1/branches/{branch_id}/stranded-appointments",
    "GET /api/v1/branches/{branch_id}/utilization",
    "PATCH /api/v1/branches/{branch_id}",
    "PUT /api/v1/branches/{branch_id}/hours",
    "POST /api/v1/branches/{branch_id}/special-hours",
    "DELETE /api/v1/branches/{branch_id}/special-hours/{special_hours_id}",
    "POST /api/v1/rooms",
    "PATCH /api/v1/rooms/{room_id}",
    "POST /api/v1/resources",
    "PATCH /api/v1/resources/{resource_id}",
    "POST /api/v1/resources/{resource_id}/outages",
    "DELETE /api/v1/resources/{resource_id}/outages/{outage_id}",
    "POST /api/v1/staff",
    "PATCH /api/v1/staff/{staff_id}",
    "GET /api/v1/staff/{staff_id}/weekly-shifts",
    "PUT /api/v1/staff/{staff_id}/weekly-shifts",
    "GET /api/v1/blocked-times",
    "POST /api/v1/blocked-times",
    "GET /api/v1/blocked-times/{blocked_time_id}",
    "PUT /api/v1/blocked-times/{blocked_time_id}",
    "DELETE /api/v1/blocked-times/{blocked_time_id}",
    "PUT /api/v1/blocked-times/{blocked_time_id}/occurrences/{day}",
    "DELETE /api/v1/blocked-times/{blocked_time_id}/occurrences/{day}",
    "POST /api/v1/visits",
    "GET /api/v1/visits/{visit_id}",
    "GET /api/v1/visits/{visit_id}/history",
    "GET /api/v1/visits/{visit_id}/steps",
    "PATCH /api/v1/visits/{visit_id}",
    "PUT /api/v1/visits/{visit_id}/status",
    "POST /api/v1/visits/{visit_id}/undo",
    "PATCH /api/v1/appointments/{appointment_id}",
    "POST /api/v1/appointments/{appointment_id}/swap",
    "POST /api/v1/appointment-edits/{edit_id}/undo",
    "POST /api/v1/availability/places",
    "POST /api/v1/visit-series",
    "POST /api/v1/visit-series/preview",
    "GET /api/v1/visit-series/{series_id}",
    "PUT /api/v1/visit-series/{series_id}/status",
    "POST /api/v1/shifts",
    "POST /api/v1/shifts/fill",
    "POST /api/v1/shifts/copy",
    "PATCH /api/v1/shifts/{shift_id}",
    "DELETE /api/v1/shifts/{shift_id}",
    "POST /api/v1/shifts/{shift_id}/swap",
    "POST /api/v1/time-off/{time_off_id}/preview",
    "POST /api/v1/time-off/{time_off_id}/approve",
    "POST /api/v1/time-off/{time_off_id}/refuse",
    "POST /api/v1/time-off/{time_off_id}/withdraw",
    "POST /api/v1/staff/{staff_id}/replan",
    "POST /api/v1/staff/{staff_id}/replan/apply",
    "DELETE /api/v1/calendars/{calendar_id}",
    "GET /api/v1/visits/{visit_id}/guest-link",
    "DELETE /api/v1/visits/{visit_id}/guest-link",
    "POST /api/v1/stock-entries",
    "GET /api/v1/stock-entries",
    "POST /api/v1/sales",
    "GET /api/v1/sales",
    "GET /api/v1/sales/{sale_id}",
    *(f"GET /api/v1/reports/{name}" for name in ("day", "month", "services", "staff", "visits", "owed")),
    "GET /api/v1/sales/{sale_id}/vietqr",
    "GET /api/v1/sales/{sale_id}/receipt",
    "GET /api/v1/sales/{sale_id}/invoices",
    "GET /api/v1/branches/{branch_id}/bank-account",
    "PUT /api/v1/branches/{branch_id}/bank-account",
    "GET /api/v1/deposits",
    "GET /api/v1/deposits/{deposit_id}",
    "POST /api/v1/deposits/{deposit_id}/return",
    "GET /api/v1/bank-transfers",
    "GET /api/v1/bank-transfers/{transfer_id}/bills",
    "POST /api/v1/bank-transfers/{transfer_id}/match",
    "POST /api/v1/bank-transfers/{transfer_id}/return",
    "POST /api/v1/bank-transfers/{transfer_id}/ignore",
    "PUT /api/v1/sales/{sale_id}",
    "POST /api/v1/sales/{sale_id}/payments",
    "POST /api/v1/sales/{sale_id}/void",
    "POST /api/v1/sales/{sale_id}/refunds",
    "POST /api/v1/drawer-sessions",
    "GET /api/v1/drawer-sessions",
    "GET /api/v1/drawer-sessions/current",
    "GET /api/v1/drawer-sessions/{drawer_id}",
    "POST /api/v1/drawer-sessions/{drawer_id}/movements",
    "POST /api/v1/drawer-sessions/{drawer_id}/close",
    "GET /api/v1/visits/{visit_id}/courses",
    "PUT /api/v1/visits/{visit_id}/courses",
    "POST /api/v1/customer-courses/{course_id}/extend",
    "POST /api/v1/customer-courses/{course_id}/transfer",
    "POST /api/v1/gift-cards/{gift_card_id}/code",
    "POST /api/v1/gift-cards/{gift_card_id}/unlock",
    "POST /api/v1/commission-rules",
    "GET /api/v1/commission-rules/check",
    "PATCH /api/v1/commission-rules/{rule_id}",
    "DELETE /api/v1/commission-rules/{rule_id}",
}
"""Operations on what belongs to a branch, including a branch that the body or the query names."""


def _code_of(ids: dict[str, UUID]) -> dict[str, Any]:
    return {"code_hash": hash_of(normalize(str(ids["word"]))), "last4": "2D4E"}


def ownerships_of(label: str) -> Iterator[Ownership]:
    """Yield the owners that the object of an operation can have."""
    if "{" in label or label in IN_A_BRANCH:
        yield from ("own", "another's", "missing")
    else:
        yield "own" if label.endswith("/customers/me") else "none"


def success_of(label: str) -> int:
    [status] = [int(status) for status in OPERATIONS[label]["responses"] if status.startswith("2")]
    return status


@cache
def _password_hash() -> str:
    return passwords._hasher().hash(PASSWORD)


def _a_day_off() -> dict[str, str]:
    day = next(_days_off).isoformat()
    return {"first_day": day, "last_day": day, "reason": "Tết Nguyên Đán"}


def _days_from(first: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in count())


_days_off = _days_from(date(2040, 1, 1))
_THERAPIST = {"role": "therapist"}
_HELD_UNTIL = utc_now() + timedelta(days=1)


def _a_monday_to_come() -> datetime:
    """Return the opening time of the branches on a Monday, one or two weeks from now."""
    today = utc_now().replace(hour=2, minute=0, second=0, microsecond=0)
    return today + timedelta(days=14 - today.weekday())


_SOON = _a_monday_to_come()
_A_DAY = (datetime(2100, 3, 1, tzinfo=UTC), datetime(2100, 3, 2, tzinfo=UTC))
_NEXT_DAY = (datetime(2100, 3, 2, tzinfo=UTC), datetime(2100, 3, 3, tzinfo=UTC))
_BLOCKED_DAY = date(2100, 3, 1)
_LAST_DAY = date(2100, 3, 1)
_BLOCKED = {"reason": "meeting", "first_day": "2100-03-01", "starts": "09:00", "ends": "10:00"}
_FREE_MONDAY, _SHIFT_MONDAY = "2100-03-08", "2100-03-01"
_TIMES = {"start": "2100-03-01T00:00:00Z", "end": "2100-03-03T00:00:00Z"}
_LATER = {"start": "2100-04-01T00:00:00Z", "end": "2100-04-03T00:00:00Z"}
_NAME = {"vi": "Giường", "en": "Bed"}
_RATES = [{"from_day": "2027-01-01", "rate": 1_000}]
_VARIANT = {"key": "90", "price": 450_000, "segments": [{"minutes": 90, "needs_staff": True}]}


def _import_of_a_category(key: str) -> dict[str, Any]:
    """Return the import of a set-up file with a new category, and the digest of what it changes."""
    file = {"version": 1, "categories": [{"key": key, "name": _NAME}]}
    before, after = SpaFile(version=1), SpaFile.model_validate(file)
    digest = SetupChanges.of(plan_changes(before, after), before, after, []).digest
    return {"files": {"file": ("spa.json", json.dumps(file).encode())}, "params": {"expected": digest}}


def _replan(ids: dict[str, UUID]) -> dict[str, Any]:
    """Return the plan by which the colleague takes over the treatment."""
    occupation = Occupation(ids["staff_id"], Span(_SOON, _SOON + timedelta(hours=1)), ids["treatment_id"])
    change = {"treatment_id": ids["treatment_id"], "from_id": ids["staff_id"], "to_id": ids["colleague"]}
    return {
        "branch_id": str(ids["branch_id"]),
        "day": _SOON.date().isoformat(),
        "digest": digest_of([occupation]),
        "changes": [{name: str(value) for name, value in change.items()}],
    }


def _state_of(rows: Iterable[Entity]) -> dict[str, Any]:
    """Return the state of an appointment, as `load_states` reads it from these rows."""
    [guest] = [row for row in rows if isinstance(row, Appointment)]
    treatments = [row for row in rows if isinstance(row, AppointmentTreatment)]
    allocations = [row for row in rows if isinstance(row, Allocation)]
    nullable = ("therapist_id", "gender", "bed_id")
    return {
        "visit_id": str(guest.visit_id),
        "same_room": False,
        "status": guest.status,
        "starts_at": guest.starts_at.isoformat(),
        "ends_at": guest.ends_at.isoformat(),
        "overruled": False,
        "treatments": [
            dict.fromkeys(nullable)
            | {name: str(getattr(row, name)) for name in ("id", "appointment_id", "variant_id")}
            | {name: getattr(row, name) for name in ("position", "price", "segments")}
            | {name: getattr(row, name).isoformat() for name in ("starts_at", "ends_at")}
            for row in treatments
        ],
        "add_ons": [],
        "allocations": [
            {
                "treatment_id": str(row.appointment_treatment_id),
                "resource_id": str(row.resource_id),
                "start": bounds(row.during)[0].isoformat(),
                "end": bounds(row.during)[1].isoformat(),
            }
            for row in allocations
        ],
    }


def _status_of_visit(label: str, caller: Caller, owner: UUID) -> dict[str, Any]:
    """Return what `_add_visit` needs so that the caller can undo the last transition, if the operation does that."""
    if label.endswith("/deposits/{deposit_id}/return"):
        return {"status": "cancelled"}
    if not label.endswith("/visits/{visit_id}/undo"):
        return {}
    old, new = ("confirmed", "cancelled") if {*caller.roles} <= {Role.CUSTOMER} else ("arrived", "in_service")
    return {"status": new, "old_status": old, "made_by": owner}


def _online_wish(ids: dict[str, UUID]) -> dict[str, Any]:
    return {"guests": _wish(ids)["guests"], "link": str(ids["token"])}


def _wish(ids: dict[str, UUID], **wishes: str) -> dict[str, Any]:
    return {
        "branch_id": str(ids["branch_id"]),
        "guests": [{"treatments": [{"variant_id": str(ids["variant_id"])} | wishes]}],
    }


def _series(ids: dict[str, UUID]) -> dict[str, Any]:
    """Return two weeks of a visit, of which the first has a shift."""
    visit = _wish(ids, therapist_id=str(ids["staff_id"])) | _hours_later(2)
    return {"visit": visit, "repeat": {"count": 2}}


def _hours_later(hours: int) -> dict[str, str]:
    return {"start": (_SOON + timedelta(hours=hours)).isoformat()}


def _report(ids: dict[str, UUID], **period: str) -> dict[str, Any]:
    return {"params": {"branch_id": str(ids["branch_id"]), **period}}


def _statement(ids: dict[str, UUID]) -> dict[str, Any]:
    return {"params": {"staff_id": str(ids["staff_id"]), "first_day": "2027-01-01", "last_day": "2027-01-31"}}


_MORE: dict[str, Callable[[dict[str, UUID]], dict[str, Any]]] = {
    "PUT /api/v1/staff/{staff_id}/weekly-shifts": lambda ids: {
        "json": {
            "shifts": [{"branch_id": str(ids["of_branch"]), "weekday": 2, "starts": "09:00", "ends": "18:00"}]
        }
    },
    "GET /api/v1/branches/{branch_id}/open": lambda _: {
        "params": {"first_day": _FREE_MONDAY, "last_day": _FREE_MONDAY}
    },
    "GET /api/v1/shifts": lambda ids: {"params": _TIMES | {"staff_id": str(ids["staff_id"])}},
    "POST /api/v1/shifts": lambda ids: {
        "json": {
            "staff_id": str(ids["staff_id"]),
            "branch_id": str(ids["branch_id"]),
            "start": "2100-03-09T00:00:00Z",
            "end": "2100-03-09T09:00:00Z",
        }
    },
    "POST /api/v1/shifts/fill": lambda ids: {
        "json": {
            "branch_id": str(ids["branch_id"]),
            "first_day": _FREE_MONDAY,
            "last_day": _FREE_MONDAY,
            "staff_ids": [str(ids["staff_id"])],
        }
    },
    "POST /api/v1/shifts/copy": lambda ids: {
        "json": {
            "branch_id": str(ids["branch_id"]),
            "from_week": _SHIFT_MONDAY,
            "to_week": _FREE_MONDAY,
            "staff_ids": [str(ids["staff_id"])],
        }
    },
    "PATCH /api/v1/shifts/{shift_id}": lambda _: {"json": {"start": "2100-03-01T12:00:00Z"}},
    "POST /api/v1/shifts/{shift_id}/swap": lambda ids: {
        "json": {"with_shift_id": str(ids["colleagues_shift"])}
    },
    "POST /api/v1/time-off": lambda ids: {"json": _TIMES | {"staff_id": str(ids["staff_id"])}},
    "GET /api/v1/time-off": lambda ids: {"params": {"staff_id": str(ids["staff_id"])}},
    "POST /api/v1/time-off/{time_off_id}/approve": lambda _: {"json": {"answer": "Đi vui nhé"}},
    "POST /api/v1/time-off/{time_off_id}/refuse": lambda _: {"json": {"answer": "Hôm đó đông khách"}},
    "POST /api/v1/visits": lambda ids: {
        "json": _wish(ids, therapist_id=str(ids["staff_id"])) | _hours_later(2),
        "headers": {"Idempotency-Key": str(uuid7())},
    },
    "PATCH /api/v1/visits/{visit_id}": lambda _: {"json": _hours_later(4)},
    "PUT /api/v1/visits/{visit_id}/status": lambda _: {"json": {"status": "confirmed"}},
    "POST /api/v1/visits/{visit_id}/undo": lambda ids: {
        "json": {"status": "cancelled" if "cancelled" in ids else "in_service"},
        "headers": {"Idempotency-Key": str(uuid7())},
    },
    "PATCH /api/v1/appointments/{appointment_id}": lambda _: {"json": _hours_later(6)},
    "POST /api/v1/appointments/{appointment_id}/swap": lambda ids: {
        "json": {
            "with_appointment_id": str(ids.get("other_appointment", uuid7())),
            "exchange": ["therapist"],
        },
        "headers": {"Idempotency-Key": str(uuid7())},
    },
    "POST /api/v1/appointment-edits/{edit_id}/undo": lambda _: {"json": {}},
    "POST /api/v1/visit-series": lambda ids: {
        "json": _series(ids),
        "headers": {"Idempotency-Key": str(uuid7())},
    },
    "POST /api/v1/visit-series/preview": lambda ids: {"json": _series(ids)},
    "PUT /api/v1/visit-series/{series_id}/status": lambda _: {"json": {"status": "cancelled"}},
    "POST /api/v1/staff/{staff_id}/replan": lambda ids: {
        "json": {"branch_id": str(ids["branch_id"]), "day": _SOON.date().isoformat()}
    },
    "POST /api/v1/staff/{staff_id}/replan/apply": lambda ids: {"json": _replan(ids)},
    "POST /api/v1/availability/days": lambda ids: {
        "json": _wish(ids) | {"first_day": "2100-03-01", "last_day": "2100-03-02"}
    },
    "POST /api/v1/availability/starts": lambda ids: {"json": _wish(ids) | {"day": "2100-03-01"}},
    "POST /api/v1/availability/places": lambda ids: {
        "json": {
            "branch_id": str(ids["branch_id"]),
            "day": "2100-03-01",
            "treatment_id": str(ids["treatment_id"]),
        }
    },
    "POST /api/v1/public/branches/{key}/days": lambda ids: {
        "json": _online_wish(ids) | {"first_day": "2100-03-01", "last_day": "2100-03-02"}
    },
    "POST /api/v1/public/branches/{key}/starts": lambda ids: {
        "json": _online_wish(ids) | {"day": "2100-03-01"}
    },
    "POST /api/v1/calendars": lambda ids: {"json": {"staff_id": str(ids["staff_id"])}},
    "GET /api/v1/calendars": lambda ids: {"params": {"staff_id": str(ids["staff_id"])}},
    "POST /api/v1/auth/password": lambda _: {
        "json": {"current_password": PASSWORD, "new_password": PASSWORD[::-1]}
    },
    "PUT /api/v1/users/{user_id}/roles": lambda _: {"json": {"roles": [_THERAPIST]}},
    "POST /api/v1/invitations": lambda ids: {
        "json": {"email": f"{ids['word']}@example.com", "roles": [_THERAPIST]}
    },
    "POST /api/v1/invitations/claim": lambda ids: {"json": {"token": str(ids["word"])}},
    "POST /api/v1/branches": lambda ids: {
        "json": {"key": f"chi-nhanh-{ids['word']}", "name": "Sen Trắng Quận 7"}
    },
    "PATCH /api/v1/branches/{branch_id}": lambda ids: {"json": {"name": f"Sen Trắng {ids['word']}"}},
    "PUT /api/v1/branches/{branch_id}/hours": lambda _: {
        "json": {"hours": [{"weekday": 1, "opens": "09:00", "closes": "24:00"}]}
    },
    "POST /api/v1/branches/{branch_id}/special-hours": lambda _: {"json": _a_day_off()},
    "GET /api/v1/branches/{branch_id}/board": lambda _: {"params": {"day": "2100-03-01"}},
    "GET /api/v1/branches/{branch_id}/utilization": lambda _: {
        "params": {"first_day": "2100-03-01", "last_day": "2100-03-07"}
    },
    "GET /api/v1/branches/{branch_id}/board/stream": lambda _: {"params": {"day": "2100-03-01"}},
    "POST /api/v1/customers": lambda _: {"json": {"full_name": "Lan"}},
    "GET /api/v1/customers/phone": lambda _: {"params": {"phone": "0912345678"}},
    "GET /api/v1/customers/search": lambda _: {"params": {"q": "Lan"}},
    "POST /api/v1/customers/import": lambda ids: {
        "files": {"file": ("c.csv", f"full_name\n{ids['word']}\n".encode())}
    },
    "POST /api/v1/customers/import/preview": lambda _: {"files": {"file": ("c.csv", b"full_name\nLan\n")}},
    "POST /api/v1/setup/plan": lambda _: {"files": {"file": ("spa.yaml", b"version: 1")}},
    "PUT /api/v1/setup": lambda ids: _import_of_a_category(f"k-{ids['word']}"),
    "PATCH /api/v1/customers/{customer_id}": lambda _: {"json": {"notes": "Thích phòng yên tĩnh"}},
    "POST /api/v1/customers/{customer_id}/archive": lambda _: {"params": {"force": "true"}},
    "POST /api/v1/customers/{customer_id}/erase": lambda _: {"params": {"force": "true"}},
    "POST /api/v1/customers/{customer_id}/merge": lambda ids: {
        "json": {"duplicate_id": str(ids["duplicate"])}
    },
    "PUT /api/v1/customers/{customer_id}/account": lambda ids: {"json": {"user_id": str(ids["unlinked"])}},
    "POST /api/v1/customers/{customer_id}/consents": lambda _: {
        "json": {"purpose": "marketing", "granted": True, "version": "2026-01", "channel": "app"}
    },
    "POST /api/v1/resource-types": lambda ids: {
        "json": {"key": f"k-{ids['word']}", "kind": "bed", "name": _NAME}
    },
    "PATCH /api/v1/resource-types/{type_id}": lambda _: {"json": {"name": _NAME}},
    "POST /api/v1/rooms": lambda ids: {
        "json": {"key": f"k-{ids['word']}", "branch_id": str(ids["branch_id"]), "name": "Sen"}
    },
    "PATCH /api/v1/rooms/{room_id}": lambda _: {"json": {"name": "Sen"}},
    "POST /api/v1/resources": lambda ids: {
        "json": {
            "key": f"k-{ids['word']}",
            "name": "Giường 1",
            "type_id": str(ids["a_type"]),
            "branch_id": str(ids["branch_id"]),
        }
    },
    "PATCH /api/v1/resources/{resource_id}": lambda _: {"json": {"retired": True}},
    "GET /api/v1/resources/{resource_id}/outages": lambda _: {"params": _TIMES},
    "POST /api/v1/resources/{resource_id}/outages": lambda _: {"json": _LATER | {"reason": "Gãy chân"}},
    "PUT /api/v1/branches/{branch_id}/travel-times/{other_id}": lambda _: {"json": {"minutes": 30}},
    "GET /api/v1/blocked-times": lambda ids: {
        "params": {
            "branch_id": str(ids["branch_id"]),
            "first_day": "2100-03-01",
            "last_day": "2100-03-07",
        }
    },
    "POST /api/v1/blocked-times": lambda ids: {
        "json": _BLOCKED
        | {"branch_id": str(ids["branch_id"]), "resource_id": str(ids["resource_id"]), "weekdays": [1]}
    },
    "PUT /api/v1/blocked-times/{blocked_time_id}": lambda _: {"json": _BLOCKED},
    "PUT /api/v1/blocked-times/{blocked_time_id}/occurrences/{day}": lambda _: {
        "json": {"starts": "14:00", "ends": "15:00"}
    },
    "POST /api/v1/staff": lambda ids: {
        "json": {
            "key": f"k-{ids['word']}",
            "full_name": "Lan",
            "employed_from": "2026-01-01",
            "branch_ids": [str(ids["branch_id"])],
        }
    },
    "PATCH /api/v1/staff/{staff_id}": lambda _: {"json": {"full_name": "Mai"}},
    "POST /api/v1/catalogue/categories": lambda ids: {"json": {"key": f"k-{ids['word']}", "name": _NAME}},
    "PATCH /api/v1/catalogue/categories/{category_id}": lambda _: {"json": {"name": _NAME}},
    "POST /api/v1/catalogue/services": lambda ids: {
        "json": {
            "key": f"k-{ids['word']}",
            "category_id": str(ids["category_id"]),
            "name": _NAME,
            "variants": [_VARIANT],
        }
    },
    "PATCH /api/v1/catalogue/services/{service_id}": lambda _: {"json": {"name": _NAME}},
    "POST /api/v1/catalogue/services/{service_id}/variants": lambda _: {"json": _VARIANT},
    "PATCH /api/v1/catalogue/variants/{variant_id}": lambda _: {"json": {"price": 550_000}},
    "POST /api/v1/catalogue/add-ons": lambda ids: {
        "json": {"key": f"k-{ids['word']}", "name": _NAME, "minutes": 15, "price": 100_000}
    },
    "POST /api/v1/commission-rules": lambda ids: {
        "json": {
            "branch_id": str(ids["branch_id"]),
            "scope": "category",
            "thing_id": str(ids["category_id"]),
            "rate": 1000,
            "first_day": "2027-01-01",
        }
    },
    "GET /api/v1/commission-rules/check": lambda ids: {
        "params": {
            "branch_id": str(ids["branch_id"]),
            "staff_id": str(ids["staff_id"]),
            "day": "2027-01-01",
            "kind": "service",
            "thing_id": str(ids["variant_id"]),
            "price": 450_000,
        }
    },
    "PATCH /api/v1/commission-rules/{rule_id}": lambda _: {"json": {"last_day": "2030-12-31"}},
    "GET /api/v1/commissions/statement": _statement,
    "GET /api/v1/commissions/statement.csv": _statement,
    "POST /api/v1/gift-cards/lookup": lambda ids: {"json": {"code": str(ids["word"])}},
    "POST /api/v1/gift-cards/{gift_card_id}/code": lambda _: {"headers": {"Idempotency-Key": str(uuid7())}},
    "PATCH /api/v1/catalogue/add-ons/{add_on_id}": lambda _: {"json": {"price": 120_000}},
    "POST /api/v1/sales": lambda ids: {
        "json": {"branch_id": str(ids["branch_id"])},
        "headers": {"Idempotency-Key": str(uuid7())},
    },
    "GET /api/v1/sales": lambda ids: {"params": {"branch_id": str(ids["branch_id"])}},
    **{f"GET /api/v1/reports/{name}": lambda ids: _report(ids, day="2026-12-01") for name in ("day", "owed")},
    "GET /api/v1/reports/month": lambda ids: _report(ids, month="2026-12"),
    **{
        f"GET /api/v1/reports/{name}": lambda ids: _report(ids, first_day="2026-12-01", last_day="2026-12-31")
        for name in ("services", "staff", "visits")
    },
    "PUT /api/v1/sales/{sale_id}": lambda ids: {
        "json": {"lines": [{"id": str(ids["line_id"])}], "note": "Khách quen"}
    },
    "POST /api/v1/sales/{sale_id}/payments": lambda _: {
        "json": {"payments": [{"method": "card", "amount": 100}]},
        "headers": {"Idempotency-Key": str(uuid7())},
    },
    "POST /api/v1/sales/{sale_id}/void": lambda _: {"json": {"reason": "Khách đổi ý"}},
    "POST /api/v1/sales/{sale_id}/refunds": lambda ids: {
        "json": {"payments": [{"payment_id": str(ids["payment_id"]), "amount": 50}]},
        "headers": {"Idempotency-Key": str(uuid7())},
    },
    "PUT /api/v1/branches/{branch_id}/bank-account": lambda _: {
        "json": {"bin": "970436", "number": "0123456789", "holder": "SEN TRANG"}
    },
    "GET /api/v1/deposits": lambda ids: {"params": {"branch_id": str(ids["branch_id"])}},
    "POST /api/v1/deposits/{deposit_id}/return": lambda _: {
        "json": {"note": "Đã chuyển"},
        "headers": {"Idempotency-Key": str(uuid7())},
    },
    "GET /api/v1/bank-transfers": lambda ids: {"params": {"branch_id": str(ids["branch_id"])}},
    "POST /api/v1/bank-transfers/{transfer_id}/match": lambda ids: {
        "json": {"sale_id": str(ids["sale_id"])},
        "headers": {"Idempotency-Key": str(uuid7())},
    },
    "POST /api/v1/bank-transfers/{transfer_id}/return": lambda _: {
        "json": {"note": "Trả khách"},
        "headers": {"Idempotency-Key": str(uuid7())},
    },
    "POST /api/v1/bank-transfers/{transfer_id}/ignore": lambda _: {
        "json": {"note": "Không phải khách"},
        "headers": {"Idempotency-Key": str(uuid7())},
    },
    "POST /api/v1/drawer-sessions": lambda ids: {
        "json": {"branch_id": str(ids["branch_id"]), "counted": 500_000},
        "headers": {"Idempotency-Key": str(uuid7())},
    },
    "GET /api/v1/drawer-sessions": lambda ids: {"params": {"branch_id": str(ids["branch_id"])}},
    "GET /api/v1/drawer-sessions/current": lambda ids: {"params": {"branch_id": str(ids["branch_id"])}},
    "POST /api/v1/drawer-sessions/{drawer_id}/movements": lambda _: {
        "json": {"kind": "safe", "amount": 100_000},
        "headers": {"Idempotency-Key": str(uuid7())},
    },
    "POST /api/v1/drawer-sessions/{drawer_id}/close": lambda _: {
        "json": {"counted": 0},
        "headers": {"Idempotency-Key": str(uuid7())},
    },
    "POST /api/v1/products": lambda ids: {
        "json": {"key": f"k-{ids['word']}", "name": _NAME, "price": 250_000}
    },
    "PATCH /api/v1/products/{product_id}": lambda _: {"json": {"price": 300_000}},
    "GET /api/v1/stock-entries": lambda ids: {"params": {"branch_id": str(ids["branch_id"])}},
    "POST /api/v1/stock-entries": lambda ids: {
        "json": {
            "branch_id": str(ids["branch_id"]),
            "product_id": str(ids["product_id"]),
            "kind": "received",
            "pieces": 12,
        }
    },
    "POST /api/v1/tax-categories": lambda ids: {
        "json": {"key": f"k-{ids['word']}", "name": _NAME, "rates": _RATES}
    },
    "PATCH /api/v1/tax-categories/{tax_category_id}": lambda _: {"json": {"name": _NAME}},
    "PUT /api/v1/tax-categories/{tax_category_id}/rates": lambda _: {"json": {"rates": _RATES}},
    "POST /api/v1/course-plans": lambda ids: {
        "json": {
            "key": f"k-{ids['word']}",
            "name": _NAME,
            "price": 3_500_000,
            "sessions": 10,
            "variant_ids": [str(ids["variant_id"])],
        }
    },
    "PUT /api/v1/visits/{visit_id}/courses": lambda ids: {
        "json": {
            "treatments": [{"treatment_id": str(ids["treatment_id"]), "course_id": str(ids["course_id"])}]
        }
    },
    "POST /api/v1/customer-courses/{course_id}/extend": lambda _: {
        "json": {"expires_on": "2100-12-31", "reason": "Khách đi công tác"},
        "headers": {"Idempotency-Key": str(uuid7())},
    },
    "POST /api/v1/customer-courses/{course_id}/transfer": lambda ids: {
        "json": {"customer_id": str(ids["duplicate"]), "reason": "Tặng chị gái"},
        "headers": {"Idempotency-Key": str(uuid7())},
    },
    "PATCH /api/v1/course-plans/{plan_id}": lambda _: {"json": {"price": 3_600_000}},
}
