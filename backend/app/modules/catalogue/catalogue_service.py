"""What a spa offers: its categories, services, variants and add-ons."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.common.schemas import changes_of
from app.core.exceptions import ValidationException, ZenSpaException
from app.core.validation_messages import describe
from app.db.errors import translate_integrity_errors
from app.db.models import Entity
from app.db.queries import get_row
from app.modules.catalogue.catalogue_errors import (
    AddOnKeyTaken,
    AddOnNotFound,
    CategoryKeyTaken,
    CategoryNotFound,
    ServiceKeyTaken,
    ServiceNotFound,
    VariantKeyTaken,
    VariantNotFound,
)
from app.modules.catalogue.catalogue_models import (
    AddOn,
    Service,
    ServiceAddOn,
    ServiceCategory,
    ServiceSegment,
    ServiceVariant,
)
from app.modules.catalogue.catalogue_schemas import (
    AddOnCreate,
    AddOnRead,
    AddOnUpdate,
    CategoryCreate,
    CategoryRead,
    CategoryUpdate,
    DeskAddOn,
    DeskCatalogue,
    DeskCategory,
    DeskService,
    DeskVariant,
    Segment,
    ServiceCreate,
    ServiceRead,
    ServiceUpdate,
    VariantCreate,
    VariantRead,
    VariantUpdate,
)
from app.modules.catalogue.kinds import Offered
from app.modules.resource import resource_service

type _Path = tuple[str | int, ...]


_REFUSALS: dict[str, type[ZenSpaException]] = {
    "service_category_key_key": CategoryKeyTaken,
    "service_key_key": ServiceKeyTaken,
    "service_category_id_fkey": CategoryNotFound,
    "service_variant_key": VariantKeyTaken,
    "service_variant_service_id_fkey": ServiceNotFound,
    "add_on_key_key": AddOnKeyTaken,
    "service_add_on_add_on_id_fkey": AddOnNotFound,
}


async def read_catalogue(session: AsyncSession) -> list[CategoryRead]:
    """Lists what guests can book online: categories, in each its services, with their lengths, prices in đồng and
    add-ons, all in order. What cannot be booked, a service without a length or a category without a service, is left
    out."""
    variants = await _variants_online(session)
    add_ons = await _add_ons_online(session)
    services: dict[UUID, list[ServiceRead]] = defaultdict(list)
    online = select(Service).where(Service.offered == Offered.ONLINE)
    for service in await session.scalars(online.order_by(Service.position, Service.key)):
        if service.id in variants:
            services[service.category_id].append(
                ServiceRead(
                    id=service.id,
                    key=service.key,
                    name=service.name,
                    description=service.description,
                    variants=variants[service.id],
                    add_ons=add_ons[service.id],
                )
            )
    return [
        CategoryRead(id=category.id, key=category.key, name=category.name, services=services[category.id])
        for category in await _categories(session)
        if category.id in services
    ]


async def _variants_online(session: AsyncSession) -> dict[UUID, list[VariantRead]]:
    minutes = func.sum(ServiceSegment.minutes).filter(ServiceSegment.with_guest)
    statement = (
        select(ServiceVariant, minutes)
        .join(ServiceSegment, ServiceSegment.variant_id == ServiceVariant.id)
        .where(ServiceVariant.retired_at.is_(None))
        .group_by(ServiceVariant.id)
        .order_by(ServiceVariant.position, ServiceVariant.key)
    )
    found: dict[UUID, list[VariantRead]] = defaultdict(list)
    for variant, its_minutes in await session.execute(statement):
        found[variant.service_id].append(
            VariantRead(id=variant.id, key=variant.key, minutes=its_minutes, price=variant.price)
        )
    return found


async def _add_ons_online(session: AsyncSession) -> dict[UUID, list[AddOnRead]]:
    statement = (
        select(ServiceAddOn.service_id, AddOn)
        .join(AddOn, AddOn.id == ServiceAddOn.add_on_id)
        .where(AddOn.offered == Offered.ONLINE)
        .order_by(AddOn.position, AddOn.key)
    )
    found: dict[UUID, list[AddOnRead]] = defaultdict(list)
    for service_id, add_on in await session.execute(statement):
        found[service_id].append(AddOnRead.model_validate(add_on))
    return found


async def read_desk_catalogue(session: AsyncSession) -> DeskCatalogue:
    """All of it, whoever it is offered to and whether it still is, with what each segment occupies."""
    services = await session.scalars(select(Service).order_by(Service.position, Service.key))
    add_ons = await session.scalars(select(AddOn).order_by(AddOn.position, AddOn.key))
    return DeskCatalogue(
        categories=[DeskCategory.model_validate(category) for category in await _categories(session)],
        services=await _read_services(session, services.all()),
        add_ons=[DeskAddOn.model_validate(add_on) for add_on in add_ons],
    )


async def _categories(session: AsyncSession) -> Sequence[ServiceCategory]:
    in_order = select(ServiceCategory).order_by(ServiceCategory.position, ServiceCategory.key)
    return (await session.scalars(in_order)).all()


async def _read_services(session: AsyncSession, services: Sequence[Service]) -> list[DeskService]:
    ids = [service.id for service in services]
    add_ons: dict[UUID, list[UUID]] = {service_id: [] for service_id in ids}
    links = select(ServiceAddOn).join(AddOn, AddOn.id == ServiceAddOn.add_on_id)
    links = links.where(ServiceAddOn.service_id.in_(ids)).order_by(AddOn.position, AddOn.key)
    for link in await session.scalars(links):
        add_ons[link.service_id].append(link.add_on_id)
    variants: dict[UUID, list[DeskVariant]] = {service_id: [] for service_id in ids}
    rows = select(ServiceVariant).where(ServiceVariant.service_id.in_(ids))
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
            add_on_ids=add_ons[service.id],
            variants=variants[service.id],
        )
        for service in services
    ]


async def _read_variants(session: AsyncSession, variants: Sequence[ServiceVariant]) -> list[DeskVariant]:
    segments: dict[UUID, list[Segment]] = {variant.id: [] for variant in variants}
    rows = select(ServiceSegment).where(ServiceSegment.variant_id.in_(segments))
    for row in await session.scalars(rows.order_by(ServiceSegment.variant_id, ServiceSegment.position)):
        segments[row.variant_id].append(Segment.model_validate(row))
    return [
        DeskVariant(
            id=variant.id,
            service_id=variant.service_id,
            key=variant.key,
            price=variant.price,
            position=variant.position,
            retired_at=variant.retired_at,
            segments=segments[variant.id],
        )
        for variant in variants
    ]


async def create_category(session: AsyncSession, new: CategoryCreate) -> DeskCategory:
    """Raises CategoryKeyTaken."""
    category = ServiceCategory(key=new.key, name=new.name.localized(), position=new.position)
    await _save(session, category)
    return DeskCategory.model_validate(category)


async def update_category(session: AsyncSession, category_id: UUID, changes: CategoryUpdate) -> DeskCategory:
    """Raises CategoryNotFound, CategoryKeyTaken."""
    category = await get_row(session, ServiceCategory, category_id, CategoryNotFound, lock=True)
    await _change(session, category, changes_of(changes))
    return DeskCategory.model_validate(category)


async def create_service(session: AsyncSession, new: ServiceCreate) -> DeskService:
    """With its variants.

    Raises:
        CategoryNotFound, AddOnNotFound, ServiceKeyTaken, VariantKeyTaken
        ValidationException: a segment names a type of the other kind, or none.
    """
    await _refuse_wrong_types(
        session,
        {
            ("body", "variants", number, "segments"): variant.segments
            for number, variant in enumerate(new.variants)
        },
    )
    service = Service(
        key=new.key,
        category_id=new.category_id,
        name=new.name.localized(),
        description=new.description.localized(),
        position=new.position,
        offered=new.offered,
    )
    await _save(session, service)
    await _set_add_ons(session, service.id, new.add_on_ids)
    for variant in new.variants:
        await _add_variant(session, service.id, variant)
    [read] = await _read_services(session, [service])
    return read


async def update_service(session: AsyncSession, service_id: UUID, changes: ServiceUpdate) -> DeskService:
    """Raises ServiceNotFound, CategoryNotFound, AddOnNotFound, ServiceKeyTaken."""
    service = await get_row(session, Service, service_id, ServiceNotFound, lock=True)
    values = changes_of(changes)
    add_on_ids = values.pop("add_on_ids", None)
    await _change(session, service, values)
    if add_on_ids is not None:
        await _set_add_ons(session, service_id, add_on_ids)
    [read] = await _read_services(session, [service])
    return read


async def _set_add_ons(session: AsyncSession, service_id: UUID, add_on_ids: Iterable[UUID]) -> None:
    """These, each once, and no others. Links that stay are not touched, so that the audit ledger shows what changed."""
    wanted = dict.fromkeys(add_on_ids)
    for link in await session.scalars(select(ServiceAddOn).where(ServiceAddOn.service_id == service_id)):
        if link.add_on_id in wanted:
            del wanted[link.add_on_id]
        else:
            await session.delete(link)
    await _save(session, *(ServiceAddOn(service_id=service_id, add_on_id=add_on_id) for add_on_id in wanted))


async def create_variant(session: AsyncSession, service_id: UUID, new: VariantCreate) -> DeskVariant:
    """Another length of a service.

    Raises:
        ServiceNotFound, VariantKeyTaken
        ValidationException: a segment names a type of the other kind, or none.
    """
    await _refuse_wrong_types(session, {("body", "segments"): new.segments})
    [read] = await _read_variants(session, [await _add_variant(session, service_id, new)])
    return read


async def update_variant(session: AsyncSession, variant_id: UUID, changes: VariantUpdate) -> DeskVariant:
    """A new price is for what is agreed from now on.

    Raises:
        VariantNotFound, VariantKeyTaken
        ValidationException: a segment names a type of the other kind, or none.
    """
    variant = await get_row(session, ServiceVariant, variant_id, VariantNotFound, lock=True)
    values = changes_of(changes)
    segments = values.pop("segments", None)
    if (retired := values.pop("retired", None)) is not None:
        variant.retired_at = (variant.retired_at or utc_now()) if retired else None
    await _change(session, variant, values)
    if segments is not None:
        await _refuse_wrong_types(session, {("body", "segments"): segments})
        await _replace_segments(session, variant, segments)
    [read] = await _read_variants(session, [variant])
    return read


async def _add_variant(session: AsyncSession, service_id: UUID, new: VariantCreate) -> ServiceVariant:
    variant = ServiceVariant(service_id=service_id, key=new.key, price=new.price, position=new.position)
    await _save(session, variant)
    await _add_segments(session, variant, new.segments)
    return variant


async def _replace_segments(
    session: AsyncSession, variant: ServiceVariant, segments: Sequence[Segment]
) -> None:
    """Nothing happens when they are the same, so that the audit ledger shows what changed."""
    [held] = await _read_variants(session, [variant])
    if held.segments != segments:
        await session.execute(delete(ServiceSegment).where(ServiceSegment.variant_id == variant.id))
        await _add_segments(session, variant, segments)


async def _add_segments(session: AsyncSession, variant: ServiceVariant, segments: Iterable[Segment]) -> None:
    rows = (
        ServiceSegment(variant_id=variant.id, position=position, **segment.model_dump())
        for position, segment in enumerate(segments)
    )
    await _save(session, *rows)


async def create_add_on(session: AsyncSession, new: AddOnCreate) -> DeskAddOn:
    """Raises AddOnKeyTaken."""
    add_on = AddOn(**new.model_dump(exclude={"name"}), name=new.name.localized())
    await _save(session, add_on)
    return DeskAddOn.model_validate(add_on)


async def update_add_on(session: AsyncSession, add_on_id: UUID, changes: AddOnUpdate) -> DeskAddOn:
    """Raises AddOnNotFound, AddOnKeyTaken."""
    add_on = await get_row(session, AddOn, add_on_id, AddOnNotFound, lock=True)
    await _change(session, add_on, changes_of(changes))
    return DeskAddOn.model_validate(add_on)


_WRONG_TYPES = {
    "bed_type": LocalizedText("Phải là một loại giường hoặc ghế.", "Input should be a bed type"),
    "device_type": LocalizedText("Phải là một loại máy.", "Input should be a device type"),
}


async def _refuse_wrong_types(session: AsyncSession, segments: dict[_Path, list[Segment]]) -> None:
    """A bed is a type of bed, a device one of devices; the fault names the field by the path of its segments."""
    kinds = {each.id: each.kind for each in await resource_service.list_types(session)}
    wrong = [
        (*path, number, f"{kind}_type_id")
        for path, row in segments.items()
        for number, segment in enumerate(row)
        for kind, type_id in (("bed", segment.bed_type_id), ("device", segment.device_type_id))
        if type_id is not None and kinds.get(type_id) != kind
    ]
    if wrong:
        kinds_of_errors = ((str(path[-1]).removesuffix("_id"), path) for path in wrong)
        raise ValidationException(
            details=[
                describe({"type": kind, "loc": path, "ctx": _WRONG_TYPES[kind]._asdict()})
                for kind, path in kinds_of_errors
            ]
        )


async def _change(session: AsyncSession, row: Entity, values: dict[str, object]) -> None:
    for field, value in values.items():
        setattr(row, field, value)
    await _save(session, row)


async def _save(session: AsyncSession, *rows: Entity) -> None:
    session.add_all(rows)
    with translate_integrity_errors(_REFUSALS):
        await session.flush()
