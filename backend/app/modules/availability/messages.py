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
    Reason.BLOCKED: LocalizedText(
        "{name} khóa lịch{times} ({causes})", "{name} is blocked{times} ({causes})"
    ),
    Reason.TRAVELLING: LocalizedText(
        "{name} đang di chuyển{times} (từ hoặc đến {causes})",
        "{name} is travelling{times} (from or to {causes})",
    ),
    Reason.TAKEN: LocalizedText("{name} đã kín lịch{times}", "{name} is taken{times}"),
}
_NO_EQUIPMENT = {
    Reason.MISSING: LocalizedText("chi nhánh không có", "the branch has none"),
    Reason.BLOCKED: LocalizedText("đều khóa lịch{times} ({causes})", "all are blocked{times} ({causes})"),
    Reason.TAKEN: LocalizedText("đã kín{times}", "all are taken{times}"),
}
_TOO_LITTLE_EQUIPMENT = {
    Reason.MISSING: LocalizedText(
        "cần {count}{room}, chi nhánh không có đủ", "the branch has fewer than {count}{room}"
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
    Reason.MISSING: LocalizedText("{name} không có ở chi nhánh này", "{name} is not in this branch"),
    Reason.BLOCKED: LocalizedText(
        "{name} khóa lịch{times} ({causes})", "{name} is blocked{times} ({causes})"
    ),
    Reason.TAKEN: LocalizedText("{name} đã có khách{times}", "{name} is taken{times}"),
}
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


def describe_shortage(
    shortage: Shortage, snapshot: BranchSnapshot, day: date, *, same_room: bool, at_desk: bool
) -> LocalizedText:
    """Describe what is missing on a day, as one sentence in both languages."""
    if shortage.requirement is not None:
        return _describe_missing(shortage, shortage.requirement, snapshot, day, same_room=same_room)
    if shortage.reason is Reason.TOO_SOON:
        return _describe_notice(snapshot, day, at_desk=at_desk)
    if shortage.reason is Reason.TOO_FAR:
        days = snapshot.calendar.horizon_days
        return LocalizedText(
            f"Chỉ nhận đặt lịch trước tối đa {days} ngày.", f"Please book no more than {days} days ahead."
        )
    return _GENERAL[shortage.reason]


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
    only_one = requirement.resource_id is not None and shortage.needed > 1
    sentence = _ONLY_ONE if only_one else sentences[shortage.reason]
    times = _list_times(snapshot.grid.spans(shortage.during), snapshot, day)
    in_one_room = same_room or requirement.room_id is not None
    room = _IN_ONE_ROOM if in_one_room and not by_staff else _EMPTY
    causes = _list_causes(shortage, requirement, snapshot, day)
    subject = snapshot.requirement_names.get(requirement.of, _EMPTY)
    vi, en = (
        text.format(name=name, names=names, count=shortage.needed, times=listed, room=in_room, causes=cause)
        for text, name, names, listed, in_room, cause in zip(
            sentence, singular, (singular.vi, plural), times, room, causes, strict=True
        )
    )
    return LocalizedText(f"{subject.vi}: {vi}.", f"{subject.en}: {en}.")


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
        branches = ", ".join(sorted(causes))
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
