"""A party of guests who begin at different times: their resources are assigned together."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import override

from app.scheduling.bitmask import union
from app.scheduling.demand import Need, Party, Run


@dataclass(frozen=True, slots=True)
class StaggeredParty(Party):
    """A party whose guests do not begin at the same time, such as two guests who exchange their starts."""

    delays: tuple[int, ...] = ()
    """The steps after the start of the party at which each guest begins."""

    @override
    def stay(self) -> int:
        return max(delay + guest.stay() for delay, guest in self._guests())

    @override
    def presence(self) -> int:
        return union(guest.presence() << delay for delay, guest in self._guests())

    @override
    def times(self) -> list[list[Run]]:
        return [_later(times, delay) for delay, guest in self._guests() for times in guest.times()]

    @override
    def reach(self) -> Run:
        reaches = [run for delay, guest in self._guests() for run in _later([guest.reach()], delay)]
        return min(0, *(first for first, _ in reaches)), max(last for _, last in reaches)

    @override
    def needs(self) -> list[Need]:
        return [
            need._replace(guest=number, runs=tuple(_later(need.runs, delay)))
            for number, (delay, guest) in enumerate(self._guests())
            for need in guest.needs()
        ]

    def _guests(self) -> list[tuple[int, Party]]:
        return [(delay, Party((guest,))) for delay, guest in zip(self.delays, self.guests, strict=True)]


def _later(runs: Iterable[Run], steps: int) -> list[Run]:
    return [(first + steps, last + steps) for first, last in runs]
