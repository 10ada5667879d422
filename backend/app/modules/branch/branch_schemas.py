"""Request and response schemas of branches."""

from datetime import date, datetime, timedelta
from functools import cache
from typing import Annotated, Literal, Self
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    model_validator,
)

from app.common.schemas import Composed, IsoDate, Key, Line, RequestModel, without_defaults
from app.common.types.contact import Phone
from app.common.types.wall_time import WallTime, end_after, sort_without_overlap
from app.common.validation import bilingual_error
from app.modules.branch.kinds import OnlineCheck
from app.modules.coverage.coverage_schemas import Force, Stranding
from app.scheduling.supply import TherapistOrder

MAX_DAYS = 62
"""The most days of open hours in one response."""
MAX_REASON = 200
_LONGEST_SPECIAL_HOURS = timedelta(days=366)


@cache
def _time_zones() -> set[str]:
    """Return the known time zones, read from disk in 7 ms.

    Two are left out: they depend on the machine, and PostgreSQL does not know them.
    """
    return available_timezones() - {"localtime", "Factory"}


def _known_time_zone(name: str) -> str:
    if name not in _time_zones():
        raise bilingual_error(
            "time_zone",
            "Múi giờ chưa đúng. Ví dụ: Asia/Ho_Chi_Minh.",
            "Enter a time zone, such as Asia/Ho_Chi_Minh",
        )
    return name


BranchName = Annotated[Line, Field(max_length=100, examples=["Sen Trắng Quận 1"])]
TimeZone = Annotated[
    str,
    Field(
        max_length=100, examples=["Asia/Ho_Chi_Minh"], description="A name of the IANA time zone database."
    ),
    AfterValidator(_known_time_zone),
]
Country = Annotated[
    str,
    StringConstraints(pattern="^[A-Z]{2}$"),
    Field(examples=["VN"], description="ISO 3166. Its public holidays are suggested."),
]
Address = Annotated[Composed, Field(max_length=300)]
Grid = Annotated[
    Literal[5, 10, 15, 20, 30, 60], Field(description="Treatments start at multiples of this many minutes.")
]
Notice = Annotated[
    StrictInt, Field(ge=0, le=43_200, description="Minimum time between booking and start, for customers.")
]
Horizon = Annotated[StrictInt, Field(ge=1, le=730, description="How many days ahead a customer may book.")]
Hold = Annotated[
    StrictInt, Field(ge=1, le=1440, description="How long a hold lasts until it expires unconfirmed.")
]
FreeCancel = Annotated[
    StrictInt,
    Field(
        ge=0,
        le=43_200,
        description="Cancelling is free until this many minutes before the start; later it is a late cancellation.",
    ),
]
NoShow = Annotated[
    StrictInt,
    Field(
        ge=1,
        le=1440,
        description="Grace period after the start, before a guest who has not arrived is a no-show.",
    ),
]
ApproveOnline = Annotated[
    StrictBool, Field(description="Whether online bookings wait for the desk's approval.")
]
DayStarts = Annotated[
    StrictInt,
    Field(
        ge=0,
        le=11,
        description="The hour at which a business day begins: the night counts to the day before.",
    ),
]
FeePercent = Annotated[
    StrictInt,
    Field(ge=0, le=100, description="The percentage of a treatment's price that a guest pays who missed it."),
]
LegalName = Annotated[
    Composed,
    Field(
        max_length=200,
        description="The registered name of the seller, on invoices. Empty: that of the branch.",
    ),
]
TaxCode = Annotated[
    str,
    StringConstraints(pattern="^[0-9]{10}(-[0-9]{3})?$|^[0-9]{12}$"),
    Field(examples=["0312345678"], description="Mã số thuế."),
]
DiscountLimit = Annotated[
    StrictInt,
    Field(ge=0, le=100, description="The percentage of a bill that a receptionist may take off it."),
]
OnlineBooking = Annotated[
    StrictBool,
    Field(
        description="Whether guests book without an account, by the page `/book/` and the key of the branch."
    ),
]
GivenCheck = Annotated[
    OnlineCheck,
    Field(description="How such a guest proves to be reachable: not at all, or by a code in a mail."),
]
VisitsPerPhone = Annotated[
    StrictInt,
    Field(ge=1, le=20, description="The most visits to come that guests may book with one phone number."),
]
HoldsPerAddress = Annotated[
    StrictInt,
    Field(ge=1, le=50, description="The most times that guests may hold at once from one network address."),
]
DepositPercent = Annotated[
    StrictInt,
    Field(
        ge=0,
        le=100,
        description="The percentage of the price that such a guest transfers in advance. 0: no deposit. It needs a bank account.",
    ),
]
DepositMinutes = Annotated[
    StrictInt, Field(ge=5, le=1440, description="How long a visit is held until its deposit has arrived.")
]
KeepDeposit = Annotated[
    StrictBool,
    Field(
        description="Whether a guest loses the deposit who cancels late or does not come. Otherwise only the fees are taken"
        " out of it."
    ),
]
GivenOrder = Annotated[
    TherapistOrder,
    Field(
        description="Who is given a guest without a wish. `least_needed`: few skills, then the commoner gender,"
        " then turns. `turns`: the fewest treatments on the day, then the longest time since the last. `arrival`: the"
        " fewest treatments on the day, then the earliest shift."
    ),
]
Weekday = Annotated[StrictInt, Field(ge=1, le=7, description="ISO 8601: 1 is Monday.")]


