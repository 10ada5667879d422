"""Stored text comes back unchanged: from a file, and when it is sent again."""

import httpx2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.database import run_sql
from tests.support.examples import examples

from .conftest import PATH, AddCustomer

TEXTS = st.text(
    st.sampled_from(
        "\n\r\t\x0b\x85\xa0\u200b\u2028\u3164\ufeff\ufe0f\uffffİßẞΣ\u0345\u0301\u0323\u212b;\u037e,'\"=+-@|\\ aB😀ậĐ"
    )
    | st.characters(exclude_categories=["Cs", "Cc"]),
    min_size=1,
    max_size=30,
)
"""Text with what a spreadsheet, a line of CSV or a fold may change."""


async def import_file(client: httpx2.AsyncClient, content: bytes) -> dict[str, int]:
    response = await client.post(f"{PATH}/import", files={"file": ("khach.csv", content, "text/csv")})
    assert response.status_code == 200, response.text
    result: dict[str, int] = response.json()
    return result


@given(texts=st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=20))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(20), deadline=None
)
async def test_whatever_is_stored_comes_back_unchanged(
    client: httpx2.AsyncClient, texts: list[tuple[str, str, str]]
) -> None:
    await run_sql("DELETE FROM customer")
    stored = []
    for name, notes, tag in texts:
        new = {"full_name": name, "notes": notes, "contraindications": notes[::-1], "tags": [tag]}
        response = await client.post(PATH, json=new)
        assert response.status_code in {201, 422}, response.text
        if response.status_code == 201:
            stored.append(response.json())
    exported = await client.get(f"{PATH}/export")
    result = await import_file(client, exported.content)
    assert (result["created"], result["updated"], result["unchanged"]) == (0, 0, len(stored))
    for customer in stored:
        again = {name: customer[name] for name in ("full_name", "notes", "contraindications", "tags")}
        sent_back = await client.patch(f"{PATH}/{customer['id']}", json=again)
        assert sent_back.json() == customer


async def test_a_birthday_without_a_year_survives_a_file(
    client: httpx2.AsyncClient, add: AddCustomer
) -> None:
    lan = await add("Lê Lan", phone="0912345678", birthday="--02-29")
    exported = (await client.get(f"{PATH}/export")).content
    await client.patch(f"{PATH}/{lan['id']}", json={"birthday": None})
    assert (await import_file(client, exported))["updated"] == 1
    assert (await client.get(f"{PATH}/{lan['id']}")).json()["birthday"] == "--02-29"


async def test_a_vietnamese_number_of_before_2018_is_converted_in_a_file(
    client: httpx2.AsyncClient, add: AddCustomer
) -> None:
    await add("Lê Lan", phone="0356123456")
    file = "full_name,phone\nLê Lan,01656 123 456\nTrần Mai,84 120 7123 456\n"
    result = await import_file(client, file.encode())
    assert (result["created"], result["unchanged"]) == (1, 1)
    [mai, _] = (await client.get(PATH)).json()["items"]
    assert mai["phone"] == "+84707123456"
