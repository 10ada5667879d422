"""Names that were broken on their way into a file, and names that were not."""

import pytest

from app.cli.demo_people import sample_customers
from app.modules.customer.broken_text import is_no_name, problem_of_name, problem_of_text

BROKEN = [
    "Nguy?n Th? Lan",
    "L? Lan",
    "Nguy□n Lan",
    "Nguyn Th Lan",
    "Nguy n Lan",
    "Nguye^~n Lan",
    "Nguy&#7877;n Lan",
    "Nguyá»…n Thá»‹ Lan",
    "Nguyễn Thá»‹ Lan",
    "LÃª Lan",
    *(name.encode().decode("mac_roman") for name in ("Lê Lan", "Đặng Hà")),
    *(name.encode().decode("latin-1") for name in ("Lê Lan", "Nguyễn Hà", "Đặng Hà")),
    "Nguyeãn Thò Lan",
    "TRAÀN VAÊN HUØNG",
    "Phaïm Quoác Khaùnh",
    "Leâ Thuyù",
    "NguyÔn ThÞ Lan",
    "§Æng Hµ",
    "B×nh",
    "Vò ThÞ Phóc",
    "NguyÔn ThÞ Lan N7",
    "Nguyeãn Thò Lan Smith",
    "Nguy%E1%BB%85n",
]
WHOLE = [
    *(person["full_name"] for person in sample_customers(2_000)),
    "Lê",
    "Hoà",
    "Toán",
    "Lý Bích Quyên",
    "Chloé Thuỷ",
    "Noël Martin",
    "Loïc Martin",
    "Tống Lan",
    "Tống",
    "Null Lan",
    "Lan 2",
    "João Simões",
    "Søren Ångström",
    "José Núñez",
    "Seung-ho O'Brien",
    "Zoë Müller-Lüdenscheidt",
    "이수진",
]


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_name_is_recognised(name: str) -> None:
    assert problem_of_name(name) is not None


def test_a_whole_name_is_taken() -> None:
    assert [name for name in WHOLE if problem_of_name(name) is not None] == []
    assert [name for name in WHOLE if is_no_name(name)] == []


@pytest.mark.parametrize(
    "cell",
    [
        *("#N/A", "NULL", "null", "-", "--", "NaN", "#REF!", "0912345678", "+84 912 345 678", "???"),
        *(
            "Tổng cộng",
            "Tổng cộng: 1",
            "TỔNG SỐ KHÁCH HÀNG: 1.204",
            "Tổng: 120 khách",
            "Total",
            "Tong cong 12",
        ),
    ],
)
def test_a_cell_without_a_name_is_recognised(cell: str) -> None:
    assert is_no_name(cell)


@pytest.mark.parametrize(
    ("note", "is_broken"),
    [
        ("d? ?ng s?", True),
        ("dÃ¹ng tinh dáº§u sáº£", True),
        ("a&#7877;b", True),
        ("Lực mạnh? Hỏi lại.", False),
        ("Khách hỏi “ĐÃ” rồi; R&B nhẹ", False),
        ("allergique à la lavande ?", False),
    ],
)
def test_of_a_note_only_certain_damage_is_recognised(note: str, *, is_broken: bool) -> None:
    assert (problem_of_text(note) is not None) is is_broken
