"""Migrations and models say the same, and every migration can be undone."""

import asyncio
import unicodedata
from collections.abc import AsyncGenerator
from pathlib import Path

import asyncpg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import CheckConstraint, Connection, insert
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from app.cli.embedded import EmbeddedPostgres
from app.cli.migrate import configuration
from app.modules import import_models
from app.modules.customer.customer_models import Customer
from tests.conftest import create_database, database_url, drop_database

SCHEMA = """
SELECT 'column', table_name, column_name, data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '')
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'function', proname, '', pg_get_functiondef(oid)
FROM pg_proc WHERE pronamespace = 'public'::regnamespace
ORDER BY 1, 2, 3
"""


@pytest.fixture
async def connection(worker_id: str) -> AsyncGenerator[AsyncConnection]:
    """A connection to a migrated database of the test's own."""
    name = f"zenspa_migrations_{worker_id}"
    await create_database(name, template="zenspa_template")
    engine = create_async_engine(database_url(name))
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()
    await drop_database(name)


def migrate(connection: Connection, *, down: bool = False) -> None:
    settings: Config = configuration()
    settings.attributes["connection"] = connection
    if down:
        command.downgrade(settings, "base")
    else:
        command.upgrade(settings, "head")


async def schema(connection: AsyncConnection) -> list[tuple[str, ...]]:
    return [tuple(row) for row in await connection.exec_driver_sql(SCHEMA)]


async def test_models_and_migrations_agree(connection: AsyncConnection) -> None:
    from app.db.models import Base

    import_models()
    assert "customer" in Base.metadata.tables

    def differences(sync: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(sync), Base.metadata))

    assert await connection.run_sync(differences) == []


async def test_models_and_migrations_agree_on_check_constraints_which_alembic_ignores(
    connection: AsyncConnection,
) -> None:
    from app.db.models import Base

    import_models()
    name_of = connection.dialect.identifier_preparer.format_constraint
    in_models = {
        (table.name, name_of(constraint))
        for table in Base.metadata.tables.values()
        for constraint in table.constraints.union(*(column.constraints for column in table.columns))
        if isinstance(constraint, CheckConstraint)
    }
    in_database = await connection.exec_driver_sql(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint"
        " WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
    )
    assert {tuple(row) for row in in_database} == in_models


def test_the_app_knows_the_newest_migration() -> None:
    from app.core.database import SCHEMA_VERSION

    assert ScriptDirectory.from_config(configuration()).get_current_head() == SCHEMA_VERSION


async def test_down_leaves_nothing_and_up_again_makes_the_same(connection: AsyncConnection) -> None:
    before = await schema(connection)
    assert any("customer_name_1_idx" in row for row in before)
    await connection.run_sync(migrate, down=True)
    after_down = [row for row in await schema(connection) if "alembic_version" not in row[1]]
    assert after_down == []
    await connection.run_sync(migrate)
    assert await schema(connection) == before


async def test_a_backup_can_be_restored(connection: AsyncConnection, worker_id: str, tmp_path: Path) -> None:
    await connection.execute(insert(Customer).values(full_name="Đặng Thị Thu Lan"))
    await connection.commit()
    source = connection.engine.url.render_as_string(hide_password=False).replace("+asyncpg", "")
    binaries = EmbeddedPostgres(tmp_path / "unused").binaries
    backup, restored = tmp_path / "backup.sql", f"zenspa_restored_{worker_id}"
    await create_database(restored, template="template0")
    try:
        target = database_url(restored).replace("+asyncpg", "")
        for program, *arguments in (
            ("pg_dump", f"--file={backup}", source),
            ("psql", "--quiet", "--set=ON_ERROR_STOP=1", f"--file={backup}", target),
        ):
            process = await asyncio.create_subprocess_exec(
                binaries / program, *arguments, stdout=asyncio.subprocess.DEVNULL
            )
            assert await process.wait() == 0
        admin = await asyncpg.connect(target)
        keys = await admin.fetchval("SELECT name_keys FROM customer")
        await admin.close()
    finally:
        await drop_database(restored)
    assert keys[:2] == ["dang thi thu lan", "lan dang thi thu"]


VIETNAMESE = st.text(
    "aăâeêioôơuưyđ ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴĐ-.'’bcZ", max_size=30
)


@given(names=st.lists(VIETNAMESE, min_size=1, max_size=20), form=st.sampled_from(["NFC", "NFD"]))
async def test_names_fold_to_plain_letters_in_any_unicode_form(
    running_app: object, names: list[str], form: str
) -> None:
    from app.core.database import engine

    written = [unicodedata.normalize(form, name) for name in names]  # type: ignore[arg-type]  # a literal of two
    async with engine.connect() as connection:
        rows = await connection.exec_driver_sql(
            "SELECT zenspa_fold(name) FROM unnest($1::text[]) WITH ORDINALITY AS n(name, i) ORDER BY i",
            (written,),
        )
        folded = [row[0] for row in rows]
    assert folded == [reference_fold(name) for name in names]


def reference_fold(name: str) -> str:
    """Fold a name as migration 0001 does, in another way."""
    letters = [
        "d" if char in "đĐ" else char.lower()
        for char in unicodedata.normalize("NFD", name)
        if not unicodedata.combining(char)
    ]
    return " ".join("".join(" " if char in "-.'’," else char for char in letters).split())
