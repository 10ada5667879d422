"""Who may do what: every operation of the OpenAPI document × every kind of caller × whose the object is."""

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
    BRANCH,
    OF_A_BRANCH,
    OF_SOMEBODY,
    OPERATIONS,
    PUBLIC,
    SOMEBODY_ELSE,
    BranchSnapshot,
    Caller,
    Scenes,
    Which,
    objects_of,
    success_of,
)
from tests.support.database import run_sql

V1 = "/api/v1"
# The rules, by hand. Whoever adds an operation writes down here who may call it.
OPEN_TO_ANYBODY = {
    "GET /",
    f"GET {V1}/health/",
    f"GET {V1}/health/live",
    f"GET {V1}/health/ready",
    f"GET {V1}/health/db",
    f"GET {V1}/health/redis",
    f"POST {V1}/auth/sign-in",
    f"POST {V1}/auth/refresh",
    f"POST {V1}/auth/password/reset-request",
    f"POST {V1}/auth/password/reset",
    f"POST {V1}/invitations/accept",
    f"GET {V1}/branches",
    f"GET {V1}/branches/{{branch_id}}",
    f"GET {V1}/branches/{{branch_id}}/open",
    f"GET {V1}/catalogue",
    f"GET {V1}/calendars/{{token}}.ics",
}
OUTSIDE_THE_DOCUMENT = {"/metrics", "/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc"}
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
    f"POST {V1}/branches": ADMIN,
    f"PATCH {V1}/branches/{{branch_id}}": {"admin"},
    f"PUT {V1}/branches/{{branch_id}}/hours": {"admin"},
    f"POST {V1}/branches/{{branch_id}}/exceptions": {"admin"},
    f"DELETE {V1}/branches/{{branch_id}}/exceptions/{{exception_id}}": {"admin"},
    f"GET {V1}/branches/{{branch_id}}/holidays/{{year}}": TEAM,
    f"GET {V1}/branches/{{branch_id}}/board": TEAM,
    f"GET {V1}/branches/{{branch_id}}/board/stream": TEAM,
    f"POST {V1}/customers": DESK,
    f"GET {V1}/customers": DESK,
    f"GET {V1}/customers/search": DESK,
    f"GET {V1}/customers/me": SIGNED_IN,
    f"POST {V1}/customers/import": ADMIN,
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
    f"POST {V1}/availability/days": SIGNED_IN,
    f"POST {V1}/availability/starts": SIGNED_IN,
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
    f"POST {V1}/time-off/{{time_off_id}}/approve": {"admin"},
    f"POST {V1}/time-off/{{time_off_id}}/refuse": {"admin"},
    f"POST {V1}/time-off/{{time_off_id}}/withdraw": TEAM,
    f"POST {V1}/visits": DESK | {"customer"},
    f"GET {V1}/visits": DESK | {"customer"},
    f"GET {V1}/visits/{{visit_id}}": TEAM | {"customer"},
    f"PATCH {V1}/visits/{{visit_id}}": DESK,
    f"PUT {V1}/visits/{{visit_id}}/status": TEAM | {"customer"},
    f"PATCH {V1}/appointments/{{appointment_id}}": DESK,
    f"POST {V1}/calendars": TEAM | {"customer"},
    f"GET {V1}/calendars": TEAM | {"customer"},
    f"DELETE {V1}/calendars/{{calendar_id}}": TEAM | {"customer"},
}
OF_THEIR_OWN_ONLY = {"customer"}
"""Who has no other role of those that may call sees what is theirs; of anything else not even that it is there."""

OWN_ROSTER_ONLY = {
    f"GET {V1}/staff/{{staff_id}}/weekly-shifts": {"therapist"},
    f"GET {V1}/shifts": {"therapist"},
    f"POST {V1}/time-off": {"therapist"},
    f"GET {V1}/time-off": {"therapist"},
    f"POST {V1}/time-off/{{time_off_id}}/withdraw": {"therapist", "receptionist"},
    f"GET {V1}/visits/{{visit_id}}": {"therapist"},
    f"PUT {V1}/visits/{{visit_id}}/status": {"therapist"},
    f"POST {V1}/calendars": {"therapist"},
    f"GET {V1}/calendars": {"therapist"},
    f"DELETE {V1}/calendars/{{calendar_id}}": {"therapist"},
}
"""Who else is among `OF_THEIR_OWN_ONLY` there: rosters and leave are for the desk and for whom they are about."""

