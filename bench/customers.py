"""Search and pages of the list among a million customers, over HTTP."""

import asyncio
import json
import random
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlencode

import asyncpg
from report import Row, Section, milliseconds, percentile
from search_texts import KINDS, searches
from stage import Advance, Effort, Stage, get
from uuid_utils.compat import uuid7

from app.modules.customer.customer_samples import SampleCustomer, sample_customers

_SEARCH_TARGET = 0.030
_PAGE_TARGET = 0.010
_PEOPLE = 2000
_WALK = 100
_PAGE = 20
_LOAD_STEPS = 100
_SORTS = ("newest", "name")
_DATABASE = "customers"
_COLUMNS = ["id", "full_name", "phone", "email", "birthday", "gender", "notes", "contraindications", "tags"]


def steps(effort: Effort) -> int:
    return _LOAD_STEPS + len(_SORTS) * effort.deep + len(KINDS) * effort.searches


def measure(stage: Stage, effort: Effort, advance: Advance) -> Section:
    stage.create_database(_DATABASE)
    people = asyncio.run(_load(stage, effort.customers, advance))
    with stage.app(_DATABASE) as worker:
        connection = worker.connect()
        rows = [*_search_rows(connection, people, effort, advance), *_page_rows(connection, effort, advance)]
    return Section(
        f"{effort.customers:,} customers",
        "Over HTTP on one connection, one request after another, seconds as the client sees them. The app as in the "
        "first table, PostgreSQL with its default settings. Customers by COPY with all indexes in place, then "
        "VACUUM ANALYZE. Texts are drawn from customers who are there, and each is asked for once.",
        rows,
    )


async def _load(stage: Stage, count: int, advance: Advance) -> list[SampleCustomer]:
    """Fills the table and leaves it as autovacuum would; some of the people."""
    chosen = set(random.Random(1).sample(range(count), min(count, _PEOPLE)))
    people: list[SampleCustomer] = []

    def records() -> Iterator[tuple[object, ...]]:
        for index, person in enumerate(sample_customers(count)):
            if index in chosen:
                people.append(person)
            if index % (count // _LOAD_STEPS) == 0:
                advance()
            yield (uuid7(), *(person[column] for column in _COLUMNS[1:]))  # type: ignore[literal-required]  # its keys

    connection = await asyncpg.connect(stage.libpq_url(_DATABASE))
    await connection.copy_records_to_table("customer", records=records(), columns=_COLUMNS, timeout=3600)
    await connection.execute("VACUUM (ANALYZE) customer", timeout=3600)
    await connection.execute("CHECKPOINT", timeout=3600)
    await connection.close()
    return people


def _search_rows(
    connection: HTTPConnection, people: list[SampleCustomer], effort: Effort, advance: Advance
) -> list[Row]:
    for texts in searches(people, 1, random.Random(2)).values():  # plans are prepared, pages are read
        get(connection, _search(texts[0]))
    typed = [
        (kind, text)
        for kind, texts in searches(people, effort.searches, random.Random(3)).items()
        for text in texts
    ]
    random.Random(4).shuffle(typed)
    seen: dict[str, list[tuple[float, str]]] = {}
    for kind, text in typed:
        seconds, _ = get(connection, _search(text))
        seen.setdefault(kind, []).append((seconds, text))
        advance()
    every = [search for kind in seen.values() for search in kind]
    p95 = percentile([seconds for seconds, _ in every], 95)
    rows = [
        Row(
            f"search, {len(every)} texts of {len(seen)} kinds, one after another",
            milliseconds([seconds for seconds, _ in every]),
            f"p95 ≤ {_SEARCH_TARGET * 1000:.0f} ms",
            p95 <= _SEARCH_TARGET,
        ),
        Row("the slowest", ", ".join(f"“{text}” {t * 1000:.0f} ms" for t, text in sorted(every)[:-4:-1])),
    ]
    rows += [Row(f"— {kind}", milliseconds([t for t, _ in seen[kind]])) for kind in sorted(seen)]
    return rows


def _page_rows(connection: HTTPConnection, effort: Effort, advance: Advance) -> list[Row]:
    rows: list[Row] = []
    times = effort.pages
    for sort in _SORTS:
        rows.append(
            _page_row(f"list by {sort}, first page", [get(connection, _page(sort))[0] for _ in range(times)])
        )
        rows.append(
            _page_row(f"list by {sort}, pages 2 to {times + 1}", _walk(connection, sort, "", times)[1:])
        )
        cursor, walked = _skip(connection, sort, effort.deep, advance)
        rows.append(
            _page_row(
                f"list by {sort}, pages after {effort.deep * _WALK:,} customers",
                _walk(connection, sort, cursor, times),
            )
        )
        rows.append(_page_row(f"list by {sort}, all pages on the way there, of {_WALK}", walked))
    return rows


def _skip(connection: HTTPConnection, sort: str, pages: int, advance: Advance) -> tuple[str, list[float]]:
    cursor, seconds = "", []
    for _ in range(pages):
        took, body = get(connection, _page(sort, cursor, _WALK))
        cursor = json.loads(body)["next_cursor"]
        seconds.append(took)
        advance()
    return cursor, seconds


def _walk(connection: HTTPConnection, sort: str, cursor: str, pages: int) -> list[float]:
    seconds = []
    for _ in range(pages + 1):
        took, body = get(connection, _page(sort, cursor))
        cursor = json.loads(body)["next_cursor"]
        seconds.append(took)
    return seconds


def _page_row(what: str, seconds: list[float]) -> Row:
    return Row(
        what,
        milliseconds(seconds),
        f"p95 ≤ {_PAGE_TARGET * 1000:.0f} ms",
        percentile(seconds, 95) <= _PAGE_TARGET,
    )


def _search(text: str) -> str:
    return "/api/v1/customers/search?" + urlencode({"q": text})


def _page(sort: str, cursor: str = "", limit: int = _PAGE) -> str:
    query = {"sort": sort, "limit": limit} | ({"cursor": cursor} if cursor else {})
    return "/api/v1/customers?" + urlencode(query)
