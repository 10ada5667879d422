"""The set-up file over HTTP."""

import re
from typing import Any

import httpx2
import pytest

from app.modules.identity.roles import Role
from app.modules.setup.reader import read_file
from app.modules.setup.spa_file import SpaFile
from app.modules.setup.transfer import MAX_FILE_BYTES
from tests.builders.people import signed_in
from tests.builders.resources import at
from tests.builders.visits import add_visit
from tests.support.database import run_sql
from tests.unit.setup.files import small_spa, spa

SETUP = "/api/v1/setup"


def upload(text: str) -> dict[str, Any]:
    return {"files": {"file": ("spa.yaml", text.encode())}}


async def plan(client: httpx2.AsyncClient, text: str) -> dict[str, Any]:
    response = await client.post(f"{SETUP}/plan", **upload(text))
    assert response.status_code == 200, response.text
    changes: dict[str, Any] = response.json()
    return changes


async def bring_in(
    client: httpx2.AsyncClient, text: str, *, seen: dict[str, Any] | None = None, **params: str
) -> httpx2.Response:
    shown = seen or await plan(client, text)
    return await client.put(SETUP, **upload(text), params={"expected": shown["digest"], **params})


async def exported(client: httpx2.AsyncClient) -> SpaFile:
    return SpaFile.model_validate((await client.get(SETUP)).json())


async def test_a_file_is_planned_then_imported_and_exported_as_it_was(client: httpx2.AsyncClient) -> None:
    shown = await plan(client, small_spa())
    assert await exported(client) == SpaFile(version=1)
    assert (await bring_in(client, small_spa(), seen=shown)).json() == shown
    assert await exported(client) == spa()
    download = await client.get(f"{SETUP}/file")
    assert download.headers["content-type"] == "application/yaml"
    assert 'filename="zenspa.yaml"' in download.headers["content-disposition"]
    assert read_file(download.content) == spa()
    again = await plan(client, download.text)
    assert [item for item in again["items"] if item["change"] != "left"] == []
    assert again["unchanged"]["resource"] == 3


async def test_a_file_in_json_is_read_as_well(client: httpx2.AsyncClient) -> None:
    await bring_in(client, small_spa())
    assert (await plan(client, (await client.get(SETUP)).text))["items"] == []


async def test_a_plan_names_every_item_in_both_languages(client: httpx2.AsyncClient) -> None:
    await bring_in(client, small_spa())
    changed = small_spa(
        ("price: 450000", "price: 480000"),
        (
            "  - {key: da-mat, name: {vi: Chăm sóc da, en: Facials}}",
            "  - {key: toc, name: {vi: Tóc, en: Hair}}",
        ),
    )
    assert (await plan(client, changed))["items"] == [
        {"kind": "category", "key": "toc", "vi": "Tóc", "en": "Hair", "change": "created", "fields": []},
        {"kind": "category", "key": "da-mat", "vi": "Chăm sóc da", "en": "Facials", "change": "left", "fields": []},
        {
            "kind": "variant", "key": "thuy-dien/60", "vi": "Massage Thụy Điển · 60", "en": "Swedish massage · 60", "change": "changed",
            "fields": [{"field": "price", "before": "450000", "after": "480000"}],
        },
    ]  # fmt: skip


async def test_errors_have_their_place_in_the_file_in_the_language_of_the_caller(
    client: httpx2.AsyncClient,
) -> None:
    wrong = small_spa(
        ("price: 450000", "price: cheap"),
        ("key: thai\n    category: massage", "key: thai\n    category: toc"),
    )
    for language, line in (("vi", "dòng"), ("en", "line")):
        response = await client.post(f"{SETUP}/plan", **upload(wrong), headers={"Accept-Language": language})
        assert response.status_code == 422
        error = response.json()["error"]
        assert error["code"] == "SETUP_REFUSED"
        places = [detail["field"] for detail in error["details"]]
        assert all(re.match(rf"{line} \d+: services\.", place) for place in places), places
        assert len(places) == 2


async def test_an_import_that_would_change_something_else_by_now_is_refused(
    client: httpx2.AsyncClient,
) -> None:
    await bring_in(client, small_spa())
    dearer = small_spa(("price: 450000", "price: 480000"))
    shown = await plan(client, dearer)
    await bring_in(client, small_spa(("price: 450000", "price: 460000")))
    response = await bring_in(client, dearer, seen=shown)
    assert (response.status_code, response.json()["error"]["code"]) == (409, "SETUP_CHANGED")
    assert await exported(client) == spa(("price: 450000", "price: 460000"))


async def test_what_an_import_strands_is_planned_refused_and_forced(client: httpx2.AsyncClient) -> None:
    await bring_in(client, small_spa())
    [(bed, branch_id)] = await run_sql("SELECT id, branch_id FROM resource WHERE key = 'sen-2'")
    [(variant_id,)] = await run_sql("SELECT id FROM service_variant LIMIT 1")
    hour = (at(9), at(10))
    visit = await add_visit(branch_id, *hour, allocations={bed: hour}, variant_id=variant_id)
    retired = ("Giường 2, type: giuong", "Giường 2, type: giuong, retired: true")
    shown = await plan(client, small_spa(retired))
    assert [stranded["appointment_id"] for stranded in shown["stranded"]] == [str(visit.appointment_id)]
    assert await exported(client) == spa()
    refused = await bring_in(client, small_spa(retired), seen=shown)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "APPOINTMENTS_STRANDED")
    forced = await bring_in(client, small_spa(retired), seen=shown, force="true")
    assert forced.json() == shown
    assert await exported(client) == spa(retired)


async def test_a_plan_leaves_no_trace(client: httpx2.AsyncClient) -> None:
    before = await run_sql("SELECT count(*) FROM audit_entry")
    await plan(client, small_spa())
    assert await run_sql("SELECT count(*) FROM audit_entry") == before


async def test_a_file_that_is_too_large_is_refused(client: httpx2.AsyncClient) -> None:
    response = await client.post(f"{SETUP}/plan", **upload("#" * (MAX_FILE_BYTES + 1)))
    assert (response.status_code, response.json()["error"]["code"]) == (413, "PAYLOAD_TOO_LARGE")


@pytest.mark.parametrize("role", [Role.RECEPTIONIST, Role.THERAPIST, Role.CUSTOMER])
async def test_only_administrators_see_the_set_up(stranger: httpx2.AsyncClient, role: Role) -> None:
    stranger.headers |= await signed_in(role)
    for method, path in (("GET", ""), ("GET", "/file")):
        assert (await stranger.request(method, SETUP + path)).status_code == 403
    assert (await stranger.post(f"{SETUP}/plan", **upload("version: 1"))).status_code == 403
