"""Print, as JSON, what PostgreSQL has of the appointments of a branch: `python -m tests.e2e.read_day URL BRANCH`.

Each treatment is a text: its id and the status of the guest, and for a guest who has a time, the therapist and the
start in milliseconds. That is how a card of the board calls itself, so that a test can compare both.
"""

import asyncio
import json
import sys

import asyncpg

_STATEMENT = """
    SELECT concat_ws('/', treatment.id, staff.resource_id, extract(epoch FROM staff.start)::bigint * 1000)
        || ' ' || appointment.status
    FROM appointment_treatment AS treatment
    JOIN appointment ON appointment.id = treatment.appointment_id
    LEFT JOIN LATERAL (
        SELECT resource_id, min(lower(during)) AS start
        FROM allocation JOIN resource ON resource.id = resource_id AND resource.kind = 'staff'
        WHERE appointment_treatment_id = treatment.id
        GROUP BY resource_id
    ) AS staff ON true
    WHERE appointment.branch_id = $1::uuid
"""


async def main(url: str, branch_id: str) -> None:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(_STATEMENT, branch_id)
    await connection.close()
    sys.stdout.write(json.dumps([row[0] for row in rows]))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
