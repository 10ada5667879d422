"""Order the therapists for a guest without a wish: by how much other guests need them, and by turns (tua)."""

from collections import Counter

from app.scheduling.supply import Supply, Therapist, TherapistOrder

type Rank = tuple[int, ...]
"""The place of a therapist: the smallest is given the guest."""


class Turns:
    """The places of the therapists for a party that begins at one step."""

    def __init__(self, supply: Supply, start: int) -> None:
        therapists = [resource for resource in supply.resources if isinstance(resource, Therapist)]
        self._order = supply.therapist_order
        self._start = start
        self._day = next((day for day in supply.days if day >> start & 1), -1)
        self._of_gender = Counter(therapist.gender for therapist in therapists)
        self._of_gender[None] = len(therapists)  # no wish names a gender that is not recorded

    def rank(self, therapist: Therapist, treatments_in_party: int) -> Rank:
        """Return the place of a therapist who has so many treatments of the party already.

        Treatments after the start count too: they are turns that have been promised.
        """
        treatments = [run for run in therapist.treatments if self._day >> run[0] & 1]
        need = therapist.skill_count, -self._of_gender[therapist.gender]
        count = len(treatments) + treatments_in_party
        last_end = max((end for _, end in treatments if end <= self._start), default=-1)
        on_shift = therapist.works & self._day
        arrival = (on_shift & -on_shift).bit_length()
        match self._order:
            case TherapistOrder.LEAST_NEEDED:
                return *need, count, last_end, arrival
            case TherapistOrder.TURNS:
                return count, last_end, arrival, *need
            case TherapistOrder.ARRIVAL:
                return count, arrival, last_end, *need
