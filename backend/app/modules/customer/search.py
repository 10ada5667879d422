"""Search for customers by a name, a phone number or an email.

A name can begin at any of its words, and each beginning has an ordered index (migration 0001). The best matches are
read from the front of each index, so nothing is sorted, however many customers match. Where few names begin with the
text, its words are searched for in any order: `Lê thu hà` also means Lê Thị Thu Hà.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from enum import IntEnum
from functools import cache
from typing import Any
from uuid import UUID

from pydantic_core import PydanticCustomError
from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    exists,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.common.types.contact import to_email
from app.common.types.person_name import without_title
from app.common.types.phone import convert_former_mobile, country_code, digits_of, to_e164
from app.core.config import settings
from app.modules.customer.customer_models import NAME_BEGINNINGS, Customer
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK

_LAST_CHARACTER = "\U0010ffff"
_MIN_PHONE_DIGITS = 3
_NAME_AND_DIGITS = (
    re.compile(r"(?P<name>\D+)(?P<digits>\d[\d\W]*)"),
    re.compile(r"(?P<digits>[\d\W]*\d)(?P<name>\D+)"),
)
_ACCENT_WINDOW = 200
"""The number of unaccented matches that are checked for the typed accents: Đặng and Đăng are both dang."""
_MOST_WORD_MATCHES = 1_000
"""The most matches of words in any order that are read and sorted. A vaguer search gets some of them."""
_SPELLINGS = (str.lower, str.capitalize, str.upper)
"""The usual spellings of a word. What `lower` does to Đ in PostgreSQL depends on the database's locale."""
_ACTIVE = Customer.archived_at.is_(None)
_LIMIT = bindparam("limit", type_=Integer)
_SIMPLE: ColumnElement[Any] = literal_column("'simple'::regconfig")
_WORDS_OF_NAME = func.to_tsvector(_SIMPLE, Customer.name_keys[1])


class _Fit(IntEnum):
    """The degree to which a name fits the text, the best first."""

    BEGINNING = 0
    """The name begins with the words of the text, at one of its words."""
    WORDS = 1
    """The name has all words of the text, in any order."""
    PART_OF_BEGINNING = 2
    """The last word of the text is the beginning of a longer one."""
    PART_OF_WORDS = 3


async def search_customers(
    session: AsyncSession, user: CurrentUser, typed: str, limit: int
) -> Sequence[Customer]:
    """Return the active customers that match, best first. Matches with the typed accents come before others.

    Raises:
        ForbiddenException: The user is not at the desk.
    """
    authorize(user, *DESK)
    for search in (_search_digits, _search_email):
        if found := await search(session, typed, limit):
            return found
    matches = list(await _search_name_and_digits(session, typed, limit))
    if len(matches) < limit:
        matches += await _search_name(session, typed, limit)
    return list({customer.id: customer for customer in matches}.values())[:limit]


async def _search_digits(session: AsyncSession, typed: str, limit: int) -> Sequence[Customer]:
    """Search by a phone number in any spelling that can be saved, or by its last or first digits."""
    digits = digits_of(typed)
    if digits is None:
        return []
    with suppress(PydanticCustomError):  # not a whole number
        if found := await _search_phone(session, to_e164(typed, settings.PHONE_REGION)[1:], limit):
            return found
    return await _search_phone(session, digits, limit) if len(digits) >= _MIN_PHONE_DIGITS else []


async def _search_name_and_digits(session: AsyncSession, typed: str, limit: int) -> Sequence[Customer]:
    """Search for a name and the last digits of its phone number, then the first ones, in either order: `Lan 037`."""
    match = next(filter(None, (pattern.fullmatch(typed) for pattern in _NAME_AND_DIGITS)), None)
    words = _words(match["name"]) if match else []
    if match is None or not words:
        return []
    digits = "".join(str(unicodedata.decimal(char)) for char in match["digits"] if char.isdecimal())
    with suppress(PydanticCustomError):  # not a whole number
        digits = to_e164(match["digits"], settings.PHONE_REGION)[1:]
    if len(digits) < _MIN_PHONE_DIGITS:
        return []
    untitled = without_title(match["name"])
    values = {
        "words": words,
        "words_of_name": _words(untitled[0]) if untitled else words,
        "last_digits": digits[::-1],
        "first_digits": _first_digits(digits),
        "limit": limit,
    }
    ending = (await session.scalars(_with_words_and_last_digits(), values)).all()
    if len(ending) >= limit:
        return ending
    return [*ending, *await session.scalars(_with_words_and_first_digits(), values)]


