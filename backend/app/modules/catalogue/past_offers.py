"""Find what the spa sold at an instant of the past, in the audit ledger: for visits that were not written down on the day."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.modules.audit import audit_service
from app.modules.catalogue.catalogue_models import AddOn, Service, ServiceVariant
from app.modules.catalogue.catalogue_schemas import Offered


class PastOffer(NamedTuple):
    """The terms of a variant or an add-on, named as in `bookable_variant`."""

    offered: Offered
    is_retired: bool
    """Whether only the variant was not sold."""
    price: int
    """The price in đồng."""


async def offers_at(
    session: AsyncSession, variant_ids: Collection[UUID], add_on_ids: Collection[UUID], at: datetime
) -> dict[UUID, PastOffer]:
    """Return the terms of variants and add-ons at an instant, by id. What was added later has those it began with."""
    variants = (
        await session.execute(
            select(ServiceVariant, Service)
            .join(Service, Service.id == ServiceVariant.service_id)
            .where(ServiceVariant.id.in_(variant_ids))
        )
    ).all()
    add_ons = (await session.scalars(select(AddOn).where(AddOn.id.in_(add_on_ids)))).all()
    rows = [*(row for pair in variants for row in pair), *add_ons]
    before = await audit_service.values_before_changes(session, {row.id for row in rows}, since=at)
    offers = {}
    for variant, service in variants:
        changed = before.get(variant.id, {})
        offered = Offered(before.get(service.id, {}).get("offered", service.offered))
        is_retired = changed.get("retired_at", variant.retired_at) is not None and offered is not Offered.NO
        offers[variant.id] = PastOffer(
            Offered.NO if is_retired else offered, is_retired, changed.get("price", variant.price)
        )
    for add_on in add_ons:
        changed = before.get(add_on.id, {})
        offers[add_on.id] = PastOffer(
            Offered(changed.get("offered", add_on.offered)),
            is_retired=False,
            price=changed.get("price", add_on.price),
        )
    return offers
