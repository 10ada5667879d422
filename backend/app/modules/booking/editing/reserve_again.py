"""Give guests time again, or other time, because their status changes: they come after all, earlier, or were not done."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import datetime
from operator import itemgetter
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.modules.booking.booking_errors import SlotTaken
from app.modules.booking.booking_models import Appointment, AppointmentTreatment, Visit
from app.modules.booking.editing.reallocate import Guests, Resources, Terms, party_of, reallocate, services_of
from app.modules.booking.editing.treatments import DeskChoice
from app.modules.booking.visit.rows import load_rows, set_times, times_of
from app.scheduling.timegrid import this_step


async def reserve_again(  # noqa: PLR0913 - whose time, what they had, and how
    session: AsyncSession,
    visit: Visit,
    appointment_ids: Collection[UUID],
    previous: Resources,
    *,
    terms: Terms | None = None,
    now_if_over: bool = False,
) -> None:
    """Give guests who had released their time that time back where it is still free, if possible with what they had.

    The caller has locked the visit, and no resource.

    Args:
        previous: The resources that they had.
        terms: Given if all of the time must be free. Otherwise those whose time is not have none until the desk moves
            them: a guest who is there must be recorded in any case.
        now_if_over: Guests whose time is over get time from now on.

    Raises:
        SlotTaken, SameTime: `terms` are given, and the time is not free.
    """
    for booked_start, guests in await _by_start(session, visit, appointment_ids):
        over = now_if_over and all(guest.ends_at <= utc_now() for guest in guests)
        start = this_step() if over else booked_start
        chosen = terms or Terms(same_time_will_do=True)
        overruled = any(guest.overruled for guest in guests)
        with nullcontext() if terms else suppress(SlotTaken):
            await reallocate(
                session, visit, guests, start, replace(chosen, previous=previous, force=overruled)
            )


async def reserve_rest_again(
    session: AsyncSession, visit: Visit, appointment_ids: Collection[UUID], *, or_refuse: bool = False
) -> None:
    """Give guests who were recorded as done too early the rest of their time back, if their therapist and bed are still
    free. The caller has locked the visit.

    Raises:
        SlotTaken: They are not, with `or_refuse`.
    """
    for start, guests in await _by_start(session, visit, appointment_ids):
        if any(guest.ends_at > utc_now() for guest in guests):
            with nullcontext() if or_refuse else suppress(SlotTaken):
                terms = Terms(same_time_will_do=True, others_will_do=False)
                await reallocate(session, visit, guests, start, terms)


async def move_to_now(
    session: AsyncSession, visit: Visit, appointment_ids: Collection[UUID], *, force: bool
) -> None:
    """Move guests to the step that is running now. The caller has locked the visit, and no resource.

    Args:
        force: The desk overrules opening hours, shifts and blocked time.

    Raises:
        SlotTaken
    """
    for _, guests in await _by_start(session, visit, appointment_ids):
        await reallocate(session, visit, guests, this_step(), Terms(same_time_will_do=True, force=force))


async def move_back(session: AsyncSession, visit: Visit, starts: Mapping[UUID, datetime]) -> None:
    """Move guests back to the starts that they had, if they still fit there. The caller has locked the visit, and no
    resource.

    Args:
        starts: The starts, by the id of the appointment.
    """
    for now, guests in await _by_start(session, visit, starts.keys()):
        unmoved = party_of(guests, await services_of(session, guests), {}, DeskChoice(), same_room=False)
        try:
            start = min(starts[guest.id] for guest in guests)
            await reallocate(session, visit, guests, start, Terms(same_time_will_do=True))
        except SlotTaken:
            for (guest, rows), times in zip(guests.items(), times_of(unmoved, now), strict=True):
                set_times(guest, rows, times)


async def _by_start(
    session: AsyncSession, visit: Visit, appointment_ids: Collection[UUID]
) -> list[tuple[datetime, Guests]]:
    """Return those of the guests who start together, with the start."""
    by_start: dict[datetime, dict[Appointment, list[AppointmentTreatment]]] = defaultdict(dict)
    if appointment_ids:
        rows = await load_rows(session, visit)
        for guest in rows.appointments:
            if guest.id in appointment_ids:
                by_start[guest.starts_at][guest] = rows.treatments_of(guest)
    return sorted(by_start.items(), key=itemgetter(0))
