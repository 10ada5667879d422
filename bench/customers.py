"""Search and pages of the list among a million customers, over HTTP."""

import asyncio
import json
import random
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlencode

import asyncpg
from replay import Replay, record, take_turns
from report import Row, Section, at_most, milliseconds, percentile
from search_texts import KINDS, searches
from testbed import Advance, Client, Effort, MeasurementError, Request, Testbed
from uuid_utils.compat import uuid7

from app.cli.demo_people import SampleCustomer, sample_customers

_TO_SQL = 2
_PEOPLE = 2000
_LONGEST = 100
_LIST = "/api/v1/customers?"
_SEARCH = "/api/v1/customers/search?"
_LOAD_STEPS = 100
_SORTS = ("newest", "name")
_DATABASE = "customers"
_TAGS = {"a frequent": "thân thiết", "a rare": "tiếng pháp", "no customer's": "không ai có"}
COLUMNS = ["id", *SampleCustomer.__annotations__]


def steps(effort: Effort) -> int:
    return _LOAD_STEPS + len(_SORTS) * effort.deep + len(KINDS) * effort.searches


def measure(testbed: Testbed, effort: Effort, advance: Advance) -> Section:
    testbed.create_database(_DATABASE)
    people = asyncio.run(_load(testbed, effort.customers, advance))
    with testbed.app(_DATABASE) as worker:
        client = Client(worker.connect(), testbed.sign_in(_DATABASE, worker))
        rows = [*_search_rows(testbed, client, people, effort, advance), *_page_rows(client, effort, advance)]
    return Section(
        f"{effort.customers:,} customers",
        "Over HTTP on one connection, one request after another, signed in as an administrator. Times are the client's. "
        "The app as in the first table, PostgreSQL with its default settings. Customers by COPY with all indexes in place, "
        "then VACUUM ANALYZE. Texts come from existing customers. The floor of a search is all SQL of the same request, "
        "with the query for the user, recorded once in the app and run by asyncpg on one connection with prepared "
        "statements; both take turns, text by text. Pages of the list are reported without a mark.",
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
            yield record_of(person)

    connection = await asyncpg.connect(testbed.libpq_url(_DATABASE))
    await connection.execute(
        "SET session_replication_role = replica"
    )  # no audit entries, which this part does not read
    await connection.copy_records_to_table("customer", records=records(), columns=COLUMNS, timeout=3600)
    await connection.execute("VACUUM (ANALYZE) customer", timeout=3600)
    await connection.execute("CHECKPOINT", timeout=3600)
    await connection.close()
    return people


def record_of(person: SampleCustomer) -> tuple[object, ...]:
    """Return the `COLUMNS` of a new customer, for COPY."""
    return (uuid7(), *(person[column] for column in COLUMNS[1:]))  # type: ignore[literal-required]  # keys of SampleCustomer


def _search_rows(
    testbed: Testbed, client: Client, people: list[SampleCustomer], effort: Effort, advance: Advance
) -> list[Row]:
    typed = [
        (kind, text)
        for kind, texts in searches(people, effort.searches, random.Random(3)).items()
        for text in texts
    ]
    random.Random(4).shuffle(typed)
    requests = [Request("GET", _SEARCH + urlencode({"q": text})) for _, text in typed]
    recordings = record(testbed, _DATABASE, client.headers, requests, warm_up=requests[0])
    warm_ups = [typed.index(next(search for search in typed if search[0] == kind)) for kind in KINDS]
    with Replay(testbed.libpq_url(_DATABASE)) as replay:
        measures: dict[str, Callable[[int], float]] = {
            "sql": lambda number: replay.run(recordings[number].statements),
            "http": lambda number: client.send(requests[number])[0],
        }
        for number in warm_ups:  # prepares the statements of both connections
            for run in measures.values():
                run(number)
        seen = take_turns(measures, len(typed), advance)
    by_kind: dict[str, list[float]] = {}
    for (kind, _), seconds in zip(typed, seen["http"], strict=True):
        by_kind.setdefault(kind, []).append(seconds)
    slowest = sorted(zip(seen["http"], typed, strict=True))[:-4:-1]
    rows = [
        Row(f"search, {len(typed)} texts of {len(by_kind)} kinds: its SQL", milliseconds(seen["sql"])),
        at_most(
            "— over HTTP",
            milliseconds(seen["http"]),
            percentile(seen["http"], 95) / percentile(seen["sql"], 95),
            _TO_SQL,
            "the p95 of its SQL",
        ),
        Row("the slowest", ", ".join(f"“{text}” {seconds * 1000:.0f} ms" for seconds, (_, text) in slowest)),
    ]
    return rows + [Row(f"— {kind}", milliseconds(by_kind[kind])) for kind in sorted(by_kind)]


def _page_rows(client: Client, effort: Effort, advance: Advance) -> list[Row]:
    rows: list[Row] = []
    for sort in _SORTS:
        listing = {"sort": sort}
        front, _ = _turn(client, listing, "", effort.pages)
        walked, cursor = _turn(client, listing | {"limit": str(_LONGEST)}, "", effort.deep, advance)
        deep, _ = _turn(client, listing, cursor, effort.pages)
        rows += [
            Row(f"list by {sort}, the first {effort.pages} pages", milliseconds(front)),
            Row(f"list by {sort}, pages after {effort.deep * _LONGEST:,} customers", milliseconds(deep)),
            Row(
                f"list by {sort}, all pages on the way there, {_LONGEST} customers each", milliseconds(walked)
            ),
        ]
        for frequency, tag in _TAGS.items():
            path = _LIST + urlencode(listing | {"tag": tag})
            seconds = [client.send(Request("GET", path))[0] for _ in range(effort.searches)]
            rows.append(Row(f"list by {sort}, of {frequency} tag", milliseconds(seconds)))
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
        path = _LIST + urlencode({**listing, **({"cursor": cursor} if cursor else {})})
        seconds, body = client.send(Request("GET", path))
        times.append(seconds)
        cursor = json.loads(body)["next_cursor"]
        if cursor is None:
            raise MeasurementError("the list ended before its pages were measured")
        advance()
    return times, cursor
