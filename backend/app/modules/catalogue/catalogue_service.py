"""The catalogue of a spa: categories, services, variants and add-ons."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.common.schemas import changes_of
from app.common.types.localized import LocalizedText
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
    VariantsAlike,
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
    AddOnUpdate,
    CategoryCreate,
    CategoryRead,
    CategoryUpdate,
    DeskAddOn,
    DeskCatalogue,
    DeskCategory,
    DeskService,
    DeskVariant,
    Offered,
    Segment,
    ServiceCreate,
    ServiceName,
    ServiceRead,
    ServiceUpdate,
    VariantCreate,
    VariantUpdate,
)
from app.modules.catalogue.reading import (
    find_alike,
    list_categories,
    online_add_ons,
    online_variants,
    read_service,
    read_services,
    read_variant,
)
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import TEAM, Role
from app.modules.resource import resource_service
from app.modules.tax.tax_errors import TaxCategoryNotFound

type _Path = tuple[str | int, ...]

_WRONG_TYPES = {
    "bed_type": LocalizedText("Phải là một loại giường hoặc ghế.", "Choose a bed type"),
    "device_type": LocalizedText("Phải là một loại máy.", "Choose a device type"),
}
_NO_NAME = LocalizedText("", "")
_INTEGRITY_ERRORS: dict[str, type[ZenSpaException]] = {
    "service_category_key_key": CategoryKeyTaken,
    "service_key_key": ServiceKeyTaken,
    "service_category_id_fkey": CategoryNotFound,
    "service_tax_category_id_fkey": TaxCategoryNotFound,
    "service_variant_key": VariantKeyTaken,
    "service_variant_service_id_fkey": ServiceNotFound,
    "add_on_key_key": AddOnKeyTaken,
    "add_on_tax_category_id_fkey": TaxCategoryNotFound,
    "service_add_on_add_on_id_fkey": AddOnNotFound,
}


async def read_catalogue(session: AsyncSession) -> list[CategoryRead]:
    """List what guests can book online: categories, their services, variants with prices in đồng, and add-ons. Public.

    Everything is in display order. A service without a variant and a category without a service are left out.
    """
    variants = await online_variants(session)
    add_ons = await online_add_ons(session)
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
        for category in await list_categories(session)
        if category.id in services
    ]


async def read_desk_catalogue(session: AsyncSession, user: CurrentUser) -> DeskCatalogue:
    """Return the whole catalogue, also what is sold at the desk only or no longer, with the segments of each variant."""
    authorize(user, *TEAM)
    services = await session.scalars(select(Service).order_by(Service.position, Service.key))
    add_ons = await session.scalars(select(AddOn).order_by(AddOn.position, AddOn.key))
    return DeskCatalogue(
        categories=[DeskCategory.model_validate(category) for category in await list_categories(session)],
        services=await read_services(session, services.all()),
        add_ons=[DeskAddOn.model_validate(add_on) for add_on in add_ons],
    )


async def create_category(session: AsyncSession, user: CurrentUser, new: CategoryCreate) -> DeskCategory:
    """Add a category.

    Raises:
        CategoryKeyTaken
    """
    authorize(user, Role.ADMIN, everywhere=True)
    category = ServiceCategory(key=new.key, name=new.name.localized(), position=new.position)
    await _save(session, category)
    return DeskCategory.model_validate(category)


async def update_category(
    session: AsyncSession, user: CurrentUser, category_id: UUID, changes: CategoryUpdate
) -> DeskCategory:
    """Change the fields that were sent.

    Raises:
        CategoryNotFound, CategoryKeyTaken
    """
    authorize(user, Role.ADMIN, everywhere=True)
    category = await get_row(session, ServiceCategory, category_id, CategoryNotFound, lock=True)
    await _change(session, category, changes_of(changes))
    return DeskCategory.model_validate(category)


_TOLD_APART_BY = {"name", "segments", "retired"}
_ALIKE = LocalizedText(
    "Khách không phân biệt được tùy chọn “{0}” và “{1}”. Đặt tên khác nhau cho chúng.",
    "Guests cannot tell the variants “{0}” and “{1}” apart. Please give them different names.",
)


async def create_service(
    session: AsyncSession, user: CurrentUser, new: ServiceCreate, *, alike_will_do: bool = False
) -> DeskService:
    """Add a service with its variants.

    Args:
        alike_will_do: The caller looks for variants that guests cannot tell apart itself, by `refuse_alike_variants`.

    Raises:
        CategoryNotFound, TaxCategoryNotFound, AddOnNotFound, ServiceKeyTaken, VariantKeyTaken, VariantsAlike
        ValidationException: a segment names an unknown type, or a type of the wrong kind.
    """
    authorize(user, Role.ADMIN, everywhere=True)
    segments: dict[_Path, list[Segment]] = {
        ("body", "variants", number, "segments"): variant.segments
        for number, variant in enumerate(new.variants)
    }
    await _check_types(session, user, segments)
    service = Service(
        key=new.key,
        category_id=new.category_id,
        name=new.name.localized(),
        description=new.description.localized(),
        position=new.position,
        offered=new.offered,
        tax_category_id=new.tax_category_id,
    )
    await _save(session, service)
    await _set_add_ons(session, service.id, new.add_on_ids)
    for variant in new.variants:
        await _add_variant(session, service.id, variant)
    if not alike_will_do:
        await refuse_alike_variants(session, service.id)
    return await read_service(session, service)


async def update_service(
    session: AsyncSession, user: CurrentUser, service_id: UUID, changes: ServiceUpdate
) -> DeskService:
    """Change the fields that were sent.

    Raises:
        ServiceNotFound, CategoryNotFound, TaxCategoryNotFound, AddOnNotFound, ServiceKeyTaken
    """
    authorize(user, Role.ADMIN, everywhere=True)
    service = await get_row(session, Service, service_id, ServiceNotFound, lock=True)
    values = changes_of(changes)
    add_on_ids = values.pop("add_on_ids", None)
    await _change(session, service, values)
    if add_on_ids is not None:
        await _set_add_ons(session, service_id, add_on_ids)
    return await read_service(session, service)


async def _set_add_ons(session: AsyncSession, service_id: UUID, add_on_ids: Iterable[UUID]) -> None:
    """Replace the add-ons of a service. Links that stay are left untouched, so that the audit ledger shows real changes only."""
    missing = dict.fromkeys(add_on_ids)
    for link in await session.scalars(select(ServiceAddOn).where(ServiceAddOn.service_id == service_id)):
        if link.add_on_id in missing:
            del missing[link.add_on_id]
        else:
            await session.delete(link)
    await _save(session, *(ServiceAddOn(service_id=service_id, add_on_id=add_on_id) for add_on_id in missing))


async def create_variant(
    session: AsyncSession,
    user: CurrentUser,
    service_id: UUID,
    new: VariantCreate,
    *,
    alike_will_do: bool = False,
) -> DeskVariant:
    """Add a variant to a service.

    Args:
        alike_will_do: As in `create_service`.

    Raises:
        ServiceNotFound, VariantKeyTaken, VariantsAlike
        ValidationException: a segment names an unknown type, or a type of the wrong kind.
    """
    authorize(user, Role.ADMIN, everywhere=True)
    await _check_types(session, user, {("body", "segments"): new.segments})
    variant = await _add_variant(session, service_id, new)
    if not alike_will_do:
        await refuse_alike_variants(session, service_id)
    return await read_variant(session, variant)


async def refuse_alike_variants(session: AsyncSession, service_id: UUID) -> None:
    """Refuse two variants of a service that guests cannot tell apart. The service is locked, so they are added one by one.

    Raises:
        ServiceNotFound
        VariantsAlike: `details` has their keys.
    """
    await get_row(session, Service, service_id, ServiceNotFound, lock=True)
    if (alike := await find_alike(session, service_id)) is not None:
        message = LocalizedText(*(text.format(*alike) for text in _ALIKE))
        raise VariantsAlike(message, details=[{"field": "name", "type": "alike", "message": message}])


async def update_variant(
    session: AsyncSession,
    user: CurrentUser,
    variant_id: UUID,
    changes: VariantUpdate,
    *,
    alike_will_do: bool = False,
) -> DeskVariant:
    """Change the fields that were sent. Appointments booked before keep their price and their times.

    Args:
        alike_will_do: As in `create_service`.

    Raises:
        VariantNotFound, VariantKeyTaken, VariantsAlike
        ValidationException: a segment names an unknown type, or a type of the wrong kind.
    """
    authorize(user, Role.ADMIN, everywhere=True)
    variant = await get_row(session, ServiceVariant, variant_id, VariantNotFound, lock=True)
    values = changes_of(changes)
    segments = values.pop("segments", None)
    if "name" in values:
        values["name"] = values["name"] or _NO_NAME
    if (retired := values.pop("retired", None)) is not None:
        variant.retired_at = (variant.retired_at or utc_now()) if retired else None
    await _change(session, variant, values)
    if segments is not None:
        await _check_types(session, user, {("body", "segments"): segments})
        await _replace_segments(session, variant, segments)
    if not alike_will_do and variant.retired_at is None and changes.model_fields_set & _TOLD_APART_BY:
        await refuse_alike_variants(session, variant.service_id)
    return await read_variant(session, variant)


async def _add_variant(session: AsyncSession, service_id: UUID, new: VariantCreate) -> ServiceVariant:
    variant = ServiceVariant(
        service_id=service_id,
        key=new.key,
        name=new.name.localized() if new.name else _NO_NAME,
        price=new.price,
        position=new.position,
    )
    await _save(session, variant)
    await _add_segments(session, variant, new.segments)
    return variant


async def _replace_segments(
    session: AsyncSession, variant: ServiceVariant, segments: Sequence[Segment]
) -> None:
    """Replace the segments unless they are the same, so that the audit ledger shows real changes only."""
    if (await read_variant(session, variant)).segments != segments:
        await session.execute(delete(ServiceSegment).where(ServiceSegment.variant_id == variant.id))
        await _add_segments(session, variant, segments)


async def _add_segments(session: AsyncSession, variant: ServiceVariant, segments: Iterable[Segment]) -> None:
    rows = (
        ServiceSegment(variant_id=variant.id, position=position, **segment.model_dump())
        for position, segment in enumerate(segments)
    )
    await _save(session, *rows)


async def create_add_on(session: AsyncSession, user: CurrentUser, new: AddOnCreate) -> DeskAddOn:
    """Add an add-on.

    Raises:
        TaxCategoryNotFound, AddOnKeyTaken
    """
    authorize(user, Role.ADMIN, everywhere=True)
    add_on = AddOn(**new.model_dump(exclude={"name"}), name=new.name.localized())
    await _save(session, add_on)
    return DeskAddOn.model_validate(add_on)


async def update_add_on(
    session: AsyncSession, user: CurrentUser, add_on_id: UUID, changes: AddOnUpdate
) -> DeskAddOn:
    """Change the fields that were sent.

    Raises:
        AddOnNotFound, TaxCategoryNotFound, AddOnKeyTaken
    """
    authorize(user, Role.ADMIN, everywhere=True)
    add_on = await get_row(session, AddOn, add_on_id, AddOnNotFound, lock=True)
    await _change(session, add_on, changes_of(changes))
    return DeskAddOn.model_validate(add_on)


async def _check_types(
    session: AsyncSession, user: CurrentUser, segments: dict[_Path, list[Segment]]
) -> None:
    """Refuse segments whose bed type is not a type of bed, or whose device type is not one of devices.

    Each error names the field by the path of its segments in the request.
    """
    kinds = {
        resource_type.id: resource_type.kind
        for resource_type in await resource_service.list_types(session, user)
    }
    wrong_fields = [
        (*path, number, f"{kind}_type_id")
        for path, row in segments.items()
        for number, segment in enumerate(row)
        for kind, type_id in (("bed", segment.bed_type_id), ("device", segment.device_type_id))
        if type_id is not None and kinds.get(type_id) != kind
    ]
    if wrong_fields:
        errors = ((str(path[-1]).removesuffix("_id"), path) for path in wrong_fields)
        raise ValidationException(
            details=[
                describe({"type": kind, "loc": path, "ctx": _WRONG_TYPES[kind]._asdict()})
                for kind, path in errors
            ]
        )


async def _change(session: AsyncSession, row: Entity, values: dict[str, object]) -> None:
    for field, value in values.items():
        setattr(row, field, value)
    await _save(session, row)


async def _save(session: AsyncSession, *rows: Entity) -> None:
    session.add_all(rows)
    with translate_integrity_errors(_INTEGRITY_ERRORS):
        await session.flush()


async def names_of_variants(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, ServiceName]:
    """Return the service of each of these variants, by variant id, for a module that has authorized the user."""
    if not ids:
        return {}
    statement = select(ServiceVariant.id, Service.id, Service.name, ServiceVariant.name).join(
        Service, Service.id == ServiceVariant.service_id
    )
    rows = await session.execute(statement.where(ServiceVariant.id.in_(ids)))
    return {row[0]: ServiceName(row[1], row[2], row[3]) for row in rows}
