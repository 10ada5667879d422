"""A real SMTP server in this process, and other mail settings of the app for the time of a context.

async with SmtpServer() as server:
    with app_mail(**server.settings):
        ...  # server.mails has the mails that the app sends
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
    """Change the mail settings, forget the mails shown so far, and retry without a pause."""
    mail.shown_mails.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mail, "settings", changed_settings(**changes))
        patch.setattr(mail, "RETRY_WAIT", wait_none())
        yield


class SmtpServer:
    """An SMTP server in plaintext; with `certificates` by STARTTLS, or from the first byte with `implicit_tls`.

    With a `password` it accepts mails of signed-in clients only. It allows a sign-in without encryption, so that a
    test can catch a client that sends its password in plaintext. `refusals` are its first replies to a mail, such
    as "451 4.3.0 Try later", and `refused_recipients` those to a recipient; after them it accepts.
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
        """The names and passwords that clients sent, right or wrong."""
        self.encrypted_sign_ins: list[tuple[str, str]] = []
        self.greetings: set[str] = set()
        """The host names of the clients' greetings."""
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
        """The settings by which the app reaches this server."""
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
