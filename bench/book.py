"""The booking page of guests in a browser, on a cheap phone, beside an empty HTML page of the same server."""

import asyncio

import asyncpg
from browser import measure_in_browser, spread
from report import Row, Section, at_most, percentile
from spa import add_branch
from testbed import Advance, Effort, Testbed

_DATABASE = "book"
_USABLE = 1.2
_EMPTY = (
    '<!doctype html><html lang="vi"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<title>Spa</title><label><input type="checkbox"> Massage</label></html>'
)
_OPEN = "UPDATE branch SET online_booking = true"


def steps(_effort: Effort) -> int:
    return 1


def measure(testbed: Testbed, effort: Effort, advance: Advance) -> Section:
    folder = testbed.folder / "empty-html"
    folder.mkdir()
    (folder / "index.html").write_text(_EMPTY, encoding="utf-8")
    testbed.create_database(_DATABASE)
    asyncio.run(_add_spa(testbed))
    environment = testbed.environment(_DATABASE) | {"SCREENS_DIR": str(folder)}
    with testbed.serve("app.main:app", environment) as app:
        base = f"http://localhost:{app.port}"
        job = {"book": f"{base}/book/spa", "empty": f"{base}/desk", "rounds": effort.rounds}
        result = measure_in_browser(testbed, "bench:book", job)
        advance()
    return _section(result, effort)


async def _add_spa(testbed: Testbed) -> None:
    connection = await asyncpg.connect(testbed.libpq_url(_DATABASE))
    await add_branch(connection)
    await connection.execute(_OPEN)
    await connection.execute("VACUUM (ANALYZE)")
    await connection.close()


def _section(result: dict[str, list[float]], effort: Effort) -> Section:
    empty, usable = percentile(result["empty"], 50), percentile(result["usable"], 50)
    return Section(
        "The booking page in a browser",
        "Chromium with its processor throttled to a sixth and a network of 1.6 Mbit/s, one worker, PostgreSQL and Valkey on the "
        "same machine. The floor is an HTML page with one checkbox, from the same server. Both are opened in turn, "
        f"{effort.rounds} times after one to warm up, without the cache of the browser. Times are from the start of the "
        "navigation until the first checkbox is drawn and a click on it is answered on the screen.",
        [
            Row("the empty page answers", spread(result["empty"])),
            Row("the first treatments are drawn", spread(result["drawn"])),
            at_most(
                "the booking page answers",
                spread(result["usable"]),
                usable / empty,
                _USABLE,
                "the p50 of the empty page",
            ),
        ],
    )
