"""Field types for instants, days and intervals that clients send."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, BaseModel, Field, model_validator

from app.common.schemas import IsoDate, QueryInstant
from app.common.validation import bilingual_error

_YEARS = range(2000, 2200)


def _in_utc(value: datetime) -> datetime:
    """Convert to UTC. At the ends of the calendar there is no such instant in UTC, nor in PostgreSQL's driver."""
    if value.year not in _YEARS:
        raise bilingual_error(
            "instant_range",
            "Phải trong các năm từ 2000 đến 2199.",
            "Enter an instant in the years 2000 to 2199",
        )
    return value.astimezone(UTC)


def _whole_minute(value: datetime) -> datetime:
    if value.second or value.microsecond:
        raise bilingual_error(
            "whole_minute",
            "Giờ phải tròn phút, không có giây.",
            "Enter a whole minute, without seconds",
        )
    return value


def _day_within_years(value: date) -> date:
    if not date(_YEARS.start, 1, 2) <= value <= date(_YEARS.stop - 1, 12, 20):
        raise bilingual_error(
            "instant_range",
            "Phải trong các năm từ 2000 đến 2199.",
            "Enter a day in the years 2000 to 2199",
        )
    return value


Day = Annotated[IsoDate, AfterValidator(_day_within_years), Field(examples=["2026-12-28"])]
"""A calendar day. The day before and the week after are valid instants, too, in every time zone."""
Instant = Annotated[QueryInstant, AfterValidator(_in_utc), Field(examples=["2026-12-31T09:00:00+07:00"])]
Minute = Annotated[Instant, AfterValidator(_whole_minute)]


def require_interval(start: datetime, end: datetime, *, longest: timedelta) -> None:
    """Raise PydanticCustomError unless the end comes after the start, by no more than `longest`."""
    if not timedelta() < end - start <= longest:
        hours = longest // timedelta(hours=1)
        vi, en = (
            (f"{hours} tiếng", f"{hours} hours")
            if longest.days <= 1
            else (f"{longest.days} ngày", f"{longest.days} days")
        )
        raise bilingual_error(
            "time_range",
            f"Giờ kết thúc phải sau giờ bắt đầu, tối đa {vi}.",
            f"The end should come after the start, by no more than {en}",
        )


class Times(BaseModel):
    """Base of requests with a start and an end."""

    longest: ClassVar[timedelta]
    """The longest interval that is accepted."""

    start: Instant
    end: Instant

    @model_validator(mode="after")
    def _check_interval(self) -> Self:
        require_interval(self.start, self.end, longest=self.longest)
        return self
