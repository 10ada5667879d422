"""Let the demo spa have sold for a month, for the picture of its reports: `python -m tests.e2e.sell URL DESK ADMIN`.

The users are named by their emails.
"""

import asyncio
import os
import sys


async def main(desk: str, admin: str) -> None:
    # `app` reads its settings when it is imported: not before they are set.
    import app.main  # noqa: F401 - all tables, which refer to each other
    from app.cli.seed_till import seed_till
    from app.core.database import close_db, init_db

    await init_db()
    await seed_till(desk, admin)
    await close_db()


if __name__ == "__main__":
    url, *users = sys.argv[1:]
    os.environ["DATABASE_URL"] = url
    asyncio.run(main(*users))
