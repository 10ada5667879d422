"""What is missing, as a receptionist would say it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.common.types.gender import Gender
from app.common.types.localized import LocalizedText
from app.common.types.wall_time import DAY, Span, instant
from app.modules.availability.availability_schemas import ReasonRead
from app.modules.availability.snapshot import BranchSnapshot
from app.modules.catalogue.names import names_of_services
from app.modules.resource.supply import type_names
from app.scheduling.demand import Party
from app.scheduling.shortages import Reason, Shortage
from app.scheduling.supply import Requirement, ResourceKind

_PLAIN = {
    Reason.CLOSED: LocalizedText("Chi nhánh đóng cửa.", "The branch is closed."),
    Reason.OPEN_TOO_SHORT: LocalizedText(
        "Chi nhánh không mở cửa đủ lâu cho cả buổi.", "The branch is not open for long enough."
    ),
    Reason.NOT_AT_ONCE: LocalizedText(
        "Mỗi thứ đều có lúc trống, nhưng không lúc nào trống cùng nhau.",
        "Each of what is needed is free at some time, but never all of it at once.",
    ),
}
_PAST = LocalizedText("Đã qua giờ nhận khách.", "It is too late for this day.")
_GENDERS = {
    None: (LocalizedText("kỹ thuật viên", "therapist"), "therapists"),
    Gender.FEMALE: (LocalizedText("kỹ thuật viên nữ", "female therapist"), "female therapists"),
    Gender.MALE: (LocalizedText("kỹ thuật viên nam", "male therapist"), "male therapists"),
    Gender.OTHER: (
        LocalizedText("kỹ thuật viên giới tính khác", "therapist of another gender"),
        "such therapists",
    ),
}
_NO_THERAPIST = {
    Reason.MISSING: LocalizedText("chi nhánh không có {who}", "the branch has no {who}"),
    Reason.OFF_SHIFT: LocalizedText("không có {who} trong ca{times}", "no {who} is on shift{times}"),
    Reason.TAKEN: LocalizedText("mọi {who} đã kín lịch{times}", "every {who} is taken{times}"),
}
_TOO_FEW_THERAPISTS = {
    Reason.MISSING: LocalizedText(
        "chi nhánh không có đủ {count} {who}", "the branch has fewer than {count} {many}"
    ),
    Reason.OFF_SHIFT: LocalizedText(
        "không đủ {count} {who} trong ca{times}", "fewer than {count} {many} are on shift{times}"
    ),
    Reason.TAKEN: LocalizedText(
        "không còn đủ {count} {who} trống{times}", "fewer than {count} {many} are free{times}"
    ),
}
_NOT_THIS_THERAPIST = {
    Reason.MISSING: LocalizedText("{who} không làm dịch vụ này ở đây", "{who} does not do it here"),
    Reason.OFF_SHIFT: LocalizedText("{who} không có ca{times}", "{who} is not on shift{times}"),
    Reason.TAKEN: LocalizedText("{who} đã kín lịch{times}", "{who} is taken{times}"),
}
_NO_THING = {
    Reason.MISSING: LocalizedText("chi nhánh không có", "the branch has none"),
    Reason.TAKEN: LocalizedText("đã kín{times}", "all are taken{times}"),
}
_TOO_FEW_THINGS = {
    Reason.MISSING: LocalizedText(
        "chi nhánh không có đủ {count}{room}", "the branch has fewer than {count}{room}"
    ),
    Reason.TAKEN: LocalizedText(
        "không còn đủ {count}{room} trống{times}", "fewer than {count} are free{room}{times}"
    ),
}
_NOT_THIS_BED = {
    Reason.MISSING: LocalizedText("{who} không có ở chi nhánh này", "{who} is not in this branch"),
    Reason.TAKEN: LocalizedText("{who} đã có người dùng{times}", "{who} is taken{times}"),
}
_ONLY_ONE = LocalizedText(
    "{who} không thể cho {count} khách cùng lúc", "{who} cannot be for {count} guests at once"
)
_ONE_DAY = timedelta(days=1)
_MOST_TIMES = 4
"""In a message; the answer lists all of them."""


@dataclass(frozen=True, slots=True)
class ReasonFormatter:
    """Says what is missing in one scene."""

    snapshot: BranchSnapshot
    names: dict[UUID, LocalizedText]
    """Of the services and of the types of what is missing."""
    at_the_desk: bool
    same_room: bool

    @classmethod
    async def load(
        cls,
        session: AsyncSession,
        snapshot: BranchSnapshot,
        shortages: Sequence[Sequence[Shortage]],
        *,
        at_the_desk: bool,
        same_room: bool,
    ) -> Self:
        """With the names that it needs: at most two questions, and none when nothing is missing."""
        requirement = {
            shortage.requirement for said in shortages for shortage in said if shortage.requirement
        }
        services = {each.of for each in requirement if each.kind is ResourceKind.STAFF}
        names = await names_of_services(session, services)
        if types := {each.of for each in requirement} - services:
            names |= await type_names(session, types)
        return cls(snapshot, names, at_the_desk, same_room)

    def read(self, shortage: Shortage, day: date, language: str) -> ReasonRead:
        requirement = shortage.requirement
        by_staff = requirement is not None and requirement.kind is ResourceKind.STAFF
        spans = self.snapshot.grid.spans(shortage.during)
        return ReasonRead(
            code=shortage.reason,
            message=self.say(shortage, day).in_language(language),
            service_id=requirement.of if requirement and by_staff else None,
            type_id=requirement.of if requirement and not by_staff else None,
            needed=shortage.needed,
            times=[(span.start, span.end) for span in spans],
        )

    def say(self, shortage: Shortage, day: date) -> LocalizedText:
        """In both languages."""
        if shortage.requirement is not None:
            return self._missing(
                shortage, shortage.requirement, self.snapshot.grid.spans(shortage.during), day
            )
        if shortage.reason is Reason.TOO_SOON:
            return self._too_soon(day)
        if shortage.reason is Reason.TOO_FAR:
            days = self.snapshot.horizon_days
            return LocalizedText(
                f"Quá xa: chỉ nhận đặt trước {days} ngày.",
                f"Too far ahead: bookings are taken for {days} days.",
            )
        return _PLAIN[shortage.reason]

    def _too_soon(self, day: date) -> LocalizedText:
        if self.at_the_desk or day < utc_now().astimezone(self.snapshot.zone).date():
            return _PAST
        notice = _length(self.snapshot.notice_minutes)
        return LocalizedText(
            f"Quá gấp: cần đặt trước ít nhất {notice.vi}.",
            f"Too short notice: please book at least {notice.en} before.",
        )

    def _missing(
        self, shortage: Shortage, requirement: Requirement, spans: Sequence[Span], day: date
    ) -> LocalizedText:
        by_staff = requirement.kind is ResourceKind.STAFF
        who, many = _GENDERS[Gender(requirement.gender) if requirement.gender else None]
        if requirement.resource_id is not None:
            said = _NOT_THIS_THERAPIST if by_staff else _NOT_THIS_BED
            who = self._who(requirement.resource_id, by_staff=by_staff)
        elif shortage.needed > 1:
            said = _TOO_FEW_THERAPISTS if by_staff else _TOO_FEW_THINGS
        else:
            said = _NO_THERAPIST if by_staff else _NO_THING
        only_one = requirement.resource_id is not None and shortage.needed > 1
        sentence = _ONLY_ONE if only_one else said[shortage.reason]
        times = self._times(spans, day)
        room = (
            LocalizedText(" trong một phòng", " in one room")
            if self.same_room and not by_staff
            else LocalizedText("", "")
        )
        name = self.names.get(requirement.of, LocalizedText("", ""))
        return LocalizedText(
            f"{name.vi}: "
            + sentence.vi.format(who=who.vi, many=who.vi, count=shortage.needed, times=times.vi, room=room.vi)
            + ".",
            f"{name.en}: "
            + sentence.en.format(who=who.en, many=many, count=shortage.needed, times=times.en, room=room.en)
            + ".",
        )

    def _who(self, resource_id: UUID, *, by_staff: bool) -> LocalizedText:
        name = self.snapshot.names.get(resource_id)
        if name is not None:
            return LocalizedText(name, name)
        if by_staff:
            return LocalizedText("kỹ thuật viên được chọn", "the therapist asked for")
        return LocalizedText("giường được chọn", "the bed asked for")

    def _times(self, spans: Sequence[Span], day: date) -> LocalizedText:
        """On the wall clock of the branch."""
        if not spans:
            return LocalizedText(" (không lúc nào đủ lâu)", " (never for long enough)")
        shown = [f"{self._clock(span.start)}–{self._end(span.end, day)}" for span in spans[:_MOST_TIMES]]
        listed = " " + ", ".join(shown) + (", …" if len(spans) > _MOST_TIMES else "")
        return LocalizedText(listed, listed)

    def _clock(self, when: datetime) -> str:
        return f"{when.astimezone(self.snapshot.zone):%H:%M}"

    def _end(self, when: datetime, day: date) -> str:
        return "24:00" if when == instant(day + _ONE_DAY, 0, self.snapshot.zone) else self._clock(when)


async def explain_shortages(
    session: AsyncSession,
    snapshot: BranchSnapshot,
    party: Party,
    shortages: Sequence[Shortage],
    start: datetime,
) -> list[LocalizedText]:
    """Why a party cannot come at this start, in both languages."""
    formatter = await ReasonFormatter.load(
        session, snapshot, [shortages], at_the_desk=True, same_room=party.same_room
    )
    day = start.astimezone(snapshot.zone).date()
    return [formatter.say(shortage, day) for shortage in shortages]


def _length(minutes: int) -> LocalizedText:
    """Of a notice."""
    for size, vi, en in ((DAY, "ngày", "day"), (60, "giờ", "hour"), (1, "phút", "minute")):
        if minutes % size == 0:
            count = minutes // size
            return LocalizedText(f"{count} {vi}", f"{count} {en}{'' if count == 1 else 's'}")
    raise AssertionError