async def _search_name(session: AsyncSession, typed: str, limit: int) -> Sequence[Customer]:
    matches = await _match_name(session, typed, limit)
    untitled = without_title(typed)
    if untitled is None or (len(matches) >= limit and not untitled[1]):
        return [customer for _, _, customer in matches]
    name, is_certain = untitled
    named = [customer for _, _, customer in await _match_name(session, name, limit)]
    # "chị Lan" is no Chi Lan, and "chi lan" may be one.
    above = [customer for other_accents, _, customer in matches if not (is_certain and other_accents)]
    return [*above, *named, *(customer for _, _, customer in matches)]


async def _match_name(session: AsyncSession, typed: str, limit: int) -> list[tuple[bool, _Fit, Customer]]:
    """Return matches in order, each with whether it lacks the typed accents, and with its fit."""
    found: dict[UUID, tuple[bool, _Fit, Customer]] = {}
    accented = _accented_words(typed)
    spellings = _spellings(accented)

    def add(rows: Iterable[tuple[Customer, int]]) -> None:
        for customer, fit in rows:
            lacks_accents = not _has_spellings(customer.full_name, spellings, len(accented))
            found.setdefault(customer.id, (lacks_accents, _Fit(fit), customer))

    def has_enough(worst: tuple[bool, _Fit]) -> bool:
        return sum(match[:2] <= worst for match in found.values()) >= limit

    for accents in [accented, []] if accented else [[]]:
        if len(found) < limit:
            values: dict[str, object] = {
                "typed": typed,
                "limit": limit,
                "front": max(limit, _ACCENT_WINDOW) if accents else limit,
            }
            add((await session.execute(_beginning_with(len(accents)), values | _spellings(accents))).all())
    words = _words(typed)
    # One word of a name that does not begin with it stands fourth or later; it is searched for if nothing else is found.
    if len(words.split()) > 1 or (words and not found):
        values = {"words": words, "limit": limit, **spellings}
        if not has_enough((False, _Fit.WORDS)):
            rows = await session.scalars(_with_words(len(accented), whole=True), values)
            add((customer, _Fit.WORDS) for customer in rows)
        if len(found) < limit:
            rows = await session.scalars(_with_words(len(accented), whole=False), values)
            add((customer, _Fit.PART_OF_WORDS) for customer in rows)
    return sorted(found.values(), key=lambda match: match[:2])


@cache
def _beginning_with(accented: int) -> Select[Customer, int]:
    """Return the statement for a text with this number of accented words; its parameters are named as in the caller.

    Cached like the other statements of a search, because to build it takes SQLAlchemy about 6 ms.
    """
    folded = func.zenspa_fold(bindparam("typed", type_=Text))
    readings = []
    for beginning in range(1, NAME_BEGINNINGS + 1):
        key = Customer.name_keys[beginning]
        front = (
            select(
                Customer.id,
                Customer.full_name,
                # A whole word comes before the beginning of a longer one: Lan before Lành.
                case(
                    (or_(key == folded, _starts_with(key, folded + " ")), _Fit.BEGINNING.value),
                    else_=_Fit.PART_OF_BEGINNING.value,
                ).label("fit"),
                literal(beginning, literal_execute=True).label("beginning"),
                key.label("key"),
            )
            .where(
                _ACTIVE, folded != "", _starts_with(key, folded)
            )  # "." folds to an empty text, which would match everybody
            .order_by(key, Customer.id)
            .limit(bindparam("front", type_=Integer))
            .subquery()
        )
        readings.append(
            select(front).where(*(_has_accented(front.c.full_name, word) for word in range(accented)))
        )
    matches = union_all(*readings).subquery()
    best = (
        select(matches)
        .ext(distinct_on(matches.c.id))
        .order_by(matches.c.id, matches.c.fit, matches.c.beginning)
        .subquery()
    )
    return (
        select(Customer, best.c.fit)
        .join(best, best.c.id == Customer.id)
        .order_by(best.c.fit, best.c.beginning, best.c.key, Customer.id)
        .limit(_LIMIT)
    )


