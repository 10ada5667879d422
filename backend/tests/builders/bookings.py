"""A spa that accepts bookings from today on, and requests that book, each in one line.

spa = await bookable_spa(therapists=2, beds=2)
booked = await client.post(VISITS, **spa.booking(spa.hour(10)))
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import httpx2
from uuid_utils.compat import uuid7

from tests.builders.spas import Segment, Spa
from tests.support.database import run_sql

VISITS = "/api/v1/visits"
APPOINTMENTS = "/api/v1/appointments"
_DAYS = range(-1, 20)


class BookableSpa(Spa):
    """A spa that is open every day, with every therapist on shift all that time and all beds in one room.

    Its treatment takes 60 minutes with a therapist on a bed, and then 15 minutes of turnover on the bed.
    """

    def __init__(self, time_zone: str, hours: str, **branch: Any) -> None:
        super().__init__(time_zone, hours=hours, **branch)
        self.hours = hours
        self.variant_id = self.service(
            "massage", Segment(60, on="massage-bed"), Segment(15, staff=False, on="massage-bed", guest=False)
        )
        self.therapists: list[UUID] = []
        self.beds: list[UUID] = []

    def add(
        self, *, therapists: int = 0, beds: int = 0, genders: str = "", days: Iterable[int] = _DAYS
    ) -> None:
        for number in range(therapists):
            gender = {"f": "female", "m": "male"}.get(genders[number : number + 1])
            shifts = [f"{self.day(day)} {self.hours}" for day in days]
            name = f"Lan {len(self.therapists) + 1}"
            self.therapists.append(self.therapist(name, self.variant_id, gender=gender, shifts=shifts))
        for _ in range(beds):
            self.beds.append(self.bed(f"bed {len(self.beds) + 1}", room="Sen"))

    def day(self, days: int = 3) -> date:
        """Return the date of today plus `days`, in the time zone of the branch."""
        return datetime.now(self.zone).date() + timedelta(days=days)

    def hour(self, hour: float, days: int = 3) -> datetime:
        """Return an hour of `day(days)` in local time; 9.5 is 09:30."""
        wall = datetime.combine(self.day(days), time()) + timedelta(minutes=round(hour * 60))
        return wall.replace(tzinfo=self.zone)

    def treatment(self, **wishes: Any) -> dict[str, Any]:
        return {"variant_id": str(self.variant_id)} | _strings(wishes)

    def booking(
        self,
        start: datetime | None,
        *,
        guests: int | list[dict[str, Any]] = 1,
        key: object = None,
        **more: Any,
    ) -> dict[str, Any]:
        """Return the arguments of `post`: a booking for these guests, or for `guests` guests with the spa's treatment."""
        if isinstance(guests, int):
            guests = [{"treatments": [self.treatment()]} for _ in range(guests)]
        body: dict[str, Any] = {"branch_id": str(self.branch_id), "guests": guests}
        if start is not None:
            body["start"] = start.isoformat()
        return {"json": body | _strings(more), "headers": {"Idempotency-Key": str(key or uuid7())}}


async def bookable_spa(
    *,
    therapists: int = 1,
    beds: int = 1,
    genders: str = "",
    time_zone: str = "Asia/Ho_Chi_Minh",
    hours: str = "09:00-21:00",
    days: Iterable[int] = _DAYS,
    **branch: Any,
) -> BookableSpa:
    """Add a spa. `genders` has a letter per therapist (`fm`); `branch` has values of the branch's policy.

    Args:
        days: The days with shifts of all therapists, counted from today.
    """
    spa = BookableSpa(time_zone, hours, **branch)
    spa.add(therapists=therapists, beds=beds, genders=genders, days=days)
    await spa.write()
    return spa


def noon_zone() -> str:
    """Return a zone without daylight saving time in which it is between 12:00 and 13:00. POSIX counts them the other way."""
    return f"Etc/GMT{datetime.now(UTC).hour - 12:+}"


def visit_of(changed: httpx2.Response) -> dict[str, Any]:
    """Return the visit of the response to a change, without the id by which the change can be undone."""
    return {name: value for name, value in changed.json().items() if name != "edit_id"}


async def create_booking(
    client: httpx2.AsyncClient, spa: BookableSpa, hour: float, *treatments: dict[str, Any], **more: Any
) -> dict[str, Any]:
    """Book one guest with these treatments, or what `spa.booking` returns for `more`, and return the visit."""
    booking = spa.booking(spa.hour(hour), **more)
    if treatments:
        booking["json"]["guests"] = [{"treatments": [*treatments]}]
    answer = await client.post(VISITS, **booking)
    assert answer.status_code == 201, answer.text
    visit: dict[str, Any] = answer.json()
    return visit


def with_headers(booking: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    """Return the request with these headers added, for example of another user."""
    return booking | {"headers": booking["headers"] | headers}


def resources_of(visit: dict[str, Any], kind: str) -> list[str]:
    """Return the ids of the allocated resources of a kind, guest after guest."""
    return [
        allocation["resource_id"]
        for guest in visit["appointments"]
        for treatment in guest["treatments"]
        for allocation in treatment["allocations"]
        if allocation["kind"] == kind
    ]


def alternatives(refused: httpx2.Response) -> list[datetime]:
    """Return the free starts that a refused booking offers, the nearest first."""
    details = refused.json()["error"]["details"]
    return [datetime.fromisoformat(detail["value"]) for detail in details if detail["type"] == "alternative"]


OVERLAPS = (
    "SELECT count(*) FROM allocation AS a JOIN allocation AS b ON a.resource_id = b.resource_id AND a.id < b.id"
    " WHERE lower(a.during) < upper(b.during) AND lower(b.during) < upper(a.during)"
)


async def overlaps() -> int:
    """Return how many pairs of allocations occupy one resource at the same time, counted without the constraint."""
    [(count,)] = await run_sql(OVERLAPS)
    return int(count)


def _strings(values: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, UUID) else value for name, value in values.items()}