class Hours(RequestModel):
    """A span of wall-clock time. A closing time that is not after the opening time is on the next day."""

    opens: WallTime
    closes: WallTime

    @model_validator(mode="after")
    def _past_midnight(self) -> Self:
        self.closes = end_after(self.opens, self.closes)
        return self


class WeekdayHours(Hours):
    weekday: Weekday


def _no_overlap[H: Hours](hours: list[H]) -> list[H]:
    return sort_without_overlap(
        hours,
        day=lambda span: getattr(span, "weekday", 0),
        begins=lambda span: span.opens,
        ends=lambda span: span.closes,
    )


class WeeklyHours(RequestModel):
    """The hours of a whole week. A weekday that is left out is closed."""

    hours: Annotated[list[WeekdayHours], Field(max_length=50), AfterValidator(_no_overlap)]
    force: Force = False


class SpecialHoursCreate(RequestModel):
    """Special hours for some days. Without hours the branch is closed."""

    first_day: IsoDate = Field(examples=["2027-02-05"])
    last_day: IsoDate = Field(examples=["2027-02-10"], description="Inclusive.")
    reason: Annotated[Line, Field(max_length=MAX_REASON, examples=["Tết Nguyên Đán"])]
    hours: Annotated[list[Hours], Field(max_length=10), AfterValidator(_no_overlap)] = Field(
        default_factory=list, description="On each of these days, instead of the weekday's hours."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if (
            not date(1970, 1, 1) <= self.first_day <= self.last_day <= date(2200, 1, 1)
            or self.last_day - self.first_day > _LONGEST_SPECIAL_HOURS
        ):
            raise bilingual_error(
                "date_range",
                "Ngày cuối phải từ ngày đầu trở đi, trong vòng một năm.",
                "The last day should be the first day or later, and within a year of it",
            )
        return self


class SpecialHoursRequest(SpecialHoursCreate):
    """Special hours for some days. Without hours the branch is closed."""

    force: Force = False


class SpecialHoursRead(BaseModel):
    id: UUID
    first_day: date
    last_day: date
    reason: str
    hours: list[Hours]


class SpecialHoursAdded(SpecialHoursRead, Stranding):
    """Special hours that were added."""


class BranchCreate(RequestModel):
    key: Key = Field(description="A short identifier that stays when the name changes.")
    name: BranchName
    time_zone: TimeZone = "Asia/Ho_Chi_Minh"
    country: Country = "VN"
    address: Address = ""
    phone: Phone | None = None
    grid_minutes: Grid = 15
    notice_minutes: Notice = 60
    horizon_days: Horizon = 60
    hold_minutes: Hold = 10
    free_cancel_minutes: FreeCancel = 240
    no_show_minutes: NoShow = 15
    approve_online: ApproveOnline = False
    therapist_order: GivenOrder = TherapistOrder.LEAST_NEEDED
    business_day_starts: DayStarts = 4
    discount_limit: DiscountLimit = 10
    late_cancel_fee: FeePercent = 0
    no_show_fee: FeePercent = 0
    legal_name: LegalName = ""
    tax_code: TaxCode | None = None
    online_booking: OnlineBooking = False
    online_check: GivenCheck = OnlineCheck.NONE
    online_visits_per_phone: VisitsPerPhone = 3
    online_holds_per_address: HoldsPerAddress = 5
    deposit_percent: DepositPercent = 0
    deposit_minutes: DepositMinutes = 60
    keep_deposit: KeepDeposit = True


class BranchUpdate(RequestModel):
    """The fields to change; the others stay. `null` removes the phone."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    key: Key = ""
    name: BranchName = ""
    time_zone: TimeZone = ""
    country: Country = ""
    address: Address = ""
    phone: Phone | None = None
    grid_minutes: Grid = 15
    notice_minutes: Notice = 0
    horizon_days: Horizon = 1
    hold_minutes: Hold = 1
    free_cancel_minutes: FreeCancel = 0
    no_show_minutes: NoShow = 1
    approve_online: ApproveOnline = False
    therapist_order: GivenOrder = TherapistOrder.LEAST_NEEDED
    business_day_starts: DayStarts = 4
    discount_limit: DiscountLimit = 10
    late_cancel_fee: FeePercent = 0
    no_show_fee: FeePercent = 0
    legal_name: LegalName = ""
    tax_code: TaxCode | None = None
    online_booking: OnlineBooking = False
    online_check: GivenCheck = OnlineCheck.NONE
    online_visits_per_phone: VisitsPerPhone = 3
    online_holds_per_address: HoldsPerAddress = 5
    deposit_percent: DepositPercent = 0
    deposit_minutes: DepositMinutes = 60
    keep_deposit: KeepDeposit = True
    closed: bool = Field(
        default=False, strict=True, description="true closes the branch for good; its past visits stay."
    )
    force: Force = False


class BranchRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    key: str
    name: str
    time_zone: str
    country: str
    address: str
    phone: str | None
    grid_minutes: int
    notice_minutes: int
    horizon_days: int
    hold_minutes: int
    free_cancel_minutes: int
    no_show_minutes: int
    approve_online: bool
    therapist_order: TherapistOrder
    business_day_starts: int
    discount_limit: int
    late_cancel_fee: int
    no_show_fee: int
    legal_name: str
    tax_code: str | None
    online_booking: bool
    online_check: OnlineCheck
    online_visits_per_phone: int
    online_holds_per_address: int
    deposit_percent: int
    deposit_minutes: int
    keep_deposit: bool
    closed_at: datetime | None = Field(description="When the branch closed for good.")
    hours: list[WeekdayHours]
    special_hours: list[SpecialHoursRead]


class BranchUpdated(BranchRead, Stranding):
    """A branch after a change."""


class OpenQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    first_day: IsoDate
    last_day: IsoDate = Field(description="Inclusive. At most 62 days.")

    @model_validator(mode="after")
    def _not_too_long(self) -> Self:
        if (
            not date(1970, 1, 1) <= self.first_day <= self.last_day <= date(2200, 1, 1)
            or (self.last_day - self.first_day).days >= MAX_DAYS
        ):
            raise bilingual_error("date_range", "Chọn từ 1 đến 62 ngày.", "Choose 1 to 62 days")
        return self


class OpenSpan(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    start: datetime
    end: datetime
