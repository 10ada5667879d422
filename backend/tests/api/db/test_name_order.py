"""The order of names in PostgreSQL."""

import random
import unicodedata

from app.common.types.person_name import ALSO_GIVEN_NAMES, FAMILY_NAMES, PERHAPS_TITLES, TITLES
from tests.support.database import run_sql

ALPHABET = (
    "a",
    "ă",
    "â",
    "b",
    "c",
    "d",
    "đ",
    "e",
    "ê",
    "g",
    "h",
    "i",
    "k",
    "l",
    "m",
    "n",
    "o",
    "ô",
    "ơ",
    "p",
)
TONES = ("Ha", "Hà", "Hả", "Hã", "Há", "Hạ", "Hai", "Hâu", "Hậu", "Hư")


async def order_of(*names: str) -> list[str]:
    rows = await run_sql(
        'SELECT name FROM unnest($1::text[]) AS name ORDER BY zenspa_name_order(name) COLLATE "C"',
        list(names),
    )
    return [row["name"] for row in rows]


async def keys_of(*names: str) -> list[str]:
    rows = await run_sql(
        "SELECT zenspa_name_order(name) AS key FROM unnest($1::text[]) WITH ORDINALITY AS n(name, i) ORDER BY i",
        list(names),
    )
    return [row["key"] for row in rows]


async def test_letters_are_in_the_order_of_the_alphabet_and_tones_after_letters() -> None:
    for expected in (ALPHABET, TONES):
        shuffled = random.Random(1).sample(expected, len(expected))
        assert await order_of(*shuffled) == list(expected)


async def test_upper_case_and_decomposed_letters_are_the_same_letters() -> None:
    name = "Đỗ Thị Ngọc Ánh"
    assert len(set(await keys_of(name, name.upper(), name.lower(), unicodedata.normalize("NFD", name)))) == 1


async def test_postgresql_knows_the_same_family_names_and_titles() -> None:
    keys = await keys_of(*(f"{family} Thu Bình" for family in sorted(FAMILY_NAMES)))
    assert keys == [f"binh! {family} thu" for family in sorted(FAMILY_NAMES)]
    assert set(await keys_of("Lê Lan", *(f"{title.capitalize()} Lê Lan" for title in TITLES))) == {"lan le|"}
    families = sorted(FAMILY_NAMES - ALSO_GIVEN_NAMES)
    titled = [f"{title} {family} Thu Bình" for title in PERHAPS_TITLES for family in families]
    assert await keys_of(*titled) == [f"binh! {family} thu" for family in families] * len(PERHAPS_TITLES)


async def test_a_word_that_is_also_a_title_stays_where_it_can_begin_a_name() -> None:
    assert await keys_of("Anh Thư", "Em Mai", "Anh Nguyễn", "Anh Mai Linh", "Chi Lan", "Nguyễn Thị Bé", "Anh") == [
        "anh thu}", "em mai", "anh nguye|n#", "anh mai linh", "chi lan", "be$ nguye|n# thi%", "anh",
    ]  # fmt: skip
    assert await keys_of("Mr. Smith", "MRS Anna Le", "Cô Ba", "Bà Huyện Thanh Quan", "Cháu Na") == [
        "smith", "anna le", "ba", "huye|n% thanh quan", "na",
    ]  # fmt: skip


async def test_a_name_of_another_language_is_sorted_as_written() -> None:
    assert await keys_of("Zoë Kravitz", "Sato Yuki", "Le Pen-Smith", "Lan", "—", "") == [
        "zoe kravitz", "sato yuki", "le pen smith", "lan", "—", "",
    ]  # fmt: skip
