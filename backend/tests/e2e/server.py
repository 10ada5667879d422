"""The servers for the tests of the screens in a browser: PostgreSQL, Valkey, the demo spa, and the API on E2E_PORT.

Playwright starts it (`frontend/playwright.config.ts`) and reads the accounts and the day of the show from E2E_FACTS. The
day is a Saturday with visits in every status, because a demo spa of today has none that are cancelled or on hold. With
E2E_SPA=empty there is nothing but an administrator, as after `zenspa user create`.
"""

import asyncio
import json
import os
import random
import signal
import sys
from contextlib import ExitStack, chdir, suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from app.cli.embedded import EmbeddedPostgres, EmbeddedValkey, free_port
from tests.support.run_cleanup import run_folder

if TYPE_CHECKING:  # `app` reads its settings when it is imported: not before they are set
    from sqlalchemy.ext.asyncio import AsyncSession

    from app.modules.branch.branch_schemas import BranchRead

DATABASE = "zenspa"
BRANCH = "quan-1"
SHOW_HOUR = time(13, 40)
"""The time at which the show day is looked at."""
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_PARTIES = 90
_THERAPISTS = 13
"""The accounts that tests give to therapists of their own branches."""
_WISHES = 0.35
"""The share of parties that ask for a therapist by name."""
_NOTES = ["Lực nhẹ thôi, da dễ bầm.", "Đến trễ 10 phút.", "", "", ""]


def main() -> None:
    """Serve until SIGTERM."""
    with ExitStack() as stack:
        folder = stack.enter_context(run_folder())
        stack.enter_context(chdir(folder))  # where no `.env` lies
        postgres = stack.enter_context(
            EmbeddedPostgres(folder / "postgres", tcp_port=free_port(), settings=_FAST)
        )
        valkey = stack.enter_context(EmbeddedValkey(folder / "valkey", port=free_port()))
        asyncio.run(_create_database(postgres))
        os.environ |= {
            "DATABASE_URL": postgres.url(DATABASE),
            "REDIS_HOST": valkey.host,
            "REDIS_PORT": str(valkey.port),
            "SECRET_KEY": "a key for tests only, as long as production's",
            "SEPAY_WEBHOOK_KEY": "whsec_e2e",
            "RATE_LIMIT_PER_MINUTE": "1000000",
            "LOG_LEVEL": "WARNING",
            "JOB_INTERVAL_SECONDS": "0",
            "SCREENS_DIR": str(Path(__file__).resolve().parents[3] / "frontend/dist"),
        }
        from app.cli.migrate import migrate
        from tests.support.cheap_hashes import use_cheap_hashes

        migrate()
        use_cheap_hashes()
        seed = _add_owner if os.environ.get("E2E_SPA") == "empty" else _seed
        facts = asyncio.run(seed()) | {"database": postgres.url(DATABASE).replace("+asyncpg", "", 1)}
        Path(os.environ["E2E_FACTS"]).write_text(json.dumps(facts), encoding="utf-8")
        import uvicorn

        from app.cli.serve import BOUNDED_HTTP

        uvicorn.run(
            "app.main:app",
            host="127.0.0.1",
            port=int(os.environ["E2E_PORT"]),
            http=BOUNDED_HTTP,
            access_log=False,
            timeout_graceful_shutdown=2,
        )


async def _create_database(postgres: EmbeddedPostgres) -> None:
    connection = await asyncpg.connect(postgres.url("postgres").replace("+asyncpg", "", 1))
    await connection.execute(f"CREATE DATABASE {DATABASE}")
    await connection.close()


async def _seed() -> dict[str, Any]:
    """Add the demo spa, its accounts and the show day. Return what the tests have to know."""
    from app.cli import seed
    from app.core.database import close_db, init_db

    await init_db()
    await seed.seed_spa()
    await seed.seed_customers(120)
    accounts = await seed.seed_accounts()
    therapists = await _add_therapists()
    branch_id, day = await _book_show_day(accounts[0].email)
    await close_db()
    return {
        "accounts": {account.role.value: [account.email, account.password] for account in accounts},
        "therapists": therapists,
        "day": day.isoformat(),
        "now": datetime.combine(day, SHOW_HOUR, ZoneInfo("Asia/Ho_Chi_Minh")).isoformat(),
        "branch": str(branch_id),
    }


async def _add_therapists() -> list[tuple[str, str, str]]:
    """Add accounts of therapists without a staff record. Return the email, the password and the id of each."""
    from app.db.transactions import run_in_transaction
    from app.modules.identity import identity_service
    from app.modules.identity.access import SYSTEM_USER
    from app.modules.identity.identity_models import User
    from app.modules.identity.identity_schemas import RoleGrant
    from app.modules.identity.passwords import hash_password
    from app.modules.identity.roles import Role

    password = "một câu dễ nhớ"
    users = [
        User(
            full_name=f"Kỹ thuật viên {number}",
            email=f"ktv-{number}@example.com",
            password_hash=await hash_password(password),
        )
        for number in range(_THERAPISTS)
    ]

    async def add(session: "AsyncSession") -> None:
        for user in users:
            await identity_service.create_user(session, SYSTEM_USER, user, [RoleGrant(role=Role.THERAPIST)])

    await run_in_transaction(add)
    return [(user.email or "", password, str(user.id)) for user in users]


