"""A calendar as a phone reads it: iCalendar (RFC 5545, with the names of RFC 7986).

There is no METHOD: it belongs to invitations by mail, and with it each event would need an ORGANIZER (RFC 5546
§3.2.1). Without it DTSTAMP is when an event was last changed (RFC 5545 §3.8.7.2), so that what has not changed is the
same bytes again. All times are in UTC: a phone shows them on its own clock, on whatever side of a change of clocks.
"""

import math
import re
import unicodedata
from datetime import timedelta

from icalendar import Calendar, Event

from app.modules.booking.status.status import RELEASED, AppointmentStatus
from app.modules.booking.visit.agenda import Engagement
from app.modules.calendar.calendar_service import Shown

_OFTEN = timedelta(minutes=15)
"""In which a phone should look again."""
_NOT_OF_A_NAME = re.compile(r"[\x00-\x1f\d,;:()\[\]{}<>/\\|+@#*=—]|\s[-–]\s")


def write_calendar(shown: Shown) -> bytes:
    """Takes 0.3 ms an event: a therapist's half year half a second, so not in the event loop."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//ZenSpa//Calendar//VI")
    calendar.add("calscale", "GREGORIAN")
    name = f"Lịch hẹn: {given_name(shown.of)}" if shown.customer_ids else f"Lịch làm: {_line(shown.of)}"
    for property_name in ("name", "x-wr-calname"):
        calendar.add(property_name, name)
    calendar.add("refresh-interval", _OFTEN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT15M")
    for engagement in shown.engagements:
        calendar.add_component(_write_event(engagement, shown))
    written: bytes = calendar.to_ical()
    return written


def _write_event(engagement: Engagement, shown: Shown) -> Event:
    event = Event()
    event.add("uid", f"{engagement.id}@zenspa")
    event.add("dtstamp", engagement.updated_at)
    event.add("created", engagement.created_at)
    event.add("last-modified", engagement.updated_at)
    event.add("sequence", _revision(engagement))
    event.add("status", _status(engagement.status))
    event.add("dtstart", engagement.start)
    event.add("dtend", engagement.end)
    summary, description = _for_guest(engagement, shown) if shown.customer_ids else _for_therapist(engagement)
    event.add("summary", summary)
    event.add("location", ", ".join(filter(None, map(_line, engagement.branch))))
    if description:
        event.add("description", description)
    return event


def _for_therapist(engagement: Engagement) -> tuple[str, str]:
    """Of the guest nothing but the name by which they are called: a phone shows it while it is locked."""
    what = _line(", ".join(engagement.treatments))
    who = given_name(engagement.guest)
    return f"{what} – {who}" if who else what, _line(", ".join(engagement.beds))


def _for_guest(engagement: Engagement, shown: Shown) -> tuple[str, str]:
    what = _line(", ".join(engagement.treatments))
    who = "" if engagement.guest_id in shown.customer_ids else given_name(engagement.guest)
    return f"{what} – {_line(engagement.branch.name)}", f"Khách: {who}" if who else ""


def _status(status: AppointmentStatus) -> str:
    if status is AppointmentStatus.PENDING:
        return "TENTATIVE"
    return "CANCELLED" if status in RELEASED else "CONFIRMED"


def _revision(engagement: Engagement) -> int:
    """Grows with every change, and is an int4 for 68 years (RFC 5545 §3.3.8)."""
    return max(0, math.ceil((engagement.updated_at - engagement.created_at).total_seconds()))


def given_name(full_name: str) -> str:
    """The last word, as Vietnamese names are: Lan of Nguyễn Thị Thu Lan. What the desk wrote behind it, a number or a
    remark, is no part of it."""
    parts = (part.split() for part in _NOT_OF_A_NAME.split(full_name))
    return _line(next((words[-1] for words in parts if words), ""))


def _line(text: str) -> str:
    """Without control characters, which have no place in RFC 5545's TEXT, on one line."""
    return " ".join("".join(" " if unicodedata.category(char) == "Cc" else char for char in text).split())
