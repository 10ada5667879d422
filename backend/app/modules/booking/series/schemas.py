"""Requests and responses of the API of visit series."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StrictInt, model_validator

from app.common.schemas import ErrorBody, RequestModel
from app.common.types.instants import Day
from app.common.validation import bilingual_error
from app.modules.booking.booking_schemas import Reason, VisitCreate, VisitRead
from app.modules.booking.series.occurrences import FEWEST_OCCURRENCES, MOST_OCCURRENCES, MOST_WEEKS


class Repetition(RequestModel):
    """A rule by which a visit is repeated: `count` visits in all, or those on days not after `until`."""

    every_weeks: Annotated[
        StrictInt, Field(ge=1, le=MOST_WEEKS, description="The number of weeks from one visit to the next.")
    ] = 1
    count: Annotated[StrictInt, Field(ge=FEWEST_OCCURRENCES, le=MOST_OCCURRENCES)] | None = Field(
        default=None, description="The number of visits, the first included."
    )
    until: Day | None = Field(
        default=None, description=f"The last possible day, at most {MOST_OCCURRENCES} visits from the first."
    )

    @model_validator(mode="after")
    def _require_one_end(self) -> Self:
        if (self.count is None) == (self.until is None):
            raise bilingual_error(
                "count_or_until",
                "Chọn số lần hẹn hoặc ngày cuối, không cả hai.",
                "Send either a count, or the last day",
            )
        return self


class SeriesCreate(RequestModel):
    """The first visit of a series, and how it is repeated."""

    visit: VisitCreate = Field(
        description="The first visit, as it would be booked by itself. The others are like it: same weekday, same local"
        " time. No hold and no walk-in."
    )
    repeat: Repetition

    @model_validator(mode="after")
    def _require_plain_visit(self) -> Self:
        visit = self.visit
        if visit.start is None or visit.walk_in or visit.hold or visit.occurrence is not None:
            raise bilingual_error(
                "plain_visit",
                "Chuỗi lịch hẹn cần giờ bắt đầu, không giữ chỗ và không phải khách vãng lai.",
                "A series should have a start, and neither hold, walk_in nor occurrence",
            )
        return self


class SeriesCancel(RequestModel):
    """The visits of a series to cancel: all, or those from one on."""

    status: Literal["cancelled"]
    from_number: StrictInt = Field(
        default=1,
        ge=1,
        le=MOST_OCCURRENCES,
        description="The first occurrence to cancel: “this and following”.",
    )
    reason: Reason = ""


class SeriesOccurrencePreview(BaseModel):
    """One occurrence of a series that is not booked yet."""

    number: int
    start: datetime = Field(description="The start by the rule of the series.")
    error: ErrorBody | None = Field(
        description="Why it is refused, as for a visit by itself: with the reasons and the nearest free starts of its day."
    )


class SeriesOccurrenceRead(SeriesOccurrencePreview):
    """One occurrence of a series."""

    visit: VisitRead | None = Field(
        description="The visit, which may have been moved or cancelled since; null if the occurrence has none."
    )


class SeriesPreview(BaseModel):
    occurrences: list[SeriesOccurrencePreview]


class SeriesRead(BaseModel):
    """A series of visits."""

    id: UUID
    branch_id: UUID
    every_weeks: int
    count: int
    created_at: datetime
    occurrences: list[SeriesOccurrenceRead] = Field(
        description="In order. An `error` is the answer to this request; it is not kept."
    )
