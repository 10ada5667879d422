"""Keep contention cheap: 200 clients want the last free hour, and one of them gets it.

A process admits `ADMITTED` requests at a time that book. The others wait without a connection, so that a rush for one time
neither empties the pool nor slows down boards and check-ins.

A request that is admitted after an equal one was refused gets the same refusal, without a search. It could not have won:
it had arrived before the other looked, and then the time was taken. Its Idempotency-Key is read first, because a retry of
the request that won must get the booking. PostgreSQL decides who wins, so all of this holds for any number of processes.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import Depends

from app.core.config import settings
from app.core.exceptions import ServiceUnavailableException
from app.modules.booking.booking_errors import SlotTaken
from app.modules.booking.booking_schemas import VisitCreate
from app.modules.identity.access import VerifiedClaims

ADMITTED = max(1, (settings.DB_POOL_SIZE + settings.DB_MAX_OVERFLOW) // 2)
"""Requests of this process that book at a time: half of the connections are left for everything else."""
ADMISSION_WAIT = 5.0
"""Seconds that a request waits before it answers 503. Longer than for a connection: waiting costs nothing."""
_KNOWN_REFUSALS = 100
_NO_MATTER: dict[str, Any] = {
    "customer_id": True,
    "note": True,
    "hold": True,
    "occurrence": True,
    "guests": {"__all__": {"customer_id", "guest_name"}},
}
"""The fields of a request that do not decide whether it fits. A new field decides until it is entered here."""

_admitted = asyncio.Semaphore(ADMITTED)
_refusals: dict[str, tuple[float, SlotTaken]] = {}
"""The last refusal of each request, and the begin of its search on the monotonic clock. The oldest first."""


async def _admit() -> AsyncGenerator[float]:
    received_at = time.monotonic()
    try:
        async with asyncio.timeout(ADMISSION_WAIT):
            await _admitted.acquire()
    except TimeoutError:
        raise ServiceUnavailableException("too many requests wait to book") from None
    try:
        yield received_at
    finally:
        _admitted.release()


GuestAdmission = Annotated[float, Depends(_admit, scope="function")]
"""A parameter of a route that books, before its session: the request waits until it is admitted, and makes room for
the next when it is committed. The value is the time at which the request arrived, on the monotonic clock."""


async def _admit_user(_claims: VerifiedClaims, received_at: GuestAdmission) -> float:
    return received_at


Admission = Annotated[float, Depends(_admit_user, scope="function")]
"""The same for a route with a signed-in user: a request without a valid token does not wait."""


def signature_of(request: VisitCreate, *, at_desk: bool, offers_later_days: bool) -> str:
    """Return what decides whether a request fits: equal signatures have equal answers at any one time."""
    return f"{at_desk} {offers_later_days} {request.model_dump_json(exclude=_NO_MATTER)}"


def refuse_like_equal(signature: str, received_at: float) -> None:
    """Refuse a request if a search that began after its arrival has refused an equal one.

    Raises:
        SlotTaken
    """
    if (known := _refusals.get(signature)) is not None and received_at <= known[0]:
        raise SlotTaken(known[1].message, details=known[1].details)


@contextmanager
def remember_refusal(signature: str) -> Iterator[None]:
    """Search inside the context: a refusal is remembered for equal requests that have arrived by now."""
    began = time.monotonic()
    try:
        yield
    except SlotTaken as error:
        _refusals.pop(signature, None)
        _refusals[signature] = began, error.with_traceback(None)
        if len(_refusals) > _KNOWN_REFUSALS:
            del _refusals[next(iter(_refusals))]
        raise
