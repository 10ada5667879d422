"""Amounts in Vietnamese words."""

import pytest

from app.modules.sale.documents.amount_in_words import amount_in_words


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "Không đồng"),
        (5, "Năm đồng"),
        (10, "Mười đồng"),
        (15, "Mười lăm đồng"),
        (21, "Hai mươi mốt đồng"),
        (24, "Hai mươi bốn đồng"),
        (55, "Năm mươi lăm đồng"),
        (101, "Một trăm lẻ một đồng"),
        (111, "Một trăm mười một đồng"),
        (1_005, "Một nghìn không trăm lẻ năm đồng"),
        (1_010, "Một nghìn không trăm mười đồng"),
        (148_000, "Một trăm bốn mươi tám nghìn đồng"),
        (1_250_000, "Một triệu hai trăm năm mươi nghìn đồng"),
        (1_000_500, "Một triệu năm trăm đồng"),
        (10_203_040, "Mười triệu hai trăm lẻ ba nghìn không trăm bốn mươi đồng"),
        (2_000_000_000, "Hai tỷ đồng"),
        (1_000_001_000, "Một tỷ không trăm lẻ một nghìn đồng"),
        (-320_000, "Âm ba trăm hai mươi nghìn đồng"),
    ],
)
def test_an_amount_is_said_as_people_say_it(amount: int, text: str) -> None:
    assert amount_in_words(amount) == text
