"""Requests and responses of the customer API."""

import re
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal, Self
from unicodedata import normalize
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from app.common.helpers import utc_now
from app.common.schemas import (
    Composed,
    Line,
    PageLimit,
    PageQuery,
    QueryBool,
    QueryInstant,
    RequestModel,
    without_defaults,
)
from app.common.types.contact import MAX_EMAIL, Email, Name, Phone
from app.common.types.gender import Gender, GivenGender
from app.common.validation import bilingual_error
from app.modules.audit.audit_schemas import AuditEntryRead
from app.modules.coverage.coverage_schemas import Stranding
from app.modules.customer.customer_models import ConsentChannel, ConsentPurpose
from app.modules.identity.identity_schemas import UserRead

TAG_SEPARATOR = ";"
"""Separates the tags in a cell of a CSV file, so no tag can contain it."""
MAX_TAGS = 20
MAX_TAG = 50
"""The most characters of a tag."""
_BIRTHDAY = re.compile("(?:([0-9]{4})|-)-([0-9]{2})-([0-9]{2})")
_LEAP_YEAR = 2000
"""A year that has every day on which people are born."""
MAX_TEXT = 10_000
"""The most characters of notes and of contraindications."""


def _birthday(value: object) -> str:
    """Return a day in ISO 8601, such as `1990-12-31` or, without the year, `--12-31`."""
    text = value.isoformat() if isinstance(value, date) else value
    parts = _BIRTHDAY.fullmatch(text) if isinstance(text, str) else None
    try:
        if parts is None or text is None:
            raise ValueError  # noqa: TRY301 - as a day that is not in the calendar
        birthday = date(int(parts[1] or _LEAP_YEAR), int(parts[2]), int(parts[3]))
    except ValueError:
        raise bilingual_error(
            "date_from_datetime_parsing",
            "Ngày chưa đúng. Ví dụ: 31/12/1990.",
            "Enter a date, such as 1990-12-31 or, without the year, --12-31",
        ) from None
    tomorrow_somewhere = utc_now().date() + timedelta(days=1)
    if not date(1900, 1, 1) <= birthday <= tomorrow_somewhere:
        raise bilingual_error(
            "date_past", "Ngày sinh phải từ năm 1900 đến hôm nay.", "Date should be from 1900 to today"
        )
    return str(text)


def _tag(value: str) -> str:
    """Return the tag in lower case: VIP and vip mean the same."""
    if TAG_SEPARATOR in value:
        raise bilingual_error(
            "tag", "Nhãn không được có dấu chấm phẩy (;).", "A tag cannot have a semicolon (;)"
        )
    # Unicode 3.13, D145: canonical caseless matching. Folding alone would leave letters that fold further.
    return normalize("NFC", normalize("NFD", value).casefold())


Birthday = Annotated[
    str,
    BeforeValidator(_birthday),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^((19|20)[0-9]{2}|-)-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
            "examples": ["1990-12-31", "--12-31"],
            "description": "A day, with or without the year. Many guests tell only the day, for a birthday present.",
        }
    ),
]
LongText = Annotated[Composed, Field(max_length=MAX_TEXT)]
Tag = Annotated[Line, Field(max_length=MAX_TAG), AfterValidator(_tag), Field(max_length=MAX_TAG)]
"""A tag in small letters. Its length is also measured after folding, which makes two characters of İ."""
Tags = Annotated[list[Tag], Field(max_length=MAX_TAGS, examples=[["vip"]])]


ContactId = Annotated[
    UUID | None,
    Field(description="The customer whose phone reaches this one, such as the mother of a child."),
]


class _CustomerFields(RequestModel):
    @field_validator("tags", check_fields=False)
    @classmethod
    def _remove_repeated_tags(cls, tags: list[str]) -> list[str]:
        return list(dict.fromkeys(tags))


class CustomerCreate(_CustomerFields):
    """A new customer. Only the name is required, because a walk-in guest need not give more."""

    full_name: Name
    phone: Phone | None = None
    email: Email | None = None
    birthday: Birthday | None = None
    gender: GivenGender | None = None
    notes: LongText = ""
    contraindications: LongText = ""
    tags: Tags = Field(default_factory=list)
    contact_id: ContactId = None