NOT_WITH_ONESELF = {
    f"POST {V1}/customers/{{customer_id}}/merge",
    f"POST {V1}/time-off/{{time_off_id}}/approve",
    f"POST {V1}/time-off/{{time_off_id}}/refuse",
}
"""At the desk: they would see what is held on the other, or decide on leave of their own. An administrator of the
whole spa may."""

CALLERS = [
    Caller("nobody", fault="no token"),
    Caller("no role"),
    *(Caller(f"{role} everywhere", (role,)) for role in Role),
    *(Caller(f"{role} of a branch", (role,), BRANCH) for role in Role),
    Caller("receptionist who is a customer", (Role.RECEPTIONIST, Role.CUSTOMER)),
    Caller("therapist who is a customer", (Role.THERAPIST, Role.CUSTOMER)),
    Caller("receptionist of a branch who is a customer of it", (Role.RECEPTIONIST, Role.CUSTOMER), BRANCH),
    Caller("every role of a branch", tuple(Role), BRANCH),
    Caller("disabled admin", (Role.ADMIN,), fault="disabled"),
    Caller("admin who signed out", (Role.ADMIN,), fault="session ended"),
    Caller("admin of a month ago", (Role.ADMIN,), fault="session expired"),
    Caller("deleted admin", (Role.ADMIN,), fault="user gone"),
]


class TestDocument:
    @pytest.mark.parametrize("label", OPERATIONS)
    def test_every_operation_declares_who_may_call_it(self, label: str) -> None:
        security = OPERATIONS[label].get("security")
        assert security == [] or [set(way) for way in security or ()] == [{"bearer"}]

    def test_what_anybody_may_call_is_written_down(self) -> None:
        assert PUBLIC == OPEN_TO_ANYBODY

    def test_who_may_call_the_others_is_written_down(self) -> None:
        declared = {
            label: set(operation["security"][0]["bearer"])
            for label, operation in OPERATIONS.items()
            if label not in PUBLIC
        }
        assert declared.keys() == MAY_CALL.keys()
        assert {
            label: roles for label, roles in declared.items() if roles not in (set(), MAY_CALL[label])
        } == {}

    def test_no_route_hides_from_the_document(self) -> None:
        described = {label.partition(" ")[2] for label in OPERATIONS}
        assert {route.path for route in app.routes} - described == OUTSIDE_THE_DOCUMENT  # type: ignore[attr-defined]  # all of ours have one


class TestDeclaring:
    def test_a_route_without_a_declaration_does_not_start(self) -> None:
        with pytest.raises(TypeError, match="list_secrets: add Requires"):
            ApiRouter().add_api_route("/secrets", list_secrets)

    def test_a_route_that_says_it_is_public_starts(self) -> None:
        ApiRouter().add_api_route("/secrets", list_secrets, openapi_extra=DECLARED_PUBLIC)

    def test_a_route_that_only_says_whom_it_is_for_does_not_start(self) -> None:
        with pytest.raises(TypeError):
            ApiRouter().add_api_route(
                "/secrets", list_secrets, openapi_extra={"security": [{"bearer": ["admin"]}]}
            )


async def list_secrets() -> None: ...


@pytest.mark.parametrize("label", MAY_CALL)
async def test_role_by_owner(
    stranger: httpx2.AsyncClient, label: str, record_property: Callable[[str, object], None]
) -> None:
    scenes = Scenes()
    matrix = [scenes.add(label, caller, which) for caller in CALLERS for which in asked_about(label, caller)]
    await scenes.write()
    answers = [(snapshot, await snapshot.send(stranger)) for snapshot in matrix]

    assert [
        f"{describe(snapshot)}: {response.status_code}, not {expected(snapshot)}"
        for snapshot, response in answers
        if response.status_code != expected(snapshot)
    ] == []
    assert [
        describe(snapshot) for snapshot, response in answers if tells_of_somebody_else(snapshot, response)
    ] == []
    assert missing_and_forbidden_differ(answers) == []
    assert [
        describe(snapshot)
        for snapshot, answer in answers
        if (answer.status_code == 401) != asks_to_sign_in(answer)
    ] == []
    assert [
        describe(snapshot) for snapshot in await those_who_changed_something(matrix) if is_refused(snapshot)
    ] == []
    record_property("cells", len(matrix))


