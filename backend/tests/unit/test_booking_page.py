"""The booking page writes parties in addresses, days, money, phone numbers, and the same texts in both languages."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.common.money import money_text
from app.modules.online_booking import pages
from app.modules.online_booking.pages import format as formats
from app.modules.online_booking.pages.party import (
    Choice,
    GuestChoice,
    NotOffered,
    address,
    read_party,
    write_party,
)
from app.modules.online_booking.pages.rendering import json_for_page
from app.modules.online_booking.pages.texts import TEXTS

keys = st.from_regex(r"\A[a-z0-9]+(-[a-z0-9]+)*\Z")
wishes = st.sampled_from(["", "female", "male", "0123456789abcdef" * 2])
guests = st.builds(
    GuestChoice,
    st.lists(st.builds(Choice, keys, keys, st.lists(keys, max_size=3).map(tuple)), min_size=1).map(tuple),
    wishes,
)


@given(st.lists(guests, max_size=4))
def test_a_party_is_read_as_it_was_written(party: list[GuestChoice]) -> None:
    assert read_party(write_party(party)) == party


@pytest.mark.parametrize("text", ["x", ",", "a.b,", "a.b@", "a.b@nobody", "a..b", "A.b", "a.b~", "a.b.c\n"])
def test_what_is_no_party_is_refused(text: str) -> None:
    with pytest.raises(NotOffered):
        read_party(text)


def test_an_address_keeps_the_signs_of_a_party_readable_and_leaves_out_what_is_empty() -> None:
    written = address("/book/quan-1/times", g="a.60~b.30@female,a.60", room="", day=date(2026, 12, 5))
    assert written == "/book/quan-1/times?g=a.60~b.30@female,a.60&day=2026-12-05"
    assert address("/book/quan-1", g="") == "/book/quan-1"


@pytest.mark.parametrize(
    ("e164", "written"),
    [
        ("+84912345678", "0912 345 678"),
        ("+842838221234", "028 3822 1234"),
        ("+842363822123", "0236 3822 123"),
        ("+33199001234", "+33 1 99 00 12 34"),
        ("+12025550123", "+12025550123"),
    ],
)
def test_phone_numbers_are_written_as_people_say_them(e164: str, written: str) -> None:
    assert formats.phone_number(e164).replace("\u00a0", " ") == written


def test_days_times_and_money() -> None:
    zone, instant = ZoneInfo("Asia/Ho_Chi_Minh"), datetime(2026, 12, 4, 18, 30, tzinfo=UTC)
    assert formats.moment(instant, zone, "vi") == "01:30 thứ Bảy 5/12"
    assert formats.moment(instant, zone, "en") == "01:30 on Saturday 5\u00a0Dec"
    assert formats.short_weekday(date(2026, 12, 6), "vi") == "CN"
    assert money_text(1_450_000) == "1.450.000đ"
    assert money_text(0) == "0đ"
    assert formats.sentence("thứ Bảy") == "Thứ Bảy"


def test_both_languages_of_a_text_name_the_same_values() -> None:
    def names(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    assert [key for key, text in TEXTS.items() if names(text.vi) != names(text.en)] == []


def test_every_text_is_used() -> None:
    [folder] = pages.__path__
    sources = "".join(
        path.read_text(encoding="utf-8")
        for path in Path(folder).rglob("*")
        if path.suffix in {".html", ".py"} and path.name != "texts.py"
    )
    quoted = {*re.findall(r'["\']([a-z_]+)["\']', sources)}
    built = {key for key in TEXTS if key.startswith(("step_", "status_", "day_"))}
    assert {*TEXTS} - quoted - built == set()


def test_no_text_ends_the_element_of_a_document() -> None:
    assert json_for_page({"name": "</script>&"}) == '{"name":"\\u003c/script\\u003e\\u0026"}'
