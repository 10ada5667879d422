"""Reading the catalogue: records with their parts, each kind of part in one query."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.modules.catalogue.catalogue_models import (
    AddOn,
    Service,
    ServiceAddOn,
    ServiceCategory,
    ServiceSegment,
    ServiceVariant,
)
from app.modules.catalogue.catalogue_schemas import (
    AddOnRead,
    DeskService,
    DeskVariant,
    Offered,
    Segment,
    VariantRead,
    variant_name,
)
from app.scheduling.demand import guest_minutes


async def list_categories(session: AsyncSession) -> Sequence[ServiceCategory]:
    """Return all categories in order."""
    statement = select(ServiceCategory).order_by(ServiceCategory.position, ServiceCategory.key)
    return (await session.scalars(statement)).all()


async def online_variants(session: AsyncSession) -> dict[UUID, list[VariantRead]]:
    """Return the variants that are not retired, in order, by service id."""
    statement = (
        select(ServiceVariant)
        .where(ServiceVariant.retired_at.is_(None))
        .order_by(ServiceVariant.position, ServiceVariant.key)
    )
    rows = (await session.scalars(statement)).all()
    segments = await _segments_of(session, rows)
    variants: dict[UUID, list[VariantRead]] = defaultdict(list)
    for row in rows:
        variants[row.service_id].append(
            VariantRead(
                id=row.id,
                key=row.key,
                name=variant_name(row.name),
                minutes=guest_minutes(segments[row.id]),
                price=row.price,
            )
        )
    return variants


async def online_add_ons(session: AsyncSession) -> dict[UUID, list[AddOnRead]]:
    """Return the add-ons that guests can book online, in order, by service id."""
    statement = (
        select(ServiceAddOn.service_id, AddOn)
        .join(AddOn, AddOn.id == ServiceAddOn.add_on_id)
        .where(AddOn.offered == Offered.ONLINE)
        .order_by(AddOn.position, AddOn.key)
    )
    add_ons: dict[UUID, list[AddOnRead]] = defaultdict(list)
    for service_id, add_on in await session.execute(statement):
        add_ons[service_id].append(AddOnRead.model_validate(add_on))
    return add_ons


async def read_service(session: AsyncSession, service: Service) -> DeskService:
    """Return one service with its variants, for the desk."""
    [read] = await read_services(session, [service])
    return read


async def read_services(session: AsyncSession, services: Sequence[Service]) -> list[DeskService]:
    """Return services with their variants and add-ons, for the desk."""
    service_ids = [service.id for service in services]
    add_on_ids: dict[UUID, list[UUID]] = {service_id: [] for service_id in service_ids}
    links = select(ServiceAddOn).join(AddOn, AddOn.id == ServiceAddOn.add_on_id)
    links = links.where(ServiceAddOn.service_id.in_(service_ids)).order_by(AddOn.position, AddOn.key)
    for link in await session.scalars(links):
        add_on_ids[link.service_id].append(link.add_on_id)
    variants: dict[UUID, list[DeskVariant]] = {service_id: [] for service_id in service_ids}
    rows = select(ServiceVariant).where(ServiceVariant.service_id.in_(service_ids))
    rows = rows.order_by(ServiceVariant.position, ServiceVariant.key)
    for variant in await _read_variants(session, (await session.scalars(rows)).all()):
        variants[variant.service_id].append(variant)
    return [
        DeskService(
            id=service.id,
            category_id=service.category_id,
            key=service.key,
            name=service.name,
            description=service.description,
            position=service.position,
            offered=service.offered,
            tax_category_id=service.tax_category_id,
            add_on_ids=add_on_ids[service.id],
            variants=variants[service.id],
        )
        for service in services
    ]


async def find_alike(session: AsyncSession, service_id: UUID) -> tuple[str, str] | None:
    """Return the keys of two variants that are sold and that guests cannot tell apart: they have one name in a language, or
    no name and one length. None if there are none."""
    keys: dict[tuple[str, object], str] = {}
    sold = select(ServiceVariant).where(
        ServiceVariant.service_id == service_id, ServiceVariant.retired_at.is_(None)
    )
    rows = sold.order_by(ServiceVariant.position, ServiceVariant.key)
    for variant in await _read_variants(session, (await session.scalars(rows)).all()):
        name = variant.name
        labels: list[tuple[str, object]] = (
            [("vi", name.vi.casefold()), ("en", name.en.casefold())]
            if name
            else [("minutes", guest_minutes(variant.segments))]
        )
        for label in labels:
            if label in keys:
                return keys[label], variant.key
        keys |= dict.fromkeys(labels, variant.key)
    return None


async def read_variant(session: AsyncSession, variant: ServiceVariant) -> DeskVariant:
    """Return one variant with its segments, for the desk."""
    [read] = await _read_variants(session, [variant])
    return read


async def _read_variants(session: AsyncSession, variants: Sequence[ServiceVariant]) -> list[DeskVariant]:
    segments = await _segments_of(session, variants)
    return [
        DeskVariant(
            id=variant.id,
            service_id=variant.service_id,
            key=variant.key,
            name=variant_name(variant.name),
            price=variant.price,
            position=variant.position,
            retired_at=variant.retired_at,
            segments=[Segment.model_validate(segment) for segment in segments[variant.id]],
        )
        for variant in variants
    ]


async def _segments_of(
    session: AsyncSession, variants: Sequence[ServiceVariant]
) -> dict[UUID, list[ServiceSegment]]:
    segments: dict[UUID, list[ServiceSegment]] = {variant.id: [] for variant in variants}
    rows = select(ServiceSegment).where(ServiceSegment.variant_id.in_(segments))
    for row in await session.scalars(rows.order_by(ServiceSegment.variant_id, ServiceSegment.position)):
        segments[row.variant_id].append(row)
    return segments
