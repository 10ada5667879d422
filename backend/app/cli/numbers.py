"""Numbers in lines that have both languages."""

_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


def grouped(number: int) -> str:
    """Return a number with a no-break space between thousands. `1,000` would be one to a Vietnamese reader."""
    return f"{number:,}".replace(",", _NO_BREAK_SPACE)
