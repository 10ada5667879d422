"""Who signs in (người dùng), what they may do (phân quyền), and their sessions and invitations."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models import Entity
from app.modules.identity.roles import Role

_ROLES = ", ".join(f"'{role}'" for role in Role)


class User(Entity):
    """Somebody who can sign in: by a password of ours, by Supabase, or not yet (invited)."""

    __tablename__ = "user_account"  # `user` is a word of SQL's own

    full_name: Mapped[str] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text(collation="C"), unique=True)
    """In lower case, and proven: by an invitation, or by whoever runs the command line."""
    phone: Mapped[str | None] = mapped_column(Text(collation="C"), unique=True)
    """E.164."""
    password_hash: Mapped[str | None] = mapped_column(Text)
    """Argon2id; none: no sign-in by password."""
    supabase_id: Mapped[UUID | None] = mapped_column(unique=True)
    """The `sub` of their Supabase tokens."""
    disabled_at: Mapped[datetime | None]
    signed_out_at: Mapped[datetime | None]
    """Tokens issued before are void: a sign-out everywhere also ends Supabase's."""

    __table_args__ = (
        CheckConstraint("full_name <> ''", name="full_name"),
        CheckConstraint("email = lower(email)", name="email"),
        CheckConstraint("phone ~ '^[+][1-9][0-9]{6,14}$'", name="phone"),
    )

    @property
    def can_sign_in(self) -> bool:
        """False for somebody who was invited and has not answered yet."""
        return self.password_hash is not None or self.supabase_id is not None


class RoleAssignment(Entity):
    """A role a user holds; without a branch, everywhere."""

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
    """A sign-in and all the tokens that come of it (RFC 9700's token family)."""

    __tablename__ = "user_session"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    refresh_hash: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of the one refresh token that is good now."""
    refreshed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    user_agent: Mapped[str | None] = mapped_column(Text)


class Invitation(Entity):
    """A link that was sent to somebody; whoever has it joins with these roles, once and in time."""

    __tablename__ = "invitation"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    """The invited, who has no password yet."""
    email: Mapped[str] = mapped_column(Text(collation="C"))
    roles: Mapped[list[dict[str, str | None]]] = mapped_column(JSONB)
    """`[{"role": "therapist", "branch_id": null}]`, given when the link is used."""
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    """SHA-256 of the word in the link that was sent last."""
    invited_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    """When the mail server took the last mail; none: it is on its way, or `delivery_failed_at` says it is not."""
    delivery_failed_at: Mapped[datetime | None]
