"""The names of banks are those of the set-up page."""

import re
from pathlib import Path

from app.modules.payment.banks import BANKS

SCREEN = Path(__file__).parents[4] / "frontend/src/setup/branches/banks.ts"


def test_the_set_up_page_offers_the_same_banks() -> None:
    assert dict(re.findall(r'bin: "(\d{6})", name: "([^"]+)"', SCREEN.read_text(encoding="utf-8"))) == BANKS
