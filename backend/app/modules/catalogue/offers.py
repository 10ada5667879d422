"""What can be agreed with a guest: variants and add-ons as the catalogue has them now, for whoever books them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.localized import LocalizedText
from app.db.queries import fetch_raw
from app.modules.catalogue.catalogue_errors import AddOnNotFound, VariantNotFound
from app.modules.catalogue.kinds import Offered

_VARIANTS = """
SELECT v.id, v.service_id, s.name_vi, s.name_en, CASE WHEN v.retired_at IS NULL THEN s.offered ELSE 'no' END, v.price,
    g.minutes, g.needs_staff, g.with_guest, g.bed_type_id, g.device_type_id
FROM service_variant AS v JOIN service AS s ON s.id = v.service_id JOIN service_segment AS g ON g.variant_id = v.id
WHERE v.id = ANY($1) ORDER BY v.id, g.position
"""
_ADD_ONS = """
SELECT id, name_vi, name_en, minutes, price, offered,
    array(SELECT service_id FROM service_add_on WHERE add_on_id = add_on.id)
FROM add_on WHERE id = ANY($1)
"""


@dataclass(frozen=True, slots=True)
class SegmentOffer:
    minutes: int
    needs_staff: bool
    with_guest: bool
    bed_type_id: UUID | None
    device_type_id: UUID | None


@dataclass(frozen=True, slots=True)
class VariantOffer:
    id: UUID
    service_id: UUID
    name: LocalizedText
    """Of the service."""
    offered: Offered
    """`no` when it is retired."""
    price: int
    segments: list[SegmentOffer] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AddOnOffer:
    id: UUID
    name: LocalizedText
    minutes: int
    price: int
    offered: Offered
    service_ids: frozenset[UUID]
    """With which it goes."""


async def find_variants(session: AsyncSession, variant_ids: Collection[UUID]) -> dict[UUID, VariantOffer]:
    """In one question.

    Raises:
        VariantNotFound: one of them is not there.
    """
    found: dict[UUID, VariantOffer] = {}
    for row in await _ask(session, _VARIANTS, variant_ids):
        variant_id, service_id, vi, en, offered, price, *segment = row
        if variant_id not in found:
            found[variant_id] = VariantOffer(
                variant_id, service_id, LocalizedText(vi, en), Offered(offered), price
            )
        found[variant_id].segments.append(SegmentOffer(*segment))
    if found.keys() != set(variant_ids):
        raise VariantNotFound
    return found


async def find_add_ons(session: AsyncSession, add_on_ids: Collection[UUID]) -> dict[UUID, AddOnOffer]:
    """In one question; in none when none is wanted.

    Raises:
        AddOnNotFound: one of them is not there.
    """
    found = {
        add_on_id: AddOnOffer(
            add_on_id, LocalizedText(vi, en), minutes, price, Offered(offered), frozenset(service_ids)
        )
        for add_on_id, vi, en, minutes, price, offered, service_ids in await _ask(
            session, _ADD_ONS, add_on_ids
        )
    }
    if found.keys() != set(add_on_ids):
        raise AddOnNotFound
    return found


async def _ask(session: AsyncSession, statement: str, ids: Collection[UUID]) -> Sequence[Any]:
    return await fetch_raw(session, statement, [*ids]) if ids else []
