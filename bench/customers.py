"""Search and pages of the list among a million customers, over HTTP."""

import asyncio
import json
import random
from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

import asyncpg
from report import Row, Section, milliseconds, percentile
from search_texts import KINDS, searches
from testbed import Advance, Client, Effort, MeasurementError, Testbed
from uuid_utils.compat import uuid7

from app.cli.demo_people import SampleCustomer, sample_customers

_SEARCH_TARGET = 0.030
_PAGE_TARGET = 0.010
_PEOPLE = 2000
_LONGEST = 100
_LIST = "/api/v1/customers?"
_SEARCH = "/api/v1/customers/search?"
_LOAD_STEPS = 100
_SORTS = ("newest", "name")
_DATABASE = "customers"
_TAGS = {"a frequent": "thân thiết", "a rare": "tiếng pháp", "no customer's": "không ai có"}
_COLUMNS = ["id", "full_name", "phone", "email", "birthday", "gender", "notes", "contraindications", "tags"]


def steps(effort: Effort) -> int:
    return _LOAD_STEPS + len(_SORTS) * effort.deep + len(KINDS) * effort.searches


def measure(testbed: Testbed, effort: Effort, advance: Advance) -> Section:
    testbed.create_database(_DATABASE)
    people = asyncio.run(_load(testbed, effort.customers, advance))
    with testbed.app(_DATABASE) as worker:
        client = Client(worker.connect(), testbed.sign_in(_DATABASE, worker))
        rows = [*_search_rows(client, people, effort, advance), *_page_rows(client, effort, advance)]
    return Section(
        f"{effort.customers:,} customers",
        "Over HTTP on one connection, one request after another, signed in as an administrator. Times are the client's. "
        "The app as in the first table, PostgreSQL with its default settings. Customers by COPY with all indexes in place, "
        "then VACUUM ANALYZE. Texts come from existing customers, and every text is searched once.",
        rows,
    )


async def _load(testbed: Testbed, count: int, advance: Advance) -> list[SampleCustomer]:
    """Fill the table, leave it as autovacuum would, and return some of the customers."""
    chosen = set(random.Random(1).sample(range(count), min(count, _PEOPLE)))
    people: list[SampleCustomer] = []

    def records() -> Iterator[tuple[object, ...]]:
        for index, person in enumerate(sample_customers(count)):
            if index in chosen:
                people.append(person)
            if index % (count // _LOAD_STEPS) == 0:
                advance()
            yield (uuid7(), *(person[column] for column in _COLUMNS[1:]))  # type: ignore[literal-required]  # keys of SampleCustomer

    connection = await asyncpg.connect(testbed.libpq_url(_DATABASE))
    await connection.execute(
        "SET session_replication_role = replica"
    )  # no audit entries, which this part does not read
    await connection.copy_records_to_table("customer", records=records(), columns=_COLUMNS, timeout=3600)
    await connection.execute("VACUUM (ANALYZE) customer", timeout=3600)
    await connection.execute("CHECKPOINT", timeout=3600)
    await connection.close()
    return people


def _search_rows(client: Client, people: list[SampleCustomer], effort: Effort, advance: Advance) -> list[Row]:
    for texts in searches(people, 1, random.Random(2)).values():  # prepares plans and reads pages
        client.get(_SEARCH + urlencode({"q": texts[0]}))
    typed = [
        (kind, text)
        for kind, texts in searches(people, effort.searches, random.Random(3)).items()
        for text in texts
    ]
    random.Random(4).shuffle(typed)
    seen: dict[str, list[tuple[float, str]]] = {}
    for kind, text in typed:
        seconds, _ = client.get(_SEARCH + urlencode({"q": text}))
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


def _page_rows(client: Client, effort: Effort, advance: Advance) -> list[Row]:
    rows: list[Row] = []
    for sort in _SORTS:
        listing = {"sort": sort}
        front, _ = _turn(client, listing, "", effort.pages)
        walked, cursor = _turn(client, listing | {"limit": str(_LONGEST)}, "", effort.deep, advance)
        deep, _ = _turn(client, listing, cursor, effort.pages)
        rows += [
            _page_row(f"list by {sort}, the first {effort.pages} pages", front),
            _page_row(f"list by {sort}, pages after {effort.deep * _LONGEST:,} customers", deep),
            _page_row(f"list by {sort}, all pages on the way there, {_LONGEST} customers each", walked),
        ]
        for frequency, tag in _TAGS.items():
            path = _LIST + urlencode(listing | {"tag": tag})
            seconds = [client.get(path)[0] for _ in range(effort.searches)]
            rows.append(_page_row(f"list by {sort}, of {frequency} tag", seconds))
    return rows


def _turn(
    client: Client,
    listing: Mapping[str, str],
    cursor: str,
    pages: int,
    advance: Advance = lambda: None,
) -> tuple[list[float], str]:
    """Turn pages; return the seconds of every page and the next cursor."""
    times = []
    for _ in range(pages):
        seconds, body = client.get(_LIST + urlencode({**listing, **({"cursor": cursor} if cursor else {})}))
        times.append(seconds)
        cursor = json.loads(body)["next_cursor"]
        if cursor is None:
            raise MeasurementError("the list ended before its pages were measured")
        advance()
    return times, cursor


def _page_row(label: str, seconds: list[float]) -> Row:
    return Row(
        label,
        milliseconds(seconds),
        f"p95 ≤ {_PAGE_TARGET * 1000:.0f} ms",
        percentile(seconds, 95) <= _PAGE_TARGET,
    )