@cache
def _with_words(accented: int, *, whole: bool) -> Select[Customer]:
    """Return the statement for words in any order, names with the typed accents first.

    Args:
        accented: The number of accented words, as for `_beginning_with`.
        whole: The name has every word as it is typed; otherwise the last one may be the beginning of a longer one.
    """
    # Materialized: if it sees the LIMIT, PostgreSQL walks a million names in order to find twenty, or none. The LIMIT
    # outside still ends the reading.
    matches = (
        select(Customer.id, Customer.full_name, Customer.name_keys[1].label("key"))
        .where(_ACTIVE, _WORDS_OF_NAME.bool_op("@@")(_query("words", whole=whole)))
        .cte("matches")
        .prefix_with("MATERIALIZED")
    )
    some = select(matches).limit(_MOST_WORD_MATCHES).subquery()
    lacks_accents = [~_has_accented(some.c.full_name, word) for word in range(accented)]
    best = (
        select(some.c.id, some.c.key, or_(false(), *lacks_accents).label("lacks_accents"))
        .order_by("lacks_accents", some.c.key, some.c.id)
        .limit(_LIMIT)
        .subquery()
    )
    return (
        select(Customer)
        .join(best, best.c.id == Customer.id)
        .order_by(best.c.lacks_accents, best.c.key, best.c.id)
    )


@cache
def _with_words_and_last_digits() -> Select[Customer]:
    """Return the statement for words of a name and the last digits of the number by which the person is reached.

    A thousandth of all numbers end with three digits: their names are read, and few are left to sort.
    """
    owners = (
        select(Customer.id)
        .where(_ACTIVE, _starts_with(func.reverse(Customer.phone), bindparam("last_digits", type_=Text)))
        .cte("owners")
    )
    reached = select(Customer.id).join(owners, owners.c.id == Customer.contact_id)
    return (
        select(Customer)
        .where(
            _ACTIVE,
            Customer.id.in_(union_all(select(owners.c.id), reached)),
            _WORDS_OF_NAME.bool_op("@@")(_query("words_of_name", whole=False)),
        )
        .order_by(
            _WORDS_OF_NAME.bool_op("@@")(_query("words", whole=True)).desc(),
            Customer.name_keys[1],
            Customer.id,
        )
        .limit(_LIMIT)
    )


@cache
def _with_words_and_first_digits() -> Select[Customer]:
    """Return the statement for words of a name and the first digits of the number by which the person is reached.

    A tenth of all numbers can begin with the same digits, so the names are looked up first, and no more are sorted than in
    a search for words alone.
    """
    first_digits = bindparam("first_digits", type_=Text)
    contact = aliased(Customer)
    reached = exists().where(
        contact.id == Customer.contact_id,
        contact.archived_at.is_(None),
        _starts_with(contact.phone, first_digits),
    )
    matches = (
        select(
            Customer.id,
            Customer.name_keys[1].label("key"),
            _WORDS_OF_NAME.bool_op("@@")(_query("words", whole=True)).label("is_whole"),
        )
        .where(
            _ACTIVE,
            _WORDS_OF_NAME.bool_op("@@")(_query("words_of_name", whole=False)),
            or_(_starts_with(Customer.phone, first_digits), reached),
        )
        .cte("matches")
        .prefix_with("MATERIALIZED")  # as in `_with_words`
    )
    some = select(matches).limit(_MOST_WORD_MATCHES).subquery()
    return (
        select(Customer)
        .join(some, some.c.id == Customer.id)
        .order_by(some.c.is_whole.desc(), some.c.key, some.c.id)
        .limit(_LIMIT)
    )


def _first_digits(digits: str) -> str:
    """Return the beginning of a stored number for the first digits as they are typed. A leading 0 is the home country's."""
    national = (
        f"+{country_code(settings.PHONE_REGION)}{digits[1:]}" if digits.startswith("0") else f"+{digits}"
    )
    return convert_former_mobile(national)


