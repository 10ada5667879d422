"""Supabase's part: a server that publishes keys over HTTP, and the tokens that it signs.

with Issuer() as issuer, trusting(issuer):
    claims = await verify_access_token(issuer.token())
"""

import contextlib
import hashlib
import hmac
import json
import socket
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, Self
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from app.core.config import Settings, settings
from app.modules.identity import tokens as identity_tokens
from app.modules.identity.identity_errors import InvalidToken
from app.modules.identity.tokens import verify_access_token

JWKS_PATH = "/auth/v1/.well-known/jwks.json"


@dataclass(frozen=True)
class IssuerKey:
    """A key pair; `kid` names it in tokens and in the published set."""

    kid: str
    algorithm: Literal["ES256", "RS256"]
    private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

    @classmethod
    def new(cls, algorithm: Literal["ES256", "RS256"] = "ES256") -> Self:
        private = (
            ec.generate_private_key(ec.SECP256R1())
            if algorithm == "ES256"
            else rsa.generate_private_key(public_exponent=65537, key_size=2048)
        )
        return cls(str(uuid4()), algorithm, private)

    @cached_property
    def jwk(self) -> dict[str, Any]:
        """The key as Supabase publishes it."""
        public = self.private.public_key()
        members = (
            ECAlgorithm.to_jwk(public, as_dict=True)
            if isinstance(public, ec.EllipticCurvePublicKey)
            else RSAAlgorithm.to_jwk(public, as_dict=True)
        )
        return {
            **members,
            "kid": self.kid,
            "alg": self.algorithm,
            "use": "sig",
            "ext": True,
            "key_ops": ["verify"],
        }

    def signature(self, text: bytes) -> bytes:
        return jwt.get_algorithm_by_name(self.algorithm).sign(text, self.private)

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        return jwt.encode(claims, self.private, self.algorithm, headers={"kid": self.kid, **header})


class Issuer:
    """A Supabase project's sign-in, on a port of 127.0.0.1 that stays its own while it is down."""

    def __init__(self, *, algorithm: Literal["ES256", "RS256"] = "ES256") -> None:
        self.current = IssuerKey.new(algorithm)
        """The key that signs tokens."""
        self.standby = IssuerKey.new()
        """Published, and signs after the next rotation."""
        self.others: list[dict[str, Any]] = []
        """More members of the published set."""
        self.answer: bytes | None = None
        """The response in place of the keys."""
        self.redirect: str | None = None
        """The address of a redirect."""
        self.pause = 0.0
        """Seconds between two bytes of its answer."""
        self.fetches = 0
        """The number of requests for the keys that were answered."""
        self.answers = threading.Event()
        """Cleared, it takes requests and answers none until it is set."""
        self.answers.set()

    def __enter__(self) -> Self:
        # Bound and never listening: keeps the port while the server is down.
        self._reservation = socket.socket()
        self._reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._reservation.bind(("127.0.0.1", 0))
        self._server: _Server | None = None
        self.come_back()
        return self

    def __exit__(self, *_: object) -> None:
        self.answers.set()
        self.go_down()
        self._reservation.close()

    def go_down(self) -> None:
        """Refuse connections from now on."""
        if self._server is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self._server = None

    def come_back(self) -> None:
        if self._server is None:
            self._server = _Server(self)
            self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
            self._thread.start()

    def rotate(self) -> IssuerKey:
        """The standby key signs from now on; the one that did is withdrawn, and returned."""
        withdrawn, self.current, self.standby = self.current, self.standby, IssuerKey.new()
        return withdrawn

    @property
    def port(self) -> int:
        port: int = self._reservation.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        """The value of SUPABASE_URL."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def jwks(self) -> bytes:
        return json.dumps({"keys": [self.current.jwk, self.standby.jwk, *self.others]}).encode()

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Return the claims of a user who signed in now for an hour; `exp=None` leaves `exp` out."""
        now = int(time.time())
        claims = {
            "iss": f"{self.url}/auth/v1",
            "aud": "authenticated",
            "sub": str(uuid4()),
            "iat": now,
            "exp": now + 3600,
            "role": "authenticated",
            "email": "lan@example.com",
            "phone": "",
            "app_metadata": {"provider": "email", "providers": ["email"]},
            "user_metadata": {"full_name": "Nguyễn Thị Lan"},
            "aal": "aal1",
            "session_id": str(uuid4()),
            "is_anonymous": False,
        } | changes
        return {name: value for name, value in claims.items() if value is not None}

    def token(
        self, *, key: IssuerKey | None = None, header: dict[str, Any] | None = None, **changes: Any
    ) -> str:
        return (key or self.current).sign(self.claims(**changes), **(header or {}))


class _Server(ThreadingHTTPServer):
    allow_reuse_port = True
    daemon_threads = False  # an answer under way ends before the server is closed

    def __init__(self, issuer: Issuer) -> None:
        super().__init__(("127.0.0.1", issuer.port), _Answerer)
        self.issuer = issuer


class _Answerer(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        issuer = self.server.issuer
        issuer.fetches += 1
        issuer.answers.wait()
        body = issuer.jwks if issuer.answer is None else issuer.answer
        if issuer.redirect is not None:
            self.send_response(302)
            self.send_header("Location", issuer.redirect)
        else:
            self.send_response(200 if self.path == JWKS_PATH else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        pieces = [body[i : i + 1] for i in range(len(body))] if issuer.pause else [body]
        with contextlib.suppress(ConnectionError):  # the client has hung up
            for piece in pieces:
                self.wfile.write(piece)
                time.sleep(issuer.pause)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Write no log."""


@contextmanager
def trusting(issuer: Issuer | None = None, **changes: Any) -> Iterator[None]:
    """The app of this process accepts the issuer's tokens, and knows none of its keys yet."""
    if issuer is not None:
        changes["SUPABASE_URL"] = issuer.url
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identity_tokens, "settings", Settings(**{**settings.model_dump(), **changes}))
        identity_tokens._published_keys.cache_clear()
        yield


async def refused(token: str) -> bool:
    """Return whether the token is refused as invalid. Any other error fails the test."""
    try:
        await verify_access_token(token)
    except InvalidToken:
        return True
    return False


def hs256(secret: bytes) -> Callable[[bytes], bytes]:
    return lambda text: hmac.digest(secret, text, hashlib.sha256)


def compact(header: object, claims: object, sign: Callable[[bytes], bytes] = lambda _: b"") -> str:
    """A token that no library would make; bytes are taken as they are."""
    text = b".".join(
        _base64(part if isinstance(part, bytes) else json.dumps(part).encode()) for part in (header, claims)
    )
    return b".".join((text, _base64(sign(text)))).decode()


def _base64(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")
