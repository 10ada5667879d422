"""The `zenspa` command as a process: its exit status and its output."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Protocol

import asyncpg
import pytest

from tests.conftest import create_database, database_url

BACKEND = Path(__file__).resolve().parents[2]
SECRET = "hunter2-never-shown"


class Zenspa(Protocol):
    def __call__(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]: ...


@pytest.fixture
def zenspa(tmp_path: Path) -> Zenspa:
    """Run the command in an empty folder, with these environment variables alone."""

    def zenspa(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "app.cli.main", *arguments],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(BACKEND), "COLUMNS": "200"} | variables,
            check=False,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )

    return zenspa


def only_line(text: str) -> str:
    [line] = text.splitlines()
    return line


class TestHelp:
    def test_help_names_every_command(self, zenspa: Zenspa) -> None:
        shown = zenspa("--help")
        assert shown.returncode == 0
        for command in ("dev", "serve", "migrate", "config", "openapi", "seed"):
            assert f" {command} " in shown.stdout

    @pytest.mark.parametrize("command", ["dev", "serve", "migrate", "openapi", "seed"])
    def test_the_help_of_a_command_has_examples(self, zenspa: Zenspa, command: str) -> None:
        shown = zenspa(command, "--help")
        assert shown.returncode == 0
        assert f"zenspa {command}" in shown.stdout.partition("Examples")[2]

    def test_help_needs_neither_settings_nor_the_imports_of_the_commands(self) -> None:
        script = (
            "import sys, app.cli.main; print({'sqlalchemy', 'fastapi', 'app.core.config'} & {*sys.modules})"
        )
        loaded = subprocess.run(
            [sys.executable, "-c", script], cwd=BACKEND, check=True, capture_output=True, encoding="utf-8"
        )
        assert loaded.stdout == "set()\n"


class TestErrors:
    @pytest.mark.parametrize("command", ["config", "serve", "migrate", "seed"])
    def test_without_a_database_url_one_line_says_what_to_set(self, zenspa: Zenspa, command: str) -> None:
        refused = zenspa(command)
        assert refused.returncode != 0
        assert refused.stdout == ""
        line = only_line(refused.stderr)
        assert "DATABASE_URL is not set" in line
        assert "make run" in line

    def test_an_unusable_url_is_not_repeated(self, zenspa: Zenspa) -> None:
        refused = zenspa("config", DATABASE_URL=f"postgresql://lan:{SECRET}/x@localhost/zenspa")
        assert refused.returncode != 0
        assert "DATABASE_URL" in only_line(refused.stderr)
        assert SECRET not in refused.stdout + refused.stderr

    @pytest.mark.parametrize(
        ("command", "message"),
        [
            (["migrate"], "the migration failed"),
            (["seed"], "the seeding failed"),
            (["import", "customers", "guests.csv"], "the import failed"),
            (["export", "customers", "guests.csv"], "the export failed"),
        ],
    )
    def test_an_unreachable_database_is_reported_in_one_line(
        self, zenspa: Zenspa, tmp_path: Path, command: list[str], message: str
    ) -> None:
        (tmp_path / "guests.csv").write_text("full_name\nLan\n")
        refused = zenspa(*command, DATABASE_URL=f"postgresql://lan:{SECRET}@127.0.0.1:1/zenspa")
        assert refused.returncode == 1
        assert message in only_line(refused.stderr)
        assert SECRET not in refused.stdout + refused.stderr


class TestConfig:
    def test_every_setting_is_shown_with_its_source(self, zenspa: Zenspa, tmp_path: Path) -> None:
        (tmp_path / ".env").write_text("LOG_LEVEL=DEBUG\nPORT=8001\nREDIS_PASSWORD=\n")
        shown = zenspa("config", DATABASE_URL="postgresql://localhost/zenspa", PORT="8002", APP_NAME="")
        rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in shown.stdout.splitlines()]
        assert ["PORT", "8002", "environment"] in rows
        assert ["LOG_LEVEL", "DEBUG", ".env"] in rows
        assert ["APP_NAME", "ZenSpa Backend", "default"] in rows
        assert ["REDIS_PASSWORD", "", "default"] in rows

    def test_secrets_are_masked(self, zenspa: Zenspa, tmp_path: Path) -> None:
        (tmp_path / ".env").write_text(f"REDIS_PASSWORD={SECRET}\n")
        shown = zenspa(
            "config",
            DATABASE_URL=f"postgresql://lan:{SECRET}@db.example.com:6543/zenspa?password={SECRET}",
            SECRET_KEY=f"{SECRET}-and-long-enough-to-sign",
            OTEL_EXPORTER_OTLP_ENDPOINT=f"https://lan:{SECRET}@traces.example.com",
        )
        assert shown.returncode == 0
        assert "postgresql://db.example.com:6543/zenspa" in shown.stdout
        assert "traces.example.com" in shown.stdout
        assert SECRET not in shown.stdout + shown.stderr

    def test_a_misspelt_name_is_reported(self, zenspa: Zenspa, tmp_path: Path) -> None:
        (tmp_path / ".env").write_text("REDIS_HOTS=cache\n")
        shown = zenspa("config", DATABASE_URL="postgresql://localhost/zenspa")
        assert "REDIS_HOTS" in only_line(shown.stderr)
        assert "REDIS_HOST" in only_line(shown.stderr)


class TestMigrate:
    async def test_migrate_creates_the_schema_and_can_run_again(self, zenspa: Zenspa) -> None:
        name = f"migrate_{os.environ.get('PYTEST_XDIST_WORKER', 'gw0')}"
        await create_database(name, template="template0")
        for _ in range(2):
            done = zenspa("migrate", DATABASE_URL=database_url(name))
            assert (done.returncode, done.stderr) == (0, "")
        connection = await asyncpg.connect(database_url(name).replace("+asyncpg", ""))
        try:
            assert await connection.fetchval("SELECT count(*) FROM customer") == 0
        finally:
            await connection.close()

    def test_migrate_prints_sql_without_a_database(self, zenspa: Zenspa) -> None:
        printed = zenspa("migrate", "--sql")
        assert printed.returncode == 0
        assert printed.stdout.startswith("BEGIN;")
        assert "CREATE TABLE customer" in printed.stdout
        assert printed.stdout.rstrip().endswith("COMMIT;")


class TestOpenapi:
    def test_the_document_is_printed_or_written(self, zenspa: Zenspa, tmp_path: Path) -> None:
        printed = zenspa("openapi")
        assert "/api/v1/health/" in json.loads(printed.stdout)["paths"]
        assert zenspa("openapi", "api.json").returncode == 0
        assert (tmp_path / "api.json").read_text(encoding="utf-8") == printed.stdout

    def test_an_unwritable_file_is_reported_in_one_line(self, zenspa: Zenspa) -> None:
        refused = zenspa("openapi", "missing/api.json")
        assert refused.returncode == 2
        assert "No such file or directory" in refused.stderr
        assert "Traceback" not in refused.stderr
