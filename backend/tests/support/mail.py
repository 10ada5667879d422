"""A real SMTP server in this process, and the app's mail on other settings for the time of a context.

async with SmtpServer() as server:
    with app_mail(**server.settings):
        ...  # what the app sends is in server.mails
"""

import asyncio
import email
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from tenacity import wait_none

from app.core import mail
from tests.support.stores import changed_settings

_HOST = "127.0.0.1"
_USERNAME = "zenspa"


@contextmanager
def app_mail(**changes: Any) -> Iterator[None]:
    """No mail is shown yet, and attempts follow each other at once."""
    mail.shown_mails.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mail, "settings", changed_settings(**changes))
        patch.setattr(mail, "RETRY_WAIT", wait_none())
        yield


class SmtpServer:
    """Plaintext, unless there are `certificates`; then by STARTTLS, or from the first byte with `implicit_tls`.

    With a `password` it takes mails only from who signed in, and it lets anybody sign in unencrypted: a client
    that tells its password to the network is to be caught. `refusals` are its first answers to a mail, as
    "451 4.3.0 Try later", and `refused_recipients` those to a recipient; then it accepts.
    """

    port: int

    def __init__(
        self,
        *,
        certificates: Path | None = None,
        implicit_tls: bool = False,
        password: str | None = None,
        refusals: Sequence[str] = (),
        refused_recipients: Sequence[str] = (),
    ) -> None:
        self.mails: list[EmailMessage] = []
        self.sign_ins: list[tuple[str, str]] = []
        """The names and passwords that clients told, right or wrong."""
        self.encrypted_sign_ins: list[tuple[str, str]] = []
        self.greetings: set[str] = set()
        """The names that clients gave themselves."""
        self.connections = 0
        self._implicit_tls = implicit_tls
        self._password = password
        self._refusals = list(refusals)
        self._refused_recipients = list(refused_recipients)
        self._tls = None
        if certificates is not None:
            self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self._tls.load_cert_chain(certificates / "server.crt", certificates / "server.key")

    @property
    def settings(self) -> dict[str, Any]:
        """With which the app reaches it."""
        encrypted = "tls" if self._implicit_tls else "starttls"
        return {
            "SMTP_HOST": _HOST,
            "SMTP_PORT": self.port,
            "SMTP_SECURITY": encrypted if self._tls else "none",
            "SMTP_USERNAME": _USERNAME if self._password else None,
            "SMTP_PASSWORD": self._password,
        }

    async def __aenter__(self) -> Self:
        # Not aiosmtpd's Controller: that would start a thread, and stop it without closing its connections.
        self._server = await asyncio.get_running_loop().create_server(
            self._connected, _HOST, 0, ssl=self._tls if self._implicit_tls else None
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        await self._server.wait_closed()

    def _connected(self) -> SMTP:
        self.connections += 1
        return SMTP(
            self,
            hostname="mail.example.com",
            enable_SMTPUTF8=True,
            tls_context=None if self._implicit_tls else self._tls,
            auth_require_tls=False,
            authenticator=self._authenticate,
            loop=asyncio.get_running_loop(),
        )

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        name, password = data.login.decode(), data.password.decode()
        self.sign_ins.append((name, password))
        if self._implicit_tls or session.ssl is not None:
            self.encrypted_sign_ins.append((name, password))
        return AuthResult(success=(name, password) == (_USERNAME, self._password), handled=False)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._refused_recipients:
            return self._refused_recipients.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Accepted"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.greetings.add(str(session.host_name))
        if self._password and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if self._refusals:
            return self._refusals.pop(0)
        assert isinstance(envelope.content, bytes)
        text = envelope.content.replace(b"\r\n", b"\n")  # the line ends of the wire
        self.mails.append(email.message_from_bytes(text, policy=default))
        return "250 2.0.0 Accepted"
