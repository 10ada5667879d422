"""The states of a session of a course, and the facts that change them."""

from enum import StrEnum


class ReturnPolicy(StrEnum):
    """The rule by which a course that is half used is paid back."""

    PRO_RATA = "pro_rata"
    """The price of the sessions that are left."""
    LIST_PRICE = "list_price"
    """The price of the course less the list price of each session that was used."""


class CourseSessionState(StrEnum):
    FREE = "free"
    RESERVED = "reserved"
    """A treatment that is booked, or a line of an open bill, is to be paid by it."""
    USED = "used"
    EXPIRED = "expired"
    MOVED = "moved"
    """Another customer has it, in a course of their own."""
    REFUNDED = "refunded"


LIVE = (CourseSessionState.RESERVED, CourseSessionState.USED)
"""The session pays a treatment or a line of a bill."""


class CourseEntryKind(StrEnum):
    """A fact about sessions of a course."""

    GRANTED = "granted"
    """The course was sold."""
    RESERVED = "reserved"
    RELEASED = "released"
    """The treatment does not take place. The session is reserved again if the treatment does after all."""
    REMOVED = "removed"
    """The treatment, or the line of the bill, is to be paid in another way."""
    CONSUMED = "consumed"
    FORFEITED = "forfeited"
    """Used by a no-show or a late cancellation, as the plan says."""
    RESTORED = "restored"
    """A use was taken back."""
    EXPIRED = "expired"
    EXTENDED = "extended"
    """The course is valid for longer; sessions that had expired are free again."""
    TRANSFERRED = "transferred"
    """Sessions went to another customer: out of one course, and into another."""
    REFUNDED = "refunded"


TRANSITIONS = {
    CourseEntryKind.RESERVED: ((CourseSessionState.FREE, CourseSessionState.RESERVED),),
    CourseEntryKind.RELEASED: ((CourseSessionState.RESERVED, CourseSessionState.FREE),),
    CourseEntryKind.REMOVED: ((CourseSessionState.RESERVED, CourseSessionState.FREE),),
    CourseEntryKind.CONSUMED: (
        (CourseSessionState.FREE, CourseSessionState.USED),
        (CourseSessionState.RESERVED, CourseSessionState.USED),
    ),
    CourseEntryKind.FORFEITED: ((CourseSessionState.RESERVED, CourseSessionState.USED),),
    CourseEntryKind.RESTORED: (
        (CourseSessionState.USED, CourseSessionState.FREE),
        (CourseSessionState.USED, CourseSessionState.RESERVED),
    ),
    CourseEntryKind.EXPIRED: ((CourseSessionState.FREE, CourseSessionState.EXPIRED),),
    CourseEntryKind.EXTENDED: ((CourseSessionState.EXPIRED, CourseSessionState.FREE),),
    CourseEntryKind.TRANSFERRED: ((CourseSessionState.FREE, CourseSessionState.MOVED),),
    CourseEntryKind.REFUNDED: ((CourseSessionState.FREE, CourseSessionState.REFUNDED),),
}
"""The changes of state that each kind of entry makes. The trigger `zenspa_change_course_session` has the same
table, and refuses all others."""
