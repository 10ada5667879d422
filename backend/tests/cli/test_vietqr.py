"""`zenspa vietqr`."""

import subprocess
import sys
from pathlib import Path

BACKEND = Path(__file__).resolve().parents[2]
PAYLOAD = "00020101021238540010A00000072701240006970436011001234567890208QRIBFTTA530370454061480005802VN62120808ZS7K3Q9M63040647"


def vietqr(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app.cli.main", "vietqr", *arguments]
    return subprocess.run(command, cwd=BACKEND, capture_output=True, encoding="utf-8", check=False)


def test_build_prints_the_payload_alone() -> None:
    fields = ("--bin", "970436", "--account", "0123456789", "--amount", "148000", "--purpose", "ZS7K3Q9M")
    built = vietqr("build", *fields)
    assert (built.stdout, built.stderr, built.returncode) == (f"{PAYLOAD}\n", "", 0)


def test_build_refuses_a_field_that_no_bank_reads() -> None:
    built = vietqr("build", "--bin", "97043", "--account", "0123456789")
    assert (built.stdout, built.returncode) == ("", 1)
    assert "BIN, 6 chữ số" in built.stderr
    assert "97043" in built.stderr


def test_read_prints_the_fields() -> None:
    fields = vietqr("read", PAYLOAD)
    assert fields.stdout.split() == [
        "bin",
        "970436",
        "account",
        "0123456789",
        "amount",
        "148000",
        "purpose",
        "ZS7K3Q9M",
    ]
    assert fields.returncode == 0


def test_read_says_what_is_wrong() -> None:
    refused = vietqr("read", PAYLOAD.replace("148000", "148001"))
    assert (refused.stdout, refused.returncode) == ("", 1)
    assert "CRC" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