def _query(parameter: str, *, whole: bool) -> ColumnElement[Any]:
    """Return the full-text query for the words in a parameter."""
    words = func.replace(func.zenspa_fold(bindparam(parameter, type_=Text)), " ", " & ")
    return func.to_tsquery(_SIMPLE, words if whole else words.concat(":*"))


async def _search_phone(session: AsyncSession, digits: str, limit: int) -> Sequence[Customer]:
    """Return numbers with these last digits, then those with these first ones, and last who is reached by one of them."""
    values = {"last_digits": digits[::-1], "first_digits": _first_digits(digits), "limit": limit}
    owners = (await session.scalars(_with_digits(), values)).all()
    if not 0 < len(owners) < limit:
        return owners
    reached = await session.scalars(
        _with_contact(), {"contact_ids": [owner.id for owner in owners], "limit": limit}
    )
    return list({customer.id: customer for customer in (*owners, *reached)}.values())[:limit]


@cache
def _with_digits() -> Select[Customer]:
    reverse = func.reverse(Customer.phone)
    ends = _starts_with(reverse, bindparam("last_digits", type_=Text))
    begins = _starts_with(Customer.phone, bindparam("first_digits", type_=Text))
    readings = [
        select(Customer.id, literal(rank, literal_execute=True).label("rank"))
        .where(_ACTIVE, condition)
        .order_by(order, Customer.id)
        .limit(_LIMIT)
        .subquery()
        for rank, condition, order in ((0, ends, reverse), (1, begins, Customer.phone))
    ]
    found = union_all(*(select(reading) for reading in readings)).subquery()
    best = select(found.c.id, func.min(found.c.rank).label("rank")).group_by(found.c.id).subquery()
    return (
        select(Customer)
        .join(best, best.c.id == Customer.id)
        .order_by(best.c.rank, Customer.phone, Customer.id)
        .limit(_LIMIT)
    )


@cache
def _with_contact() -> Select[Customer]:
    contacts = bindparam("contact_ids", type_=ARRAY(Uuid))
    return (
        select(Customer)
        .where(_ACTIVE, Customer.contact_id == any_(contacts))
        .order_by(Customer.contact_id, Customer.id)
        .limit(_LIMIT)
    )


async def _search_email(session: AsyncSession, typed: str, limit: int) -> Sequence[Customer]:
    if "@" not in typed:
        return []
    beginning = typed.lower()
    with suppress(PydanticCustomError):  # not a whole address
        beginning = to_email(typed)
    matches = await session.scalars(
        select(Customer)
        .where(_ACTIVE, _starts_with(Customer.email, literal(beginning)))
        .order_by(Customer.email, Customer.id)
        .limit(limit)
    )
    return matches.all()


def _starts_with(
    column: ColumnElement[Any] | InstrumentedAttribute[str | None], prefix: ColumnElement[str]
) -> ColumnElement[bool]:
    """Compare as a range. A LIKE with a parameter uses no index, and here % and _ are plain characters."""
    return and_(column >= prefix, column < prefix + _LAST_CHARACTER)


def _words(typed: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", typed))


def _accented_words(typed: str) -> list[str]:
    return [word for word in unicodedata.normalize("NFC", typed).split() if not word.isascii()]


def _spellings(accented: Sequence[str]) -> dict[str, str]:
    """Return the parameters for `_has_accented` of each word."""
    return {
        f"word_{number}_{index}": spell(word)
        for number, word in enumerate(accented)
        for index, spell in enumerate(_SPELLINGS)
    }


def _has_spellings(full_name: str, spellings: Mapping[str, str], accented: int) -> bool:
    """Return whether a name has the accented words, as `_has_accented` does in PostgreSQL."""
    return all(
        any(spellings[f"word_{number}_{index}"] in full_name for index in range(len(_SPELLINGS)))
        for number in range(accented)
    )


def _has_accented(full_name: ColumnElement[str], number: int) -> ColumnElement[bool]:
    return or_(
        *(
            func.strpos(full_name, bindparam(f"word_{number}_{index}", type_=Text)) > 0
            for index in range(len(_SPELLINGS))
        )
    )
