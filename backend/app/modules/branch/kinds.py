"""The kinds of things that other modules need to know of a branch."""

from enum import StrEnum


class OnlineCheck(StrEnum):
    """The way in which a guest without an account proves to be reachable. Other channels, such as Zalo, may follow."""

    NONE = "none"
    MAIL = "mail"
    """A code in a mail."""
