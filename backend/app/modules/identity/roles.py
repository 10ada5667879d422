"""What somebody may be at a spa."""

from enum import StrEnum


class Role(StrEnum):
    """Vai trò. Held in one branch or everywhere."""

    ADMIN = "admin"
    RECEPTIONIST = "receptionist"
    """Lễ tân."""
    THERAPIST = "therapist"
    """Kỹ thuật viên."""
    CUSTOMER = "customer"
    """Khách hàng: sees what is their own, nothing else."""


DESK = (Role.ADMIN, Role.RECEPTIONIST)
TEAM = (*DESK, Role.THERAPIST)
