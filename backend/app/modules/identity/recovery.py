"""New passwords: set by a user who knows the old one, by one who reads the mailbox, or by a command."""

from hashlib import sha256
from uuid import UUID

from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.config import settings
from app.core.database import after_commit
from app.core.mail import Mail, MailNotSent, send_mail
from app.db.audit import set_actor
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.guesses import check_guess, is_known_device, signed_in_origin
from app.modules.identity.identity_errors import ResetLinkInvalid, WrongPassword
from app.modules.identity.identity_models import User
from app.modules.identity.identity_schemas import PasswordChange, PasswordReset, PasswordResetRequest, Tokens
from app.modules.identity.identity_service import find_by_email, get_by_email, get_user, withdraw_invitations
from app.modules.identity.passwords import hash_password
from app.modules.identity.roles import Role
from app.modules.identity.sessions import Device, end_every_session, start_session
from app.redis.rate_limit import RateLimit, client_of, forget, take, try_to_take

RESET_SECONDS = 2 * 3600
"""The lifetime of a link. Longer than the window of `MAILS`: who gets no new mail has a link that still works."""
MAILS = RateLimit("password-reset", requests=3, seconds=3600)
"""Mails to one account. Strangers can use it up, so it refuses nothing: it only spares the mailbox."""
BY_ADDRESS = RateLimit("password-reset-address", requests=10, seconds=900)
"""Requests from one address, known devices left out: one address must not send mails to every account."""


async def change_password(
    session: AsyncSession, user: CurrentUser, change: PasswordChange, device: Device
) -> Tokens:
    """Set the user's own password, end all their sessions and open a new one.

    Open to every signed-in user: the current password is the permission.

    Raises:
        RateLimitException
        WrongPassword: also for a user of Supabase, who has no password here.
    """
    account = await get_user(session, user.id, lock=True)
    matches, _ = await check_guess(signed_in_origin(user.id), change.current_password, account.password_hash)
    if not matches:
        raise WrongPassword
    await _replace_password(session, account, change.new_password)
    return await start_session(session, account.id, device)


async def set_password(session: AsyncSession, user: CurrentUser, email: str, password: str) -> None:
    """Set the password of the account with this email, and end all its sessions.

    Raises:
        UserNotFound
    """
    authorize(user, Role.ADMIN, everywhere=True)
    await _replace_password(session, await get_by_email(session, email), password)


async def request_reset(session: AsyncSession, request: PasswordResetRequest, device: Device) -> Mail | None:
    """Return the mail with a reset link. The response must not tell whether there is one.

    There is none without such an account, and none after `MAILS`: then links of the last hour are in the mailbox, also when
    a stranger requested them.

    Raises:
        RateLimitException: For the address, on a device that is not known.
    """
    email = request.email
    account = await find_by_email(session, email)
    if not is_known_device(account, request.device_token):
        await take(BY_ADDRESS, client_of(device.address))
    if account is None or account.password_hash is None or account.disabled_at is not None:
        return None
    if await try_to_take(MAILS, email) is not None:
        return None
    link = f"{settings.PUBLIC_URL.rstrip('/')}/desk/password#{_serializer(account).dumps(account.id.hex)}"
    return Mail(
        to=email,
        subject="Đặt lại mật khẩu ZenSpa · Reset your ZenSpa password",
        body=(
            "Mở liên kết dưới đây để đặt mật khẩu mới. Liên kết chỉ dùng một lần và hết hạn sau 2 giờ.\n"
            "Open the link below to set a new password. It works once and expires after 2 hours.\n\n"
            f"{link}\n\n"
            "Nếu bạn không yêu cầu, vui lòng bỏ qua thư này.\n"
            "If you did not request this, please ignore this mail.\n"
        ),
    )


async def send(mail: Mail) -> None:
    """Send a reset mail. Runs after the response, so that its time does not tell whether there is an account.

    A failure is logged only, and the next request sends a mail again.
    """
    try:
        await send_mail(mail)
    except MailNotSent:
        await forget(MAILS, mail.to)


async def reset_password(session: AsyncSession, reset: PasswordReset, device: Device) -> Tokens:
    """Set a new password by the link of a mail, and open a session: wrong passwords of strangers may keep a new device
    from signing in. The link works once: it is signed with the password it replaces.

    Raises:
        ResetLinkInvalid
    """
    account = await _account_of_link(session, reset.token)
    await set_actor(session, account.id)
    await _replace_password(session, account, reset.new_password)
    return await start_session(session, account.id, device)


async def _replace_password(session: AsyncSession, account: User, password: str) -> None:
    """Set a password and end every session, also those of a person who knew the old password."""
    account.password_hash = await hash_password(password)
    await session.flush()
    await end_every_session(session, account.id, "new password")
    await withdraw_invitations(session, account.id)  # an open link would set yet another password
    if account.email is not None:
        after_commit(session, forget, MAILS, account.email)  # the links that were mailed are void now


async def _account_of_link(session: AsyncSession, token: str) -> User:
    try:
        # Not verified yet: it names a user, and only that user's password hash can verify the signature.
        _, user_id = URLSafeTimedSerializer("").loads_unsafe(token)
        account = await session.get(User, UUID(user_id), with_for_update=True)
        if account is None or account.disabled_at is not None:
            raise ResetLinkInvalid
        _serializer(account).loads(token, max_age=RESET_SECONDS)
    except (BadData, ValueError, TypeError, AttributeError):
        raise ResetLinkInvalid from None
    return account


def _serializer(account: User) -> URLSafeTimedSerializer:
    """Return a signer whose key depends on the password, so that a new password voids links sent before."""
    password = sha256((account.password_hash or "").encode()).hexdigest()
    return URLSafeTimedSerializer(settings.SECRET_KEY.get_secret_value(), salt=f"password reset:{password}")
