"""A phone that subscribes to a calendar and reads it strictly.

phone = await Phone.subscribe(client, staff_id=lan)
[event] = await phone.events()
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx2
from ical.calendar import Calendar
from ical.calendar_stream import IcsCalendarStream
from ical.event import Event

from tests.support.database import run_sql

PATH = "/api/v1/calendars"
ORIGIN = "http://testserver"
NEEDED = {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "STATUS", "SEQUENCE", "LAST-MODIFIED"}
_ONCE = re.compile(r"[A-Z][A-Z0-9-]*")


@dataclass
class Phone:
    http: httpx2.AsyncClient
    calendar_id: str
    url: str

    @classmethod
    async def subscribe(cls, http: httpx2.AsyncClient, **owner: UUID) -> Self:
        response = await http.post(PATH, json={name: str(owner_id) for name, owner_id in owner.items()})
        assert response.status_code == 201, response.text
        return cls(http, response.json()["id"], response.json()["url"])

    @property
    def path(self) -> str:
        return self.url.removeprefix(ORIGIN)

    async def get(self, **headers: str) -> httpx2.Response:
        return await self.http.request("GET", self.path, headers=headers)

    async def ics(self) -> bytes:
        response = await self.get()
        assert response.status_code == 200, response.text
        return response.content

    async def calendar(self) -> Calendar:
        return read_strictly(await self.ics())

    async def events(self) -> list[Event]:
        return (await self.calendar()).events

    async def summaries(self) -> list[str | None]:
        return [event.summary for event in await self.events()]


def read_strictly(ics: bytes) -> Calendar:
    """Parse with another library than the one that wrote it, and check the rules of RFC 5545 that it ignores.

    Raises:
        AssertionError: a line that is not ended by CRLF, is longer than 75 octets, or is cut within a character; a
            property that an event needs is missing or comes twice.
    """
    assert ics.endswith(b"\r\n")
    lines = ics.removesuffix(b"\r\n").split(b"\r\n")
    for line in lines:
        assert len(line) <= 75, line
        assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f]", line.decode("utf-8")), line
    unfolded = re.sub("\r\n[ \t]", "", ics.decode("utf-8"))
    for event in re.findall(r"BEGIN:VEVENT\r\n(.*?)END:VEVENT\r\n", unfolded, re.DOTALL):
        names = [_name(line) for line in event.removesuffix("\r\n").split("\r\n")]
        assert set(names) >= NEEDED, names
        assert len(set(names)) == len(names), names
    return IcsCalendarStream.calendar_from_ics(ics.decode("utf-8"))


def _name(line: str) -> str:
    match = _ONCE.match(line)
    assert match is not None, line
    return match[0]


def local_start(event: Event, time_zone: str) -> str:
    """Return the local start of an event."""
    assert isinstance(event.dtstart, datetime)
    return event.dtstart.astimezone(ZoneInfo(time_zone)).strftime("%Y-%m-%d %H:%M")


async def change(table: str, row_id: UUID, **values: Any) -> None:
    """Update a row with plain SQL: `updated_at` only changes when it is among the values."""
    names = ", ".join(f"{name} = ${number}" for number, name in enumerate(values, 2))
    await run_sql(f"UPDATE {table} SET {names} WHERE id = $1", row_id, *values.values())