def asked_about(label: str, caller: Caller) -> Iterator[Which]:
    """Who is let in nowhere is answered before it matters whose it is."""
    if caller.refusal is None:
        yield from objects_of(label)
    else:
        yield "none"


def expected(snapshot: BranchSnapshot) -> int:
    """The rule in words: signed in, one of the roles, and one's own, unless the role is for all of them."""
    may_call, scopes = MAY_CALL[snapshot.label], snapshot.caller.scopes
    if snapshot.caller.refusal is not None:
        return snapshot.caller.refusal
    if may_call and not may_call & scopes:
        return 403
    if sees_only_own(snapshot) and snapshot.which != "theirs":
        return 404
    if (
        # branches and what is in them are known to all who work in the spa
        (snapshot.caller.branch_id == BRANCH and snapshot.label in OF_A_BRANCH and is_elsewhere(snapshot))
        or (snapshot.label in NOT_WITH_ONESELF and snapshot.which == "theirs" and not scopes & ADMIN)
    ):
        return 403
    if snapshot.which == "missing":
        return 404
    return success_of(snapshot.label)


def sees_only_own(snapshot: BranchSnapshot) -> bool:
    """None of the roles by which they may call is for what is not theirs."""
    only_own = OF_THEIR_OWN_ONLY | OWN_ROSTER_ONLY.get(snapshot.label, set())
    return MAY_CALL[snapshot.label] & snapshot.caller.scopes <= only_own and bool(
        MAY_CALL[snapshot.label] & only_own
    )


def is_elsewhere(snapshot: BranchSnapshot) -> bool:
    """Whether it is about another branch than the caller's; so is one that is not there, unless by the id of a thing
    in it, whose branch nobody knows."""
    by_its_own_id = snapshot.label in OF_SOMEBODY or (
        re.search(r"{(?!branch_id)", snapshot.label) and "{branch_id}" not in snapshot.label
    )
    return snapshot.which == "another's" or (snapshot.which == "missing" and not by_its_own_id)


def asks_to_sign_in(response: httpx2.Response) -> bool:
    return response.headers.get("WWW-Authenticate", "").startswith("Bearer")


def is_refused(snapshot: BranchSnapshot) -> bool:
    return expected(snapshot) >= 400


def tells_of_somebody_else(snapshot: BranchSnapshot, response: httpx2.Response) -> bool:
    return is_refused(snapshot) and (SOMEBODY_ELSE in response.text or "khac@" in response.text)


def missing_and_forbidden_differ(answers: list[tuple[BranchSnapshot, httpx2.Response]]) -> list[str]:
    """Cells in which somebody can tell a thing that is not theirs from one that is not there."""
    missing = {
        (snapshot.label, snapshot.caller): told(response)
        for snapshot, response in answers
        if snapshot.which == "missing" and is_refused(snapshot)
    }
    return [
        describe(snapshot)
        for snapshot, response in answers
        if snapshot.which == "another's"
        and (snapshot.label not in OF_A_BRANCH or sees_only_own(snapshot))
        and is_refused(snapshot)
        and told(response) != missing[snapshot.label, snapshot.caller]
    ]


def told(response: httpx2.Response) -> tuple[int, str, dict[str, str]]:
    """All of an answer but its time and its request id."""
    body: dict[str, Any] = response.json()
    text = response.text.replace(body["timestamp"], "").replace(body["request_id"], "")
    changing = {"x-request-id", "ratelimit"}
    return (
        response.status_code,
        text,
        {name: value for name, value in response.headers.items() if name not in changing},
    )


async def those_who_changed_something(matrix: list[BranchSnapshot]) -> list[BranchSnapshot]:
    actors = {row["actor_id"] for row in await run_sql("SELECT DISTINCT actor_id FROM audit_entry")}
    return [snapshot for snapshot in matrix if snapshot.ids["caller"] in actors]


def describe(snapshot: BranchSnapshot) -> str:
    return f"{snapshot.caller.name} × {snapshot.label} × {snapshot.which}"
