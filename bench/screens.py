"""The day board in a browser, on a processor that is six times slower, beside an empty React page."""

import asyncio
from datetime import timedelta

import asyncpg
from browser import measure_in_browser, run_npm, spread
from customers import COLUMNS, record_of
from report import Row, Section, at_most, percentile
from spa import add_branch, id_of, midnight, tomorrow
from testbed import Advance, Client, Effort, MeasurementError, Request, Testbed

from app.cli import screens
from app.cli.demo_people import sample_customers

_DATABASE = "screens"
_COLUMNS = 24
_CARDS = 360
_IN_VIEW = 9 * 6
"""The cards in view: nine columns fit beside the hours in 1366 pixels, six treatments of 45 minutes between the head of the
columns and the foot of the page. The others are drawn after them."""
_SLOT = timedelta(minutes=45)
_THROTTLED = 20
"""Bookings that are drawn on the slow processor."""
_USABLE, _MILLISECONDS, _SECOND = 2, 50, 1000
_IN_TIME = 0.99
# One bed for each therapist, treatments of one slot, one long shift tomorrow.
_DAY = """
UPDATE opening_hours SET opens = 420, closes = 1320;
DELETE FROM resource WHERE kind = 'bed' AND substring(key FROM 5)::int >= 24;
DELETE FROM service_segment WHERE position = 1;
UPDATE service_segment SET minutes = 45;
UPDATE service SET name_vi = 'Massage thảo dược ' || position, name_en = 'Herbal massage ' || position;
INSERT INTO shift (id, staff_id, branch_id, during)
    SELECT gen_random_uuid(), md5('staff' || n)::uuid, md5('branch0')::uuid,
        tstzrange(day.begins + interval '7 hours', day.begins + interval '22 hours')
    FROM generate_series(0, 23) AS n, (SELECT '{}'::timestamptz AS begins) AS day;
"""


def steps(_effort: Effort) -> int:
    return 3


def measure(testbed: Testbed, effort: Effort, advance: Advance) -> Section:
    empty_folder = testbed.folder / "empty"
    try:
        screens.build()
    except screens.ScreensError as error:
        raise MeasurementError(str(error)) from None
    run_npm("exec", "--", "vite", "build", "bench/empty", "--outDir", str(empty_folder), "--emptyOutDir")
    advance()
    testbed.create_database(_DATABASE)
    customers = asyncio.run(_add_day(testbed))
    account = testbed.create_admin(_DATABASE)
    environment = testbed.environment(_DATABASE)
    screens_folder = {"SCREENS_DIR": str(screens.FRONTEND / "dist")}
    with (
        testbed.serve("app.main:app", environment | screens_folder) as app,
        testbed.serve("app.main:app", environment | {"SCREENS_DIR": str(empty_folder)}) as empty,
    ):
        headers = testbed.sign_in(_DATABASE, app, account)
        client = Client(app.connect(), headers)
        bookings = [_booking(number, customers[number]) for number in range(len(customers))]
        for number, body in enumerate(bookings[:_CARDS]):
            client.send(Request("POST", "/api/v1/visits", body, {"Idempotency-Key": f"day-{number}"}))
        advance()
        live = bookings[_CARDS : _CARDS + _THROTTLED + effort.live_bookings]
        job = {
            "screens": f"http://localhost:{app.port}",
            "empty": f"http://localhost:{empty.port}",
            "day": tomorrow().isoformat(),
            "cards": _CARDS,
            "cardsInView": _IN_VIEW,
            **account,
            "headers": headers,
            "bookings": live,
            "throttled": _THROTTLED,
            "rounds": effort.rounds,
        }
        result = measure_in_browser(testbed, "bench", job)
        advance()
    return _section(result, effort)


async def _add_day(testbed: Testbed) -> list[str]:
    """Add the spa and its customers, and return the ids of these: one for each place of the day."""
    records = [record_of(person) for person in sample_customers(_COLUMNS * 20)]
    connection = await asyncpg.connect(testbed.libpq_url(_DATABASE))
    await add_branch(connection)
    begins = midnight() + timedelta(days=1)
    await connection.execute(_DAY.replace("{}", begins.isoformat()))
    await connection.copy_records_to_table("customer", records=records, columns=COLUMNS)
    await connection.execute("VACUUM (ANALYZE)")
    await connection.close()
    return [str(record[0]) for record in records]


def _booking(number: int, customer: str) -> dict[str, object]:
    """Return a booking of a place that no other number has: one slot of one therapist."""
    slot, therapist = divmod(number, _COLUMNS)
    treatment = {
        "variant_id": str(id_of("variant", therapist)),
        "therapist_id": str(id_of("staff", therapist)),
    }
    return {
        "branch_id": str(id_of("branch", 0)),
        "start": (midnight() + timedelta(days=1, hours=7) + slot * _SLOT).isoformat(),
        "customer_id": customer,
        "guests": [{"customer_id": customer, "treatments": [treatment]}],
    }


def _section(result: dict[str, list[float]], effort: Effort) -> Section:
    empty, usable = percentile(result["empty"], 50), percentile(result["usable"], 50)
    frames, changes, live = result["dragged"], result["changes"], result["live"]
    in_time = sum(milliseconds < _SECOND for milliseconds in live) / len(live)
    return Section(
        "The day board in a browser",
        f"Chromium with its processor throttled to a sixth, {_COLUMNS} therapists with {_CARDS} cards, one worker, "
        f"PostgreSQL and Valkey on the same machine. The floor is a React page with one button, built by the same Vite and "
        f"served by the same app. Both are opened in turn, {effort.rounds} times after one to warm up, without the "
        "cache of the browser; the desk has its files from its service worker, as after every first visit. Times are from the "
        "start of the navigation until the cards in view, or the button, are drawn and a click on the first is answered "
        "on the screen: its panel is open, with the guest, the time and the price. A change is a booking: from its event in the page to the "
        "frame with its card. Frames are those of 200 moves of the mouse with a card in the hand. Bookings of another process are sent one after "
        "another, without throttling, from the request to the frame.",
        [
            Row("the empty page answers", spread(result["empty"])),
            Row("the cards in view are drawn", spread(result["drawn"])),
            at_most(
                "the board answers",
                spread(result["usable"]),
                usable / empty,
                _USABLE,
                "the p50 of the empty page",
            ),
            Row(f"all {_CARDS} cards are drawn", spread(result["complete"])),
            Row(
                f"a change is drawn, {len(changes)} times",
                spread(changes),
                f"worst ≤ {_MILLISECONDS} ms",
                max(changes) <= _MILLISECONDS,
            ),
            Row("frames of a drag over the empty page", spread(result["draggedOverEmpty"])),
            Row(
                "— over the board",
                spread(frames),
                f"worst ≤ {_MILLISECONDS} ms",
                max(frames) <= _MILLISECONDS,
            ),
            Row(
                f"{len(live)} bookings of another process",
                f"{spread(live)}; {in_time:.0%} in time",
                f"{_IN_TIME:.0%} within 1 s",
                in_time >= _IN_TIME,
            ),
        ],
    )
