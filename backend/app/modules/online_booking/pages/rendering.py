"""Write the pages of guests: HTML by Jinja2, with everything escaped, and the two files that they load."""

import gzip
import json
from collections.abc import Mapping
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.common.helpers import utc_now
from app.common.money import money_text
from app.common.schemas import Bilingual, BilingualText
from app.core.exceptions import NotFoundException, ZenSpaException, preferred_language
from app.http.files import StoredFile, accepts_gzip, load_file
from app.modules.online_booking.pages import format as formats
from app.modules.online_booking.pages.party import address
from app.modules.online_booking.pages.texts import text

_FOLDER = Path(__file__).parent
_HTML = "text/html; charset=utf-8"
_LANGUAGES = ("vi", "en")
_LANGUAGE_COOKIE = "zenspa_language"
_A_YEAR = 365 * 24 * 60 * 60

FILES: dict[str, StoredFile] = {path.name: load_file(path) for path in sorted((_FOLDER / "static").iterdir())}
_HASH = sha256(b"".join(file.content for file in FILES.values())).hexdigest()[:12]
_ADDRESSES = {name: f"/book/static/{_HASH}/{name}" for name in FILES}

_templates = Environment(
    loader=FileSystemLoader(_FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_templates.filters |= {"money": money_text, "phone": formats.phone_number, "sentence": formats.sentence}


def language_of(request: Request) -> str:
    """Return the language of a page: of its address, of the device's last choice, or the one the browser asks for."""
    for language in (request.query_params.get("lang"), request.cookies.get(_LANGUAGE_COOKIE)):
        if language in _LANGUAGES:
            return language
    return preferred_language(request.headers.get("accept-language", ""))


Language = Annotated[str, Depends(language_of)]


def render(
    request: Request,
    template: str,
    *,
    status: int = 200,
    here: str = "",
    cache_control: str = "no-store",
    **context: Any,
) -> Response:
    """Return a page.

    Args:
        here: The address that shows the page again in the other language, if that is not the address of the request.
        cache_control: How long browsers may keep it.
    """
    language = language_of(request)
    html = _templates.get_template(template).render(
        language=language,
        t=partial(text, language=language),
        say=partial(_say, language=language),
        clock=formats.clock,
        zone_name=formats.zone_name,
        moment=partial(formats.moment, language=language),
        day_name=partial(formats.day_name, language=language),
        day_and_month=partial(formats.day_and_month, language=language),
        date_name=partial(formats.date_name, language=language),
        short_weekday=partial(formats.short_weekday, language=language),
        files=_ADDRESSES,
        now=utc_now(),
        address=address,
        switch=_other_language(request, here, "vi" if language == "en" else "en"),
        **context,
    )
    headers = {
        "Cache-Control": cache_control,
        "Content-Language": language,
        "Vary": "Accept-Encoding, Accept-Language, Cookie",
    }
    content = html.encode()
    if accepts_gzip(request):
        content, headers["Content-Encoding"] = gzip.compress(content, 6, mtime=0), "gzip"
    response = Response(content, status, headers, media_type=_HTML)
    if request.query_params.get("lang") == language:
        secure = request.url.scheme == "https"
        response.set_cookie(
            _LANGUAGE_COOKIE, language, max_age=_A_YEAR, httponly=True, samesite="lax", secure=secure
        )
    return response


def refusal(request: Request, error: ZenSpaException) -> Response:
    """Return the page that says what an error says."""
    request.scope["error_code"] = error.code
    response = render(
        request,
        "refused.html",
        status=error.status,
        here=_start_of(request),
        sentence=error.public_message(language_of(request)),
        start="" if error.status == NotFoundException.status else _start_of(request),
    )
    response.headers.update(error.headers)
    return response


def _start_of(request: Request) -> str:
    key = request.path_params.get("key")
    return f"/book/{quote(key)}" if key else ""


def json_for_page(document: Mapping[str, Any]) -> Markup:
    """Return a document for a `script` element of data, which no text in it can end."""
    written = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return Markup(written.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))  # noqa: S704 - that is the escaping


def _say(name: Bilingual | BilingualText, *, language: str) -> str:
    return name.localized().in_language(language)


def _other_language(request: Request, here: str, language: str) -> str:
    if here:
        return f"{here}{'&' if '?' in here else '?'}lang={language}"
    query = {**request.query_params, "lang": language}
    return address(request.url.path, **query)
