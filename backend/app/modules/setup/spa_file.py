"""A spa's whole set-up as a file has it: every item by its key, never by an id.

A valid file has one form. Lists with an order of their own (categories, services, variants, add-ons, segments,
products) keep it, all others are sorted by key, so two files with the same content are equal. A field has the rules of the module that
owns it.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from itertools import pairwise
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    Field,
    StrictBool,
    StrictInt,
    TypeAdapter,
    model_validator,
)

from app.common.schemas import Bilingual, BilingualText, Key
from app.common.types.contact import Email, Name, Phone
from app.common.types.gender import GivenGender
from app.common.types.wall_time import DAY, WallTime, end_after
from app.common.validation import bilingual_error
from app.modules.blocked_time.blocked_time_errors import MAX_BLOCKED_TIMES
from app.modules.blocked_time.blocked_time_schemas import BlockedTimeRule
from app.modules.branch.branch_schemas import (
    BranchCreate,
    SpecialHoursCreate,
    WeekdayHours,
    WeeklyHours,
)
from app.modules.branch.travel_schemas import MAX_TRAVEL
from app.modules.catalogue.catalogue_schemas import (
    MAX_ADD_ONS,
    MAX_SEGMENTS,
    MAX_VARIANTS,
    AddOnMinutes,
    Offered,
    Price,
    Segments,
)
from app.modules.payment.payment_schemas import BankAccountInput
from app.modules.product.product_schemas import ProductPrice, Sku
from app.modules.resource.resource_schemas import ResourceName, RoomName, TypeKind
from app.modules.setup.file_courses import FileCoursePlan
from app.modules.setup.file_parts import MAX_BRANCHES, MAX_ITEMS, Days, FileItem, Keys, Part, by_key
from app.modules.staff.staff_schemas import Day, Languages, WeeklyShifts, WeeklyShiftTimes, date_order_error
from app.modules.tax.tax_schemas import DatedRates


class HoursLine(Part):
    """The same opening hours on some weekdays."""

    days: Days
    opens: WallTime
    closes: WallTime

    @model_validator(mode="after")
    def _past_midnight(self) -> Self:
        self.closes = end_after(self.opens, self.closes)
        return self


class ShiftLine(Part):
    """The same shift on some weekdays."""

    branch: Key
    days: Days
    starts: WallTime
    ends: WallTime

    @model_validator(mode="after")
    def _past_midnight(self) -> Self:
        self.ends = end_after(self.starts, self.ends)
        return self


class BlockLine(BlockedTimeRule):
    """Blocked time of every week."""

    model_config = Part.model_config

    weekdays: Days


class StaffBlockLine(BlockLine):
    branch: Key


def _in_order[L: BlockLine](lines: list[L]) -> list[L]:
    return sorted(lines, key=lambda line: line.model_dump_json())


def _joined[L: (HoursLine, ShiftLine)](
    lines: list[L], times_of: Callable[[L], tuple[Hashable, ...]]
) -> list[L]:
    """Join the lines of all weekdays that have the same times."""
    days = defaultdict(set)
    for line in lines:
        days[times_of(line)].update(line.days)
    joined = {
        times_of(line): line.model_copy(update={"days": sorted(days[times_of(line)])}) for line in lines
    }
    return sorted(joined.values(), key=lambda line: (line.days, times_of(line)))


def _week_of_hours(lines: list[HoursLine]) -> list[HoursLine]:
    WeeklyHours(hours=[hours for line in lines for hours in on_weekdays(line)])
    return _joined(lines, lambda line: (line.opens, line.closes))


def on_weekdays(line: HoursLine) -> list[WeekdayHours]:
    """Return the hours of a line for each of its weekdays, as a branch takes them."""
    return [
        WeekdayHours.model_construct(weekday=day, opens=line.opens, closes=line.closes) for day in line.days
    ]


def _week_of_shifts(lines: list[ShiftLine]) -> list[ShiftLine]:
    numbers = {key: UUID(int=number) for number, key in enumerate({line.branch for line in lines})}
    weekly_shifts(lines, numbers)
    return _joined(lines, lambda line: (line.starts, line.ends, line.branch))


def weekly_shifts(lines: Iterable[ShiftLine], branch_ids: dict[str, UUID]) -> WeeklyShifts:
    """Return the shifts of these lines as the roster takes them."""
    return WeeklyShifts(
        shifts=[
            WeeklyShiftTimes.model_construct(
                branch_id=branch_ids[line.branch], weekday=day, starts=line.starts, ends=line.ends
            )
            for line in lines
            for day in line.days
        ]
    )


def _without_overlap(special_hours: list[SpecialHoursCreate]) -> list[SpecialHoursCreate]:
    ordered = sorted(special_hours, key=lambda special: special.first_day)
    if any(after.first_day <= before.last_day for before, after in pairwise(ordered)):
        raise bilingual_error(
            "overlapping_days",
            "Mỗi ngày chỉ có một khoảng giờ đặc biệt.",
            "A day should have special hours only once",
        )
    return ordered


class FileResource(FileItem):
    """A bed or a device."""

    name: ResourceName
    type: Key
    retired: StrictBool = False
    blocked_times: Annotated[
        list[BlockLine], Field(max_length=MAX_BLOCKED_TIMES), AfterValidator(_in_order)
    ] = Field(default_factory=list)


FileResources = Annotated[list[FileResource], Field(max_length=MAX_ITEMS), AfterValidator(by_key)]


class FileRoom(FileItem):
    name: RoomName
    beds: FileResources = Field(default_factory=list)
    devices: FileResources = Field(default_factory=list)


class TravelLine(Part):
    """The minutes of travel to another branch, and back."""

    branch: Key
    minutes: Annotated[StrictInt, Field(ge=1, le=MAX_TRAVEL)]


class FileBranch(BranchCreate):
    model_config = Part.model_config

    closed: StrictBool = False
    bank_account: BankAccountInput | None = None
    """The account to which guests transfer. Without it, the one that the branch has stays."""
    hours: Annotated[list[HoursLine], Field(max_length=50), AfterValidator(_week_of_hours)] = Field(
        default_factory=list
    )
    special_hours: Annotated[
        list[SpecialHoursCreate], Field(max_length=1_000), AfterValidator(_without_overlap)
    ] = Field(default_factory=list)
    travel_times: Annotated[list[TravelLine], Field(max_length=MAX_BRANCHES)] = Field(default_factory=list)
    """Travel to branches, listed once for both ways: at the branch whose key comes first."""
    rooms: Annotated[list[FileRoom], Field(max_length=MAX_ITEMS), AfterValidator(by_key)] = Field(
        default_factory=list
    )
    resources: FileResources = Field(default_factory=list)
    """Beds and devices that are in no room."""


class FileType(FileItem):
    kind: TypeKind
    name: Bilingual


class FileTaxCategory(FileItem):
    name: Bilingual
    is_default: StrictBool = False
    rates: DatedRates


def _with_one_default(categories: list[FileTaxCategory]) -> list[FileTaxCategory]:
    if categories and sum(category.is_default for category in categories) != 1:
        raise bilingual_error(
            "one_default",
            "Đúng một nhóm thuế có `is_default: true`.",
            "Exactly one tax category should have `is_default: true`",
        )
    return categories


class FileCategory(FileItem):
    name: Bilingual


class FileAddOn(FileItem):
    name: Bilingual
    minutes: AddOnMinutes
    price: Price
    offered: Offered = Offered.ONLINE
    tax_category: Key | None = None


class FileSegment(Part):
    """A part of a variant, and what it occupies."""

    minutes: Annotated[StrictInt, Field(ge=1, le=DAY)]
    staff: StrictBool = False
    bed: Key | None = None
    device: Key | None = None
    guest: StrictBool = True


_SEGMENTS = TypeAdapter(Segments)


def _check_treatment(segments: list[FileSegment]) -> list[FileSegment]:
    _SEGMENTS.validate_python(
        [
            {"minutes": segment.minutes, "needs_staff": segment.staff, "with_guest": segment.guest}
            for segment in segments
        ]
    )
    return segments


class FileVariant(FileItem):
    name: Bilingual | None = None
    price: Price
    retired: StrictBool = False
    segments: Annotated[list[FileSegment], Field(max_length=MAX_SEGMENTS), AfterValidator(_check_treatment)]


class FileService(FileItem):
    category: Key
    name: Bilingual
    description: BilingualText = Field(default_factory=BilingualText)
    offered: Offered = Offered.ONLINE
    tax_category: Key | None = None
    add_ons: Annotated[Keys, Field(max_length=MAX_ADD_ONS)] = Field(default_factory=list)
    variants: Annotated[list[FileVariant], Field(max_length=MAX_VARIANTS)] = Field(default_factory=list)


class FileProduct(FileItem):
    name: Bilingual
    price: ProductPrice
    sku: Sku | None = None
    tax_category: Key | None = None
    retired: StrictBool = False


class FileStaff(FileItem):
    full_name: Name
    gender: GivenGender | None = None
    languages: Languages = Field(default_factory=lambda: ["vi"])
    phone: Phone | None = None
    email: Email | None = None
    bio: BilingualText = Field(default_factory=BilingualText)
    employed_from: Day
    employed_until: Day | None = None
    branches: Annotated[Keys, Field(min_length=1, max_length=100)]
    skills: Annotated[Keys, Field(max_length=500)] = Field(default_factory=list)
    weekly_shifts: Annotated[list[ShiftLine], Field(max_length=50), AfterValidator(_week_of_shifts)] = Field(
        default_factory=list
    )
    blocked_times: Annotated[
        list[StaffBlockLine], Field(max_length=MAX_BLOCKED_TIMES), AfterValidator(_in_order)
    ] = Field(default_factory=list)

    @model_validator(mode="after")
    def _not_backwards(self) -> Self:
        if self.employed_until is not None and self.employed_until < self.employed_from:
            raise date_order_error()
        return self


class SpaFile(Part):
    version: Literal[1]
    branches: Annotated[list[FileBranch], Field(max_length=MAX_BRANCHES), AfterValidator(by_key)] = Field(
        default_factory=list
    )
    resource_types: Annotated[list[FileType], Field(max_length=MAX_ITEMS), AfterValidator(by_key)] = Field(
        default_factory=list
    )
    tax_categories: Annotated[
        list[FileTaxCategory],
        Field(max_length=MAX_ITEMS),
        AfterValidator(by_key),
        AfterValidator(_with_one_default),
    ] = Field(default_factory=list)
    categories: Annotated[list[FileCategory], Field(max_length=MAX_ITEMS)] = Field(default_factory=list)
    add_ons: Annotated[list[FileAddOn], Field(max_length=MAX_ITEMS)] = Field(default_factory=list)
    services: Annotated[list[FileService], Field(max_length=MAX_ITEMS)] = Field(default_factory=list)
    products: Annotated[list[FileProduct], Field(max_length=MAX_ITEMS)] = Field(default_factory=list)
    course_plans: Annotated[list[FileCoursePlan], Field(max_length=MAX_ITEMS), AfterValidator(by_key)] = (
        Field(default_factory=list)
    )
    staff: Annotated[list[FileStaff], Field(max_length=MAX_ITEMS), AfterValidator(by_key)] = Field(
        default_factory=list
    )

    @model_validator(mode="after")
    def _travel_at_the_first_branch(self) -> Self:
        """List each travel at the branch whose key comes first. `check_references` refuses what is listed twice."""
        minutes = {
            (min(branch.key, line.branch), max(branch.key, line.branch)): line.minutes
            for branch in self.branches
            for line in branch.travel_times
        }
        for branch in self.branches:
            branch.travel_times = [
                TravelLine(branch=second, minutes=minutes[first, second])
                for first, second in sorted(minutes)
                if first == branch.key
            ]
        return self

    @model_validator(mode="after")
    def _services_by_category(self) -> Self:
        """Sort the services by category, as on the menu. `check_references` refuses unknown categories."""
        positions = {category.key: position for position, category in enumerate(self.categories)}
        self.services.sort(key=lambda service: positions.get(service.category, -1))
        return self
