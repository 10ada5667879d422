"""Clients that book, change and cancel at the same time, with outages and leave, and a record of every answer."""

import random
from collections import Counter
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
class VisitRecord:
    """The answers to every request about one visit, the oldest first."""

    answers: list[dict[str, Any]]
    request: bytes
    """The request that created the visit."""
    expired: bool = False
    """Whether the hold was made to expire."""

    @property
    def last(self) -> dict[str, Any]:
        return self.answers[-1]

    @property
    def guest(self) -> dict[str, Any]:
        guest: dict[str, Any] = self.last["appointments"][0]
        return guest


@dataclass
class Storm:
    """The state that all clients share."""

    crowd: Crowd
    spa: BookableSpa
    desk: dict[str, str]
    begins: datetime = field(default_factory=lambda: this_step().replace(minute=0) + timedelta(hours=2))
    """The earliest start of a visit. All start in the ten hours after it, so that guests can be checked in."""
    common: list[VisitRecord] = field(default_factory=list)
    """Visits that every client can change: their state at the end is one of the answers."""
    own: list[VisitRecord] = field(default_factory=list)
    """Visits that one client changes, one change after the other: their state at the end is the last answer."""
    answers: Counter[str] = field(default_factory=Counter)
    """Counts of answers by action and result."""
    unavailable: list["Unavailable"] = field(default_factory=list)
    """The outages and leaves that clients were granted."""
    bookings: list["Booking"] = field(default_factory=list)
    """The visits that were booked or held."""

    def booked_though_unavailable(self) -> list[tuple["Booking", "Unavailable"]]:
        """Return bookings of a resource that was unavailable all the time between the request and its answer."""
        return [
            (booking, unavailable)
            for booking in self.bookings
            for unavailable in self.unavailable
            if unavailable.since < booking.sent
            and booking.answered < unavailable.until
            and unavailable.covers(booking.visit)
        ]


