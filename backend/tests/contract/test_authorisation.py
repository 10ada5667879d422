"""Authorisation: every operation of the OpenAPI document × every kind of caller × every owner of the object."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from app.http.router import PUBLIC as DECLARED_PUBLIC
from app.http.router import ApiRouter
from app.main import app
from app.modules.identity.roles import Role
from tests.builders.operations import (
    ABOUT_STAFF,
    BRANCH,
    IN_A_BRANCH,
    OPERATIONS,
    PUBLIC,
    STRANGER_NAME,
    Caller,
    Ownership,
    RequestCase,
    RequestCases,
    ownerships_of,
    success_of,
)
from tests.support.database import run_sql

V1 = "/api/v1"
# The rules, by hand. A new operation is entered here with the roles that may call it.
OPEN_TO_ANYBODY = {
    "GET /",
    f"GET {V1}/health/",
    f"GET {V1}/health/live",
    f"GET {V1}/health/ready",
    f"GET {V1}/health/db",
    f"GET {V1}/health/redis",
    f"POST {V1}/auth/sign-in",
    f"POST {V1}/auth/refresh",
    f"POST {V1}/auth/browser/sign-in",
    f"POST {V1}/auth/browser/refresh",
    f"POST {V1}/auth/browser/sign-out",
    f"POST {V1}/auth/browser/join",
    f"POST {V1}/auth/browser/password-reset",
    f"POST {V1}/auth/password/reset-request",
    f"POST {V1}/auth/password/reset",
    f"POST {V1}/invitations/accept",
    f"GET {V1}/branches",
    f"GET {V1}/branches/{{branch_id}}",
    f"GET {V1}/branches/{{branch_id}}/open",
    f"GET {V1}/catalogue",
    f"GET {V1}/calendars/{{token}}.ics",
    f"GET {V1}/public/branches/{{key}}",
    f"POST {V1}/public/branches/{{key}}/days",
    f"POST {V1}/public/branches/{{key}}/starts",
    f"POST {V1}/public/branches/{{key}}/visits",
    f"GET {V1}/public/visits/{{token}}",
    f"PATCH {V1}/public/visits/{{token}}",
    f"POST {V1}/public/visits/{{token}}/confirm",
    f"POST {V1}/bank-notices/sepay",
    f"POST {V1}/bank-notices/payos",
    f"POST {V1}/public/visits/{{token}}/code",
    f"POST {V1}/public/visits/{{token}}/cancel",
    f"GET {V1}/public/visits/{{token}}/calendar.ics",
}
OUTSIDE_THE_DOCUMENT = {
    *("/metrics", "/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc"),
    *("/desk", "/desk/worker.js", "/desk/{path:path}", "/setup", "/setup/{path:path}"),  # pages and files
    *("/me", "/me/worker.js", "/me/manifest.webmanifest", "/me/icons/{name}", "/me/{path:path}"),
    "/assets/{path:path}",
    *(
        "/robots.txt",
        "/book",
        "/book/static/{build}/{name}",
        "/book/{key}",
        "/book/{key}/party",
        "/book/{key}/times",
    ),
    *(
        "/book/{key}/hold",
        "/book/{key}/poster",
        "/visit/{token}",
        "/visit/{token}/confirm",
        "/visit/{token}/code",
    ),
    *("/receipt/{token}", "/receipt/static/{build}/{name}"),
    *("/visit/{token}/times", "/visit/{token}/move", "/visit/{token}/cancel", "/visit/{token}/calendar.ics"),
}
SIGNED_IN: set[str] = set()
ADMIN = {"admin:everywhere"}
DESK = {"admin", "receptionist"}
TEAM = DESK | {"therapist"}
MAY_CALL = {
    f"POST {V1}/auth/sign-out": SIGNED_IN,
    f"POST {V1}/auth/sign-out-everywhere": SIGNED_IN,
    f"GET {V1}/auth/me": SIGNED_IN,
    f"POST {V1}/auth/password": SIGNED_IN,
    f"GET {V1}/users": ADMIN,
    f"GET {V1}/users/{{user_id}}": ADMIN,
    f"POST {V1}/users/{{user_id}}/disable": ADMIN,
    f"POST {V1}/users/{{user_id}}/enable": ADMIN,
    f"PUT {V1}/users/{{user_id}}/roles": ADMIN,
    f"POST {V1}/invitations": ADMIN,
    f"GET {V1}/invitations": ADMIN,
    f"POST {V1}/invitations/claim": SIGNED_IN,
    f"POST {V1}/invitations/{{invitation_id}}/resend": ADMIN,
    f"POST {V1}/invitations/{{invitation_id}}/withdraw": ADMIN,
    f"GET {V1}/mails": ADMIN,
    f"GET {V1}/audit": ADMIN,
    f"GET {V1}/setup": ADMIN,
    f"GET {V1}/setup/file": ADMIN,
    f"POST {V1}/setup/plan": ADMIN,
    f"PUT {V1}/setup": ADMIN,
    f"GET {V1}/commission-rules": {"admin"},
    f"POST {V1}/commission-rules": {"admin"},
    f"GET {V1}/commission-rules/check": {"admin"},
    f"PATCH {V1}/commission-rules/{{rule_id}}": {"admin"},
    f"DELETE {V1}/commission-rules/{{rule_id}}": {"admin"},
    f"GET {V1}/commissions/statement": TEAM,
    f"GET {V1}/commissions/statement.csv": TEAM,
    f"GET {V1}/reports/day": DESK,
    **{f"GET {V1}/reports/{name}": {"admin"} for name in ("month", "services", "staff", "visits", "owed")},
    f"GET {V1}/gift-cards": DESK,
    f"POST {V1}/gift-cards/lookup": DESK,
    f"GET {V1}/gift-cards/{{gift_card_id}}": DESK,
    f"POST {V1}/gift-cards/{{gift_card_id}}/code": DESK,
    f"POST {V1}/gift-cards/{{gift_card_id}}/lock": DESK,
    f"POST {V1}/gift-cards/{{gift_card_id}}/unlock": {"admin"},
    f"GET {V1}/branches/{{branch_id}}/bank-account": DESK,
    f"PUT {V1}/branches/{{branch_id}}/bank-account": {"admin"},
    f"GET {V1}/deposits": DESK,
    f"GET {V1}/deposits/{{deposit_id}}": DESK,
    f"POST {V1}/deposits/{{deposit_id}}/return": DESK,
    f"GET {V1}/bank-transfers": DESK,
    f"GET {V1}/bank-transfers/{{transfer_id}}/bills": DESK,
    f"POST {V1}/bank-transfers/{{transfer_id}}/match": DESK,
    f"POST {V1}/bank-transfers/{{transfer_id}}/return": {"admin"},
    f"POST {V1}/bank-transfers/{{transfer_id}}/ignore": {"admin"},
    f"GET {V1}/sales/{{sale_id}}/vietqr": DESK,
    f"GET {V1}/sales/{{sale_id}}/receipt": DESK,
    f"GET {V1}/sales/{{sale_id}}/invoices": DESK,
    f"POST {V1}/sales": DESK,
    f"GET {V1}/sales": DESK,
    f"GET {V1}/sales/{{sale_id}}": DESK,
    f"PUT {V1}/sales/{{sale_id}}": DESK,
    f"POST {V1}/sales/{{sale_id}}/payments": DESK,
    f"POST {V1}/sales/{{sale_id}}/void": DESK,
    f"POST {V1}/sales/{{sale_id}}/refunds": {"admin"},
    f"POST {V1}/drawer-sessions": DESK,
    f"GET {V1}/drawer-sessions": DESK,
    f"GET {V1}/drawer-sessions/current": DESK,
    f"GET {V1}/drawer-sessions/{{drawer_id}}": DESK,
    f"POST {V1}/drawer-sessions/{{drawer_id}}/movements": DESK,
    f"POST {V1}/drawer-sessions/{{drawer_id}}/close": DESK,
    f"POST {V1}/branches": ADMIN,
    f"PATCH {V1}/branches/{{branch_id}}": {"admin"},
    f"PUT {V1}/branches/{{branch_id}}/hours": {"admin"},
    f"POST {V1}/branches/{{branch_id}}/special-hours": {"admin"},
    f"DELETE {V1}/branches/{{branch_id}}/special-hours/{{special_hours_id}}": {"admin"},
    f"GET {V1}/branches/{{branch_id}}/holidays/{{year}}": TEAM,
    f"GET {V1}/branches/{{branch_id}}/board": TEAM,
    f"GET {V1}/branches/{{branch_id}}/board/stream": TEAM,
    f"GET {V1}/branches/{{branch_id}}/stranded-appointments": DESK,
    f"GET {V1}/branches/{{branch_id}}/utilization": DESK,
    f"POST {V1}/customers": DESK,
    f"GET {V1}/customers": DESK,
    f"GET {V1}/customers/phone": DESK,
    f"GET {V1}/customers/search": DESK,
    f"GET {V1}/customers/me": SIGNED_IN,
    f"POST {V1}/customers/import": ADMIN,
    f"POST {V1}/customers/import/preview": ADMIN,
    f"GET {V1}/customers/export": ADMIN,
    f"GET {V1}/customers/{{customer_id}}": DESK | {"therapist", "customer"},
    f"PATCH {V1}/customers/{{customer_id}}": DESK,
    f"POST {V1}/customers/{{customer_id}}/archive": DESK,
    f"POST {V1}/customers/{{customer_id}}/restore": DESK,
    f"POST {V1}/customers/{{customer_id}}/merge": DESK,
    f"PUT {V1}/customers/{{customer_id}}/account": DESK,
    f"DELETE {V1}/customers/{{customer_id}}/account": DESK,
    f"GET {V1}/customers/{{customer_id}}/consents": DESK | {"customer"},
    f"POST {V1}/customers/{{customer_id}}/consents": DESK | {"customer"},
    f"GET {V1}/customers/{{customer_id}}/personal-data": {"admin:everywhere", "customer"},
    f"POST {V1}/customers/{{customer_id}}/erase": ADMIN,
    f"GET {V1}/resource-types": TEAM,
    f"POST {V1}/resource-types": ADMIN,
    f"PATCH {V1}/resource-types/{{type_id}}": ADMIN,
    f"GET {V1}/rooms": TEAM,
    f"POST {V1}/rooms": {"admin"},
    f"PATCH {V1}/rooms/{{room_id}}": {"admin"},
    f"GET {V1}/resources": TEAM,
    f"POST {V1}/resources": {"admin"},
    f"PATCH {V1}/resources/{{resource_id}}": {"admin"},
    f"GET {V1}/catalogue/desk": TEAM,
    f"POST {V1}/catalogue/categories": ADMIN,
    f"PATCH {V1}/catalogue/categories/{{category_id}}": ADMIN,
    f"POST {V1}/catalogue/services": ADMIN,
    f"PATCH {V1}/catalogue/services/{{service_id}}": ADMIN,
    f"POST {V1}/catalogue/services/{{service_id}}/variants": ADMIN,
    f"PATCH {V1}/catalogue/variants/{{variant_id}}": ADMIN,
    f"POST {V1}/catalogue/add-ons": ADMIN,
    f"PATCH {V1}/catalogue/add-ons/{{add_on_id}}": ADMIN,
    f"GET {V1}/products": DESK,
    f"POST {V1}/products": ADMIN,
    f"PATCH {V1}/products/{{product_id}}": ADMIN,
    f"GET {V1}/stock-entries": DESK,
    f"POST {V1}/stock-entries": DESK,
    f"GET {V1}/tax-categories": TEAM,
    f"POST {V1}/tax-categories": ADMIN,
    f"PATCH {V1}/tax-categories/{{tax_category_id}}": ADMIN,
    f"PUT {V1}/tax-categories/{{tax_category_id}}/rates": ADMIN,
    f"POST {V1}/availability/days": SIGNED_IN,
    f"POST {V1}/availability/starts": SIGNED_IN,
    f"POST {V1}/availability/places": DESK,
    f"GET {V1}/resources/{{resource_id}}/outages": TEAM,
    f"POST {V1}/resources/{{resource_id}}/outages": DESK,
    f"DELETE {V1}/resources/{{resource_id}}/outages/{{outage_id}}": DESK,
    f"GET {V1}/staff": TEAM,
    f"POST {V1}/staff": {"admin"},
    f"GET {V1}/staff/{{staff_id}}": TEAM,
    f"PATCH {V1}/staff/{{staff_id}}": {"admin"},
    f"POST {V1}/staff/{{staff_id}}/replan": DESK,
    f"POST {V1}/staff/{{staff_id}}/replan/apply": DESK,
    f"GET {V1}/staff/{{staff_id}}/weekly-shifts": TEAM,
    f"PUT {V1}/staff/{{staff_id}}/weekly-shifts": DESK,
    f"GET {V1}/shifts": TEAM,
    f"POST {V1}/shifts": DESK,
    f"POST {V1}/shifts/fill": DESK,
    f"POST {V1}/shifts/copy": DESK,
    f"PATCH {V1}/shifts/{{shift_id}}": DESK,
    f"DELETE {V1}/shifts/{{shift_id}}": DESK,
    f"POST {V1}/shifts/{{shift_id}}/swap": DESK,
    f"POST {V1}/time-off": TEAM,
    f"GET {V1}/time-off": TEAM,
    f"POST {V1}/time-off/{{time_off_id}}/preview": {"admin"},
    f"POST {V1}/time-off/{{time_off_id}}/approve": {"admin"},
    f"POST {V1}/time-off/{{time_off_id}}/refuse": {"admin"},
    f"POST {V1}/time-off/{{time_off_id}}/withdraw": TEAM,
    f"GET {V1}/branches/{{branch_id}}/travel-times": TEAM,
    f"PUT {V1}/branches/{{branch_id}}/travel-times/{{other_id}}": ADMIN,
    f"GET {V1}/blocked-times": TEAM,
    f"POST {V1}/blocked-times": DESK,
    f"GET {V1}/blocked-times/{{blocked_time_id}}": TEAM,
    f"PUT {V1}/blocked-times/{{blocked_time_id}}": DESK,
    f"DELETE {V1}/blocked-times/{{blocked_time_id}}": DESK,
    f"PUT {V1}/blocked-times/{{blocked_time_id}}/occurrences/{{day}}": DESK,
    f"DELETE {V1}/blocked-times/{{blocked_time_id}}/occurrences/{{day}}": DESK,
    f"POST {V1}/visits": DESK | {"customer"},
    f"GET {V1}/visits": DESK | {"customer"},
    f"GET {V1}/visits/{{visit_id}}": TEAM | {"customer"},
    f"GET {V1}/visits/{{visit_id}}/history": DESK,
    f"GET {V1}/visits/{{visit_id}}/steps": TEAM | {"customer"},
    f"PATCH {V1}/visits/{{visit_id}}": DESK | {"customer"},
    f"PUT {V1}/visits/{{visit_id}}/status": TEAM | {"customer"},
    f"POST {V1}/visits/{{visit_id}}/undo": TEAM | {"customer"},
    f"GET {V1}/visits/{{visit_id}}/guest-link": DESK,
    f"DELETE {V1}/visits/{{visit_id}}/guest-link": DESK,
    f"PATCH {V1}/appointments/{{appointment_id}}": DESK | {"customer"},
    f"POST {V1}/appointments/{{appointment_id}}/swap": DESK,
    f"POST {V1}/appointment-edits/{{edit_id}}/undo": DESK,
    f"POST {V1}/visit-series": DESK,
    f"POST {V1}/visit-series/preview": DESK,
    f"GET {V1}/visit-series/{{series_id}}": DESK,
    f"PUT {V1}/visit-series/{{series_id}}/status": DESK,
    f"POST {V1}/calendars": TEAM | {"customer"},
    f"GET {V1}/calendars": TEAM | {"customer"},
    f"DELETE {V1}/calendars/{{calendar_id}}": TEAM | {"customer"},
    f"GET {V1}/course-plans": DESK,
    f"POST {V1}/course-plans": ADMIN,
    f"PATCH {V1}/course-plans/{{plan_id}}": ADMIN,
    f"GET {V1}/visits/{{visit_id}}/courses": DESK,
    f"PUT {V1}/visits/{{visit_id}}/courses": DESK,
    f"GET {V1}/customers/{{customer_id}}/courses": DESK | {"customer"},
    f"GET {V1}/customer-courses/{{course_id}}/entries": DESK,
    f"GET {V1}/customer-courses/{{course_id}}/return": DESK,
    f"POST {V1}/customer-courses/{{course_id}}/extend": DESK,
    f"POST {V1}/customer-courses/{{course_id}}/transfer": DESK,
}
OWN_OBJECTS_ONLY = {"customer"}
"""Roles that see their own objects. Without another role that may call, the caller gets 404 for any other object."""

OWN_OBJECTS_ONLY_ON = {
    f"GET {V1}/commissions/statement": {"therapist", "receptionist"},
    f"GET {V1}/commissions/statement.csv": {"therapist", "receptionist"},
    f"GET {V1}/staff/{{staff_id}}/weekly-shifts": {"therapist"},
    f"GET {V1}/shifts": {"therapist"},
    f"POST {V1}/time-off": {"therapist"},
    f"GET {V1}/time-off": {"therapist"},
    f"POST {V1}/time-off/{{time_off_id}}/withdraw": {"therapist", "receptionist"},
    f"GET {V1}/blocked-times/{{blocked_time_id}}": {"therapist"},
    f"GET {V1}/visits/{{visit_id}}": {"therapist"},
    f"GET {V1}/visits/{{visit_id}}/steps": {"therapist"},
    f"PUT {V1}/visits/{{visit_id}}/status": {"therapist"},
    f"POST {V1}/visits/{{visit_id}}/undo": {"therapist"},
    f"POST {V1}/calendars": {"therapist"},
    f"GET {V1}/calendars": {"therapist"},
    f"DELETE {V1}/calendars/{{calendar_id}}": {"therapist"},
}
"""More roles of that kind, by operation: a therapist sees the rosters, leave and visits of no other therapist."""

NOT_ON_OWN_OBJECTS = {
    f"POST {V1}/customers/{{customer_id}}/merge",
    f"POST {V1}/time-off/{{time_off_id}}/preview",
    f"POST {V1}/time-off/{{time_off_id}}/approve",
    f"POST {V1}/time-off/{{time_off_id}}/refuse",
}
"""Operations that the desk cannot call on itself: it would read the other customer's record, or decide on its own
leave. An administrator everywhere can."""

CALLERS = [
    Caller("nobody", problem="no token"),
    Caller("no role"),
    *(Caller(f"{role} everywhere", (role,)) for role in Role),
    *(Caller(f"{role} of a branch", (role,), BRANCH) for role in Role),
    Caller("receptionist who is a customer", (Role.RECEPTIONIST, Role.CUSTOMER)),
    Caller("therapist who is a customer", (Role.THERAPIST, Role.CUSTOMER)),
    Caller("receptionist of a branch who is a customer of it", (Role.RECEPTIONIST, Role.CUSTOMER), BRANCH),
    Caller("every role of a branch", tuple(Role), BRANCH),
    Caller("disabled admin", (Role.ADMIN,), problem="disabled"),
    Caller("admin who signed out", (Role.ADMIN,), problem="session ended"),
    Caller("admin of a month ago", (Role.ADMIN,), problem="session expired"),
    Caller("deleted admin", (Role.ADMIN,), problem="user gone"),
]


class TestDocument:
    @pytest.mark.parametrize("label", OPERATIONS)
    def test_every_operation_declares_who_may_call_it(self, label: str) -> None:
        security = OPERATIONS[label].get("security")
        assert security == [] or [set(way) for way in security or ()] == [{"bearer"}]

    def test_what_anybody_may_call_is_written_down(self) -> None:
        assert PUBLIC == OPEN_TO_ANYBODY

    def test_who_may_call_the_others_is_written_down(self) -> None:
        """Services authorize, so the document does not list roles: the matrix below tries every one of them."""
        assert OPERATIONS.keys() - PUBLIC == MAY_CALL.keys()

    def test_no_route_hides_from_the_document(self) -> None:
        described = {label.partition(" ")[2] for label in OPERATIONS}
        assert {route.path for route in app.routes} - described == OUTSIDE_THE_DOCUMENT  # type: ignore[attr-defined]  # all routes of this app have one


class TestDeclaring:
    def test_a_route_without_a_declaration_does_not_start(self) -> None:
        with pytest.raises(TypeError, match="list_secrets: add `user: SignedIn`"):
            ApiRouter().add_api_route("/secrets", list_secrets)

    def test_a_route_that_says_it_is_public_starts(self) -> None:
        ApiRouter().add_api_route("/secrets", list_secrets, openapi_extra=DECLARED_PUBLIC)

    def test_a_route_that_names_roles_without_requiring_them_does_not_start(self) -> None:
        with pytest.raises(TypeError):
            ApiRouter().add_api_route(
                "/secrets", list_secrets, openapi_extra={"security": [{"bearer": ["admin"]}]}
            )


async def list_secrets() -> None: ...


@pytest.mark.parametrize("label", MAY_CALL)
async def test_role_by_owner(
    stranger: httpx2.AsyncClient, label: str, record_property: Callable[[str, object], None]
) -> None:
    cases = RequestCases()
    matrix = [
        cases.add(label, caller, ownership)
        for caller in CALLERS
        for ownership in ownerships_for(label, caller)
    ]
    await cases.write()
    responses = [(case, await case.send(stranger)) for case in matrix]

    assert [
        f"{describe(case)}: {response.status_code}, not {expected(case)}"
        for case, response in responses
        if response.status_code != expected(case)
    ] == []
    assert [describe(case) for case, response in responses if names_stranger(case, response)] == []
    assert reveals_existence(responses) == []
    assert [
        describe(case)
        for case, response in responses
        if (response.status_code == 401) != has_challenge(response)
    ] == []
    assert [describe(case) for case in await cases_with_changes(matrix) if is_refused(case)] == []
    record_property("cells", len(matrix))


def ownerships_for(label: str, caller: Caller) -> Iterator[Ownership]:
    """Yield the owners to try: one for a caller that every operation refuses, whatever the object."""
    if caller.refusal is None:
        yield from ownerships_of(label)
    else:
        yield "none"


def expected(case: RequestCase) -> int:
    """Return the status by the rules: signed in, then the role, then the owner of the object."""
    may_call, scopes = MAY_CALL[case.label], case.caller.scopes
    if case.caller.refusal is not None:
        return case.caller.refusal
    if may_call and not may_call & scopes:
        return 403
    if sees_only_own(case) and case.ownership != "own":
        return 404
    if (
        # Branches and what is in them are known to the whole team.
        (case.caller.branch_id == BRANCH and case.label in IN_A_BRANCH and is_elsewhere(case))
        or (case.label in NOT_ON_OWN_OBJECTS and case.ownership == "own" and not scopes & ADMIN)
    ):
        return 403
    if case.ownership == "missing":
        return 404
    return success_of(case.label)


def sees_only_own(case: RequestCase) -> bool:
    """Return whether every role that admits the caller is for own objects only."""
    only_own = OWN_OBJECTS_ONLY | OWN_OBJECTS_ONLY_ON.get(case.label, set())
    return MAY_CALL[case.label] & case.caller.scopes <= only_own and bool(MAY_CALL[case.label] & only_own)


def is_elsewhere(case: RequestCase) -> bool:
    """Return whether the object is in another branch than the caller's role.

    A missing branch is another branch. A missing thing is in no branch.
    """
    named_by_id = case.label in ABOUT_STAFF or (
        re.search(r"{(?!branch_id)", case.label) and "{branch_id}" not in case.label
    )
    return case.ownership == "another's" or (case.ownership == "missing" and not named_by_id)


def has_challenge(response: httpx2.Response) -> bool:
    return response.headers.get("WWW-Authenticate", "").startswith("Bearer")


def is_refused(case: RequestCase) -> bool:
    return expected(case) >= 400


def names_stranger(case: RequestCase, response: httpx2.Response) -> bool:
    return is_refused(case) and (STRANGER_NAME in response.text or "khac@" in response.text)


def reveals_existence(responses: list[tuple[RequestCase, httpx2.Response]]) -> list[str]:
    """Return the cases in which a caller can tell another user's object from a missing one."""
    missing = {
        (case.label, case.caller): without_request_data(response)
        for case, response in responses
        if case.ownership == "missing" and is_refused(case)
    }
    return [
        describe(case)
        for case, response in responses
        if case.ownership == "another's"
        and (case.label not in IN_A_BRANCH or sees_only_own(case))
        and is_refused(case)
        and without_request_data(response) != missing[case.label, case.caller]
    ]


def without_request_data(response: httpx2.Response) -> tuple[int, str, dict[str, str]]:
    """Return status, text and headers without the time, the request id and the rate limit."""
    body: dict[str, Any] = response.json()
    text = response.text.replace(body["timestamp"], "").replace(body["request_id"], "")
    changing = {"x-request-id", "ratelimit"}
    return (
        response.status_code,
        text,
        {name: value for name, value in response.headers.items() if name not in changing},
    )


async def cases_with_changes(matrix: list[RequestCase]) -> list[RequestCase]:
    """Return the cases whose caller is in the audit ledger."""
    actors = {row["actor_id"] for row in await run_sql("SELECT DISTINCT actor_id FROM audit_entry")}
    return [case for case in matrix if case.ids["caller"] in actors]


def describe(case: RequestCase) -> str:
    return f"{case.caller.name} × {case.label} × {case.ownership}"
