"""Request and response schemas of sign-in, users and invitations."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from app.common.schemas import Line, PageQuery, QueryBool, RequestModel
from app.common.types.contact import Email, Name
from app.modules.identity.roles import Role

# No rule on characters: such rules make passwords no better (NIST SP 800-63B §3.1.1.2). Spaces at the ends count.
NewPassword = Annotated[
    str,
    StringConstraints(min_length=10, max_length=200, strip_whitespace=False),
    Field(examples=["một câu dễ nhớ với bạn"], json_schema_extra={"format": "password"}),
]
Password = Annotated[
    str,
    StringConstraints(max_length=200, strip_whitespace=False),
    Field(json_schema_extra={"format": "password"}),
]
Secret = Annotated[str, StringConstraints(max_length=500)]


class _Sensitive(RequestModel):
    """A request with a password, which is used exactly as typed."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)


DeviceToken = Annotated[
    Secret | None,
    Field(
        description="The `device_token` of the last sign-in on this device, if there is one. With it, wrong passwords that"
        " other people try do not stand in the way. One that is no longer valid is ignored."
    ),
]


class BrowserSignIn(_Sensitive):
    login: Annotated[str, Field(max_length=254, examples=["lan@example.com"], description="Email or phone.")]
    password: Password


class SignIn(BrowserSignIn):
    device_token: DeviceToken = None


class Refresh(RequestModel):
    refresh_token: Secret


class AccessToken(BaseModel):
    """An access token (RFC 6749 §5.1)."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - a type of token, no secret
    expires_in: int = Field(description="Lifetime of the access token in seconds.")


class Tokens(AccessToken):
    """An access token and a refresh token."""

    refresh_token: str = Field(
        description="Works once, at `POST /api/v1/auth/refresh`. A second use ends the session."
    )
    device_token: str = Field(
        description="Keep it on the device, also after signing out, and send it with the next sign-in."
    )


class PasswordChange(_Sensitive):
    current_password: Password
    new_password: NewPassword


class PasswordResetRequest(RequestModel):
    email: Email
    device_token: DeviceToken = None


class PasswordReset(_Sensitive):
    token: Secret
    new_password: NewPassword


class RoleGrant(RequestModel):
    """A role in one branch, or everywhere."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    role: Role
    branch_id: UUID | None = Field(default=None, description="null means everywhere.")


def _without_duplicates(grants: list[RoleGrant]) -> list[RoleGrant]:
    return list({(grant.role, grant.branch_id): grant for grant in grants}.values())


Grants = Annotated[list[RoleGrant], Field(max_length=50), AfterValidator(_without_duplicates)]


class UserRoles(RequestModel):
    roles: Grants


class UserRead(BaseModel):
    id: UUID
    full_name: str
    email: str | None
    phone: str | None
    roles: list[RoleGrant]
    has_password: bool
    uses_supabase: bool
    disabled_at: datetime | None
    created_at: datetime


class UserPage(BaseModel):
    items: list[UserRead]
    next_cursor: str | None = Field(
        description="Send it as `cursor` for the next page. null on the last page."
    )


class UserListQuery(PageQuery):
    q: Annotated[Line, Field(max_length=100)] | None = Field(
        default=None, description="Part of a name, an email or a phone number."
    )
    role: Role | None = None
    disabled: QueryBool | None = None


class InvitationCreate(RequestModel):
    email: Email
    roles: Annotated[Grants, Field(min_length=1)]


class InvitationAccept(_Sensitive):
    token: Secret
    full_name: Name
    password: NewPassword


class InvitationClaim(RequestModel):
    token: Secret


type InvitationState = Literal["pending", "accepted", "withdrawn", "expired"]


class InvitationRead(BaseModel):
    id: UUID
    user_id: UUID = Field(description="The account of the invited person.")
    email: str
    roles: list[RoleGrant]
    state: InvitationState
    expires_at: datetime
    sent_at: datetime | None = Field(description="When the mail server accepted the mail.")
    delivery_failed_at: datetime | None = Field(
        description="Set when the mail could not be sent. Send it again."
    )
    created_at: datetime


class InvitationPage(BaseModel):
    items: list[InvitationRead]
    next_cursor: str | None


class ShownMailRead(BaseModel):
    """A mail that was not sent because no mail server is set."""

    model_config = ConfigDict(from_attributes=True)

    to: str
    subject: str
    body: str
    at: datetime
