"""The time that a device holds: one at a time, which moves, is replaced, or has run out."""

import asyncio
from contextlib import suppress
from typing import NamedTuple

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.idempotency import IdempotencyInFlight
from app.db.transactions import run_in_transaction
from app.modules.booking.booking_errors import HoldExpired, StatusConflict
from app.modules.booking.status.status import AppointmentStatus
from app.modules.online_booking import online_booking_service as service
from app.modules.online_booking.online_booking_errors import GuestLinkNotFound
from app.modules.online_booking.online_booking_schemas import (
    GuestVisit,
    HeldVisit,
    OnlineCancellation,
    OnlineHold,
    OnlineMove,
)
from app.modules.online_booking.pages.device import Holding, read_holding

_PAUSES = (0.1, 0.2, 0.4, 0.8, 1.6)
"""Seconds between the tries of a hold that was sent twice: a browser shows only the answer to the second."""


class OwnHold(NamedTuple):
    """A time that this device holds now."""

    holding: Holding
    visit: GuestVisit

    def is_for(self, party: str, *, same_room: bool) -> bool:
        """Return whether the hold is for this party."""
        return (self.holding.party, self.holding.same_room) == (party, same_room)


class HoldRequest(NamedTuple):
    """A start that was tapped."""

    branch: str
    key: str
    """New for each page: tapping twice on one is one hold."""
    wanted: OnlineHold
    party: str
    received_at: float
    client: str


async def find_own(request: Request, session: AsyncSession, branch: str, client: str) -> OwnHold | None:
    """Return what this device holds in a branch, unless it is confirmed, released or over."""
    holding = read_holding(request)
    if holding is None or holding.branch != branch:
        return None
    with suppress(GuestLinkNotFound):
        visit = await service.read(session, holding.token, address=client)
        if visit.status is AppointmentStatus.HELD:
            return OwnHold(holding, visit)
    return None


async def hold_for_device(own: OwnHold | None, request: HoldRequest) -> str:
    """Hold a start and return its token. The present hold of the same party moves; that of another is replaced.

    Raises:
        What `hold` and `move` raise. The present hold then stays as it is.
    """
    if own is not None and own.is_for(request.party, same_room=request.wanted.same_room):
        with suppress(HoldExpired, StatusConflict, GuestLinkNotFound):  # it has ended meanwhile
            return await _move(own, request)
    return await _hold(own, request)


async def _move(own: OwnHold, request: HoldRequest) -> str:
    token = own.holding.token

    async def move(session: AsyncSession) -> GuestVisit:
        return await service.move(
            session, token, OnlineMove(start=request.wanted.start), address=request.client
        )

    if own.visit.start != request.wanted.start:
        await run_in_transaction(move, in_request=True)
    return token


async def _hold(own: OwnHold | None, request: HoldRequest) -> str:
    async def hold(session: AsyncSession) -> HeldVisit:
        if own is not None:  # in one transaction: no other guest gets the time between
            with suppress(StatusConflict, GuestLinkNotFound):
                await service.cancel(session, own.holding.token, OnlineCancellation(), address=request.client)
        return await service.hold(
            session,
            request.branch,
            request.key,
            request.wanted,
            address=request.client,
            received_at=request.received_at,
        )

    for pause in _PAUSES:
        try:
            return (await run_in_transaction(hold, in_request=True)).token
        except IdempotencyInFlight:
            await asyncio.sleep(pause)
    return (await run_in_transaction(hold, in_request=True)).token
