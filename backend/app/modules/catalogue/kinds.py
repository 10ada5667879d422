"""The kinds in the catalogue, which files have too."""

from enum import StrEnum


class Offered(StrEnum):
    """To whom."""

    ONLINE = "online"
    """To anybody."""
    DESK = "desk"
    """Only at the desk."""
    NO = "no"
    """Not any more, or not yet."""