async def _add_owner() -> dict[str, Any]:
    """Add an administrator to a database that has nothing."""
    from app.core.database import close_db, init_db
    from app.db.transactions import run_in_transaction
    from app.modules.identity import identity_service
    from app.modules.identity.access import SYSTEM_USER
    from app.modules.identity.identity_models import User
    from app.modules.identity.identity_schemas import RoleGrant
    from app.modules.identity.passwords import hash_password, new_password
    from app.modules.identity.roles import Role

    email, password = "chu@example.com", new_password()

    async def add(session: "AsyncSession") -> None:
        owner = User(full_name="Trần Minh Quân", email=email, password_hash=await hash_password(password))
        await identity_service.create_user(session, SYSTEM_USER, owner, [RoleGrant(role=Role.ADMIN)])

    await init_db()
    await run_in_transaction(add)
    await close_db()
    return {"accounts": {"admin": [email, password]}}


async def _book_show_day(booked_by: str) -> tuple[UUID, date]:
    """Book a busy Saturday in the name of the user with this email. Return the branch and the day."""
    from sqlalchemy import select, text

    from app.core.exceptions import ZenSpaException
    from app.db.transactions import run_in_transaction
    from app.modules.availability.availability_schemas import TreatmentWish
    from app.modules.booking.booking_schemas import GuestBooking, VisitCreate
    from app.modules.booking.booking_service import create_visit
    from app.modules.branch import branch_service
    from app.modules.catalogue import catalogue_service
    from app.modules.customer.customer_models import Customer
    from app.modules.identity.access import SYSTEM_USER
    from app.modules.identity.identity_models import User
    from app.modules.staff.staff_models import Staff

    rng = random.Random(20)

    async def load(session: "AsyncSession") -> tuple["BranchRead", list[UUID], list[UUID], list[UUID], UUID]:
        branches = await branch_service.list_branches(session)
        categories = await catalogue_service.read_catalogue(session)
        services = [service for category in categories for service in category.services]
        return (
            next(branch for branch in branches if branch.key == BRANCH),
            [variant.id for service in services for variant in service.variants],
            [*await session.scalars(select(Customer.id).order_by(Customer.id))],
            [*await session.scalars(select(Staff.id).order_by(Staff.key))],
            (await session.scalars(select(User.id).where(User.email == booked_by))).one(),
        )

    branch, variants, customers, staff, user_id = await run_in_transaction(load)
    user = replace(SYSTEM_USER, id=user_id)
    zone = ZoneInfo(branch.time_zone)
    today = datetime.now(zone).date()
    day = today + timedelta(days=(5 - today.weekday()) % 7 or 7)
    rng.shuffle(customers)
    for number in range(_PARTIES):
        guests = [customers.pop() for _ in range(rng.choice((1, 1, 1, 1, 2)))]
        wish = rng.choice(staff) if rng.random() < _WISHES else None
        at = time(rng.choice(range(9, 20)), rng.choice((0, 15, 30)))
        treatments = [[TreatmentWish(variant_id=rng.choice(variants), therapist_id=wish)] for _ in guests]
        request = VisitCreate(
            branch_id=branch.id,
            start=datetime.combine(day, at, zone),
            customer_id=guests[0],
            note=rng.choice(_NOTES),
            guests=[
                GuestBooking(customer_id=guest, treatments=wishes)
                for guest, wishes in zip(guests, treatments, strict=True)
            ],
        )
        book = partial(create_visit, user=user, key=f"show-{number}", request=request)
        with suppress(ZenSpaException):  # no therapist or bed is free
            await run_in_transaction(book)

    async def show(session: "AsyncSession") -> None:
        now = datetime.combine(day, SHOW_HOUR, zone).astimezone(UTC)
        parameters = {"now": now, "branch": branch.id}
        for statement in _SHOW:
            await session.execute(text(statement), parameters)

    await run_in_transaction(show)
    return branch.id, day


_TREATED = """
    SELECT appointment_id, min(starts_at) AS starts_at, max(ends_at) AS ends_at,
        row_number() OVER (ORDER BY appointment_id) AS number
    FROM appointment_treatment GROUP BY appointment_id
"""
_SET = "UPDATE appointment AS a SET status = {status} FROM ({treated}) AS t WHERE t.appointment_id = a.id AND a.branch_id = :branch AND {where}"
_SHOW = [
    _SET.format(status="'completed'", treated=_TREATED, where="t.ends_at <= :now"),
    _SET.format(status="'in_service'", treated=_TREATED, where="t.starts_at <= :now AND t.ends_at > :now"),
    _SET.format(
        status="'arrived'",
        treated=_TREATED,
        where="t.starts_at > :now AND t.starts_at <= :now + interval '25 minutes'",
    ),
    _SET.format(
        status="'pending'",
        treated=_TREATED,
        where="a.status = 'confirmed' AND t.number % 6 = 0",
    ),
    _SET.format(
        status="'no_show'",
        treated=_TREATED,
        where="a.status = 'completed' AND t.number % 7 = 0",
    ),
    _SET.format(
        status="'cancelled'",
        treated=_TREATED,
        where="a.status = 'confirmed' AND t.number % 9 = 1",
    ),
    (
        "UPDATE visit SET source = (ARRAY['desk', 'online', 'desk', 'walk_in', 'online'])[1 + n.number % 5]"
        " FROM (SELECT id, row_number() OVER (ORDER BY id) AS number FROM visit) AS n WHERE n.id = visit.id"
    ),
    "DELETE FROM allocation WHERE appointment_id IN (SELECT id FROM appointment WHERE status IN ('no_show', 'cancelled'))",
]
"""The statuses that a real Saturday would have at `:now`. Written past the service, which refuses to check in guests days ahead."""


if __name__ == "__main__":
    if sys.platform != "win32":
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    main()
