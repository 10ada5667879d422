"""A new password: by who knows the old one, by who reads the mailbox, by who runs the command line."""

from contextlib import suppress
from hashlib import sha256
from uuid import UUID

from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.config import settings
from app.core.mail import Mail, MailNotSent, send_mail
from app.db.audit import act_as
from app.modules.identity.access import CurrentUser
from app.modules.identity.identity_errors import ResetLinkInvalid, WrongPassword
from app.modules.identity.identity_models import User
from app.modules.identity.identity_schemas import PasswordChange, PasswordReset, Tokens
from app.modules.identity.identity_service import find_by_email, get_user, withdraw_invitations
from app.modules.identity.passwords import check_password, hash_password
from app.modules.identity.sessions import BY_ACCOUNT, Device, end_every_session, start_session
from app.redis.rate_limit import RateLimit, client_of, take

RESET_SECONDS = 3600
BY_ACCOUNT_RESET = RateLimit("password-reset", requests=5, seconds=3600)
BY_ADDRESS_RESET = RateLimit("password-reset-address", requests=30, seconds=3600)


async def change_password(
    session: AsyncSession, current: CurrentUser, change: PasswordChange, device: Device
) -> Tokens:
    """Ends every session, this one too, and opens a new one: whoever knew the old password is out.

    Raises:
        RateLimitException
        WrongPassword: also for a user of Supabase's, who has none here.
    """
    await take(BY_ACCOUNT, str(current.id))
    user = await get_user(session, current.id, lock=True)
    good, _ = await check_password(change.current_password, user.password_hash)
    if not good:
        raise WrongPassword
    await set_password(session, user, change.new_password)
    return await start_session(session, user.id, device)


async def request_reset(session: AsyncSession, email: str, device: Device) -> Mail | None:
    """The mail to send, if there is such an account; the answer must not tell.

    Raises:
        RateLimitException
    """
    await take(BY_ADDRESS_RESET, client_of(device.address))
    await take(BY_ACCOUNT_RESET, email)
    user = await find_by_email(session, email)
    if user is None or user.password_hash is None or user.disabled_at is not None:
        return None
    link = f"{settings.PUBLIC_URL.rstrip('/')}/password-reset#{_serializer(user).dumps(user.id.hex)}"
    return Mail(
        to=email,
        subject="Đặt lại mật khẩu ZenSpa · Reset your ZenSpa password",
        body=(
            f"Mở liên kết này trong một giờ để đặt mật khẩu mới:\n\n{link}\n\n"
            "Open the link above within an hour to choose a new password.\n\n"
            "Nếu không phải bạn yêu cầu, hãy bỏ qua · If it was not you, ignore this mail.\n"
        ),
    )


async def send(mail: Mail) -> None:
    """After the answer, which therefore takes as long as for no account; a failure is in the log."""
    with suppress(MailNotSent):
        await send_mail(mail)


async def reset_password(session: AsyncSession, reset: PasswordReset) -> None:
    """By the link of the mail. It works once: it is signed with the password that it replaces.

    Raises:
        ResetLinkInvalid
    """
    user = await _user_of(session, reset.token)
    await act_as(session, user.id)
    await set_password(session, user, reset.new_password)


async def set_password(session: AsyncSession, user: User, password: str) -> None:
    """Ends every session: whoever knew the old password is out."""
    user.password_hash = await hash_password(password)
    await session.flush()
    await end_every_session(session, user.id, "new password")
    await withdraw_invitations(session, user.id)  # an open link would set yet another one


async def _user_of(session: AsyncSession, token: str) -> User:
    try:
        # Unread so far: it says whose it is, and only that user's password tells whether it is true.
        _, user_id = URLSafeTimedSerializer("").loads_unsafe(token)
        user = await session.get(User, UUID(user_id), with_for_update=True)
        if user is None or user.disabled_at is not None:
            raise ResetLinkInvalid
        _serializer(user).loads(token, max_age=RESET_SECONDS)
    except (BadData, ValueError, TypeError, AttributeError):
        raise ResetLinkInvalid from None
    return user


def _serializer(user: User) -> URLSafeTimedSerializer:
    """Another password makes another key: links that were sent before it are dead."""
    password = sha256((user.password_hash or "").encode()).hexdigest()
    return URLSafeTimedSerializer(settings.SECRET_KEY.get_secret_value(), salt=f"password reset:{password}")
