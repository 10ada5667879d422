"""Requests without a valid token that try to make work or an answer grow with what is sent.

Each is as large as an HTTP server might pass on: 1 MB of body, 300 kB of headers, 60 kB of URL.
"""

import json
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from typing import NamedTuple

from tests.support.http import HOST

SIGN_IN, RESET = "/api/v1/auth/sign-in", "/api/v1/auth/password/reset"
REFRESH, RESET_REQUEST = "/api/v1/auth/refresh", "/api/v1/auth/password/reset-request"
ACCEPT, CUSTOMERS = "/api/v1/invitations/accept", "/api/v1/customers"
BRANCHES, CATALOGUE, LIVE = "/api/v1/branches", "/api/v1/catalogue", "/api/v1/health/live"
BODY, HEADER, URL = 1_000_000, 300_000, 60_000
"""Sizes in bytes of what one request sends."""
_JSON = (b"content-type", b"application/json")
_MULTIPART = (b"content-type", b"multipart/form-data; boundary=x")


class Attempt(NamedTuple):
    """A request, as an ASGI server gives it to the app."""

    method: str = "GET"
    path: str = LIVE
    query: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""

    def raw_headers(self, *, declared: bool) -> list[tuple[bytes, bytes]]:
        """Return the headers with those that every client sends; `declared` tells the size of the body."""
        host = [] if any(name == b"host" for name, _ in self.headers) else [HOST]
        length = [(b"content-length", b"%d" % len(self.body))] if declared else []
        return [*host, *self.headers, *length]


def _post(path: str, body: bytes | object, content_type: tuple[bytes, bytes] = _JSON) -> Attempt:
    content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return Attempt("POST", path, headers=(content_type,), body=content)


def _get(path: str = LIVE, query: bytes = b"", **headers: bytes) -> Attempt:
    named = tuple((name.replace("_", "-").encode(), value) for name, value in headers.items())
    return Attempt("GET", path, query, named)


