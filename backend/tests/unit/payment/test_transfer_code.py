"""The code of a bill, in what banks make of a text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.modules.payment.transfer_code import ALPHABET, PREFIX, find_transfer_codes, new_transfer_code
from app.modules.payment.vietqr import clean_purpose
from tests.support.examples import examples

CODE = "ZS7K3Q9ME"
codes = st.builds(lambda _: new_transfer_code(), st.none())


def test_a_code_has_no_letter_that_is_taken_for_another() -> None:
    code = new_transfer_code()
    assert code.startswith(PREFIX)
    assert len(code) == 9
    assert not {*code.removeprefix(PREFIX)} & {*"ILOU"}
    assert clean_purpose(code) == code


@pytest.mark.parametrize(
    "text",
    [
        CODE,
        "zs7k3q9me chuyen tien",
        "ZS 7K3 Q9M E",
        "MBVCB.3278907687.ZS7K3Q9ME.CT tu 0123 toi 970436",
        "NGUYEN THI MAI chuyen khoan-ZS7K3Q9ME-",
        "ZSZS7K3Q9ME",
        "ZS7K3Q9ME ZS7K3Q9ME",
    ],
)
def test_a_code_is_found_in_what_banks_make_of_it(text: str) -> None:
    assert find_transfer_codes(text) == {CODE}


@pytest.mark.parametrize("text", ["", "ZS", "ZS7K3Q9M", "ZS7K3Q9MA", "ZS7K3Q9EM", "thanh toan", "ZS7K3Q9MÉ"])
def test_a_text_without_a_right_code_has_none(text: str) -> None:
    assert find_transfer_codes(text) == set()


def test_two_codes_are_both_found() -> None:
    other = new_transfer_code()
    assert find_transfer_codes(f"{CODE} va {other}") == {CODE, other}


@given(codes, st.integers(2, 8), st.sampled_from(ALPHABET))
@settings(max_examples=examples(200))
def test_one_wrong_character_is_never_another_code(code: str, at: int, character: str) -> None:
    wrong = code[:at] + character + code[at + 1 :]
    assert find_transfer_codes(wrong) == ({code} if wrong == code else set())


@given(codes, st.text(max_size=30), st.text(max_size=30))
@settings(max_examples=examples(200))
def test_a_code_is_found_beside_any_words(code: str, before: str, after: str) -> None:
    assert code in find_transfer_codes(f"{before} {code} {after}")
