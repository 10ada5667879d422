"""People who book, change and cancel all at once, beds that break, leave that is granted; and what they were told."""

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf
from time import monotonic
from typing import Any
from uuid import UUID

from app.scheduling.timegrid import this_step
from tests.builders.bookings import APPOINTMENTS, VISITS, BookableSpa
from tests.support.crowd import Answer, Crowd, request
from tests.support.database import run_sql

_EXPIRE = """
WITH visit AS (SELECT id FROM visit WHERE id = $1 FOR NO KEY UPDATE), appointments AS (
    UPDATE appointment SET hold_expires_at = now() - interval '1 s'
    WHERE visit_id = (SELECT id FROM visit) AND status = 'held' RETURNING id
)
UPDATE allocation SET hold_expires_at = now() - interval '1 s'
WHERE state = 'held' AND appointment_id IN (SELECT id FROM appointments)
"""
_NEXT = {"confirmed": "arrived", "arrived": "in_service", "in_service": "completed"}


@dataclass
class Told:
    """What was said of one visit, oldest first."""

    answers: list[dict[str, Any]]
    request: bytes
    """What made it."""
    expired: bool = False
    """Whether its hold ran out."""

    @property
    def last(self) -> dict[str, Any]:
        return self.answers[-1]

    @property
    def guest(self) -> dict[str, Any]:
        guest: dict[str, Any] = self.last["appointments"][0]
        return guest


@dataclass
class Storm:
    """What all of them share."""

    crowd: Crowd
    spa: BookableSpa
    desk: dict[str, str]
    begins: datetime = field(default_factory=lambda: this_step().replace(minute=0) + timedelta(hours=2))
    """All visits begin in the ten hours from then on, so that guests can be checked in."""
    common: list[Told] = field(default_factory=list)
    """Visits that any of them changes: what becomes of them is one of the answers."""
    own: list[Told] = field(default_factory=list)
    """Each changed by one client, one change after the other: what becomes of it is the last answer."""
    handed_over: defaultdict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    """By the id of a visit what it was after somebody else took a treatment of it, for a colleague who is ill."""
    answers: Counter[str] = field(default_factory=Counter)
    """By what was done and how it ended."""
    unavailable: list["Unavailable"] = field(default_factory=list)
    """The outages and leaves of which clients were told."""
    bookings: list["Booking"] = field(default_factory=list)
    """The visits that were booked or held."""

    def booked_though_unavailable(self) -> list[tuple["Booking", "Unavailable"]]:
        """Return bookings of what was unavailable all the time between the request and its answer."""
        return [
            (booking, away)
            for booking in self.bookings
            for away in self.unavailable
            if away.since < booking.sent and booking.answered < away.until and away.covers(booking.visit)
        ]


@dataclass
class Unavailable:
    """An outage or a leave."""

    resource_id: str
    start: datetime
    end: datetime
    since: float = field(default_factory=monotonic)
    """When a client was told that it holds, in seconds of the monotonic clock."""
    until: float = inf
    """When a client asked to end it."""

    def covers(self, visit: dict[str, Any]) -> bool:
        """Return whether the visit occupies the resource in that time."""
        return any(
            allocation["resource_id"] == self.resource_id
            and datetime.fromisoformat(allocation["start"]) < self.end
            and datetime.fromisoformat(allocation["end"]) > self.start
            for guest in visit["appointments"]
            for treatment in guest["treatments"]
            for allocation in treatment["allocations"]
        )


@dataclass
class Booking:
    visit: dict[str, Any]
    sent: float
    answered: float


