"""Calendars over HTTP: who may create them, and what their addresses open."""

import asyncio
import string
from datetime import timedelta
from uuid import UUID

import httpx2
import pytest
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.core.security import sign, sign_cursor
from app.modules.identity.roles import Role
from tests.api.calendar.phones import ORIGIN, PATH, Phone, change, read_strictly
from tests.builders.branches import add_branch
from tests.builders.people import add_customer, new_user, signed_in
from tests.builders.rosters import add_therapist, code_of
from tests.builders.visits import add_visit

HOUR = timedelta(hours=1)
BASE_64 = f"{string.ascii_letters}{string.digits}-_"


@pytest.fixture
async def branch(client: httpx2.AsyncClient) -> UUID:
    return await add_branch()


@pytest.fixture
async def lan(branch: UUID) -> UUID:
    return await add_therapist(branch)


@pytest.fixture
async def mai(client: httpx2.AsyncClient) -> UUID:
    return await add_customer()


async def create_list_and_revoke(
    http: httpx2.AsyncClient, headers: dict[str, str], phone: Phone, **owner: UUID
) -> list[tuple[int, str]]:
    """Return the statuses and codes for a user who creates, lists and revokes a calendar of this owner."""
    body = {name: str(owner_id) for name, owner_id in owner.items()}
    answers = [
        await http.post(PATH, json=body, headers=headers),
        await http.get(PATH, params=body, headers=headers),
        await http.delete(f"{PATH}/{phone.calendar_id}", headers=headers),
    ]
    return [code_of(answer) if answer.is_error else (answer.status_code, "") for answer in answers]


ALLOWED = [(201, ""), (200, ""), (204, "")]
FORBIDDEN = [(403, "FORBIDDEN")] * 3
NO_STAFF = [(404, "STAFF_NOT_FOUND"), (404, "STAFF_NOT_FOUND"), (404, "CALENDAR_NOT_FOUND")]
NO_CUSTOMER = [(404, "CUSTOMER_NOT_FOUND"), (404, "CUSTOMER_NOT_FOUND"), (404, "CALENDAR_NOT_FOUND")]


class TestAccess:
    async def test_a_therapist_has_their_own_calendar(self, client: httpx2.AsyncClient, branch: UUID) -> None:
        user_id, headers = await new_user(Role.THERAPIST, branch_id=branch)
        own = await add_therapist(branch, user_id=user_id)
        phone = await Phone.subscribe(client, staff_id=own)
        assert await create_list_and_revoke(client, headers, phone, staff_id=own) == ALLOWED

    @pytest.mark.parametrize("role", [Role.THERAPIST, Role.CUSTOMER])
    async def test_therapists_and_customers_do_not_have_that_of_a_therapist(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID, role: Role
    ) -> None:
        headers = await signed_in(role, branch_id=branch)
        phone = await Phone.subscribe(client, staff_id=lan)
        assert await create_list_and_revoke(client, headers, phone, staff_id=lan) == NO_STAFF
        missing = await client.get(PATH, params={"staff_id": str(uuid7())}, headers=headers)
        assert code_of(missing) == NO_STAFF[0]

    async def test_the_desk_has_those_of_its_own_staff_only(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID
    ) -> None:
        phone = await Phone.subscribe(client, staff_id=lan)
        elsewhere = await signed_in(Role.RECEPTIONIST, branch_id=await add_branch())
        assert await create_list_and_revoke(client, elsewhere, phone, staff_id=lan) == FORBIDDEN
        here = await signed_in(Role.RECEPTIONIST, branch_id=branch)
        assert await create_list_and_revoke(client, here, phone, staff_id=lan) == ALLOWED

    async def test_a_customer_has_their_own_calendar(self, client: httpx2.AsyncClient) -> None:
        user_id, headers = await new_user(Role.CUSTOMER)
        own = await add_customer(user_id=user_id)
        phone = await Phone.subscribe(client, customer_id=own)
        assert await create_list_and_revoke(client, headers, phone, customer_id=own) == ALLOWED

    @pytest.mark.parametrize("role", [Role.THERAPIST, Role.CUSTOMER])
    async def test_therapists_and_customers_do_not_have_that_of_another_customer(
        self, client: httpx2.AsyncClient, mai: UUID, role: Role
    ) -> None:
        phone = await Phone.subscribe(client, customer_id=mai)
        assert (
            await create_list_and_revoke(client, await signed_in(role), phone, customer_id=mai) == NO_CUSTOMER
        )

    async def test_the_desk_has_those_of_all_customers(
        self, client: httpx2.AsyncClient, mai: UUID, branch: UUID
    ) -> None:
        phone = await Phone.subscribe(client, customer_id=mai)
        headers = await signed_in(Role.RECEPTIONIST, branch_id=branch)
        assert await create_list_and_revoke(client, headers, phone, customer_id=mai) == ALLOWED

    @pytest.mark.parametrize("both", [True, False])
    async def test_a_calendar_has_exactly_one_owner(
        self, client: httpx2.AsyncClient, lan: UUID, mai: UUID, *, both: bool
    ) -> None:
        owners = {"staff_id": str(lan), "customer_id": str(mai)} if both else {}
        for answer in (await client.post(PATH, json=owners), await client.get(PATH, params=owners)):
            assert answer.json()["error"]["details"][0]["type"] == "staff_or_customer"


