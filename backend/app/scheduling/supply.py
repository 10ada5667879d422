"""The supply of a branch: the therapists, beds and devices of one search, as masks on its grid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.scheduling.bitmask import ones


class ResourceKind(StrEnum):
    STAFF = "staff"
    BED = "bed"
    """A bed or a chair."""
    DEVICE = "device"


class TherapistOrder(StrEnum):
    """The order in which a branch gives guests without a wish to its therapists."""

    LEAST_NEEDED = "least_needed"
    """Few skills first, then the commoner gender: therapists that guests with a wish need least. Among equals by turns."""
    TURNS = "turns"
    """The fewest treatments on the day, then the longest time since the last."""
    ARRIVAL = "arrival"
    """The fewest treatments on the day, then the earliest shift."""


class Requirement(NamedTuple):
    """The resources that will do: therapists with a skill, or beds or devices of a type."""

    kind: ResourceKind
    of: UUID
    """The service to perform, or the type of bed or device."""
    resource_id: UUID | None = None
    """The only one that will do."""
    gender: str | None = None
    room_id: UUID | None = None
    """The only room in which a bed will do."""


type Place = tuple[int, int]
"""The number of a guest in the party, and of a treatment among the guest's."""


@dataclass(frozen=True, slots=True)
class Therapist:
    id: UUID
    skills: frozenset[UUID]
    """The ids of the services that the therapist performs, of those for which the supply was loaded."""
    works: int
    """The steps on shift."""
    free: int
    """The steps on shift that are not occupied."""
    gender: str | None = None
    current: Mapping[Place, int] = field(default_factory=dict)
    """The steps at which a treatment of the party has the therapist already, and may keep them in any case."""
    skill_count: int = 0
    """The number of all services that the therapist performs."""
    treatments: tuple[tuple[int, int], ...] = ()
    """The runs of the treatments that the therapist gives, in no order."""
    blocked: int = 0
    """The steps that are kept free of guests, for a break or a meeting."""
    travelling: int = 0
    """The steps on the way from or to another branch."""
    unavailable: int = 0
    """The steps on leave."""

    def on_shift(self) -> "Therapist":
        """Return the therapist as they would be without appointments in any branch, leave and blocked time."""
        return replace(self, free=self.works)

    def available(self) -> "Therapist":
        """Return the therapist as they would be without appointments in any branch and blocked time."""
        return replace(self, free=self.works & ~self.unavailable)

    def unblocked(self) -> "Therapist":
        """Return the therapist as they would be without appointments in any branch."""
        return replace(self, free=self.works & ~self.unavailable & ~self.blocked)

    def vacant(self) -> "Therapist":
        """Return the therapist as they would be without appointments, but with their journeys."""
        return replace(self, free=self.works & ~self.unavailable & ~self.blocked & ~self.travelling)

    def always_there(self) -> "Therapist":
        """Return the therapist as if they worked at every step: to bit operations -1 has all bits."""
        return replace(self, works=-1, free=-1)

    @property
    def room(self) -> UUID:
        return self.id

    def suits(self, requirement: Requirement) -> bool:
        return (
            requirement.kind is ResourceKind.STAFF
            and requirement.of in self.skills
            and requirement.resource_id in (None, self.id)
            and requirement.gender in (None, self.gender)
        )


@dataclass(frozen=True, slots=True)
class Equipment:
    """A bed or a device."""

    id: UUID
    kind: ResourceKind
    type_id: UUID
    free: int
    room_id: UUID | None = None
    """The room; None for equipment without a shared room."""
    current: Mapping[Place, int] = field(default_factory=dict)
    """The steps at which a treatment of the party has the bed or device already, and may keep it in any case."""
    blocked: int = 0
    """The steps that are kept free of guests, for a cleaning."""
    unavailable: int = 0
    """The steps of outages."""

    def always_there(self) -> "Equipment":
        """Return the bed or device as if it were free at every step: to bit operations -1 has all bits."""
        return replace(self, free=-1)

    on_shift = always_there

    def available(self) -> "Equipment":
        """Return the bed or device as it would be without appointments and blocked time."""
        return replace(self, free=~self.unavailable)

    def vacant(self) -> "Equipment":
        """Return the bed or device as it would be without appointments."""
        return replace(self, free=~self.unavailable & ~self.blocked)

    unblocked = vacant

    @property
    def works(self) -> int:
        """Every step: to bit operations -1 has all bits."""
        return -1

    @property
    def room(self) -> UUID:
        return self.room_id or self.id

    def suits(self, requirement: Requirement) -> bool:
        return (
            requirement.kind is self.kind
            and requirement.of == self.type_id
            and requirement.resource_id in (None, self.id)
            and requirement.room_id in (None, self.room)
        )


type Resource = Therapist | Equipment


@dataclass(frozen=True, slots=True)
class Supply:
    """The resources and hours of a branch, as masks on one grid. Among equal resources the search prefers the first."""

    resources: Sequence[Resource]
    open: int
    """The steps at which the branch is open."""
    starts: int
    """The steps at which guests may begin (`Grid.wall_starts`)."""
    earliest: int
    """The first step that the notice allows."""
    latest: int
    """The first step beyond the horizon."""
    shortest: int
    """The number of steps of the shortest treatment that the branch sells: a shorter gap cannot be sold."""
    therapist_order: TherapistOrder = TherapistOrder.LEAST_NEEDED
    days: Sequence[int] = ()
    """The steps of each working day, in which turns are counted. A night belongs to the day on which it begins."""

    @property
    def bookable(self) -> int:
        """The steps within notice and horizon."""
        return ones(max(self.latest, 0)) & ~ones(max(self.earliest, 0))
