"""The ways in which a party can come, for a search."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from app.common.types.wall_time import Span
from app.modules.availability.snapshot import BranchSnapshot
from app.scheduling.demand import Party
from app.scheduling.search import bookable_starts, feasible_starts
from app.scheduling.timegrid import STEP


class MoveOption(NamedTuple):
    """One way in which appointments can move."""

    party: Party
    avoids: Sequence[Span] = ()
    """Times of others, at which the party cannot be present in this way."""

    def allowed(self, snapshot: BranchSnapshot) -> int:
        """Return the steps at which the party may begin in this way. Free resources are not checked."""
        lead = (self.party.stay() - 1) * STEP
        avoided = snapshot.grid.busy(Span(span.start - lead, span.end) for span in self.avoids)
        return bookable_starts(self.party, snapshot.supply) & ~avoided

    def starts(self, snapshot: BranchSnapshot) -> int:
        """Return the steps at which the party can begin in this way, while all others stay where they are."""
        return feasible_starts(self.party, snapshot.supply) & self.allowed(snapshot)


@dataclass(frozen=True, slots=True)
class Move:
    """Appointments that would move. The time that they occupy counts as free."""

    appointment_ids: Collection[UUID]
    options: Sequence[MoveOption] = ()
    """The ways in which they can move as agreed, the preferred first and the one with the fewest requirements last."""