class Client:
    """Does one thing after the other."""

    def __init__(self, storm: Storm, number: int, *, headers: dict[str, str]) -> None:
        self._storm, self._number, self._headers = storm, number, headers
        self._is_customer = headers is not storm.desk
        self._random = random.Random(number)
        self._own: list[Told] = []

    async def work(self, actions: int) -> None:
        everything = [self._book] * 3 + [self._change] * 5
        everything += [] if self._is_customer else [self._change_common] * 2
        everything += [] if self._is_customer else [self._block, self._give_leave, self._replan]
        for _ in range(actions):
            await self._random.choice(everything)()

    async def _book(self) -> None:
        draw = self._random
        guests, hold, is_common = draw.choice([1, 1, 2]), draw.random() < 0.4, draw.random() < 0.3
        booking = self._storm.spa.booking(self._some_hour(), guests=guests, hold=hold)
        made = request("POST", VISITS, booking["headers"] | self._headers, booking["json"])
        sent = monotonic()
        answer = await self._ask("book", made, {"SLOT_TAKEN", "TOO_MANY_HOLDS"})
        if answer.status == 201:
            self._storm.bookings.append(Booking(answer.body, sent, monotonic()))
            told = Told([answer.body], made)
            is_common = is_common and not hold and not self._is_customer
            (self._storm.common if is_common else self._storm.own).append(told)
            if not is_common:
                self._own.append(told)

    async def _change(self) -> None:
        if not self._own:
            return
        told = self._random.choice(self._own)
        changes = [self._confirm, self._cancel, self._expire, self._send_again]
        if not self._is_customer:
            changes += [self._move, self._move, self._extend, self._choose_therapist, self._go_on]
        await self._random.choice(changes)(told)

    async def _change_common(self) -> None:
        if self._storm.common:
            told = self._random.choice(self._storm.common)
            await self._random.choice([self._cancel, self._move, self._extend, self._choose_therapist])(told)

    async def _confirm(self, told: Told) -> None:
        answer = await self._set_status(told, "confirmed")
        assert not told.expired or answer.code in {"HOLD_EXPIRED", "STATUS_CONFLICT"}, answer

    async def _cancel(self, told: Told) -> None:
        await self._set_status(told, "cancelled")

    async def _go_on(self, told: Told) -> None:
        if (new := _NEXT.get(told.guest["status"])) is not None:
            await self._set_status(told, new)

    async def _expire(self, told: Told) -> None:
        """As time does it."""
        if told.guest["status"] == "held" and not told.expired:
            told.expired = True
            await run_sql(_EXPIRE, UUID(told.last["id"]))

    async def _send_again(self, told: Told) -> None:
        answer = await self._ask("send again", told.request, set())
        assert (answer.status, answer.body) == (201, told.answers[0])

    async def _move(self, told: Told) -> None:
        path = f"{VISITS}/{told.last['id']}"
        await self._patch(told, "move", path, {"start": self._some_hour().isoformat()})

    async def _extend(self, told: Told) -> None:
        minutes = self._random.choice([45, 60, 75, 90])
        await self._change_treatment(told, "extend", {"minutes": minutes})

    async def _choose_therapist(self, told: Told) -> None:
        therapist = self._random.choice([None, *map(str, self._storm.spa.therapists)])
        await self._change_treatment(told, "choose therapist", {"therapist_id": therapist})

    async def _change_treatment(self, told: Told, what: str, change: dict[str, Any]) -> None:
        [treatment] = told.guest["treatments"]
        body = {"treatments": [{"id": treatment["id"]} | change]}
        await self._patch(told, what, f"{APPOINTMENTS}/{told.guest['id']}", body)

    async def _set_status(self, told: Told, status: str) -> Answer:
        asked = request("PUT", f"{VISITS}/{told.last['id']}/status", self._headers, {"status": status})
        answer = await self._ask(status, asked, {"STATUS_CONFLICT", "HOLD_EXPIRED"})
        return _noted(told, answer)

    async def _patch(self, told: Told, what: str, path: str, body: dict[str, Any]) -> None:
        asked = request("PATCH", path, self._headers, body)
        _noted(told, await self._ask(what, asked, {"SLOT_TAKEN", "STATUS_CONFLICT", "HOLD_EXPIRED"}))

    async def _block(self) -> None:
        """A bed is out of order for a while."""
        bed = str(self._random.choice(self._storm.spa.beds))
        path = f"/api/v1/resources/{bed}/outages"
        body = self._some_hours() | {"reason": "Gãy chân", "force": self._random.random() < 0.7}
        refusals = {"RESOURCE_HAS_APPOINTMENTS", "OUTAGE_OVERLAPS"}
        answer = await self._ask("outage", request("POST", path, self._headers, body), refusals)
        if answer.status != 201:
            return
        away = self._note_unavailable(bed, body)
        if self._random.random() < 0.5:
            await self._change()
            away.until = monotonic()
            path += f"/{answer.body['outage']['id']}"
            await self._ask("back in order", request("DELETE", path, self._headers), set())

    async def _give_leave(self) -> None:
        therapist = str(self._random.choice(self._storm.spa.therapists))
        body = self._some_hours() | {"staff_id": therapist}
        path = "/api/v1/time-off"
        leave = await self._ask("ask for leave", request("POST", path, self._headers, body), set())
        path += f"/{leave.body['id']}"
        refusals = {"TIME_OFF_OVERLAPS", "APPOINTMENTS_STRANDED"}
        approval = request("POST", f"{path}/approve", self._headers, {"force": self._random.random() < 0.7})
        answer = await self._ask("leave", approval, refusals)
        if answer.status != 200:
            return
        away = self._note_unavailable(therapist, body)
        if self._random.random() < 0.5:
            await self._change()
            away.until = monotonic()
            await self._ask("withdraw leave", request("POST", f"{path}/withdraw", self._headers), set())

    def _note_unavailable(self, resource_id: str, body: dict[str, Any]) -> Unavailable:
        start, end = (datetime.fromisoformat(body[name]) for name in ("start", "end"))
        away = Unavailable(resource_id, start, end)
        self._storm.unavailable.append(away)
        return away

    async def _replan(self) -> None:
        """A therapist is ill."""
        path = f"/api/v1/staff/{self._random.choice(self._storm.spa.therapists)}/replan"
        day = self._some_hour().astimezone(self._storm.spa.zone).date()
        body = {"branch_id": str(self._storm.spa.branch_id), "day": day.isoformat()}
        plan = await self._ask("replan", request("POST", path, self._headers, body), set())
        body |= {name: plan.body[name] for name in ("digest", "changes")}
        asked = request("POST", f"{path}/apply", self._headers, body)
        answer = await self._ask("apply replan", asked, {"DAY_CHANGED"})
        if answer.status == 200:
            for visit in answer.body["visits"]:
                self._storm.handed_over[visit["id"]].append(visit)

    async def _ask(self, what: str, asked: bytes, refusals: set[str]) -> Answer:
        answer = await self._storm.crowd.ask_as(self._number, asked)
        self._storm.answers[f"{what}: {answer.code or answer.status}"] += 1
        assert answer.status < 300 or answer.code in refusals, (what, answer)
        return answer

    def _some_hour(self) -> datetime:
        return self._storm.begins + timedelta(minutes=self._random.randrange(0, 10 * 60, 15))

    def _some_hours(self) -> dict[str, str]:
        start = self._some_hour()
        end = start + timedelta(minutes=self._random.randrange(30, 150, 15))
        return {"start": start.isoformat(), "end": end.isoformat()}


def _noted(told: Told, answer: Answer) -> Answer:
    if answer.status == 200:
        told.answers.append(answer.body)
    return answer
