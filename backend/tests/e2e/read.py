"""Print, as JSON, what PostgreSQL has of a branch, past the API: `python -m tests.e2e.read cards|ledger URL BRANCH`.

Each row is a text, in the words of the screens, so that a test can compare both.

    cards   the id of each treatment and the status of the guest; for a guest who has a time, with the therapist and the
            start in milliseconds, which is how a card of the board calls itself
    ledger  the sum of each account that is not 0
"""

import asyncio
import json
import sys

import asyncpg

_STATEMENTS = {
    "cards": """
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
    """,
    "ledger": """
        SELECT account || ' ' || sum(amount)
        FROM ledger_entry JOIN ledger_transaction AS posted ON posted.id = transaction_id
        WHERE posted.branch_id = $1::uuid
        GROUP BY account HAVING sum(amount) <> 0
    """,
}


async def main(rows: str, url: str, branch_id: str) -> None:
    connection = await asyncpg.connect(url)
    found = await connection.fetch(_STATEMENTS[rows], branch_id)
    await connection.close()
    sys.stdout.write(json.dumps([row[0] for row in found]))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