class TestMany:
    async def test_a_calendar_is_revoked_alone(self, client: httpx2.AsyncClient, lan: UUID) -> None:
        phones = [await Phone.subscribe(client, staff_id=lan) for _ in range(2)]
        assert phones[0].url != phones[1].url
        await client.delete(f"{PATH}/{phones[0].calendar_id}")
        assert [(await phone.get()).status_code for phone in phones] == [404, 200]

    async def test_calendars_are_listed_newest_first_without_revoked_ones(
        self, client: httpx2.AsyncClient, lan: UUID, mai: UUID
    ) -> None:
        await Phone.subscribe(client, customer_id=mai)
        first, second, third = [await Phone.subscribe(client, staff_id=lan) for _ in range(3)]
        await client.delete(f"{PATH}/{second.calendar_id}")
        listed = (await client.get(PATH, params={"staff_id": str(lan)})).json()
        assert [(calendar["id"], calendar["url"]) for calendar in listed] == [
            (third.calendar_id, third.url),
            (first.calendar_id, first.url),
        ]

    async def test_an_eleventh_calendar_is_refused_until_one_is_revoked(
        self, client: httpx2.AsyncClient, lan: UUID, mai: UUID
    ) -> None:
        for owner in ({"staff_id": lan}, {"customer_id": mai}):
            phones = [await Phone.subscribe(client, **owner) for _ in range(10)]
            body = {name: str(owner_id) for name, owner_id in owner.items()}
            assert code_of(await client.post(PATH, json=body)) == (409, "TOO_MANY_CALENDARS")
            await client.delete(f"{PATH}/{phones[3].calendar_id}")
            assert (await client.post(PATH, json=body)).status_code == 201

    async def test_the_limit_holds_for_requests_at_the_same_time(
        self, client: httpx2.AsyncClient, lan: UUID, mai: UUID
    ) -> None:
        for body in ({"staff_id": str(lan)}, {"customer_id": str(mai)}):
            for _ in range(9):
                await client.post(PATH, json=body)
            answers = await asyncio.gather(*(client.post(PATH, json=body) for _ in range(6)))
            assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5


