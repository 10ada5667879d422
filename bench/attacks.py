"""Attack the booking pages: hold times without end, guess tokens, send forms again and from other sites.

The general limit of requests is out of reach here, so that what refuses is what the pages do themselves.
"""

import asyncio
import re
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from http import HTTPStatus
from http.client import HTTPConnection
from itertools import batched
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import uuid4

import asyncpg
from report import Row, Section, milliseconds
from spa import add_spa, midnight
from testbed import Advance, Effort, MeasurementError, Testbed, Worker

_DATABASE = "attacks"
_OPEN = "UPDATE branch SET online_booking = true"
_HELD = "SELECT count(*) FROM guest_link WHERE held_until > now()"
_VISITS = "SELECT count(*) FROM visit"
_BOOKED = "SELECT count(*) FROM appointment WHERE status = 'confirmed'"
_HOLDS_OF_AN_ADDRESS = 5
"""The default of `online_holds_per_address`."""
_THREADS = 8
_TREATMENT = re.compile(r'name="t\.([^"]+)"')
_LEAST_HOLDS, _MOST_HOLDS = 10, 200
"""The holds of guests elsewhere while the attack goes on."""
_GUEST, _ATTACKER = "127.0.9.1", "127.0.6.6"


class _Answer(NamedTuple):
    status: int
    location: str
    body: str
    seconds: float


