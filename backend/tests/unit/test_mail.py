"""Mail over a real SMTP server: it arrives, or it is known not to have; secrets stay with the recipient."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from tenacity import RetryCallState

from app.core import mail
from app.core.mail import Mail, MailNotSent, send_mail, shown_mails
from tests.support import SOON, free_port
from tests.support.certificates import certificates
from tests.support.fault_proxy import FaultProxy, Mode
from tests.support.mail import SmtpServer, app_mail

LINK = "https://app.zenspa.com/reset-password?token=Vd8rT2_kQmZ0aXw5LhYp7JcN1sBf-u4e"
MAIL = Mail(
    "lan@example.com",
    "Đặt lại mật khẩu của bạn ở Sen Trắng, spa của người Việt giữa lòng Quận 1",
    f"Chào Lan,\n\nMở liên kết này:\n{LINK}\n.\nNó hết hạn sau 30 phút.\n",
)
PASSWORD = "đúng là mật khẩu"
LATER = "451 4.3.0 Try later"
NO = "550 5.7.1 We do not want this"

pytestmark = pytest.mark.usefixtures("running_app")  # which sets logging up

type ReadLog = Callable[[], str]


@pytest.fixture
def read_log(capfd: pytest.CaptureFixture[str]) -> ReadLog:
    return lambda: capfd.readouterr().out


@pytest.fixture(scope="module")
def tls() -> Iterator[Path]:
    with certificates() as folder:
        yield folder


@pytest.fixture
def trusted_tls(tls: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Trust its authority like one of the system, as OpenSSL looks for them."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tls / "ca.crt"))
    return tls


@pytest.fixture
async def server() -> AsyncIterator[SmtpServer]:
    async with SmtpServer() as server:
        yield server


class TestAMail:
    async def test_arrives_as_it_was_written(self, server: SmtpServer) -> None:
        with app_mail(**server.settings):
            await send_mail(MAIL)
        (arrived,) = server.mails
        assert (arrived["To"], arrived["Subject"], arrived.get_content()) == (
            MAIL.to,
            MAIL.subject,
            MAIL.body,
        )
        assert arrived.get_content_type() == "text/plain"

    async def test_is_from_mail_from_and_marked_as_generated(self, server: SmtpServer) -> None:
        with app_mail(**server.settings, MAIL_FROM="Sen Trắng <no-reply@sentrang.vn>"):
            await send_mail(MAIL)
        (arrived,) = server.mails
        assert arrived["From"] == "Sen Trắng <no-reply@sentrang.vn>"
        assert arrived["Auto-Submitted"] == "auto-generated"
        assert arrived["Date"].datetime.utcoffset() is not None

    async def test_has_an_id_of_its_own_and_never_names_this_machine(self, server: SmtpServer) -> None:
        with app_mail(**server.settings, MAIL_FROM="no-reply@sentrang.vn"):
            await send_mail(MAIL)
            await send_mail(MAIL)
        ids = [arrived["Message-ID"] for arrived in server.mails]
        assert len(set(ids)) == 2
        assert all(re.fullmatch(r"<[^@]+@sentrang\.vn>", message_id) for message_id in ids)
        assert server.greetings == {"sentrang.vn"}

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x0b", "\x85", "\u2028"], ids=ascii)
    @pytest.mark.parametrize("forged", ["", "Bcc: eve@example.com"])
    async def test_with_a_line_break_in_a_header_is_refused(
        self, server: SmtpServer, end: str, forged: str
    ) -> None:
        for bad in (
            Mail(MAIL.to + end + forged, MAIL.subject, MAIL.body),
            Mail(MAIL.to, MAIL.subject + end + forged, MAIL.body),
        ):
            for changes in (server.settings, {"SMTP_HOST": None}):
                with app_mail(**changes), pytest.raises(ValueError, match="line break"):
                    await send_mail(bad)
                assert not shown_mails
        assert server.connections == 0

    @pytest.mark.parametrize(
        "to", ["a@b.vn, eve@example.com", "Lan <lan@example.com>", "<lan@example.com>", ""]
    )
    async def test_is_to_one_address(self, server: SmtpServer, to: str) -> None:
        with app_mail(**server.settings), pytest.raises(ValueError, match="not one address"):
            await send_mail(Mail(to, MAIL.subject, MAIL.body))
        assert server.connections == 0


class TestTLS:
    """The server's certificate is for 127.0.0.1; its authority is trusted when a test says so."""

    @pytest.mark.parametrize("implicit", [False, True], ids=["STARTTLS", "implicit"])
    async def test_mails_and_the_password_go_encrypted(self, trusted_tls: Path, implicit: bool) -> None:
        async with SmtpServer(certificates=trusted_tls, implicit_tls=implicit, password=PASSWORD) as server:
            with app_mail(**server.settings):
                await send_mail(MAIL)
        assert [arrived.get_content() for arrived in server.mails] == [MAIL.body]
        assert server.encrypted_sign_ins == server.sign_ins == [("zenspa", PASSWORD)]

    @pytest.mark.parametrize("implicit", [False, True], ids=["STARTTLS", "implicit"])
    async def test_an_untrusted_certificate_is_refused_before_the_password(
        self, tls: Path, implicit: bool, read_log: ReadLog
    ) -> None:
        async with SmtpServer(certificates=tls, implicit_tls=implicit, password=PASSWORD) as server:
            with app_mail(**server.settings), pytest.raises(MailNotSent):
                await send_mail(MAIL)
        assert (server.connections, server.sign_ins, server.mails) == (1, [], [])
        assert "certificate verify failed" in read_log()

    async def test_the_certificate_of_another_is_refused(self, trusted_tls: Path) -> None:
        async with SmtpServer(certificates=trusted_tls, password=PASSWORD) as server:
            with (
                app_mail(**server.settings | {"SMTP_HOST": "localhost"}),
                pytest.raises(MailNotSent, match="localhost"),
            ):
                await send_mail(MAIL)
        assert (server.sign_ins, server.mails) == ([], [])

    async def test_a_server_that_cannot_encrypt_is_refused_before_the_password(self) -> None:
        async with SmtpServer(password=PASSWORD) as server:
            with (
                app_mail(**server.settings | {"SMTP_SECURITY": "starttls"}),
                pytest.raises(MailNotSent, match="STARTTLS"),
            ):
                await send_mail(MAIL)
        assert (server.connections, server.sign_ins, server.mails) == (1, [], [])

    async def test_a_wrong_password_is_logged_without_the_password(
        self, trusted_tls: Path, read_log: ReadLog
    ) -> None:
        async with SmtpServer(certificates=trusted_tls, password=PASSWORD) as server:
            with (
                app_mail(**server.settings | {"SMTP_PASSWORD": "hunter2"}),
                pytest.raises(MailNotSent),
            ):
                await send_mail(MAIL)
        assert server.connections == 1
        log = read_log()
        assert "reason=SMTPAuthenticationError" in log
        assert "hunter2" not in log