class CustomerRow(CustomerCreate):
    """A customer as a row of a file has it."""

    contact_phone: Phone | None = None
    """The number of the contact."""


class CustomerUpdate(_CustomerFields):
    """The fields to change. Fields left out stay; `null` clears a phone, email, birthday, gender or contact."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    full_name: Name = Field(default="")
    phone: Phone | None = None
    email: Email | None = None
    birthday: Birthday | None = None
    gender: GivenGender | None = None
    notes: LongText = ""
    contraindications: LongText = ""
    tags: Tags = Field(default_factory=list)
    contact_id: ContactId = None
    unmodified_since: QueryInstant | None = Field(
        default=None,
        description="The `updated_at` that you read. Refused with `CUSTOMER_CHANGED` if the customer was changed since, so"
        " that two people do not overwrite each other.",
    )


class CustomerMerge(RequestModel):
    duplicate_id: UUID = Field(description="The customer to merge into the one in the path.")
    allow_same_time: StrictBool = Field(
        default=False, description="Merge them although both have appointments at the same time."
    )


class CustomerRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    full_name: str
    phone: str | None = Field(examples=["+84912345678"])
    email: str | None
    birthday: Birthday | None
    gender: Gender | None
    notes: str
    contraindications: str
    tags: list[str]
    contact_id: ContactId
    archived_at: datetime | None
    merged_into_id: UUID | None = Field(description="The customer that this one was merged into.")
    user_id: UUID | None = Field(description="The account that signs in as this customer.")
    erased_at: datetime | None = Field(description="When the personal data was erased.")
    created_at: datetime
    updated_at: datetime


class CustomerRemoved(CustomerRead, Stranding):
    """A customer who was archived or erased."""


class CustomerPage(BaseModel):
    items: list[CustomerRead]
    next_cursor: str | None = Field(
        description="Send it as `cursor` to get the next page. null on the last page."
    )


class CustomerListQuery(PageQuery):
    """Order, filters and page of the list."""

    sort: Literal["newest", "name"] = "newest"
    archived: QueryBool = False
    tag: Tag | None = None


class CustomerSearchQuery(BaseModel):
    """Part of a name with or without accents, the last digits of a phone, both, or an email."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[Line, Field(max_length=MAX_EMAIL, examples=["nguyen thi", "Đặng", "4567", "Lan 037"])]
    limit: PageLimit = 20


class PhoneQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    phone: Phone


class PhoneRead(BaseModel):
    """A phone number as it would be stored, and who has it."""

    phone: str = Field(examples=["+84912345678"])
    owner: CustomerRead | None = Field(description="The active customer with this number.")


class CustomerAccount(RequestModel):
    """The account that signs in as this customer from now on, by its id or its email."""

    user_id: UUID | None = None
    email: Email | None = None

    @model_validator(mode="after")
    def _require_id_or_email(self) -> Self:
        if (self.user_id is None) == (self.email is None):
            raise bilingual_error(
                "one_of", "Chọn tài khoản hoặc nhập email, không cả hai.", "Give either user_id or email"
            )
        return self


class ConsentCreate(RequestModel):
    purpose: ConsentPurpose
    granted: bool = Field(strict=True, description="false: refused or withdrawn.")
    version: Annotated[Line, Field(max_length=50, examples=["2026-01"])] = Field(
        description="The version of the text that the customer was shown."
    )
    channel: ConsentChannel


class ConsentRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    customer_id: UUID
    purpose: ConsentPurpose
    granted: bool
    version: str
    channel: ConsentChannel
    created_at: datetime


class PersonalData(BaseModel):
    """Everything that is kept about a person."""

    collected_at: datetime
    customer: CustomerRead
    merged: list[CustomerRead] = Field(description="Duplicates that were merged into this customer.")
    accounts: list[UserRead] = Field(description="The accounts that sign in as this customer.")
    consents: list[ConsentRead]
    other_records: dict[str, list[dict[str, Any]]] = Field(
        description="Records of other modules by name, for example `visits` and `calendars`."
    )
    changes: list[AuditEntryRead] = Field(description="Who changed what and when, including sign-ins.")
