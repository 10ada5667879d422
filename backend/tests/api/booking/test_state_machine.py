"""Random sequences of bookings and changes, on days of 23, 24 and 25 hours, compared with the slow reference."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from app.scheduling.making_room import MOST_MOVES
from tests.api.booking.reference import Assignment, Branch, Guest, Visit, Wish
from tests.builders.bookings import APPOINTMENTS, VISITS, alternatives
from tests.builders.spas import Segment, Spa
from tests.support.database import run_sql
from tests.support.examples import examples

_ALLOCATIONS = """
SELECT resource_id, lower(during), upper(during), state FROM allocation
JOIN appointment ON appointment.id = appointment_id
WHERE branch_id = $1 AND (allocation.hold_expires_at > now()) IS NOT FALSE
"""
_EXPIRE = """
WITH expired AS (
    UPDATE appointment SET hold_expires_at = now() - interval '1 s'
    WHERE visit_id = $1 AND status = 'held' RETURNING id
)
UPDATE allocation SET hold_expires_at = now() - interval '1 s' WHERE appointment_id IN (SELECT id FROM expired)
"""

_ALLOWED_MOVES = range(MOST_MOVES + 1)

_steps = st.integers(0, 10)
"""Half hours since midnight. Local times are an hour later or earlier after the change on days of 23 and 25 hours."""
_visit = st.integers(0, 3)
_length = st.sampled_from([30, 45, 60, 90])
_guest = st.tuples(
    st.sampled_from(["massage", "facial"]),
    st.sampled_from([None, "Lan", "Minh"]),
    st.sampled_from([None, "male"]),
)
_book = st.tuples(st.just("book"), _steps, st.lists(_guest, min_size=1, max_size=2), st.booleans())
_action = st.one_of(
    _book,
    _book,
    st.tuples(st.just("move"), _visit, _steps),
    st.tuples(st.just("extend"), _visit, _length),
    st.tuples(st.sampled_from(["confirm", "cancel", "expire", "expire"]), _visit),
    st.tuples(st.just("block"), st.integers(0, 1), _steps, st.sampled_from([60, 120]), st.just(True)),
    st.tuples(st.just("block"), st.integers(0, 1), _steps, st.just(30), st.booleans()),
)


@dataclass
class Machine:
    """The app and the reference, side by side."""

    client: httpx2.AsyncClient
    spa: Spa
    variants: dict[str, UUID]
    branch: Branch

    @classmethod
    async def built(cls, client: httpx2.AsyncClient, zone: str, day: date) -> "Machine":
        spa = Spa(zone, hours="00:00-05:00")
        variants = {
            "massage": spa.service(
                "massage", Segment(60, on="bed"), Segment(15, staff=False, on="bed", guest=False)
            ),
            "facial": spa.service("facial", 30),
        }
        shifts = [f"{day} 00:00-05:00"]
        people = {
            str(spa.therapist(name, *variants.values(), gender=gender, shifts=shifts)): gender
            for name, gender in (("Lan", "female"), ("Minh", "male"))
        }
        beds = [str(spa.bed(f"bed {number}", "bed")) for number in range(2)]
        await spa.write()
        branch = Branch(spa.at(f"{day} 00:00"), spa.at(f"{day} 05:00"), people, beds)
        return cls(client, spa, variants, branch)

    def at(self, step: int) -> datetime:
        return self.branch.opens + timedelta(minutes=30 * step)

    async def book(self, step: int, guests: list[tuple[str, str | None, str | None]], hold: bool) -> None:
        wishes = [self._wish(*guest) for guest in guests]
        start = self.at(step)
        people = [
            {
                "treatments": [
                    {
                        "variant_id": str(self.variants[treatment]),
                        "therapist_id": wish.therapist,
                        "gender": wish.gender,
                    }
                ]
            }
            for (treatment, *_), wish in zip(guests, wishes, strict=True)
        ]
        body = {
            "branch_id": str(self.spa.branch_id),
            "start": start.isoformat(),
            "guests": people,
            "hold": hold,
        }
        answer = await self.client.post(VISITS, json=body, headers={"Idempotency-Key": str(uuid7())})
        possible = self.branch.assignments(wishes, start)
        moves = 0 if possible else self.branch.fewest_moves(wishes, start)
        assert answer.status_code == (201 if moves in _ALLOWED_MOVES else 409), answer.json()
        if answer.status_code == 201:
            visit = self._read(answer.json(), wishes)
            await self._follow_moves(answer, moves)
            self.branch.visits[answer.json()["id"]] = visit
            assert possible == [] or [guest.assignment for guest in visit.guests] in possible
        else:
            for alternative in alternatives(answer):
                assert self.branch.assignments(wishes, alternative), alternative

    async def move(self, number: int, step: int) -> None:
        visit_id, visit = self._visit(number)
        if visit is None:
            return
        start, moving = self.at(step), [id(guest) for guest in visit.guests]
        wishes = [guest.wish for guest in visit.guests]
        possible = self.branch.assignments(wishes, start, moving=moving) if visit.takes_time else []
        answer = await self.client.patch(f"{VISITS}/{visit_id}", json={"start": start.isoformat()})
        await self._check(answer, visit_id, visit, possible, wishes, start, moving)

    async def extend(self, number: int, minutes: int) -> None:
        """Extend the treatment of the visit's last guest."""
        visit_id, visit = self._visit(number)
        if visit is None:
            return
        *others, guest = visit.guests
        wish = guest.wish._replace(minutes=minutes)
        possible = []
        if visit.takes_time:
            same = [other.assignment for other in others]
            found = self.branch.assignments([wish], guest.start, moving=[id(guest)])
            possible = [[*same, assignment] for [assignment] in found]
        read = (await self.client.get(f"{VISITS}/{visit_id}")).json()["appointments"][-1]
        change = {"treatments": [{"id": read["treatments"][0]["id"], "minutes": minutes}]}
        answer = await self.client.patch(f"{APPOINTMENTS}/{read['id']}", json=change)
        await self._check(
            answer,
            visit_id,
            visit,
            possible,
            [*(other.wish for other in others), wish],
            guest.start,
            [id(guest)],
        )

    async def confirm(self, number: int) -> None:
        visit_id, visit = self._visit(number)
        if visit is not None:
            answer = await self._set_status(visit_id, "confirmed")
            assert answer.status_code == (200 if visit.takes_time else 409)
            visit.status = "confirmed" if visit.takes_time else visit.status

    async def cancel(self, number: int) -> None:
        visit_id, visit = self._visit(number)
        if visit is not None:
            answer = await self._set_status(visit_id, "cancelled")
            assert answer.status_code == 200  # also if it has no time any more
            visit.status = {"held": "expired", "confirmed": "cancelled"}.get(visit.status, visit.status)

    async def expire(self, number: int) -> None:
        visit_id, visit = self._visit(number)
        if visit is not None and visit.status == "held":
            await run_sql(_EXPIRE, UUID(visit_id))
            visit.status = "expired"

    async def block(self, bed: int, step: int, minutes: int, force: bool) -> None:
        bed_id, start = self.branch.beds[bed], self.at(step)
        end = start + timedelta(minutes=minutes)
        allowed = (force or not self.branch.conflicts(bed_id, start, end)) and not any(
            other == bed_id and first < end and start < last for other, first, last in self.branch.outages
        )
        body = {"start": start.isoformat(), "end": end.isoformat(), "reason": "Gãy chân", "force": force}
        answer = await self.client.post(f"/api/v1/resources/{bed_id}/outages", json=body)
        assert answer.status_code == (201 if allowed else 409)
        if allowed:
            self.branch.outages.append((bed_id, start, end))

    async def check(self) -> None:
        """Compare the rows with the reference."""
        rows = await run_sql(_ALLOCATIONS, self.spa.branch_id)
        stored = sorted(
            (str(resource_id), start, end, state == "held") for resource_id, start, end, state in rows
        )
        expected = sorted(
            (*allocation, visit.status == "held")
            for visit in self.branch.visits.values()
            if visit.takes_time
            for guest in visit.guests
            for allocation in guest.allocations()
        )
        assert stored == expected

    def _wish(self, treatment: str, therapist: str | None, gender: str | None) -> Wish:
        names = {name: str(resource_id) for resource_id, name in self.spa.names.items()}
        minutes = 60 if treatment == "massage" else 30
        return Wish(minutes, treatment == "massage", names[therapist] if therapist else None, gender)

    def _visit(self, number: int) -> tuple[str, Visit | None]:
        visits = list(self.branch.visits.items())
        return visits[number % len(visits)] if visits else ("", None)

    async def _set_status(self, visit_id: str, status: str) -> httpx2.Response:
        return await self.client.put(f"{VISITS}/{visit_id}/status", json={"status": status})

    async def _check(  # noqa: PLR0917 - what was asked for, and what is possible
        self,
        answer: httpx2.Response,
        visit_id: str,
        visit: Visit,
        possible: list[list[Assignment]],
        wishes: list[Wish],
        start: datetime,
        moving: list[int],
    ) -> None:
        moves = 0 if possible else None
        if visit.takes_time and not possible:
            moves = self.branch.fewest_moves(wishes[-len(moving) :], start, moving=moving)
        assert answer.status_code == (200 if moves in _ALLOWED_MOVES else 409), answer.json()
        if answer.status_code == 200:
            await self._follow_moves(answer, moves)
            changed = self._read(answer.json(), wishes)
            assert possible == [] or [guest.assignment for guest in changed.guests] in possible
            self.branch.visits[visit_id] = replace(changed, status=visit.status)

    async def _follow_moves(self, answer: httpx2.Response, moves: int | None) -> None:
        """Read the visits of others that gave way, no more of them than necessary."""
        reassigned = answer.json().get("reassigned", [])
        assert len(reassigned) == moves
        for visit_id in {change["visit_id"] for change in reassigned}:
            before = self.branch.visits[visit_id]
            read = (await self.client.get(f"{VISITS}/{visit_id}")).json()
            after = self._read(read, [guest.wish for guest in before.guests])
            assert [guest.start for guest in after.guests] == [guest.start for guest in before.guests]
            for guest in after.guests:
                assert guest.wish.therapist in (None, guest.assignment.therapist)
                assert guest.wish.gender in (None, self.branch.therapists[guest.assignment.therapist])
            self.branch.visits[visit_id] = replace(after, status=before.status)

    def _read(self, read: dict[str, Any], wishes: list[Wish]) -> Visit:
        guests = []
        for guest, wish in zip(read["appointments"], wishes, strict=True):
            [treatment] = guest["treatments"]
            resources = {
                allocation["kind"]: allocation["resource_id"] for allocation in treatment["allocations"]
            }
            start = datetime.fromisoformat(guest["start"]).astimezone(UTC)
            guests.append(Guest(wish, start, Assignment(resources["staff"], resources.get("bed"))))
        return Visit(read["appointments"][0]["status"], guests)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Asia/Ho_Chi_Minh", date(2027, 3, 28)),
        ("Europe/Paris", date(2027, 3, 28)),
        ("Europe/Paris", date(2027, 10, 31)),
        ("America/New_York", date(2027, 3, 14)),
        ("America/New_York", date(2027, 11, 7)),
    ],
    ids=["24 hours", "Paris 23", "Paris 25", "New York 23", "New York 25"],
)
@settings(max_examples=examples(10), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=st.lists(_action, min_size=10, max_size=30))
async def test_responses_and_rows_are_those_of_the_reference(
    zone: str, day: date, client: httpx2.AsyncClient, actions: list[tuple[Any, ...]]
) -> None:
    machine = await Machine.built(client, zone, day)
    for name, *arguments in actions:
        note(f"{name} {arguments}")
        await getattr(machine, name)(*arguments)
        await machine.check()