def _filled(start: bytes, middle: bytes, end: bytes, size: int = BODY) -> bytes:
    """Return `start`, as many `middle`s as fit into `size`, and `end`."""
    return start + middle * ((size - len(start) - len(end)) // len(middle)) + end


def _keys(count: int) -> bytes:
    return b"{" + b",".join(b'"k%d":1' % number for number in range(count)) + b"}"


def _base64(content: bytes) -> bytes:
    return urlsafe_b64encode(content).rstrip(b"=")


def _bearer(header: bytes, length: int) -> bytes:
    token = _base64(header) + b"." + _base64(b'{"sub":"' + b"a" * length + b'"}')
    return b"Bearer " + token[:length] + b"." + b"a" * 43


def _parts(names: Iterable[bytes], size: int) -> bytes:
    head = b'--x\r\nContent-Disposition: form-data; name="%b"; filename="a"\r\n\r\n'
    return b"".join(head % name + b"a" * size + b"\r\n" for name in names) + b"--x--\r\n"


_DEEP_TEXTS = b'{"login":' + b"[" * 900 + _filled(b'"\\ud83d\\ude00"', b',"a"', b"") + b"]" * 900 + b"}"
_MARKS = "a" + "\u0323\u0301" * (BODY // 4)
_BOMB = _base64(zlib.compress(b'"' + b"a" * 250_000 + b'"', 9))
_OWN = b'{"alg":"HS256","kid":"zenspa","typ":"at+jwt"}'

ATTEMPTS: dict[str, Attempt] = {
    # Bodies
    "90,000 unknown keys": _post(SIGN_IN, _keys(90_000)),
    "1,500 unknown keys, within the limit": _post(SIGN_IN, _keys(1_500)),
    "90,000 unknown keys for a route with a token": _post(CUSTOMERS, _keys(90_000)),
    "a key of 1 MB": _post(SIGN_IN, {"a" * BODY: 1}),
    "a key of 10 kB, within the limit": _post(SIGN_IN, {"a" * 10_000: 1}),
    "a key 100,000 times": _post(SIGN_IN, _filled(b"{", b'"a":1,', b'"a":1}')),
    "lists, 500,000 deep": _post(SIGN_IN, b"[" * (BODY // 2) + b"]" * (BODY // 2)),
    "objects, 150,000 deep": _post(SIGN_IN, b'{"a":' * (BODY // 6) + b"1" + b"}" * (BODY // 6)),
    "a list of 500,000 numbers": _post(SIGN_IN, _filled(b"[", b"1,", b"1]")),
    "a list of 300,000 objects": _post(SIGN_IN, _filled(b"[", b"{},", b"{}]")),
    "200,000 texts, 900 deep, with an escape": _post(SIGN_IN, _DEEP_TEXTS),
    "a text of 160,000 escapes": _post(SIGN_IN, _filled(b'{"login":"', b"\\u0041", b'"}')),
    "an integer of 1 MB": _post(SIGN_IN, _filled(b'{"login":', b"9", b"}")),
    "a fraction of 1 MB": _post(SIGN_IN, _filled(b'{"login":1.', b"9", b"}")),
    "spaces": _post(SIGN_IN, b" " * BODY),
    "no JSON": _post(SIGN_IN, b"{" * BODY),
    "a form of 1 MB": _post(
        SIGN_IN, _filled(b"a=", b"b&c=", b""), (b"content-type", b"application/x-www-form-urlencoded")
    ),
    "a login of 1 MB": _post(SIGN_IN, {"login": "1" * BODY, "password": "a"}),
    "a login of 254 digits": _post(SIGN_IN, {"login": "+" + "1" * 253, "password": "a"}),
    "a password of 250,000 marks": _post(SIGN_IN, {"login": "lan", "password": _MARKS}),
    "a name of 250,000 marks": _post(
        ACCEPT, {"token": "a", "full_name": _MARKS, "password": "một câu dễ nhớ"}
    ),
    "a name of 7,000 marks, within the limit": _post(
        ACCEPT, {"token": "a", "full_name": _MARKS[:7_001], "password": "một câu dễ nhớ"}
    ),
    "a name of 300,000 invisible characters": _post(
        ACCEPT, {"token": "a", "full_name": "\u200b" * (BODY // 3), "password": "một câu dễ nhớ"}
    ),
    "a refresh token of 1 MB": _post(REFRESH, {"refresh_token": "a." * (BODY // 2)}),
    "a reset token that unpacks to 250 kB": _post(
        RESET, {"token": f".{_BOMB.decode()}.aaaaaa.{'a' * 27}", "new_password": "một câu dễ nhớ"}
    ),
    "an address of 1 MB": _post(RESET_REQUEST, {"email": "a@" + "a." * (BODY // 2) + "vn"}),
    "an address of 250 characters": _post(RESET_REQUEST, {"email": "a@" + "a." * 123 + "vn"}),
    "a body for a GET": Attempt("GET", LIVE, body=b"a" * BODY),
    "a file of 1 MB": _post(f"{CUSTOMERS}/import", _parts([b"file"], BODY), _MULTIPART),
    "a file with 10,000 parts": _post(f"{CUSTOMERS}/import", _parts([b"file"] * 10_000, 10), _MULTIPART),
    "a file with a line of 1 MB": _post(
        f"{CUSTOMERS}/import", _parts([b"file"], 0)[:-9] + b"," * BODY + b"\r\n--x--\r\n", _MULTIPART
    ),
    # Headers
    "Accept-Language": _get("/nothing", accept_language=b"a," * (HEADER // 2)),
    "If-None-Match": _get(BRANCHES, if_none_match=b'"a",' * (HEADER // 4)),
    "If-None-Match of the catalogue": _get(CATALOGUE, if_none_match=b"," * HEADER),
    "Cookie": _get(BRANCHES, cookie=b"a=b; " * (HEADER // 5)),
    "Authorization": _get(CUSTOMERS, authorization=b"Bearer " + b"a." * (HEADER // 2)),
    "5,000 Authorizations": Attempt(path=CUSTOMERS, headers=((b"authorization", b"Bearer a"),) * 5_000),
    "50,000 headers": Attempt(headers=tuple((b"a%d" % number, b"") for number in range(50_000))),
    "X-Request-ID": _get(x_request_id=b"a" * HEADER),
    "Host": _get(host=b"a" * HEADER),
    "Origin": _get(origin=b"https://" + b"a" * HEADER),
    "a preflight for 150,000 headers": Attempt(
        "OPTIONS",
        headers=(
            (b"origin", b"http://localhost:3000"),
            (b"access-control-request-method", b"POST"),
            (b"access-control-request-headers", b"a," * (HEADER // 2)),
        ),
    ),
    "Idempotency-Key": Attempt("POST", "/api/v1/visits", headers=((b"idempotency-key", b"a" * HEADER),)),
    "User-Agent": Attempt(
        "POST", SIGN_IN, headers=(_JSON, (b"user-agent", b"a" * HEADER)), body=b'{"login":"a","password":"a"}'
    ),
    "X-Forwarded-For": _get(BRANCHES, x_forwarded_for=b"1.2.3.4," * (HEADER // 8)),
    "Content-Type": Attempt(
        "POST",
        SIGN_IN,
        headers=((b"content-type", b"application/json" + b';"' * (HEADER // 2)),),
        body=b'{"login":"a","password":"a"}',
    ),
    "a token with a header of 2,000 lists": _get(
        CUSTOMERS, authorization=_bearer(b'{"a":' + b"[" * 2_000, 4_000)
    ),
    "a forged token of 4 kB": _get(CUSTOMERS, authorization=_bearer(_OWN, 4_000)),
    "a forged token of 300 kB": _get(CUSTOMERS, authorization=_bearer(_OWN, HEADER)),
    # URLs
    "9,000 parameters": _get(BRANCHES, b"&".join(b"a%d" % number for number in range(9_000))),
    "a parameter of 30 kB, twice": _get(BRANCHES, b"&".join([b"a" * 30_000] * 2)),
    "a parameter of 2 kB, twice": _get(BRANCHES, b"&".join([b"a" * 2_000] * 2)),
    "a parameter of escapes": _get(BRANCHES, b"a=" + b"%ff" * (URL // 3)),
    "a cursor": _get(CUSTOMERS, b"cursor=" + b"a" * URL),
    "an id": _get(f"{BRANCHES}/{'a' * URL}"),
    "an id with a slash, which redirects": _get(f"{BRANCHES}/{'a' * URL}/"),
    "a path of slashes": _get("/" * URL),
    "a calendar": _get(f"/api/v1/calendars/{'a' * URL}.ics"),
    "a calendar of dots": _get(f"/api/v1/calendars/{'.' * URL}.ics"),
    "opening hours of 62 days": _get(
        f"{BRANCHES}/00000000-0000-0000-0000-000000000000/open", b"first_day=2027-01-01&last_day=2027-03-03"
    ),
}
