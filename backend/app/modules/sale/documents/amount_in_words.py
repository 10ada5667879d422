"""Amounts of đồng in Vietnamese words, as an invoice has them.

Not by num2words: its Vietnamese leaves out the zeros within a number, so that 1,005 reads as 1,000.5 would.
"""

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_GROUPS = ("", " nghìn", " triệu")
_BILLION = 1_000_000_000


def amount_in_words(amount: int) -> str:
    """Return an amount such as "Một triệu không trăm lẻ năm nghìn đồng". A negative one begins with "Âm"."""
    text = f"âm {_number(-amount)}" if amount < 0 else _number(amount)
    return f"{text[0].upper()}{text[1:]} đồng"


def _number(number: int) -> str:
    billions, rest = divmod(number, _BILLION)
    if not billions:
        return _below_a_billion(rest) or _DIGITS[0]
    return f"{_number(billions)} tỷ {_below_a_billion(rest, is_first=False)}".rstrip()


def _below_a_billion(number: int, *, is_first: bool = True) -> str:
    parts: list[str] = []
    for power in (2, 1, 0):
        group = number // 1000**power % 1000
        if group:
            parts.append(_below_a_thousand(group, is_first=is_first and not parts) + _GROUPS[power])
    return " ".join(parts)


def _below_a_thousand(number: int, *, is_first: bool) -> str:
    """Return up to three digits in words. Within a number the hundreds are said also when there are none."""
    hundreds, rest = divmod(number, 100)
    parts = [] if is_first and not hundreds else [f"{_DIGITS[hundreds]} trăm"]
    tens, ones = divmod(rest, 10)
    if tens == 1:
        parts.append("mười")
    elif tens:
        parts.append(f"{_DIGITS[tens]} mươi")
    elif ones and parts:
        parts.append("lẻ")
    if ones == 1 and tens > 1:
        parts.append("mốt")
    elif ones == 5 and tens:  # noqa: PLR2004 - the digit five
        parts.append("lăm")
    elif ones:
        parts.append(_DIGITS[ones])
    return " ".join(parts)
