"""Send one plain-text mail to one person by SMTP; without a server, show it to the developer.

A body holds secret links, so a mail that is really sent is never logged.
"""

import ssl
from collections import deque
from dataclasses import asdict, dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import getaddresses, localtime, make_msgid, parseaddr

import aiosmtplib
import structlog
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from app.common.helpers import utc_now
from app.common.types.localized import LocalizedText
from app.core.config import settings
from app.core.exceptions import ServiceUnavailableException

TIMEOUT = 10.0
"""Seconds for each step of the SMTP dialogue."""
MAX_ATTEMPTS = 3
RETRY_WAIT = wait_random_exponential(max=4)

logger = structlog.get_logger(__name__)


class MailNotSent(ServiceUnavailableException):
    code = "MAIL_NOT_SENT"
    text = LocalizedText(
        "Chưa gửi được thư. Vui lòng thử lại sau ít phút.",
        "The mail could not be sent. Please try again in a few minutes.",
    )
    retry_after = 60


@dataclass(frozen=True)
class Mail:
    to: str
    subject: str
    body: str


@dataclass(frozen=True)
class ShownMail(Mail):
    at: datetime


shown_mails: deque[ShownMail] = deque(maxlen=100)
"""Mails that this process would have sent, newest first."""


async def send_mail(mail: Mail) -> None:
    """Send a mail and return when the server has accepted it. That may take half a minute: do not hold a transaction.

    Raises:
        MailNotSent: The server refused it or failed `MAX_ATTEMPTS` times, or production has no server.
        ValueError: `to` is not one address, or a line break in `to` or `subject` would forge a header.
    """
    message = _message(mail)  # before a mail is shown, too: development refuses what production refuses
    if settings.SMTP_HOST is not None:
        await _deliver(message, mail.to)
    elif settings.is_production:
        raise _not_sent("SMTP_HOST is not set")
    else:
        shown_mails.appendleft(ShownMail(**asdict(mail), at=utc_now()))
        # On one line: the log would write \n, which a terminal takes for a part of the link.
        logger.info("mail shown", to=mail.to, subject=mail.subject, body=" ".join(mail.body.split()))


def _message(mail: Mail) -> EmailMessage:
    headers = mail.to + mail.subject
    if headers.splitlines() != [headers]:
        raise ValueError("a line break in the recipient or the subject of a mail")
    if "@" not in mail.to or getaddresses([mail.to]) != [("", mail.to)]:
        raise ValueError("the recipient of a mail is not one address")
    message = EmailMessage()
    message["From"] = settings.MAIL_FROM
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = localtime()
    message["Message-ID"] = make_msgid(domain=_own_domain())
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no "I am on holiday" comes back
    message.set_content(mail.body)
    return message


def _own_domain() -> str:
    """Return the domain of MAIL_FROM. The name of this machine is private, and asking DNS for it can take seconds."""
    return parseaddr(settings.MAIL_FROM)[1].rpartition("@")[2]


async def _deliver(message: EmailMessage, to: str) -> None:
    """Send with retries. Every attempt has the same Message-ID, by which a mail that arrived twice is recognised."""
    attempts = AsyncRetrying(
        stop=stop_after_attempt(MAX_ATTEMPTS),
        wait=RETRY_WAIT,
        retry=retry_if_exception(_is_transient),
        reraise=True,
    )
    password = settings.SMTP_PASSWORD
    try:
        await attempts(
            aiosmtplib.send,
            message,
            recipients=[to],
            hostname=settings.SMTP_HOST,
            port=settings.SMTP_PORT,
            use_tls=settings.SMTP_SECURITY == "tls",
            start_tls=settings.SMTP_SECURITY == "starttls",  # required; None would only try it
            username=settings.SMTP_USERNAME,
            password=password.get_secret_value() if password else None,
            local_hostname=_own_domain(),
            timeout=TIMEOUT,
        )
    except (aiosmtplib.SMTPException, OSError) as error:
        raise _not_sent(f"{type(error).__name__}: {error}") from error


def _is_transient(error: BaseException) -> bool:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return 400 <= error.code < 500  # noqa: PLR2004 - RFC 5321 §4.2.1: transient negative completion
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return all(map(_is_transient, error.recipients))
    if isinstance(error.__cause__, ssl.SSLError):  # a certificate is no better the second time
        return False
    return isinstance(error, ConnectionError | TimeoutError)


def _not_sent(reason: str) -> MailNotSent:
    logger.error("mail not sent", reason=reason)
    return MailNotSent(reason)
