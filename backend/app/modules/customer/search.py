"""Search for customers by a name, a phone number or an email.

A name can begin at any of its words, and each beginning has an ordered index (migration 0001). The best matches are
read from the front of each index, so nothing is sorted, however many customers match. Text that begins no name is
searched for as words in any order.
"""

import re
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from typing import Any
from uuid import UUID

from pydantic_core import PydanticCustomError
from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.common.types.phone import country_code, to_e164
from app.core.config import settings
from app.modules.customer.customer_models import NAME_BEGINNINGS, Customer
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK

_LAST_CHARACTER = "\U0010ffff"
_PHONE_PUNCTUATION = re.compile(r"[\s().+-]")
_MIN_PHONE_DIGITS = 3
_ACCENT_WINDOW = 200
"""The number of unaccented matches that are checked for the typed accents: Đặng and Đăng are both dang."""
_MOST_WORD_MATCHES = 1_000
"""The most matches of words in any order that are read and sorted. A vaguer search gets some of them."""
_SPELLINGS = (str.lower, str.capitalize, str.upper)
"""The usual spellings of a word. What `lower` does to Đ in PostgreSQL depends on the database's locale."""
_ACTIVE = Customer.archived_at.is_(None)
_LIMIT = bindparam("limit", type_=Integer)


async def search_customers(
    session: AsyncSession, user: CurrentUser, typed: str, limit: int
) -> Sequence[Customer]:
    """Return the active customers that match, best first. Matches with the typed accents come before others.

    Raises:
        ForbiddenException: The user is not at the desk.
    """
    authorize(user, *DESK)
    digits = _PHONE_PUNCTUATION.sub("", typed)
    if digits.isdecimal() and digits.isascii():
        with suppress(PydanticCustomError):  # not a whole number
            if found := await _search_phone(session, to_e164(typed, settings.PHONE_REGION)[1:], limit):
                return found
        return await _search_phone(session, digits, limit) if len(digits) >= _MIN_PHONE_DIGITS else []
    if "@" in typed:
        return await _search_email(session, typed, limit)
    return await _search_name(session, typed, limit)


async def _search_name(session: AsyncSession, typed: str, limit: int) -> Sequence[Customer]:
    found: dict[UUID, Customer] = {}
    accented = _accented_words(typed)
    for accents in [accented, []] if accented else [[]]:
        if len(found) < limit:
            values: dict[str, object] = {
                "typed": typed,
                "limit": limit,
                "front": max(limit, _ACCENT_WINDOW) if accents else limit,
            }
            values |= _spellings(accents)
            matches = await session.scalars(_beginning_with(len(accents)), values)
            found |= {customer.id: customer for customer in matches}
    words = re.findall(r"[^\W_]+", typed)
    if words and not found:
        matches = await session.scalars(_with_words(), {"words": " ".join(words), "limit": limit})
        found = {customer.id: customer for customer in matches}
    return list(found.values())[:limit]


@cache
def _beginning_with(accented: int) -> Select[Customer]:
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
                case((or_(key == folded, _starts_with(key, folded + " ")), 0), else_=1).label("partial"),
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
        .order_by(matches.c.id, matches.c.partial, matches.c.beginning)
        .subquery()
    )
    return (
        select(Customer)
        .join(best, best.c.id == Customer.id)
        .order_by(best.c.partial, best.c.beginning, best.c.key, Customer.id)
        .limit(_LIMIT)
    )


@cache
def _with_words() -> Select[Customer]:
    query = func.to_tsquery(
        literal_column("'simple'::regconfig"),
        func.replace(func.zenspa_fold(bindparam("words", type_=Text)), " ", " & ").concat(":*"),
    )
    vector = func.to_tsvector(literal_column("'simple'::regconfig"), Customer.name_keys[1])
    # Materialized: if it sees the LIMIT, PostgreSQL walks a million names in order to find twenty, or none. The LIMIT
    # outside still ends the reading.
    matches = (
        select(Customer.id, Customer.name_keys[1].label("key"))
        .where(_ACTIVE, vector.bool_op("@@")(query))
        .cte("matches")
        .prefix_with("MATERIALIZED")
    )
    some = select(matches).limit(_MOST_WORD_MATCHES).subquery()
    best = select(some).order_by(some.c.key, some.c.id).limit(_LIMIT).subquery()
    return select(Customer).join(best, best.c.id == Customer.id).order_by(best.c.key, best.c.id)


async def _search_phone(session: AsyncSession, digits: str, limit: int) -> Sequence[Customer]:
    """Return numbers with these last digits, then those with these first ones. A leading 0 is the home country's."""
    national = (
        f"+{country_code(settings.PHONE_REGION)}{digits[1:]}" if digits.startswith("0") else f"+{digits}"
    )
    values = {"last_digits": digits[::-1], "first_digits": national, "limit": limit}
    return (await session.scalars(_with_digits(), values)).all()


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


async def _search_email(session: AsyncSession, typed: str, limit: int) -> Sequence[Customer]:
    matches = await session.scalars(
        select(Customer)
        .where(_ACTIVE, _starts_with(Customer.email, literal(typed.lower())))
        .order_by(Customer.email, Customer.id)
        .limit(limit)
    )
    return matches.all()


def _starts_with(
    column: ColumnElement[Any] | InstrumentedAttribute[str | None], prefix: ColumnElement[str]
) -> ColumnElement[bool]:
    """Compare as a range. A LIKE with a parameter uses no index, and here % and _ are plain characters."""
    return and_(column >= prefix, column < prefix + _LAST_CHARACTER)


def _accented_words(typed: str) -> list[str]:
    return [word for word in unicodedata.normalize("NFC", typed).split() if not word.isascii()]


def _spellings(accented: Sequence[str]) -> dict[str, str]:
    """Return the parameters for `_has_accented` of each word."""
    return {
        f"word_{number}_{index}": spell(word)
        for number, word in enumerate(accented)
        for index, spell in enumerate(_SPELLINGS)
    }


def _has_accented(full_name: ColumnElement[str], number: int) -> ColumnElement[bool]:
    return or_(
        *(
            func.strpos(full_name, bindparam(f"word_{number}_{index}", type_=Text)) > 0
            for index in range(len(_SPELLINGS))
        )
    )
