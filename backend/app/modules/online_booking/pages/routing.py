"""The routes of the pages: a refusal is a page with a sentence, and the form is read strictly."""

from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Annotated, Any, override

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from app.core.database_errors import translate
from app.core.exceptions import (
    NotFoundException,
    ZenSpaException,
    general_exception_handler,
    zenspa_exception_handler,
)
from app.http.router import QuickRoute
from app.http.strict_body import StrictFormRequest
from app.modules.online_booking.pages.rendering import refusal


class PageRoute(QuickRoute):
    """A route of a page of guests. `/visit` is private: no other site may show it in a frame."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        kind = "visit" if self.path.startswith("/visit") else "book"

        async def handle_page(request: Request) -> Response:
            request.scope["guest_page"] = kind
            strict = StrictFormRequest(request.scope, request.receive, is_public=True)
            try:
                async with AsyncExitStack() as function_scope:
                    request.scope["fastapi_function_astack"] = function_scope
                    return await handle(strict)
            except ZenSpaException as refused:
                error = refused
            except RequestValidationError:
                error = NotFoundException()
            except SQLAlchemyError as failed:
                error = translate(failed)
                error.__cause__ = failed
            except HTTPException:
                raise
            except Exception as failed:  # noqa: BLE001 - a guest reads a page, whatever the bug
                await general_exception_handler(request, failed)  # which logs it
                return refusal(request, ZenSpaException())
            if error.is_of_server:
                await zenspa_exception_handler(request, error)  # which logs it
            return refusal(request, error)

        return handle_page


async def _form_of(request: Request) -> dict[str, str]:
    assert isinstance(request, StrictFormRequest)
    return await request.fields()


FormFields = Annotated[dict[str, str], Depends(_form_of)]
"""The fields of the form that was sent."""


def see(location: str) -> Response:
    """Return a redirect after a form, so that a reload sends nothing again."""
    return RedirectResponse(location, status_code=303, headers={"Cache-Control": "no-store"})
