"""`zenspa import spa`, `zenspa export spa` and `zenspa seed` as processes."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import time_machine

from app.cli.seed import seed_accounts, seed_customers, seed_spa
from app.cli.seed_visits import seed_visits
from tests.api.identity.accounts import sql
from tests.builders.resources import at
from tests.builders.visits import add_visit
from tests.support.database import run_sql
from tests.unit.setup.files import SMALL_SPA, small_spa

BACKEND = Path(__file__).resolve().parents[2]

type Zenspa = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.usefixtures("stranger")


@pytest.fixture
def zenspa(tmp_path: Path) -> Zenspa:
    """Return the command in a folder with the small spa, on this worker's database and without a terminal."""
    (tmp_path / "spa.yaml").write_text(SMALL_SPA, encoding="utf-8")

    def zenspa(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        base = {name: os.environ[name] for name in ("PATH", "DATABASE_URL", "SECRET_KEY")}
        return subprocess.run(
            [sys.executable, "-m", "app.cli.main", *arguments],
            cwd=tmp_path,
            env=base | {"PYTHONPATH": str(BACKEND), "COLUMNS": "250"} | variables,
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )

    return zenspa


def output_of(done: subprocess.CompletedProcess[str]) -> str:
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


class TestImport:
    def test_an_import_shows_the_changes_and_makes_them(self, zenspa: Zenspa, tmp_path: Path) -> None:
        first = output_of(zenspa("import", "spa", "spa.yaml", "--yes"))
        assert "thuy-dien/60, thuy-dien/90" in first
        assert "20 mới · created, 0 cập nhật · changed" in first
        assert "Không có gì thay đổi · nothing to change" in output_of(
            zenspa("import", "spa", "spa.yaml", "--yes")
        )
        (tmp_path / "spa.yaml").write_text(small_spa(("price: 450000", "price: 480000")), encoding="utf-8")
        changed = output_of(zenspa("import", "spa", "spa.yaml", "--yes"))
        [row] = [line for line in changed.splitlines() if "450000" in line]
        assert [cell.strip() for cell in row.split("│")[1:-1]] == [
            "tùy chọn · variants: thuy-dien/60", "price", "450000", "480000",
        ]  # fmt: skip
        assert "0 mới · created, 1 cập nhật · changed" in changed

    async def test_an_import_that_strands_appointments_lists_them_and_needs_force(
        self, zenspa: Zenspa, tmp_path: Path
    ) -> None:
        output_of(zenspa("import", "spa", "spa.yaml", "--yes"))
        [(branch_id, variant_id)] = await run_sql(
            "SELECT branch.id, variant.id FROM branch, service_variant AS variant LIMIT 1"
        )
        visit = await add_visit(branch_id, at(14), at(15), variant_id=variant_id, segments=[])
        cut = small_spa(('closes: "22:00"', 'closes: "20:00"'))
        (tmp_path / "spa.yaml").write_text(cut, encoding="utf-8")
        refused = zenspa("import", "spa", "spa.yaml", "--yes")
        assert refused.returncode == 1
        assert "Number: 1." in refused.stderr
        forced = output_of(zenspa("import", "spa", "spa.yaml", "--yes", "--force"))
        assert "1 lịch hẹn cần xử lý · appointments to solve" in forced
        for shown in (refused.stderr, forced):
            [row] = [line for line in shown.splitlines() if str(visit.appointment_id) in line]
            assert "2100-03-01T14:00:00Z/2100-03-01T15:00:00Z" in row
            assert "The branch is not open then." in row
        assert "nothing to change" in output_of(zenspa("import", "spa", "spa.yaml", "--yes"))

    async def test_a_dry_run_changes_nothing(self, zenspa: Zenspa) -> None:
        shown = output_of(zenspa("import", "spa", "spa.yaml", "--dry-run"))
        assert "thuy-dien/60" in shown
        assert "✓" not in shown
        assert await sql("SELECT count(*) FROM branch") == 0

    async def test_without_a_terminal_an_import_needs_yes(self, zenspa: Zenspa) -> None:
        refused = zenspa("import", "spa", "spa.yaml")
        assert refused.returncode == 2
        [line] = refused.stderr.splitlines()
        assert "--yes" in line
        assert await sql("SELECT count(*) FROM branch") == 0

    def test_items_that_are_not_in_the_file_are_listed(self, zenspa: Zenspa, tmp_path: Path) -> None:
        output_of(zenspa("import", "spa", "spa.yaml", "--yes"))
        (tmp_path / "less.yaml").write_text("version: 1\n", encoding="utf-8")
        shown = output_of(zenspa("import", "spa", "less.yaml"))
        assert "Không có trong tệp, giữ nguyên · not in the file, left alone: phòng · rooms: sen" in shown
        assert "nothing to change" in shown

    async def test_every_problem_is_printed_with_its_line_in_both_languages(
        self, zenspa: Zenspa, tmp_path: Path
    ) -> None:
        invalid = small_spa(("price: 450000", "price: -1"), ("skills: [thuy-dien]", "skills: [la]"))
        (tmp_path / "spa.yaml").write_text(invalid, encoding="utf-8")
        refused = zenspa("import", "spa", "spa.yaml", "--yes")
        assert refused.returncode == 1
        for text in (
            "dòng 34: services.thuy-dien.variants.1.price",
            "Phải từ 0 trở lên.",
            "dòng 49: staff.lan.skills.1",
            "No service in the file has this key.",
        ):
            assert text in refused.stderr
        assert await sql("SELECT count(*) FROM branch") == 0

    def test_a_terminal_is_asked_to_confirm(self, zenspa: Zenspa, tmp_path: Path) -> None:
        if sys.platform == "win32":
            pytest.skip("no pseudo-terminals")
        import pty

        for answer, status, rows in ((b"n\n", 1, 0), (b"y\n", 0, 1)):
            terminal, end = pty.openpty()
            os.write(terminal, answer)
            base = {name: os.environ[name] for name in ("PATH", "DATABASE_URL", "SECRET_KEY")}
            done = subprocess.run(
                [sys.executable, "-m", "app.cli.main", "import", "spa", "spa.yaml"],
                cwd=tmp_path,
                env=base | {"PYTHONPATH": str(BACKEND)},
                check=False,
                stdin=end,
                capture_output=True,
                timeout=60,
            )
            os.close(end)
            os.close(terminal)
            assert done.returncode == status, done.stderr
            exported = zenspa("export", "spa", "out.yaml")
            assert exported.returncode == 0
            assert (tmp_path / "out.yaml").read_text(encoding="utf-8").count("key: quan-1") == rows


class TestImportOfCustomers:
    FILE = (
        "sep=;\nHọ và tên (*);Di động;Ngày sinh;Địa chỉ\nLê Lan;0912345678;3/5/1990;Quận 1\nTrần Mai;12;;\n"
    )

    @pytest.fixture
    def file(self, tmp_path: Path) -> str:
        (tmp_path / "khach.csv").write_text(self.FILE, encoding="utf-8")
        return "khach.csv"

    async def test_a_dry_run_shows_what_columns_and_rows_become(self, zenspa: Zenspa, file: str) -> None:
        shown = output_of(zenspa("import", "customers", file, "--dry-run", "--dates", "month_first"))
        cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in shown.splitlines()]
        assert ["Di động", "Số điện thoại · phone"] in cells
        assert ["Địa chỉ", "không nhận ra · not recognised"] in cells
        assert ["2", "mới · created", "Lê Lan, +84912345678, 1990-03-05", ""] in cells
        assert any(row[:2] == ["3", "cần sửa · to correct"] for row in cells if len(row) == 4)
        assert await sql("SELECT count(*) FROM customer") == 0

    async def test_what_has_to_be_decided_is_refused_in_both_languages(
        self, zenspa: Zenspa, file: str
    ) -> None:
        refused = zenspa("import", "customers", file)
        assert refused.returncode == 1
        for text in ("dòng 1: Địa chỉ", "Không nhận ra cột này.", "This column is not recognised."):
            assert text in refused.stderr
        assert await sql("SELECT count(*) FROM customer") == 0

    async def test_good_rows_are_imported_and_bad_ones_written_to_a_file(
        self, zenspa: Zenspa, file: str, tmp_path: Path
    ) -> None:
        choices = ("--ignore", "Địa chỉ", "--dates", "day_first", "--bad-rows", "can-sua.csv")
        assert "1 mới · created" in output_of(zenspa("import", "customers", file, *choices))
        bad_rows = (tmp_path / "can-sua.csv").read_text(encoding="utf-8-sig")
        assert "Ví dụ đúng: 0912 345 678. · Enter a phone number" in bad_rows
        (tmp_path / "can-sua.csv").write_text(bad_rows.replace(",12,", ",0987654321,"), encoding="utf-8")
        assert "1 mới · created" in output_of(zenspa("import", "customers", "can-sua.csv"))
        assert await sql("SELECT birthday::text FROM customer WHERE phone = '+84912345678'") == "1990-05-03"

    async def test_another_name_is_imported_if_it_is_accepted(self, zenspa: Zenspa, tmp_path: Path) -> None:
        for name, options in (("Lê Lan", ()), ("Trần Mai", ("--accept", "another_name"))):
            (tmp_path / "c.csv").write_text(f"Tên,SĐT\n{name},0912345678\n", encoding="utf-8")
            output_of(zenspa("import", "customers", "c.csv", *options))
        assert await sql("SELECT full_name FROM customer") == "Trần Mai"

    async def test_families_can_share_a_number(self, zenspa: Zenspa, tmp_path: Path) -> None:
        file = "Tên,SĐT\nLê Lan,0912345678\nTrần Na,0912345678\n"
        (tmp_path / "c.csv").write_text(file, encoding="utf-8")
        command = ("import", "customers", "c.csv", "--share-phones")
        shown = output_of(zenspa(*command, "--dry-run"))
        assert "SĐT người liên hệ" in shown
        assert "2 mới · created" in output_of(zenspa(*command))
        assert "contact_phone\n" in _exported(zenspa, tmp_path)
        assert "Trần Na,,,,,,,,'+84912345678\n" in _exported(zenspa, tmp_path)