class TestAddress:
    async def test_the_address_opens_the_calendar_without_sign_in(
        self, client: httpx2.AsyncClient, lan: UUID, branch: UUID
    ) -> None:
        phone = await Phone.subscribe(client, staff_id=lan)
        start = utc_now() + HOUR
        await add_visit(branch, start, start + HOUR, allocations={lan: (start, start + HOUR)})
        del client.headers["Authorization"]
        assert phone.url.startswith(f"{ORIGIN}{PATH}/")
        answer = await phone.get()
        assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
        assert len(read_strictly(answer.content).events) == 1

    async def test_a_revoked_calendar_opens_nothing_and_can_be_revoked_again(
        self, client: httpx2.AsyncClient, lan: UUID
    ) -> None:
        phone = await Phone.subscribe(client, staff_id=lan)
        for _ in range(2):
            answer = await client.delete(f"{PATH}/{phone.calendar_id}")
            assert (answer.status_code, answer.content) == (204, b"")
            assert code_of(await phone.get()) == (404, "CALENDAR_NOT_FOUND")

    async def test_a_guess_takes_no_connection(
        self, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delattr("app.modules.calendar.calendar_routes.run_in_transaction")
        assert code_of(await client.get(f"{PATH}/guess.ics")) == (404, "CALENDAR_NOT_FOUND")

    async def test_a_forged_or_damaged_address_opens_nothing(
        self, client: httpx2.AsyncClient, lan: UUID
    ) -> None:
        phone = await Phone.subscribe(client, staff_id=lan)
        token = phone.path.removeprefix(f"{PATH}/").removesuffix(".ics")
        payload, _, signature = token.rpartition(".")
        forged = [
            *(token[:-cut] for cut in range(1, 30)),
            *(f"{token[:-1]}{letter}" for letter in BASE_64 if letter != token[-1]),
            f"{token[:-5]}!{token[-5:]}",
            f"{token}A",
            payload,
            f"{payload}.",
            f"{payload}x.{signature}",
            phone.calendar_id,
            sign_cursor("calendar", [phone.calendar_id]),
            sign("another", phone.calendar_id),
            sign("calendar", str(uuid7())),
            "á",
            "%ff",
            "x" * 5000,
        ]
        answers = [await client.get(f"{PATH}/{token}.ics") for token in forged]
        bodies = {answer.json()["error"]["message"] for answer in answers}
        assert {code_of(answer) for answer in answers} == {(404, "CALENDAR_NOT_FOUND")}
        assert len(bodies) == 1
        assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}

    @pytest.mark.parametrize("action", ["archive", "erase"])
    async def test_the_calendar_of_an_archived_or_erased_customer_opens_nothing(
        self, client: httpx2.AsyncClient, mai: UUID, action: str
    ) -> None:
        phone = await Phone.subscribe(client, customer_id=mai)
        assert (await client.post(f"/api/v1/customers/{mai}/{action}")).status_code == 200
        assert code_of(await phone.get()) == (404, "CALENDAR_NOT_FOUND")
        again = await client.post(PATH, json={"customer_id": str(mai)})
        assert code_of(again) == (409, "CALENDAR_OWNER_INACTIVE")

    async def test_the_calendar_of_a_former_employee_opens_nothing(
        self, client: httpx2.AsyncClient, lan: UUID
    ) -> None:
        phone = await Phone.subscribe(client, staff_id=lan)
        today = utc_now().date()
        await change("staff", lan, employed_until=today)
        assert (await phone.get()).status_code == 200
        await change("staff", lan, employed_until=today - timedelta(days=2))
        assert code_of(await phone.get()) == (404, "CALENDAR_NOT_FOUND")
        again = await client.post(PATH, json={"staff_id": str(lan)})
        assert code_of(again) == (409, "CALENDAR_OWNER_INACTIVE")


class TestCaching:
    async def test_an_unchanged_calendar_is_not_sent_again(
        self, client: httpx2.AsyncClient, lan: UUID, branch: UUID
    ) -> None:
        phone = await Phone.subscribe(client, staff_id=lan)
        start = utc_now() + HOUR
        await add_visit(branch, start, start + HOUR, allocations={lan: (start, start + HOUR)})
        first = await phone.get()
        again = await phone.get(**{"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        for answer in (first, again):
            assert answer.headers.get_list("cache-control") == ["private, max-age=300"]
        assert (await phone.get()).content == first.content

    @pytest.mark.parametrize("changed", ["branch", "guest", "new"])
    async def test_a_changed_calendar_is_sent(
        self, client: httpx2.AsyncClient, lan: UUID, branch: UUID, changed: str
    ) -> None:
        phone = await Phone.subscribe(client, staff_id=lan)
        start = utc_now() + HOUR
        visit = await add_visit(branch, start, start + HOUR, allocations={lan: (start, start + HOUR)})
        etag = (await phone.get()).headers["etag"]
        match changed:
            case "branch":
                await change("branch", branch, address="Nơi khác")
            case "guest":
                await change("appointment", visit.appointment_id, guest_name="Hoa")
            case _:
                later = start + HOUR
                await add_visit(branch, later, later + HOUR, allocations={lan: (later, later + HOUR)})
        answer = await phone.get(**{"If-None-Match": etag})
        assert answer.status_code == 200
        assert answer.headers["etag"] != etag

    async def test_calendars_of_two_people_have_different_tags(
        self, client: httpx2.AsyncClient, lan: UUID, mai: UUID
    ) -> None:
        other = await (await Phone.subscribe(client, staff_id=lan)).get()
        phone = await Phone.subscribe(client, customer_id=mai)
        assert (await phone.get(**{"If-None-Match": other.headers["etag"]})).status_code == 200


class TestPersonalData:
    async def test_the_copy_of_a_customer_has_their_calendars_without_the_addresses(
        self, client: httpx2.AsyncClient, mai: UUID
    ) -> None:
        """An address is a key: everybody who reads the copy could use it."""
        phone = await Phone.subscribe(client, customer_id=mai)
        await Phone.subscribe(client, customer_id=await add_customer())
        copy = await client.get(f"/api/v1/customers/{mai}/personal-data")
        [record] = copy.json()["other_records"]["calendars"]
        assert (record["id"], record["customer_id"]) == (phone.calendar_id, str(mai))
        assert record["revoked_at"] is None
        assert phone.url not in copy.text
