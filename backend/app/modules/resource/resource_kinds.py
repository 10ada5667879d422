"""What kinds of resources there are: for whoever books them, too."""

from enum import StrEnum


class ResourceKind(StrEnum):
    STAFF = "staff"
    BED = "bed"
    """A bed or a chair: where the guest is."""
    DEVICE = "device"
