"""Read what appointments had before they were cancelled, declined or a no-show."""

import json
from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.queries import fetch_raw

_LAST = """
SELECT DISTINCT ON (appointment_id) released::text FROM appointment_transition
WHERE appointment_id = ANY($1::uuid[]) AND undone_at IS NULL AND released <> '[]'
ORDER BY appointment_id, id DESC
"""


async def released_by(session: AsyncSession, appointment_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Return the therapists, beds and devices that these appointments released last, by treatment. An empty collection
    issues no query."""
    resources: dict[UUID, list[UUID]] = defaultdict(list)
    if appointment_ids:
        for (released,) in await fetch_raw(session, _LAST, [*appointment_ids]):
            for treatment_id, _, resource_id in json.loads(released):
                if UUID(resource_id) not in resources[UUID(treatment_id)]:
                    resources[UUID(treatment_id)].append(UUID(resource_id))
    return resources