@dataclass
class Unavailable:
    """An outage or a leave."""

    resource_id: str
    start: datetime
    end: datetime
    since: float = field(default_factory=monotonic)
    """The time of the answer that granted it, in seconds of the monotonic clock."""
    until: float = inf
    """The time of the request that ends it."""

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
    """One user who does one random action after the other."""

    def __init__(self, storm: Storm, number: int, *, headers: dict[str, str]) -> None:
        self._storm, self._number, self._headers = storm, number, headers
        self._is_customer = headers is not storm.desk
        self._random = random.Random(number)
        self._own: list[VisitRecord] = []

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
        answer = await self._send("book", made, {"SLOT_TAKEN", "TOO_MANY_HOLDS", "SAME_TIME"})
        if answer.status == 201:
            self._storm.bookings.append(Booking(answer.body, sent, monotonic()))
            record = VisitRecord([answer.body], made)
            is_common = is_common and not hold and not self._is_customer
            (self._storm.common if is_common else self._storm.own).append(record)
            if not is_common:
                self._own.append(record)

    async def _change(self) -> None:
        if not self._own:
            return
        record = self._random.choice(self._own)
        changes = [self._confirm, self._cancel, self._expire, self._repeat_booking]
        if not self._is_customer:
            changes += [self._move, self._move, self._extend, self._choose_therapist, self._go_on]
        await self._random.choice(changes)(record)

    async def _change_common(self) -> None:
        if self._storm.common:
            record = self._random.choice(self._storm.common)
            await self._random.choice([self._cancel, self._move, self._extend, self._choose_therapist])(
                record
            )

    async def _confirm(self, record: VisitRecord) -> None:
        answer = await self._set_status(record, "confirmed")
        assert not record.expired or answer.code in {"HOLD_EXPIRED", "STATUS_CONFLICT"}, answer

    async def _cancel(self, record: VisitRecord) -> None:
        await self._set_status(record, "cancelled")

    async def _go_on(self, record: VisitRecord) -> None:
        if (new := _NEXT.get(record.guest["status"])) is not None:
            await self._set_status(record, new)

    async def _expire(self, record: VisitRecord) -> None:
        """Let the hold expire, as time does."""
        if record.guest["status"] == "held" and not record.expired:
            record.expired = True
            await run_sql(_EXPIRE, UUID(record.last["id"]))

    async def _repeat_booking(self, record: VisitRecord) -> None:
        answer = await self._send("send again", record.request, set())
        assert (answer.status, answer.body) == (201, record.answers[0])

    async def _move(self, record: VisitRecord) -> None:
        path = f"{VISITS}/{record.last['id']}"
        await self._patch(record, "move", path, {"start": self._some_hour().isoformat()})

    async def _extend(self, record: VisitRecord) -> None:
        minutes = self._random.choice([45, 60, 75, 90])
        await self._change_treatment(record, "extend", {"minutes": minutes})

    async def _choose_therapist(self, record: VisitRecord) -> None:
        therapist = self._random.choice([None, *map(str, self._storm.spa.therapists)])
        await self._change_treatment(record, "choose therapist", {"therapist_id": therapist})

    async def _change_treatment(self, record: VisitRecord, action: str, change: dict[str, Any]) -> None:
        [treatment] = record.guest["treatments"]
        body = {"treatments": [{"id": treatment["id"]} | change]}
        await self._patch(record, action, f"{APPOINTMENTS}/{record.guest['id']}", body)

    async def _set_status(self, record: VisitRecord, status: str) -> Answer:
        content = request("PUT", f"{VISITS}/{record.last['id']}/status", self._headers, {"status": status})
        answer = await self._send(status, content, {"STATUS_CONFLICT", "HOLD_EXPIRED", "SLOT_TAKEN"})
        return _record_answer(record, answer)

    async def _patch(self, record: VisitRecord, action: str, path: str, body: dict[str, Any]) -> None:
        content = request("PATCH", path, self._headers, body)
        _record_answer(
            record, await self._send(action, content, {"SLOT_TAKEN", "STATUS_CONFLICT", "HOLD_EXPIRED"})
        )

    async def _block(self) -> None:
        """Report a bed out of order for some time."""
        bed = str(self._random.choice(self._storm.spa.beds))
        path = f"/api/v1/resources/{bed}/outages"
        body = self._some_hours() | {"reason": "Gãy chân", "force": self._random.random() < 0.7}
        refusals = {"APPOINTMENTS_STRANDED", "OUTAGE_OVERLAPS"}
        answer = await self._send("outage", request("POST", path, self._headers, body), refusals)
        if answer.status != 201:
            return
        unavailable = self._note_unavailable(bed, body)
        if self._random.random() < 0.5:
            await self._change()
            unavailable.until = monotonic()
            path += f"/{answer.body['outage']['id']}"
            await self._send("back in order", request("DELETE", path, self._headers), set())

    async def _give_leave(self) -> None:
        therapist = str(self._random.choice(self._storm.spa.therapists))
        body = self._some_hours() | {"staff_id": therapist}
        path = "/api/v1/time-off"
        leave = await self._send("ask for leave", request("POST", path, self._headers, body), set())
        path += f"/{leave.body['id']}"
        refusals = {"TIME_OFF_OVERLAPS", "APPOINTMENTS_STRANDED"}
        approval = request("POST", f"{path}/approve", self._headers, {"force": self._random.random() < 0.7})
        answer = await self._send("leave", approval, refusals)
        if answer.status != 200:
            return
        unavailable = self._note_unavailable(therapist, body)
        if self._random.random() < 0.5:
            await self._change()
            unavailable.until = monotonic()
            await self._send("withdraw leave", request("POST", f"{path}/withdraw", self._headers), set())

    def _note_unavailable(self, resource_id: str, body: dict[str, Any]) -> Unavailable:
        start, end = (datetime.fromisoformat(body[name]) for name in ("start", "end"))
        unavailable = Unavailable(resource_id, start, end)
        self._storm.unavailable.append(unavailable)
        return unavailable

    async def _replan(self) -> None:
        """Give the day of an ill therapist to others."""
        path = f"/api/v1/staff/{self._random.choice(self._storm.spa.therapists)}/replan"
        day = self._some_hour().astimezone(self._storm.spa.zone).date()
        body = {"branch_id": str(self._storm.spa.branch_id), "day": day.isoformat()}
        plan = await self._send("replan", request("POST", path, self._headers, body), set())
        body |= {name: plan.body[name] for name in ("digest", "changes")}
        content = request("POST", f"{path}/apply", self._headers, body)
        await self._send("apply replan", content, {"DAY_CHANGED"})

    async def _send(self, action: str, content: bytes, refusals: set[str]) -> Answer:
        answer = await self._storm.crowd.send_as(self._number, content)
        self._storm.answers[f"{action}: {answer.code or answer.status}"] += 1
        assert answer.status < 300 or answer.code in refusals, (action, answer)
        return answer

    def _some_hour(self) -> datetime:
        return self._storm.begins + timedelta(minutes=self._random.randrange(0, 10 * 60, 15))

    def _some_hours(self) -> dict[str, str]:
        start = self._some_hour()
        end = start + timedelta(minutes=self._random.randrange(30, 150, 15))
        return {"start": start.isoformat(), "end": end.isoformat()}


def _record_answer(record: VisitRecord, answer: Answer) -> Answer:
    if answer.status == 200:
        record.answers.append(answer.body)
    return answer