class _Browser:
    """A browser at one network address that keeps no cookies: a new device each time."""

    def __init__(self, worker: Worker, address: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", worker.port, timeout=60, source_address=(address, 0))

    def open(self, path: str) -> _Answer:
        return self._send("GET", path, None, {})

    def submit(self, path: str, fields: dict[str, str], **headers: str) -> _Answer:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return self._send("POST", path, urlencode(fields), headers)

    def _send(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> _Answer:
        started = time.perf_counter()
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        text = response.read().decode()
        seconds = time.perf_counter() - started
        return _Answer(response.status, response.getheader("location", ""), text, seconds)

    def close(self) -> None:
        self._connection.close()


def steps(_effort: Effort) -> int:
    return 4


def measure(testbed: Testbed, effort: Effort, advance: Advance) -> Section:
    attempts = effort.attacks
    testbed.create_database(_DATABASE)
    asyncio.run(_open(testbed))
    rows: list[Row] = []
    with testbed.app(_DATABASE) as worker:
        for attack in (_hold_without_end, _guess_tokens, _send_again, _send_from_another_site):
            rows += attack(testbed, worker, attempts)
            advance()
    return Section(
        "Attacks on the booking pages",
        f"Forms and pages over HTTP, {_THREADS} connections from one network address, each request as a new device, and one "
        f"guest elsewhere who holds a time every 0.2 s meanwhile. {attempts:,} attempts each; the general limit of requests is "
        "out of reach.",
        rows,
    )


def _hold_without_end(testbed: Testbed, worker: Worker, attempts: int) -> list[Row]:
    treatment = _treatment(worker)
    quiet = _holds_of_guests(worker, treatment, "127.0.8")

    def attack(browser: _Browser, number: int) -> _Answer:
        return browser.submit("/book/spa/hold", _hold_form(treatment, number))

    with ThreadPoolExecutor(1) as elsewhere:
        statuses: Counter[int] = Counter()
        guest = elsewhere.submit(
            _holds_of_guests, worker, treatment, "127.0.10", lambda: sum(statuses.values()) < attempts
        )
        started = time.perf_counter()
        _repeat(worker, attack, attempts, statuses)
        seconds = time.perf_counter() - started
        disturbed = guest.result()
    held_times = _count(testbed, _HELD) - len(quiet) - len(disturbed)
    return [
        Row(
            f"{attempts:,} holds from one address",
            f"{held_times} times held, {_shown(statuses)}, {seconds:.0f} s",
            f"≤ {_HOLDS_OF_AN_ADDRESS} held",
            held_times <= _HOLDS_OF_AN_ADDRESS,
        ),
        Row("a guest elsewhere holds a time, quiet", milliseconds(quiet)),
        Row(f"meanwhile, {len(disturbed)} of {len(disturbed)} held", milliseconds(disturbed)),
    ]


def _guess_tokens(_testbed: Testbed, worker: Worker, attempts: int) -> list[Row]:
    bodies: set[tuple[int, str]] = set()

    def attack(browser: _Browser, _number: int) -> _Answer:
        answer = browser.open(f"/visit/{secrets.token_urlsafe(24)}")
        bodies.add((answer.status, answer.body))
        return answer

    statuses = _repeat(worker, attack, attempts)
    opened = statuses[HTTPStatus.OK]
    return [
        Row(
            f"{attempts:,} guessed tokens",
            f"{opened} opened, {_shown(statuses)}, {len(bodies)} different answers",
            "0 opened",
            opened == 0,
        )
    ]


def _send_again(testbed: Testbed, worker: Worker, attempts: int) -> list[Row]:
    times = max(attempts // 100, 10)
    browsers = [_Browser(worker, f"127.0.7.{number + 1}") for number in range(times)]
    form = _hold_form(_treatment(worker), 5_000)
    visits, booked = _count(testbed, _VISITS), _count(testbed, _BOOKED)
    # The same form comes from several addresses.
    holds = [browser.submit("/book/spa/hold", form) for browser in browsers]
    [location] = {answer.location for answer in holds if answer.status == HTTPStatus.SEE_OTHER}
    contact = {"full_name": "Nguyễn Thị Mai", "phone": "0912 345 678", "website": ""}
    confirmed = Counter(browser.submit(f"{location}/confirm", contact).status for browser in browsers)
    for browser in browsers:
        browser.close()
    visits, booked = _count(testbed, _VISITS) - visits, _count(testbed, _BOOKED) - booked
    return [
        Row(
            f"one form of a hold and one of the contact, {times} times each",
            f"{visits} visit, {booked} booked; confirmations: {_shown(confirmed)}",
            "1 visit, 1 booked",
            (visits, booked) == (1, 1),
        )
    ]


def _send_from_another_site(testbed: Testbed, worker: Worker, _attempts: int) -> list[Row]:
    browser = _Browser(worker, _GUEST)
    treatment = _treatment(worker)
    own = browser.submit("/book/spa/hold", _hold_form(treatment, 6_000)).location
    visits, booked = _count(testbed, _VISITS), _count(testbed, _BOOKED)
    forms = {
        "/book/spa/hold": _hold_form(treatment, 6_001),
        f"{own}/confirm": {"full_name": "Mai", "phone": "0912345678", "website": ""},
        f"{own}/code": {"email": "mai@example.com"},
        f"{own}/move": {"start": _start(6_002)},
        f"{own}/cancel": {"reason": ""},
    }
    signs = (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
        {"Origin": "https://evil.example"},
    )
    statuses = Counter(
        browser.submit(path, fields, **sign).status for path, fields in forms.items() for sign in signs
    )
    browser.close()
    changes = (_count(testbed, _VISITS) - visits) + (_count(testbed, _BOOKED) - booked)
    return [
        Row(
            f"{len(forms)} forms sent by another site, {len(signs)} signs of it each",
            f"{changes} changes; {_shown(statuses)}",
            "all refused",
            changes == 0 and set(statuses) == {HTTPStatus.FORBIDDEN},
        )
    ]


def _repeat(
    worker: Worker,
    attack: Callable[[_Browser, int], _Answer],
    attempts: int,
    statuses: Counter[int] | None = None,
) -> Counter[int]:
    """Attack from one address over several connections, and count the statuses of the answers."""
    counted: Counter[int] = Counter() if statuses is None else statuses

    def work(numbers: Iterable[int]) -> None:
        with closing(_Browser(worker, _ATTACKER)) as browser:
            for number in numbers:
                counted[attack(browser, number).status] += 1

    with ThreadPoolExecutor(_THREADS) as threads:
        list(threads.map(work, batched(range(attempts), -(-attempts // _THREADS), strict=False)))
    return counted


def _holds_of_guests(
    worker: Worker, treatment: str, network: str, goes_on: Callable[[], bool] = lambda: False
) -> list[float]:
    """Hold a time every 0.2 s, each from a new address of a network: ten, and more as long as an attack goes on.

    Returns:
        The seconds of each.

    Raises:
        MeasurementError: A guest was refused.
    """
    seconds: list[float] = []
    while len(seconds) < _LEAST_HOLDS or (goes_on() and len(seconds) < _MOST_HOLDS):
        number = len(seconds) + 1
        with closing(_Browser(worker, f"{network}.{number}")) as browser:
            answer = browser.submit("/book/spa/hold", _hold_form(treatment, 7_000 + number))
        if not answer.location.startswith("/visit/"):
            raise MeasurementError(f"a guest elsewhere was answered {answer.status}")
        seconds.append(answer.seconds)
        time.sleep(0.2)
    return seconds


def _treatment(worker: Worker) -> str:
    with closing(_Browser(worker, _GUEST)) as browser:
        page = browser.open("/book/spa").body
    match = _TREATMENT.search(page)
    if match is None:
        raise MeasurementError("the booking page has no treatment")
    return match[1]


def _hold_form(treatment: str, number: int) -> dict[str, str]:
    return {"g": treatment, "room": "", "website": "", "key": str(uuid4()), "start": _start(number)}


def _start(number: int) -> str:
    """Return one of the starts of the next weeks."""
    day, slot = divmod(number, 40)
    return (midnight() + timedelta(days=1 + day % 28, hours=9) + slot * timedelta(minutes=15)).isoformat()


def _shown(statuses: Counter[int]) -> str:
    return ", ".join(f"{count:,} × {status}" for status, count in sorted(statuses.items()))


def _count(testbed: Testbed, query: str) -> int:
    async def count() -> int:
        connection = await asyncpg.connect(testbed.libpq_url(_DATABASE))
        value: int = await connection.fetchval(query)
        await connection.close()
        return value

    return asyncio.run(count())


async def _open(testbed: Testbed) -> None:
    connection = await asyncpg.connect(testbed.libpq_url(_DATABASE))
    await add_spa(connection)
    await connection.execute(_OPEN)
    await connection.close()
