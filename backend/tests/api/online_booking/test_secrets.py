"""The token of a link is in no line of the log and in no answer but that of the hold."""

import httpx2

from tests.api.http.test_logging import captured
from tests.builders.bookings import BookableSpa
from tests.builders.online import OnlineGuest


async def test_no_line_of_the_log_has_the_token(guest: OnlineGuest, spa: BookableSpa) -> None:
    with captured() as written:
        await guest.hold(spa.hour(10))
        answers: list[httpx2.Response] = [
            await guest.confirm(),
            await guest.read(),
            await guest.confirm("12"),  # refused by its form
            await guest.move(spa.hour(3)),  # refused by the branch
            await guest.http.get(f"{guest.url}/calendar.ics"),
            await guest.cancel(),
            await guest.http.get(f"{guest.url}x"),  # unknown
        ]
    assert [answer.status_code for answer in answers] == [200, 200, 422, 409, 200, 200, 404]
    assert "/api/v1/public/visits/{token}" in written.text
    lines = [line for line in written.text.splitlines() if "| httpx2 |" not in line]  # the client of the test
    assert not [line for line in lines if guest.token in line]
    assert not [answer for answer in answers if guest.token in answer.text]
