"""A guest in a browser without JavaScript: reads a page, presses a button of a form, follows the redirect.

page = await guest.choose()
held = await guest.press(page, start=spa.hour(10))
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any, override

import httpx2

from tests.builders.bookings import BookableSpa
from tests.support.http import client_of

PAGE_GUEST_ADDRESS = "203.0.113.7"


@dataclass
class Form:
    """A form of a page, with the values that it has."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.boxes: list[str] = []
        self.focused: list[str] = []
        self.texts: list[str] = []
        self.alerts: list[str] = []
        self._alert = False
        self._area = ""

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self._alert = values.get("role") == "alert"
        if "autofocus" in values:
            self.focused.append(values.get("name", tag))
        if tag == "form":
            self.forms.append(Form(values["action"], values["method"]))
        elif tag == "a":
            self.links.append(values["href"])
        elif tag == "button" and "name" in values:
            self.forms[-1].buttons.append((values["name"], values["value"]))
        elif tag == "textarea":
            self._area = values["name"]
        elif tag == "input" and values.get("type") == "checkbox":
            self.boxes.append(values["name"])
            if "checked" in values:
                self.forms[-1].fields[values["name"]] = values["value"]
        elif tag == "input":
            self.forms[-1].fields[values["name"]] = values.get("value", "")

    @override
    def handle_endtag(self, tag: str) -> None:
        self._alert, self._area = False, ""

    @override
    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1].fields[self._area] = data
        if text := " ".join(data.split()):
            self.texts.append(text)
            if self._alert:
                self.alerts.append(text)


class Page:
    """A page that was read."""

    def __init__(self, answer: httpx2.Response) -> None:
        reader = _Reader()
        reader.feed(answer.text)
        self.answer, self.status = answer, answer.status_code
        self.path = answer.url.raw_path.decode()
        self.forms, self.links, self.boxes = reader.forms, reader.links, reader.boxes
        self.focused, self.alerts = reader.focused, reader.alerts
        self.text = " ".join(reader.texts)

    def form(self, end: str | tuple[str, ...]) -> Form:
        """Return the form whose action ends like this."""
        return next(form for form in self.forms if form.action.endswith(end))

    @property
    def starts(self) -> list[datetime]:
        """Return the starts that can be pressed."""
        buttons = [button for form in self.forms for button in form.buttons]
        return [datetime.fromisoformat(value) for name, value in buttons if name == "start"]


class PageGuest:
    """A guest with a browser, whose requests come from one network address."""

    def __init__(self, http: httpx2.AsyncClient, spa: BookableSpa) -> None:
        self.http, self.spa = http, spa

    async def open(self, path: str) -> Page:
        return Page(await self.http.get(path, follow_redirects=True))

    async def send(self, form: Form, **values: Any) -> httpx2.Response:
        """Send a form with these values, and return the answer itself."""
        fields = form.fields | {name.replace("__", "."): str(value) for name, value in values.items()}
        if form.method == "get":
            return await self.http.get(form.action, params=fields)
        return await self.http.post(form.action, data=fields)

    async def submit(self, form: Form, **values: Any) -> Page:
        """Send a form and follow the redirect."""
        answer = await self.send(form, **values)
        return await self.open(answer.headers["location"]) if answer.status_code == 303 else Page(answer)

    async def choose(self, *, days: int = 3, party: str = "") -> Page:
        """Choose the spa's treatment, and return the times of a day."""
        if not party:
            page = await self.open("/book/quan-1")
            party = page.boxes[0].removeprefix("t.")
        return await self.open(f"/book/quan-1/times?g={party}&day={self.spa.day(days)}")

    async def press(self, page: Page, start: datetime) -> Page:
        """Press a start."""
        return await self.submit(page.form(("/hold", "/move")), start=start.astimezone(UTC).isoformat())

    async def hold(self, start: datetime) -> Page:
        return await self.press(await self.choose(), start)

    async def confirm(self, page: Page, **values: Any) -> Page:
        contact = {"full_name": "Nguyễn Thị Mai", "phone": "0912 345 678"}
        return await self.submit(page.form("/confirm"), **contact | values)

    async def book(self, start: datetime) -> Page:
        return await self.confirm(await self.hold(start))


@asynccontextmanager
async def page_guest_at(
    app: object, spa: BookableSpa, address: str = PAGE_GUEST_ADDRESS
) -> AsyncGenerator[PageGuest]:
    """Yield a guest whose requests come from this address."""
    async with client_of(app, address) as http:  # type: ignore[arg-type]  # an ASGI app; its type is imported late
        yield PageGuest(http, spa)
