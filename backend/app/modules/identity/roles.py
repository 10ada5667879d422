"""The roles a user can have at a spa."""

from enum import StrEnum

from app.common.types.localized import LocalizedText


class Role(StrEnum):
    """A role (vai trò), assigned in one branch or everywhere."""

    ADMIN = "admin"
    RECEPTIONIST = "receptionist"
    THERAPIST = "therapist"
    CUSTOMER = "customer"
    """A customer sees their own records and nothing else."""


DESK = (Role.ADMIN, Role.RECEPTIONIST)
TEAM = (*DESK, Role.THERAPIST)
ROLE_NAMES = {
    Role.ADMIN: LocalizedText("Quản trị", "administrator"),
    Role.RECEPTIONIST: LocalizedText("Lễ tân", "receptionist"),
    Role.THERAPIST: LocalizedText("Kỹ thuật viên", "therapist"),
    Role.CUSTOMER: LocalizedText("Khách hàng", "customer"),
}
