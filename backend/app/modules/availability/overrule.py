"""Overrule opening hours, shifts and blocked time: the desk decides who stays longer or works through a break, never that
two guests share a resource."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from uuid import UUID

from app.scheduling.bitmask import ones, union
from app.scheduling.timegrid import STEP

PAST_CLOSING = timedelta(minutes=15)
"""The time after closing until which a guest who is being treated may stay."""


class Overrule(Enum):
    """The extent to which opening hours and shifts are overruled. Other guests, leave, outages and the end of a branch never
    are, nor is the way from another branch: a guest would wait there or here."""

    NOTHING = "nothing"
    CLOSING = "closing"
    """A guest who is being treated may stay `PAST_CLOSING` longer than the branch is open and the shift lasts."""
    HOURS = "hours"
    """Guests may be there at any time. Therapists who have a shift on that day, or are asked for by name, work then, and
    blocked time does not count: breaks, meetings and cleanings are the desk's own plans."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours and shifts on a grid, as far as they are not overruled."""

    overrule: Overrule
    count: int
    """The number of steps of the grid."""
    day: int
    """The steps of the day of the visit."""
    named: frozenset[UUID]
    """The therapists that guests ask for by name."""
    ends: int
    """The first step at which the branch is closed for good; `count` if it is not."""

    def open(self, opened: int) -> int:
        """Return the steps that count as open."""
        return ones(max(self.ends, 0)) if self.overrule is Overrule.HOURS else self._extended(opened)

    def works(self, therapist_id: UUID, on_shift: int) -> int:
        """Return the steps that count as on shift."""
        if self.overrule is Overrule.HOURS and (on_shift & self.day or therapist_id in self.named):
            return ones(self.count)
        return self._extended(on_shift)

    def blocked(self, steps: int) -> int:
        """Return the steps that count as blocked."""
        return 0 if self.overrule is Overrule.HOURS else steps

    def _extended(self, mask: int) -> int:
        if self.overrule is Overrule.CLOSING:
            mask = union(mask << steps for steps in range(PAST_CLOSING // STEP + 1))
        return mask & ones(self.count)