class TestFaults:
    async def test_a_server_that_is_busy_for_a_while_gets_the_mail_once(self) -> None:
        async with SmtpServer(refusals=[LATER, LATER]) as server:
            with app_mail(**server.settings):
                await send_mail(MAIL)
        assert (server.connections, len(server.mails)) == (3, 1)

    async def test_a_server_that_stays_busy_is_given_up(self) -> None:
        async with SmtpServer(refusals=[LATER] * 3) as server:
            with app_mail(**server.settings), pytest.raises(MailNotSent, match="451"):
                await send_mail(MAIL)
        assert (server.connections, server.mails) == (3, [])

    async def test_a_refusal_is_final(self, read_log: ReadLog) -> None:
        async with SmtpServer(refusals=[NO]) as server:
            with app_mail(**server.settings), pytest.raises(MailNotSent):
                await send_mail(MAIL)
        assert (server.connections, server.mails) == (1, [])
        log = read_log()
        assert "We do not want this" in log
        assert "Vd8rT2" not in log

    async def test_a_refused_recipient_is_final_too(self) -> None:
        async with SmtpServer(refused_recipients=[NO]) as server:
            with app_mail(**server.settings), pytest.raises(MailNotSent):
                await send_mail(MAIL)
        assert (server.connections, server.mails) == (1, [])

    async def test_a_recipient_refused_for_a_while_gets_the_mail_once(self) -> None:
        async with SmtpServer(refused_recipients=[LATER]) as server:
            with app_mail(**server.settings):
                await send_mail(MAIL)
        assert (server.connections, len(server.mails)) == (2, 1)

    @pytest.mark.parametrize("down", [Mode.REFUSE, Mode.RESET])
    async def test_a_server_that_comes_back_gets_the_mail_once(
        self, down: Mode, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with SmtpServer() as server, FaultProxy("127.0.0.1", server.port) as proxy:
            proxy.mode = down

            def wait(_: RetryCallState) -> float:
                proxy.mode = Mode.PASS
                return 0

            with app_mail(**server.settings | {"SMTP_PORT": proxy.port}):
                monkeypatch.setattr(mail, "RETRY_WAIT", wait)
                await send_mail(MAIL)
        assert (server.connections, len(server.mails)) == (1, 1)

    async def test_a_server_that_stays_down_is_given_up(
        self, monkeypatch: pytest.MonkeyPatch, read_log: ReadLog
    ) -> None:
        waits: list[int] = []

        def wait(state: RetryCallState) -> float:
            waits.append(state.attempt_number)
            return 0

        down = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": free_port(), "SMTP_SECURITY": "none"}
        with app_mail(**down):
            monkeypatch.setattr(mail, "RETRY_WAIT", wait)
            with pytest.raises(MailNotSent) as raised:
                await send_mail(MAIL)
        assert waits == [1, 2, 3]  # tenacity asks how long before it stops
        assert (raised.value.status, raised.value.code) == (503, "MAIL_NOT_SENT")
        log = read_log()
        assert "mail not sent reason=SMTPConnectError" in log
        assert "Vd8rT2" not in log

    @pytest.mark.parametrize("security", ["none", "starttls", "tls"])
    async def test_a_silent_server_is_given_up(self, security: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(mail, "TIMEOUT", 0.3)  # enough to connect, also on a busy machine
        with socket.create_server(("127.0.0.1", 0)) as silent:
            address = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": silent.getsockname()[1]}
            with app_mail(**address, SMTP_SECURITY=security), pytest.raises(MailNotSent, match="Time"):
                async with asyncio.timeout(SOON):
                    await send_mail(MAIL)
            silent.setblocking(False)
            for _ in range(mail.MAX_ATTEMPTS):
                silent.accept()[0].close()
            with pytest.raises(BlockingIOError):
                silent.accept()


class TestWithoutAServer:
    async def test_a_mail_is_shown(self, read_log: ReadLog) -> None:
        with app_mail(SMTP_HOST=None):
            await send_mail(MAIL)
        (line,) = read_log().splitlines()
        assert f"to={MAIL.to} subject={MAIL.subject} body=Chào Lan," in line
        assert f" {LINK} " in line
        (shown,) = shown_mails
        assert Mail(shown.to, shown.subject, shown.body) == MAIL
        assert shown.at.utcoffset() is not None

    async def test_the_newest_mails_are_kept(self) -> None:
        with app_mail(SMTP_HOST=None):
            for number in range(101):
                await send_mail(Mail(MAIL.to, f"{number}", MAIL.body))
        assert [shown.subject for shown in shown_mails] == [f"{number}" for number in range(100, 0, -1)]

    async def test_production_says_so_and_shows_nothing(self, read_log: ReadLog) -> None:
        with app_mail(SMTP_HOST=None, ENVIRONMENT="production"), pytest.raises(MailNotSent):
            await send_mail(MAIL)
        assert not shown_mails
        log = read_log()
        assert "reason=SMTP_HOST is not set" in log
        assert "Vd8rT2" not in log
