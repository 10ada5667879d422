"""The set-up file over HTTP."""

from typing import Annotated

from fastapi import File, Query, Response, UploadFile

from app.common.constants import API_V1
from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.http.idempotent_endpoint import unstorable_response
from app.http.router import ApiRouter
from app.modules.coverage.coverage_errors import AppointmentsStranded
from app.modules.identity.access import SignedIn
from app.modules.setup import transfer
from app.modules.setup.reader import write_file
from app.modules.setup.setup_errors import (
    ItemRefused,
    SetupChanged,
    SetupImpossible,
    SetupRefused,
    SetupUnreadable,
)
from app.modules.setup.setup_schemas import SetupChanges, SetupQuery
from app.modules.setup.spa_file import SpaFile

router = ApiRouter(prefix=f"{API_V1}/setup", tags=["Set-up"])

_YAML = "application/yaml"
_FILE_ERRORS = (SetupRefused, SetupUnreadable, SetupImpossible, ItemRefused)
SetupUpload = Annotated[UploadFile, File(description="A set-up file in YAML or JSON, up to 1 MB.")]


@router.get("", responses=error_responses(SetupUnreadable))
async def get_setup(user: SignedIn) -> SpaFile:
    """Return the whole set-up of the spa: branches, rooms, beds, devices, the catalogue, staff and their weekly shifts.

    Items are known by their keys. For administrators of the whole spa.
    """
    return await transfer.export_setup(user, in_request=True)


@router.get(
    "/file",
    response_class=Response,
    responses={**error_responses(SetupUnreadable), 200: {"content": {_YAML: {}}}},
)
async def download_setup(user: SignedIn) -> Response:
    """Download the whole set-up as a YAML file. The same set-up gives the same file, byte for byte.

    For administrators of the whole spa.
    """
    content = write_file(await transfer.export_setup(user, in_request=True))
    headers = {"Content-Disposition": 'attachment; filename="zenspa.yaml"'}
    return Response(content, media_type=_YAML, headers=headers)


@router.post("/plan", responses=error_responses(*_FILE_ERRORS))
@unstorable_response  # it changes nothing
async def plan_setup(user: SignedIn, session: SessionDep, file: SetupUpload) -> SetupChanges:
    """Show what an import of a file would change, item by item, and which appointments it would strand. Nothing is saved.

    Items are matched by key: new ones are created, different ones are changed, and what the file does not have stays.
    For administrators of the whole spa.
    """
    return await transfer.preview_setup(session, user, file.file)


@router.put("", responses=error_responses(*_FILE_ERRORS, SetupChanged, AppointmentsStranded))
async def import_setup(
    user: SignedIn, session: SessionDep, file: SetupUpload, query: Annotated[SetupQuery, Query()]
) -> SetupChanges:
    """Import a file as `POST /setup/plan` has shown it: all of it or nothing. A second import changes nothing.

    Refused if it would change anything else by now, and, unless `force` is set, if appointments would be stranded. For
    administrators of the whole spa.
    """
    return await transfer.import_setup(session, user, file.file, expected=query.expected, force=query.force)
