"""What a branch has: the therapists, beds and devices of one search, as masks on its grid."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.scheduling.bitmask import ones


class ResourceKind(StrEnum):
    STAFF = "staff"
    BED = "bed"
    """A bed or a chair: where the guest is."""
    DEVICE = "device"


class Requirement(NamedTuple):
    """What will do: a therapist with a skill, a bed or a device of a type."""

    kind: ResourceKind
    of: UUID
    """The service that a therapist performs, or the type of a bed or a device."""
    resource_id: UUID | None = None
    """This one and no other."""
    gender: str | None = None


@dataclass(frozen=True, slots=True)
class Therapist:
    id: UUID
    skills: frozenset[UUID]
    """The services that they perform."""
    works: int
    """On shift."""
    free: int
    """Of it what is not taken."""
    gender: str | None = None

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
    """None: it is in no room with others."""

    @property
    def works(self) -> int:
        """At every step, when nobody takes it: to the bit operations -1 has all bits."""
        return -1

    @property
    def room(self) -> UUID:
        return self.room_id or self.id

    def suits(self, requirement: Requirement) -> bool:
        return (
            requirement.kind is self.kind
            and requirement.of == self.type_id
            and requirement.resource_id in (None, self.id)
        )


type Resource = Therapist | Equipment


@dataclass(frozen=True, slots=True)
class Supply:
    """What a branch has, as masks on one grid. Among equals the search takes who comes first."""

    resources: Sequence[Resource]
    open: int
    starts: int
    """The steps at which guests may begin (`Grid.wall_starts`)."""
    earliest: int
    """The first step that the notice leaves."""
    latest: int
    """The first step beyond the horizon."""
    shortest: int
    """The steps of the shortest treatment: a gap that is shorter cannot be sold."""

    @property
    def bookable(self) -> int:
        return ones(max(self.latest, 0)) & ~ones(max(self.earliest, 0))
