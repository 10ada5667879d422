"""What is missing, as a receptionist would say it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.common.types.gender import Gender
from app.common.types.localized import Text
from app.common.types.wall_time import DAY, Span, instant
from app.modules.availability.availability_schemas import LackRead
from app.modules.availability.snapshot import Scene
from app.modules.catalogue.names import names_of_services
from app.modules.resource.supply import type_names
from app.scheduling.demand import Party
from app.scheduling.shortages import Lack, Why
from app.scheduling.supply import ResourceKind, Wanted

_PLAIN = {
    Why.CLOSED: Text("Chi nhánh đóng cửa.", "The branch is closed."),
    Why.OPEN_TOO_SHORT: Text(
        "Chi nhánh không mở cửa đủ lâu cho cả buổi.", "The branch is not open for long enough."
    ),
    Why.NOT_AT_ONCE: Text(
        "Mỗi thứ đều có lúc trống, nhưng không lúc nào trống cùng nhau.",
        "Each of what is needed is free at some time, but never all of it at once.",
    ),
}
_PAST = Text("Đã qua giờ nhận khách.", "It is too late for this day.")
_GENDERS = {
    None: (Text("kỹ thuật viên", "therapist"), "therapists"),
    Gender.FEMALE: (Text("kỹ thuật viên nữ", "female therapist"), "female therapists"),
    Gender.MALE: (Text("kỹ thuật viên nam", "male therapist"), "male therapists"),
    Gender.OTHER: (Text("kỹ thuật viên giới tính khác", "therapist of another gender"), "such therapists"),
}
_NO_THERAPIST = {
    Why.MISSING: Text("chi nhánh không có {who}", "the branch has no {who}"),
    Why.OFF_SHIFT: Text("không có {who} trong ca{times}", "no {who} is on shift{times}"),
    Why.TAKEN: Text("mọi {who} đã kín lịch{times}", "every {who} is taken{times}"),
}
_TOO_FEW_THERAPISTS = {
    Why.MISSING: Text("chi nhánh không có đủ {count} {who}", "the branch has fewer than {count} {many}"),
    Why.OFF_SHIFT: Text(
        "không đủ {count} {who} trong ca{times}", "fewer than {count} {many} are on shift{times}"
    ),
    Why.TAKEN: Text("không còn đủ {count} {who} trống{times}", "fewer than {count} {many} are free{times}"),
}
_NOT_THIS_THERAPIST = {
    Why.MISSING: Text("{who} không làm dịch vụ này ở đây", "{who} does not do it here"),
    Why.OFF_SHIFT: Text("{who} không có ca{times}", "{who} is not on shift{times}"),
    Why.TAKEN: Text("{who} đã kín lịch{times}", "{who} is taken{times}"),
}
_NO_THING = {
    Why.MISSING: Text("chi nhánh không có", "the branch has none"),
    Why.TAKEN: Text("đã kín{times}", "all are taken{times}"),
}
_TOO_FEW_THINGS = {
    Why.MISSING: Text("chi nhánh không có đủ {count}{room}", "the branch has fewer than {count}{room}"),
    Why.TAKEN: Text("không còn đủ {count}{room} trống{times}", "fewer than {count} are free{room}{times}"),
}
_NOT_THIS_BED = {
    Why.MISSING: Text("{who} không có ở chi nhánh này", "{who} is not in this branch"),
    Why.TAKEN: Text("{who} đã có người dùng{times}", "{who} is taken{times}"),
}
_ONLY_ONE = Text("{who} không thể cho {count} khách cùng lúc", "{who} cannot be for {count} guests at once")
_ONE_DAY = timedelta(days=1)
_MOST_TIMES = 4
"""In a message; the answer lists all of them."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says what is missing in one scene."""

    scene: Scene
    names: dict[UUID, Text]
    """Of the services and of the types of what is missing."""
    at_the_desk: bool
    same_room: bool

    @classmethod
    async def load(
        cls,
        session: AsyncSession,
        scene: Scene,
        lacks: Sequence[Sequence[Lack]],
        *,
        at_the_desk: bool,
        same_room: bool,
    ) -> Self:
        """With the names that it needs: at most two questions, and none when nothing is missing."""
        wanted = {lack.wanted for said in lacks for lack in said if lack.wanted}
        services = {each.of for each in wanted if each.kind is ResourceKind.STAFF}
        names = await names_of_services(session, services)
        if types := {each.of for each in wanted} - services:
            names |= await type_names(session, types)
        return cls(scene, names, at_the_desk, same_room)

    def read(self, lack: Lack, day: date, language: str) -> LackRead:
        wanted = lack.wanted
        by_staff = wanted is not None and wanted.kind is ResourceKind.STAFF
        spans = self.scene.grid.spans(lack.during)
        return LackRead(
            why=lack.why,
            message=self.say(lack, day).in_language(language),
            service_id=wanted.of if wanted and by_staff else None,
            type_id=wanted.of if wanted and not by_staff else None,
            needed=lack.needed,
            times=[(span.start, span.end) for span in spans],
        )

    def say(self, lack: Lack, day: date) -> Text:
        """In both languages."""
        if lack.wanted is not None:
            return self._missing(lack, lack.wanted, self.scene.grid.spans(lack.during), day)
        if lack.why is Why.TOO_SOON:
            return self._too_soon(day)
        if lack.why is Why.TOO_FAR:
            days = self.scene.horizon_days
            return Text(
                f"Quá xa: chỉ nhận đặt trước {days} ngày.",
                f"Too far ahead: bookings are taken for {days} days.",
            )
        return _PLAIN[lack.why]

    def _too_soon(self, day: date) -> Text:
        if self.at_the_desk or day < utc_now().astimezone(self.scene.zone).date():
            return _PAST
        notice = _length(self.scene.notice_minutes)
        return Text(
            f"Quá gấp: cần đặt trước ít nhất {notice.vi}.",
            f"Too short notice: please book at least {notice.en} before.",
        )

    def _missing(self, lack: Lack, wanted: Wanted, spans: Sequence[Span], day: date) -> Text:
        by_staff = wanted.kind is ResourceKind.STAFF
        who, many = _GENDERS[Gender(wanted.gender) if wanted.gender else None]
        if wanted.resource_id is not None:
            said = _NOT_THIS_THERAPIST if by_staff else _NOT_THIS_BED
            who = self._who(wanted.resource_id, by_staff=by_staff)
        elif lack.needed > 1:
            said = _TOO_FEW_THERAPISTS if by_staff else _TOO_FEW_THINGS
        else:
            said = _NO_THERAPIST if by_staff else _NO_THING
        only_one = wanted.resource_id is not None and lack.needed > 1
        sentence = _ONLY_ONE if only_one else said[lack.why]
        times = self._times(spans, day)
        room = Text(" trong một phòng", " in one room") if self.same_room and not by_staff else Text("", "")
        name = self.names.get(wanted.of, Text("", ""))
        return Text(
            f"{name.vi}: "
            + sentence.vi.format(who=who.vi, many=who.vi, count=lack.needed, times=times.vi, room=room.vi)
            + ".",
            f"{name.en}: "
            + sentence.en.format(who=who.en, many=many, count=lack.needed, times=times.en, room=room.en)
            + ".",
        )

    def _who(self, resource_id: UUID, *, by_staff: bool) -> Text:
        name = self.scene.names.get(resource_id)
        if name is not None:
            return Text(name, name)
        if by_staff:
            return Text("kỹ thuật viên được chọn", "the therapist asked for")
        return Text("giường được chọn", "the bed asked for")

    def _times(self, spans: Sequence[Span], day: date) -> Text:
        """On the wall clock of the branch."""
        if not spans:
            return Text(" (không lúc nào đủ lâu)", " (never for long enough)")
        shown = [f"{self._clock(span.start)}–{self._end(span.end, day)}" for span in spans[:_MOST_TIMES]]
        listed = " " + ", ".join(shown) + (", …" if len(spans) > _MOST_TIMES else "")
        return Text(listed, listed)

    def _clock(self, when: datetime) -> str:
        return f"{when.astimezone(self.scene.zone):%H:%M}"

    def _end(self, when: datetime, day: date) -> str:
        return "24:00" if when == instant(day + _ONE_DAY, 0, self.scene.zone) else self._clock(when)


async def words_for(
    session: AsyncSession, scene: Scene, party: Party, lacks: Sequence[Lack], start: datetime
) -> list[Text]:
    """Why a party cannot come at this start, in both languages."""
    speaker = await Speaker.load(session, scene, [lacks], at_the_desk=True, same_room=party.same_room)
    day = start.astimezone(scene.zone).date()
    return [speaker.say(lack, day) for lack in lacks]


def _length(minutes: int) -> Text:
    """Of a notice."""
    for size, vi, en in ((DAY, "ngày", "day"), (60, "giờ", "hour"), (1, "phút", "minute")):
        if minutes % size == 0:
            count = minutes // size
            return Text(f"{count} {vi}", f"{count} {en}{'' if count == 1 else 's'}")
    raise AssertionError
