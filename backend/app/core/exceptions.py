"""The errors that clients see: one class for each case, which owns its status, its code and its text.

A message given to the constructor goes to the log for a 5xx and to the client for a 4xx. The text of a class is in both
languages.
"""

import random
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self, override

import structlog
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic_core import PydanticCustomError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from app.common.helpers import utc_now
from app.common.types.localized import LocalizedText
from app.core.validation_messages import describe, describe_all

_FIRST_SERVER_ERROR = 500
MAX_DETAILS = 100
"""The number of rows that an error names: what else is in the way does not help to decide."""
EVENT_STREAM = "text/event-stream"

logger = structlog.get_logger(__name__)


class ZenSpaException(Exception):  # noqa: N818 - the founding document's name
    """Base of every error that ZenSpa raises on purpose."""

    status: ClassVar[int] = 500
    code: str = "INTERNAL_ERROR"
    text: ClassVar[LocalizedText] = LocalizedText(
        "Hệ thống gặp lỗi. Vui lòng thử lại.", "Something went wrong. Please try again."
    )
    retry_after: ClassVar[int | None] = None
    """Seconds after which another try makes sense."""

    def __init__(
        self,
        message: str | LocalizedText | None = None,
        code: str | None = None,
        *,
        details: Sequence[Mapping[str, str | LocalizedText]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.message = message
        self.code = code or type(self).code
        self.details = details
        self.headers = dict(headers or {})
        if self.retry_after is not None:
            self.headers.setdefault("Retry-After", str(self.retry_after))
        super().__init__(message.en if isinstance(message, LocalizedText) else message or self.text.en)

    @property
    def is_of_server(self) -> bool:
        """Tell whether the server failed, and not the request: a retry may succeed."""
        return self.status >= _FIRST_SERVER_ERROR

    def public_message(self, language: str) -> str:
        """Return what the client reads; the message of a server error is for the log alone."""
        message = self.message if self.message and not self.is_of_server else self.text
        return message.in_language(language) if isinstance(message, LocalizedText) else message


class DatabaseException(ZenSpaException):
    code = "DATABASE_ERROR"
    text = LocalizedText(
        "Hệ thống gặp lỗi dữ liệu. Vui lòng thử lại.", "A database error occurred. Please try again."
    )


class CacheException(ZenSpaException):
    code = "CACHE_ERROR"
    text = LocalizedText(
        "Hệ thống gặp lỗi bộ nhớ đệm. Vui lòng thử lại.", "A cache error occurred. Please try again."
    )


class ValidationException(ZenSpaException):
    status = 422
    code = "VALIDATION_ERROR"
    text = LocalizedText(
        "Một số thông tin chưa đúng. Vui lòng kiểm tra lại.", "Some values are not valid. Please check them."
    )

    @classmethod
    def of(cls, error: PydanticCustomError) -> Self:
        """Return the refusal of a rule that a service checks, because it depends on values that a change leaves as they are.

        Args:
            error: What a validator raised, made by `bilingual_error`.
        """
        return cls(details=[describe({"type": error.type, "loc": ("body",), "ctx": error.context})])


class MalformedBodyException(ZenSpaException):
    status = 400
    code = "MALFORMED_BODY"
    text = LocalizedText(
        "Không đọc được dữ liệu. Vui lòng thử lại.",
        "The request could not be read. Correct it and send it again.",
    )


class DuplicateKeyException(MalformedBodyException):
    """A JSON object has a key twice: readers disagree on which one counts."""

    code = "DUPLICATE_KEY"
    text = LocalizedText(
        "Một mục được gửi hai lần. Chỉ gửi mỗi mục một lần.",
        "A key appears twice in the body. Send each key once.",
    )


class BadRequestException(ZenSpaException):
    status = 400
    code = "BAD_REQUEST"
    text = LocalizedText(
        "Thao tác chưa đúng. Vui lòng thử lại.", "The request is not valid. Correct it and send it again."
    )


class UnauthorizedException(ZenSpaException):
    status = 401
    code = "UNAUTHORIZED"
    text = LocalizedText("Chưa đăng nhập. Vui lòng đăng nhập.", "You are not signed in. Please sign in.")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.headers.setdefault("WWW-Authenticate", "Bearer")  # RFC 9110 §15.5.2: a 401 says what would help


class ForbiddenException(ZenSpaException):
    status = 403
    code = "FORBIDDEN"
    text = LocalizedText(
        "Tài khoản này không có quyền làm việc này. Vui lòng liên hệ spa.",
        "This account is not allowed to do this. Please ask the spa.",
    )


class NotFoundException(ZenSpaException):
    status = 404
    code = "NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy trang này. Kiểm tra lại địa chỉ.",
        "There is nothing at this address. Check the address.",
    )


class MethodNotAllowedException(ZenSpaException):
    status = 405
    code = "METHOD_NOT_ALLOWED"
    text = LocalizedText(
        "Thao tác này không dùng được ở đây. Tải lại trang rồi thử lại.",
        "This method is not allowed here. Use one of those in the Allow header.",
    )


class RequestTimeoutException(ZenSpaException):
    status = 408
    code = "REQUEST_TIMEOUT"
    text = LocalizedText(
        "Đường truyền quá chậm. Vui lòng thử lại.", "The request took too long to arrive. Please try again."
    )


class ConflictException(ZenSpaException):
    status = 409
    code = "CONFLICT"
    text = LocalizedText(
        "Dữ liệu vừa thay đổi hoặc đã có. Tải lại rồi thử lại.",
        "The data has changed or already exists. Reload and try again.",
    )


class PayloadTooLargeException(ZenSpaException):
    status = 413
    code = "PAYLOAD_TOO_LARGE"
    text = LocalizedText("Dữ liệu quá lớn. Vui lòng giảm bớt.", "The request is too large. Please send less.")


class UrlTooLongException(ZenSpaException):
    status = 414
    code = "URL_TOO_LONG"
    text = LocalizedText("Địa chỉ quá dài. Vui lòng rút gọn.", "The address is too long. Please shorten it.")


class UnsupportedMediaTypeException(ZenSpaException):
    status = 415
    code = "UNSUPPORTED_MEDIA_TYPE"
    text = LocalizedText(
        "Không dùng được định dạng này. Chọn tệp hoặc dạng dữ liệu khác.",
        "This content type is not supported. Send JSON, or a file as a form.",
    )


class RateLimitException(ZenSpaException):
    status = 429
    code = "RATE_LIMITED"
    text = LocalizedText(
        "Thao tác quá nhiều lần. Vui lòng thử lại sau ít phút.",
        "Too many requests. Please try again in a few minutes.",
    )
    retry_after = 60


class HeadersTooLargeException(ZenSpaException):
    status = 431
    code = "HEADERS_TOO_LARGE"
    text = LocalizedText(
        "Phần đầu của yêu cầu quá lớn. Xóa cookie của trang rồi thử lại.",
        "The request headers are too large. Delete the cookies of this site, then try again.",
    )


class ServiceUnavailableException(ZenSpaException):
    status = 503
    code = "SERVICE_UNAVAILABLE"
    text = LocalizedText(
        "Hệ thống đang bận hoặc gián đoạn. Vui lòng thử lại sau giây lát.",
        "The service is busy or interrupted. Please try again in a moment.",
    )
    retry_after = 1


_BY_STATUS: dict[int, type[ZenSpaException]] = {
    cls.status: cls
    for cls in (
        BadRequestException,
        UnauthorizedException,
        ForbiddenException,
        NotFoundException,
        MethodNotAllowedException,
        RequestTimeoutException,
        ConflictException,
        PayloadTooLargeException,
        UrlTooLongException,
        UnsupportedMediaTypeException,
        ValidationException,
        RateLimitException,
        HeadersTooLargeException,
        ServiceUnavailableException,
    )
}


_MAX_ACCEPT_LANGUAGE = 300  # characters that are read; browsers send up to some 100


def preferred_language(accept_language: str) -> str:
    """Return `vi` or `en`, whichever `Accept-Language` (RFC 9110 §12.5.4) ranks higher; `vi` when it names neither."""
    best, best_quality = "vi", 0.0
    for item in accept_language[:_MAX_ACCEPT_LANGUAGE].lower().split(","):
        tag, _, parameters = item.strip().partition(";")
        language = tag.strip().split("-")[0]
        if language not in {"vi", "en"}:
            continue
        try:
            quality = float(parameters.strip().removeprefix("q=")) if parameters else 1.0
        except ValueError:
            continue
        if quality > best_quality:
            best, best_quality = language, quality
    return best


def error_body(error: ZenSpaException, *, language: str, request_id: str) -> dict[str, Any]:
    """Return the envelope of an error, ready for JSON."""
    body: dict[str, Any] = {"code": error.code, "message": error.public_message(language)}
    if error.details is not None:
        body["details"] = [
            {
                key: value.in_language(language) if isinstance(value, LocalizedText) else value
                for key, value in detail.items()
            }
            for detail in error.details
        ]
    return {
        "status": "error",
        "error": body,
        "timestamp": utc_now().isoformat(),
        "request_id": request_id,
    }


class _ErrorJSONResponse(JSONResponse):
    """A response that leaves its code with the request, for the access line."""

    def __init__(self, error: ZenSpaException, content: dict[str, Any]) -> None:
        super().__init__(content, status_code=error.status, headers=error.headers)
        self.code = error.code

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["error_code"] = self.code
        await super().__call__(scope, receive, send)


def error_response(error: ZenSpaException, *, language: str, request_id: str) -> JSONResponse:
    """Return the response to an error, in `vi` or `en`."""
    return _ErrorJSONResponse(error, error_body(error, language=language, request_id=request_id))


class _ComeBackLater(Response):
    """An event stream that has no event and ends: the client opens it again after `retry` milliseconds.

    A browser's EventSource takes every status but 200 as final, 503 with Retry-After, too (WHATWG HTML §9.2.3). The time
    is random within two seconds, or all boards of a spa would come back at the same moment.
    """

    def __init__(self, error: ZenSpaException) -> None:
        seconds = int(error.headers["Retry-After"]) + random.uniform(0, 2)  # noqa: S311 - no secret
        super().__init__(
            f"retry: {round(1000 * seconds)}\n\n", headers=error.headers, media_type=EVENT_STREAM
        )
        self.code = error.code

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["error_code"] = self.code
        await super().__call__(scope, receive, send)


def respond_to(scope: Scope, error: ZenSpaException) -> Response:
    """Return the response to an error: our envelope, or for a temporary error of an event stream its end for now."""
    headers = Headers(scope=scope)
    is_stream = scope["method"] == "GET" and headers.get("accept") == EVENT_STREAM
    if is_stream and "Retry-After" in error.headers:
        return _ComeBackLater(error)
    language = preferred_language(headers.get("accept-language", ""))
    return error_response(error, language=language, request_id=scope.get("request_id", ""))


async def zenspa_exception_handler(request: Request, exc: ZenSpaException) -> Response:
    """Answer a ZenSpaException; the cause of a server error goes to the log."""
    if exc.is_of_server:
        logger.error("request failed", code=exc.code, reason=str(exc), cause=repr(exc.__cause__))
    return respond_to(request.scope, exc)


async def http_exception_handler(request: Request, exc: HTTPException) -> Response:
    """Answer what the framework raises, in our envelope."""
    if isinstance(exc.__cause__, ZenSpaException):  # FastAPI turns what reading a body raised into a bare 400
        return await zenspa_exception_handler(request, exc.__cause__)
    known = _BY_STATUS.get(exc.status_code)
    if known is None:
        return await zenspa_exception_handler(request, ZenSpaException(f"HTTP {exc.status_code} was raised"))
    return respond_to(request.scope, known(headers=exc.headers))


async def validation_exception_handler(request: Request, exc: RequestValidationError) -> Response:
    """Answer 422 with the first errors, each as `{field, message, type}`. The values sent are left out: one may be a password."""
    return respond_to(request.scope, ValidationException(details=describe_all(exc.errors())))


async def general_exception_handler(request: Request, exc: Exception) -> Response:
    """Answer a bug: the traceback goes to the log, one sentence to the client."""
    logger.error("unhandled exception", exc_info=exc)
    return respond_to(request.scope, ZenSpaException())


def error_responses(*errors: type[ZenSpaException]) -> dict[int | str, dict[str, Any]]:
    """Return the `responses=` of a route that can give these errors, with an example of each."""
    responses: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        response = responses.setdefault(
            error.status,
            {
                "description": error.text.en,
                "content": {"application/json": {"examples": {}}},
            },
        )
        response["content"]["application/json"]["examples"][error.code] = {
            "summary": error.text.en,
            "value": {
                "status": "error",
                "error": {"code": error.code, "message": error.text.vi},
                "timestamp": "2026-01-31T02:00:00+00:00",
                "request_id": "0f8fad5bd9cb469fa16570867728950e",
            },
        }
    return responses
