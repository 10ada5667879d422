"""Put shortages into sentences that a receptionist would say, in both languages."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from app.common.helpers import utc_now
from app.common.types.gender import Gender
from app.common.types.localized import LocalizedText
from app.common.types.wall_time import DAY, Span, instant_of
from app.modules.availability.snapshot import BranchSnapshot
from app.modules.blocked_time.blocked_time_schemas import BlockReason
from app.scheduling.bitmask import from_runs
from app.scheduling.places import Obstacle
from app.scheduling.shortages import Reason, Shortage
from app.scheduling.supply import Requirement, ResourceKind
from app.scheduling.timegrid import this_step

_GENERAL = {
    Reason.CLOSED: LocalizedText("Chi nhánh đóng cửa.", "The branch is closed."),
    Reason.OPEN_TOO_SHORT: LocalizedText(
        "Giờ mở cửa không đủ để làm hết các dịch vụ đã chọn.",
        "The branch is not open long enough for these treatments.",
    ),
    Reason.NOT_AT_ONCE: LocalizedText(
        "Không có lúc nào kỹ thuật viên, giường và máy cùng trống.",
        "Therapists, beds and devices are never free at the same time.",
    ),
}
_TOO_LATE_TODAY = LocalizedText("Đã qua giờ nhận khách.", "It is too late for this day.")
_THERAPISTS = {
    None: (LocalizedText("kỹ thuật viên", "therapist"), "therapists"),
    Gender.FEMALE: (LocalizedText("kỹ thuật viên nữ", "female therapist"), "female therapists"),
    Gender.MALE: (LocalizedText("kỹ thuật viên nam", "male therapist"), "male therapists"),
    Gender.OTHER: (
        LocalizedText("kỹ thuật viên (giới tính khác)", "therapist of another gender"),
        "therapists of another gender",
    ),
}
"""The singular in both languages and the English plural, by the gender asked for."""
_NO_THERAPIST = {
    Reason.MISSING: LocalizedText("chi nhánh không có {name}", "the branch has no {name}"),
    Reason.OFF_SHIFT: LocalizedText("không có {name} trong ca{times}", "no {name} is on shift{times}"),
    Reason.UNAVAILABLE: LocalizedText("tất cả {name} đều nghỉ{times}", "every {name} is on leave{times}"),
    Reason.BLOCKED: LocalizedText(
        "tất cả {name} đều khóa lịch{times} ({causes})", "every {name} is blocked{times} ({causes})"
    ),
    Reason.TRAVELLING: LocalizedText(
        "tất cả {name} đều đang di chuyển{times} (từ hoặc đến {causes})",
        "every {name} is travelling{times} (from or to {causes})",
    ),
    Reason.TAKEN: LocalizedText("tất cả {name} đều kín lịch{times}", "every {name} is taken{times}"),
}
_TOO_FEW_THERAPISTS = {
    Reason.MISSING: LocalizedText(
        "chi nhánh không có đủ {count} {name}", "the branch has fewer than {count} {names}"
    ),
    Reason.OFF_SHIFT: LocalizedText(
        "không đủ {count} {name} trong ca{times}", "fewer than {count} {names} are on shift{times}"
    ),
    Reason.UNAVAILABLE: LocalizedText(
        "không còn đủ {count} {name} vì nghỉ{times}",
        "fewer than {count} {names} are left, others are on leave{times}",
    ),
    Reason.BLOCKED: LocalizedText(
        "không còn đủ {count} {name} vì khóa lịch{times} ({causes})",
        "fewer than {count} {names} are left, others are blocked{times} ({causes})",
    ),
    Reason.TRAVELLING: LocalizedText(
        "không còn đủ {count} {name} vì đang di chuyển{times} (từ hoặc đến {causes})",
        "fewer than {count} {names} are left, others are travelling{times} (from or to {causes})",
    ),
    Reason.TAKEN: LocalizedText(
        "không còn đủ {count} {name} trống{times}", "fewer than {count} {names} are free{times}"
    ),
}
_NOT_THIS_THERAPIST = {
    Reason.MISSING: LocalizedText("{name} không làm dịch vụ này ở đây", "{name} does not do it here"),
    Reason.OFF_SHIFT: LocalizedText("{name} không có ca{times}", "{name} is not on shift{times}"),
    Reason.UNAVAILABLE: LocalizedText("{name} nghỉ{times}", "{name} is on leave{times}"),
    Reason.BLOCKED: LocalizedText(
        "{name} khóa lịch{times} ({causes})", "{name} is blocked{times} ({causes})"
    ),
    Reason.TRAVELLING: LocalizedText(
        "{name} đang di chuyển{times} (từ hoặc đến {causes})",
        "{name} is travelling{times} (from or to {causes})",
    ),
    Reason.TAKEN: LocalizedText("{name} đã có khách khác{times}", "{name} has another guest{times}"),
}
_NO_EQUIPMENT = {
    Reason.MISSING: LocalizedText("chi nhánh không có", "the branch has none"),
    Reason.UNAVAILABLE: LocalizedText("đều đang hỏng{times}", "all are out of order{times}"),
    Reason.BLOCKED: LocalizedText("đều khóa lịch{times} ({causes})", "all are blocked{times} ({causes})"),
    Reason.TAKEN: LocalizedText("đã kín{times}", "all are taken{times}"),
}
_TOO_LITTLE_EQUIPMENT = {
    Reason.MISSING: LocalizedText(
        "cần {count}{room}, chi nhánh không có đủ", "the branch has fewer than {count}{room}"
    ),
    Reason.UNAVAILABLE: LocalizedText(
        "cần {count}{room}, không còn đủ vì đang hỏng{times}",
        "fewer than {count} are left{room}, others are out of order{times}",
    ),
    Reason.BLOCKED: LocalizedText(
        "cần {count}{room}, không còn đủ vì khóa lịch{times} ({causes})",
        "fewer than {count} are left{room}, others are blocked{times} ({causes})",
    ),
    Reason.TAKEN: LocalizedText(
        "cần {count}{room}, không còn đủ{times}", "fewer than {count} are free{room}{times}"
    ),
}
_NOT_THIS_BED = {
    Reason.MISSING: LocalizedText("{name} không dùng ở chi nhánh này", "{name} is not in use in this branch"),
    Reason.UNAVAILABLE: LocalizedText("{name} đang hỏng{times}", "{name} is out of order{times}"),
    Reason.BLOCKED: LocalizedText(
        "{name} khóa lịch{times} ({causes})", "{name} is blocked{times} ({causes})"
    ),
    Reason.TAKEN: LocalizedText("{name} đã có khách khác{times}", "{name} has another guest{times}"),
}
_NOT_AVAILABLE = LocalizedText("{name} bận{times}", "{name} is not available{times}")
"""The sentence for customers: whether a person has a guest, a meeting or leave is for the desk."""
_OF_ANOTHER_GENDER = LocalizedText(
    "khách yêu cầu {wish}, {name} không phải", "the guest asks for a {wish}, and {name} is none"
)
_ONLY_ONE = LocalizedText(
    "{name} không thể phục vụ {count} khách cùng lúc", "{name} cannot serve {count} guests at once"
)
_CAUSES = {
    BlockReason.BREAK: LocalizedText("nghỉ giải lao", "a break"),
    BlockReason.MEETING: LocalizedText("họp", "a meeting"),
    BlockReason.TRAINING: LocalizedText("đào tạo", "a training"),
    BlockReason.CLEANING: LocalizedText("dọn dẹp", "cleaning"),
    BlockReason.OTHER: LocalizedText("việc khác", "something else"),
}
_IN_ONE_ROOM = LocalizedText(" trong cùng một phòng", " in one room")
_EMPTY = LocalizedText("", "")
OBSTACLES = {
    Obstacle.UNSUITABLE: LocalizedText("Không đúng yêu cầu của khách.", "Not what the guest asked for."),
    Obstacle.OFF_SHIFT: LocalizedText("Ngoài ca làm.", "Not on shift."),
    Obstacle.TAKEN: LocalizedText("Đã bận.", "Not free."),
    Obstacle.OTHERS: LocalizedText(
        "Thiếu giường, thiết bị hoặc kỹ thuật viên khác.",
        "A bed, a device or another therapist is not free.",
    ),
}
"""The reasons why a treatment does not fit at a place on the board."""
_ONE_DAY = timedelta(days=1)
_MAX_TIMES = 4
"""The number of times that one sentence lists; the response lists all of them."""


def describe_shortage(  # noqa: PLR0913 - what a sentence depends on
    shortage: Shortage,
    snapshot: BranchSnapshot,
    day: date,
    *,
    same_room: bool,
    at_desk: bool,
    stay: Span | None = None,
) -> LocalizedText:
    """Describe what is missing on a day, or for one stay on it, as one sentence in both languages."""
    if shortage.requirement is not None:
        return _describe_missing(shortage, shortage.requirement, snapshot, day, same_room=same_room)
    if shortage.reason is Reason.TOO_SOON:
        return _describe_notice(snapshot, day, at_desk=at_desk)
    if shortage.reason is Reason.TOO_FAR:
        days = snapshot.calendar.horizon_days
        return LocalizedText(
            f"Chỉ nhận đặt lịch trước tối đa {days} ngày.", f"Please book no more than {days} days ahead."
        )
    if stay is not None and shortage.reason in (Reason.CLOSED, Reason.OPEN_TOO_SHORT):
        return _describe_hours(snapshot, day, stay)
    return _GENERAL[shortage.reason]


def _describe_hours(snapshot: BranchSnapshot, day: date, stay: Span) -> LocalizedText:
    """Describe why a stay is not within the opening hours: closed for good, all day, at its start or at its end."""
    calendar, zone = snapshot.calendar, snapshot.zone
    if calendar.closed_on is not None and stay.end > instant_of(calendar.closed_on, 0, zone):
        return LocalizedText(
            f"Chi nhánh đóng cửa hẳn từ ngày {calendar.closed_on:%d/%m/%Y}.",
            f"The branch is closed for good from {calendar.closed_on:%-d %B %Y}.",
        )
    midnight, next_midnight = calendar.midnight_to_midnight(day)
    spans = [span for span in calendar.open_spans() if span.start < next_midnight and span.end > midnight]
    if not spans:
        return LocalizedText(
            f"Chi nhánh nghỉ cả ngày {day:%d/%m/%Y}.", f"The branch is closed all day on {day:%-d %B %Y}."
        )
    opened = next((span for span in spans if span.start <= stay.start < span.end), None)
    if opened is not None:
        closes, ends = (f"{when.astimezone(zone):%H:%M}" for when in (opened.end, stay.end))
        return LocalizedText(
            f"Chi nhánh đóng cửa lúc {closes}, các dịch vụ kéo dài đến {ends}.",
            f"The branch closes at {closes}, and the treatments would last until {ends}.",
        )
    hours = _list_times(spans, snapshot, day)
    start = stay.start.astimezone(zone)
    return LocalizedText(
        f"Chi nhánh không mở cửa lúc {start:%H:%M}. Giờ mở cửa hôm đó:{hours.vi}.",
        f"The branch is not open at {start:%H:%M}. It is open{hours.en} on that day.",
    )


def describe_start(start: datetime, snapshot: BranchSnapshot | None = None) -> LocalizedText:
    """Describe why a start is not bookable, however many therapists and beds are free.

    Args:
        start: A start in the past or, with a snapshot, one for which `BranchSnapshot.is_bookable` is false.
        snapshot: The branch and its booking policy, for customers.
    """
    if snapshot is None or start < this_step():
        return LocalizedText(
            "Giờ này đã qua. Vui lòng chọn giờ khác.", "This time has passed. Please choose a later time."
        )
    policy = snapshot.calendar
    if start < snapshot.read_at + timedelta(minutes=policy.notice_minutes):
        notice = _duration(policy.notice_minutes)
        return LocalizedText(
            f"Cần đặt lịch trước ít nhất {notice.vi}. Vui lòng chọn giờ khác hoặc gọi chi nhánh.",
            f"Please book at least {notice.en} ahead, or call the branch.",
        )
    today = snapshot.read_at.astimezone(snapshot.zone).date()
    if start.astimezone(snapshot.zone).date() > today + timedelta(days=policy.horizon_days):
        days = _duration(policy.horizon_days * DAY)
        return LocalizedText(
            f"Chỉ nhận đặt lịch trước tối đa {days.vi}. Vui lòng chọn ngày gần hơn.",
            f"Bookings are open {days.en} ahead. Please choose an earlier day.",
        )
    local = start.astimezone(snapshot.zone).replace(second=0, microsecond=0)
    before = local - timedelta(minutes=local.minute % policy.grid_minutes)
    after = before + timedelta(minutes=policy.grid_minutes)
    return LocalizedText(
        f"Chi nhánh không nhận khách vào {local:%H:%M}. Vui lòng chọn {before:%H:%M} hoặc {after:%H:%M}.",
        f"Visits do not begin at {local:%H:%M}. Please choose {before:%H:%M} or {after:%H:%M}.",
    )


def _describe_notice(snapshot: BranchSnapshot, day: date, *, at_desk: bool) -> LocalizedText:
    if at_desk or day < utc_now().astimezone(snapshot.zone).date():
        return _TOO_LATE_TODAY
    notice = _duration(snapshot.calendar.notice_minutes)
    return LocalizedText(
        f"Vui lòng đặt lịch trước ít nhất {notice.vi}.", f"Please book at least {notice.en} ahead."
    )


def _describe_missing(
    shortage: Shortage, requirement: Requirement, snapshot: BranchSnapshot, day: date, *, same_room: bool
) -> LocalizedText:
    by_staff = requirement.kind is ResourceKind.STAFF
    singular, plural = _THERAPISTS[Gender(requirement.gender) if requirement.gender else None]
    if requirement.resource_id is not None:
        sentences = _NOT_THIS_THERAPIST if by_staff else _NOT_THIS_BED
        singular = _name_resource(requirement.resource_id, snapshot, by_staff=by_staff)
    elif shortage.needed > 1:
        sentences = _TOO_FEW_THERAPISTS if by_staff else _TOO_LITTLE_EQUIPMENT
    else:
        sentences = _NO_THERAPIST if by_staff else _NO_EQUIPMENT
    sentence, wish = sentences[shortage.reason], _EMPTY
    if requirement.resource_id is not None and shortage.needed > 1:
        sentence = _ONLY_ONE
    elif requirement.resource_id is not None and shortage.reason is Reason.TAKEN and not snapshot.at_desk:
        sentence = _NOT_AVAILABLE
    elif requirement.gender is not None and _is_of_another_gender(requirement, snapshot):
        sentence, wish = _OF_ANOTHER_GENDER, _THERAPISTS[Gender(requirement.gender)][0]
    times = _list_times(snapshot.grid.spans(shortage.during), snapshot, day)
    in_one_room = same_room or requirement.room_id is not None
    room = _IN_ONE_ROOM if in_one_room and not by_staff else _EMPTY
    causes = _list_causes(shortage, requirement, snapshot, day)
    subject = snapshot.requirement_names.get(requirement.of, _EMPTY)
    vi, en = (
        text.format(
            name=name,
            names=names,
            count=shortage.needed,
            times=listed,
            room=in_room,
            causes=cause,
            wish=gender,
        )
        for text, name, names, listed, in_room, cause, gender in zip(
            sentence, singular, (singular.vi, plural), times, room, causes, wish, strict=True
        )
    )
    return LocalizedText(f"{subject.vi}: {vi}.", f"{subject.en}: {en}.")


def _is_of_another_gender(requirement: Requirement, snapshot: BranchSnapshot) -> bool:
    """Return whether the only therapist that will do has the skill, and not the gender that is required as well."""
    of_any_gender = requirement._replace(gender=None)
    return (
        requirement.resource_id is not None
        and not any(resource.suits(requirement) for resource in snapshot.supply.resources)
        and any(resource.suits(of_any_gender) for resource in snapshot.supply.resources)
    )


def _list_causes(
    shortage: Shortage, requirement: Requirement, snapshot: BranchSnapshot, day: date
) -> LocalizedText:
    """List what suitable resources are blocked for, or the branches from or to which they travel, when they are missing."""
    during = shortage.during or snapshot.grid.day(day, snapshot.zone)
    causes = {
        absence.cause
        for resource in snapshot.supply.resources
        if resource.suits(requirement)
        for absence in snapshot.absences.get(resource.id, ())
        if absence.reason is shortage.reason
        and from_runs([(absence.first, absence.last)], snapshot.grid.count) & during
    }
    if shortage.reason is Reason.TRAVELLING:
        branches = ", ".join(sorted(filter(None, causes)))
        return LocalizedText(branches, branches)
    named = [label for reason, label in _CAUSES.items() if reason in causes]
    return LocalizedText(", ".join(label.vi for label in named), ", ".join(label.en for label in named))


def _name_resource(resource_id: UUID, snapshot: BranchSnapshot, *, by_staff: bool) -> LocalizedText:
    name = snapshot.resource_names.get(resource_id)
    if name is not None:
        return LocalizedText(name, name)
    if by_staff:
        return LocalizedText("kỹ thuật viên được chọn", "the therapist asked for")
    return LocalizedText("giường được chọn", "the bed asked for")


def _list_times(spans: Sequence[Span], snapshot: BranchSnapshot, day: date) -> LocalizedText:
    """List times on the wall clock of the branch."""
    if not spans:
        return LocalizedText(" (không có khoảng trống đủ dài)", " (no gap is long enough)")
    midnight = instant_of(day + _ONE_DAY, 0, snapshot.zone)

    def clock(when: datetime) -> str:
        return f"{when.astimezone(snapshot.zone):%H:%M}"

    shown = [
        f"{clock(span.start)}–{'24:00' if span.end == midnight else clock(span.end)}"
        for span in spans[:_MAX_TIMES]
    ]
    listed = " " + ", ".join(shown) + (", …" if len(spans) > _MAX_TIMES else "")
    return LocalizedText(listed, listed)


def _duration(minutes: int) -> LocalizedText:
    for size, vi, en in ((DAY, "ngày", "day"), (60, "tiếng", "hour"), (1, "phút", "minute")):
        if minutes % size == 0:
            count = minutes // size
            return LocalizedText(f"{count} {vi}", f"{count} {en}{'' if count == 1 else 's'}")
    raise AssertionError
