"""Accounts (tài khoản), their roles (vai trò), sessions and invitations."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models import Entity
from app.modules.identity.roles import Role

_ROLES = ", ".join(f"'{role}'" for role in Role)


class User(Entity):
    """An account: signs in by a password stored here, by Supabase, or not yet (invited)."""

    __tablename__ = "user_account"  # `user` is a reserved word of SQL

    full_name: Mapped[str] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text(collation="C"), unique=True)
    """The email in lower case, verified by an invitation or by the operator of the command line."""
    phone: Mapped[str | None] = mapped_column(Text(collation="C"), unique=True)
    """E.164: `+84912345678`."""
    password_hash: Mapped[str | None] = mapped_column(Text)
    """Argon2id. None: the account has no password."""
    supabase_id: Mapped[UUID | None] = mapped_column(unique=True)
    """The `sub` of the account's Supabase tokens."""
    disabled_at: Mapped[datetime | None]
    signed_out_at: Mapped[datetime | None]
    """The time at which the user last signed out everywhere. Supabase tokens issued before are refused."""

    __table_args__ = (
        CheckConstraint("full_name <> ''", name="full_name"),
        CheckConstraint("email = lower(email)", name="email"),
        CheckConstraint("phone ~ '^[+][1-9][0-9]{6,14}$'", name="phone"),
    )

    @property
    def can_sign_in(self) -> bool:
        """True if the account has a password or a Supabase user; False for an invited person who has not accepted yet."""
        return self.password_hash is not None or self.supabase_id is not None


class RoleAssignment(Entity):
    """A role of a user in one branch, or everywhere without a branch."""

    __tablename__ = "role_assignment"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(Text)
    branch_id: Mapped[UUID | None] = mapped_column(ForeignKey("branch.id"))

    __table_args__ = (
        UniqueConstraint(
            "user_id", "role", "branch_id", name="role_assignment_key", postgresql_nulls_not_distinct=True
        ),
        CheckConstraint(f"role IN ({_ROLES})", name="role"),
    )


class UserSession(Entity):
    """A sign-in and all tokens issued from it (the token family of RFC 9700)."""

    __tablename__ = "user_session"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    refresh_hash: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of the one refresh token that is valid now."""
    refreshed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    user_agent: Mapped[str | None] = mapped_column(Text)


class Invitation(Entity):
    """A link mailed to a person. The first to open it in time joins with these roles."""

    __tablename__ = "invitation"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    """The invited person, who has no password yet."""
    email: Mapped[str] = mapped_column(Text(collation="C"))
    roles: Mapped[list[dict[str, str | None]]] = mapped_column(JSONB)
    """`[{"role": "therapist", "branch_id": null}]`, assigned when the link is used."""
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    """SHA-256 of the token in the link that was sent last."""
    invited_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    """The time at which the mail server accepted the last mail. None: not yet, or `delivery_failed_at` is set."""
    delivery_failed_at: Mapped[datetime | None]
