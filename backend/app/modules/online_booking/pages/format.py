"""Days, times, money and phone numbers as guests in Vietnam and abroad read them."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

_WEEKDAYS = {
    "vi": ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_SHORT_WEEKDAYS = {
    "vi": ("T2", "T3", "T4", "T5", "T6", "T7", "CN"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SPACE = "\u00a0"
_PHONES = (
    (re.compile(r"\+84(2[48])(\d{4})(\d{4})"), "0"),  # Hà Nội and Ho Chi Minh City
    (re.compile(r"\+84(2\d\d)(\d{4})(\d{3})"), "0"),  # the other provinces
    (re.compile(r"\+84(\d{3})(\d{3})(\d{3})"), "0"),
    (re.compile(r"\+33(\d)(\d\d)(\d\d)(\d\d)(\d\d)"), f"+33{_SPACE}"),
)
"""Spellings of numbers, and what they begin with."""


def day_name(day: date, language: str) -> str:
    """Return `thứ Bảy 28/11`, or `Saturday 28 Nov`."""
    return f"{_WEEKDAYS[language][day.weekday()]} {day_and_month(day, language)}"


def short_weekday(day: date, language: str) -> str:
    """Return `T7`, or `Sat`."""
    return _SHORT_WEEKDAYS[language][day.weekday()]


def day_and_month(day: date, language: str) -> str:
    """Return `28/11`, or `28 Nov`."""
    return f"{day.day}{_SPACE}{_MONTHS[day.month - 1]}" if language == "en" else f"{day.day}/{day.month}"


def date_name(day: date, language: str) -> str:
    """Return `28/11/2026`, or `28 Nov 2026`."""
    separator = _SPACE if language == "en" else "/"
    return f"{day_and_month(day, language)}{separator}{day.year}"


def clock(instant: datetime, zone: ZoneInfo) -> str:
    """Return `14:30` in the time zone of the branch."""
    return f"{instant.astimezone(zone):%H:%M}"


def moment(instant: datetime, zone: ZoneInfo, language: str) -> str:
    """Return `14:30 thứ Bảy 28/11`, or `14:30 on Saturday 28 Nov`."""
    joined = " on " if language == "en" else " "
    return f"{clock(instant, zone)}{joined}{day_name(instant.astimezone(zone).date(), language)}"


def phone_number(e164: str) -> str:
    """Return `0912 345 678` for a Vietnamese number, `+33 1 99 00 12 34` for a French one, and others as they are.

    The screens of the desk write them alike (`frontend/src/i18n/format.ts`).
    """
    for pattern, prefix in _PHONES:
        if match := pattern.fullmatch(e164):
            return prefix + _SPACE.join(match.groups())
    return e164


def sentence(text: str) -> str:
    """Return a text that begins with a capital letter, as a sentence or a heading does."""
    return text[:1].upper() + text[1:]


def zone_name(zone: str) -> str:
    """Return `Ho Chi Minh` for `Asia/Ho_Chi_Minh`."""
    return zone.rpartition("/")[2].replace("_", " ")
