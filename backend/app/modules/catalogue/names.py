"""What treatments and add-ons are called: for whoever shows what was agreed."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.localized import LocalizedText
from app.modules.catalogue.catalogue_models import AddOn, Service, ServiceVariant


class ServiceName(NamedTuple):
    service_id: UUID
    name: LocalizedText


async def names_of_variants(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, ServiceName]:
    """By the id of the variant, its service."""
    if not ids:
        return {}
    named = select(ServiceVariant.id, Service.id, Service.name).join(
        Service, Service.id == ServiceVariant.service_id
    )
    rows = await session.execute(named.where(ServiceVariant.id.in_(ids)))
    return {variant_id: ServiceName(service_id, name) for variant_id, service_id, name in rows}


async def names_of_services(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, LocalizedText]:
    if not ids:
        return {}
    rows = await session.execute(select(Service.id, Service.name).where(Service.id.in_(ids)))
    return {row.id: row.name for row in rows}


async def names_of_add_ons(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, LocalizedText]:
    if not ids:
        return {}
    rows = await session.execute(select(AddOn.id, AddOn.name).where(AddOn.id.in_(ids)))
    return {row.id: row.name for row in rows}