def _exported(zenspa: Zenspa, folder: Path) -> str:
    output_of(zenspa("export", "customers", "e.csv"))
    return (folder / "e.csv").read_text(encoding="utf-8-sig")


class TestExport:
    def test_an_exported_file_changes_nothing_and_is_exported_again_byte_for_byte(
        self, zenspa: Zenspa, tmp_path: Path
    ) -> None:
        output_of(zenspa("import", "spa", "spa.yaml", "--yes"))
        output_of(zenspa("export", "spa", "first.yaml"))
        assert "nothing to change" in output_of(zenspa("import", "spa", "first.yaml"))
        output_of(zenspa("export", "spa", "second.yaml"))
        assert (tmp_path / "second.yaml").read_bytes() == (tmp_path / "first.yaml").read_bytes()
        assert not list(tmp_path.glob("*.part"))


class TestSeed:
    async def test_seeding_adds_a_spa_with_shifts_and_customers_once(self, zenspa: Zenspa) -> None:
        assert "demo spa" in output_of(zenspa("seed", "--customers", "3"))
        days = "SELECT count(DISTINCT lower(during)::date) FROM shift JOIN branch ON branch.id = branch_id WHERE branch.key = :key"
        for key in ("quan-1", "thao-dien", "paris-13"):
            assert await sql(days, key=key) >= 20
        assert "demo spa" not in output_of(zenspa("seed", "--customers", "3"))

    @pytest.mark.parametrize("spa_first", [True, False])
    async def test_the_demo_therapist_is_linked_to_a_therapist_of_the_spa(self, *, spa_first: bool) -> None:
        for seed in (seed_spa, seed_accounts) if spa_first else (seed_accounts, seed_spa):
            await seed()
        assert await sql("SELECT count(*) FROM product_stock WHERE count > 0") == 3 * 6
        email_query = (
            "SELECT user_account.email FROM user_account JOIN staff ON staff.user_id = user_account.id"
        )
        assert await sql(email_query) == "kythuatvien@example.com"

    @pytest.mark.parametrize(
        "now",
        [
            pytest.param("2026-11-30T23:05Z", id="the-therapists-meet-every-Wednesday"),
            pytest.param("2026-12-03T04:00Z", id="the-fourth-week-ends-at-Christmas"),
        ],
    )
    async def test_visits_are_booked_for_today_and_the_next_days(self, now: str) -> None:
        with time_machine.travel(now):
            await seed_spa()
            await seed_customers(20)
            accounts = await seed_accounts()
            booked = await seed_visits(accounts[0].email)
        assert await sql("SELECT count(*) FROM visit WHERE series_id IS NOT NULL") == 4
        # Those of today whose time has passed came without a booking.
        assert await sql("SELECT count(*) FROM visit WHERE source IN ('desk', 'walk_in')") == booked
        assert await sql("SELECT count(*) FROM visit WHERE source = 'desk'") >= 20


@pytest.mark.parametrize("command", ["import", "export"])
def test_the_help_of_a_command_has_examples(zenspa: Zenspa, command: str) -> None:
    assert f"zenspa {command} spa" in output_of(zenspa(command, "spa", "--help")).partition("Examples")[2]


@pytest.mark.parametrize("arguments", [("import", "spa", "spa.yaml", "--yes"), ("export", "spa", "out.yaml")])
def test_an_unreachable_database_is_reported_in_one_line(zenspa: Zenspa, arguments: tuple[str, ...]) -> None:
    refused = zenspa(*arguments, DATABASE_URL="postgresql://lan@127.0.0.1:1/zenspa")
    assert refused.returncode == 1
    [line] = refused.stderr.splitlines()
    assert f"the {arguments[0]} failed" in line
