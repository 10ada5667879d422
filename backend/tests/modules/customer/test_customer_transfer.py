"""Files in and out: all or nothing, the same file twice changes nothing."""

import asyncio
import csv
import io

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.modules.customer.customer_csv import CsvWriter, _escape, _unescape, read_customers
from app.modules.customer.customer_samples import sample_customers
from app.modules.customer.customer_schemas import CustomerCreate

from .conftest import PATH, AddCustomer

HEADER = "full_name,phone,email,birthday,gender,notes,contraindications,tags\n"
LAN = "Lê Lan,0912 345 678,Lan@Example.com,1990-12-31,female,,,vip;zalo\n"


async def import_file(client: httpx2.AsyncClient, content: str | bytes, **headers: str) -> httpx2.Response:
    data = content.encode() if isinstance(content, str) else content
    return await client.post(
        f"{PATH}/import", files={"file": ("khach.csv", data, "text/csv")}, headers=headers
    )


async def refusals(client: httpx2.AsyncClient, content: str | bytes) -> dict[str, str]:
    response = await import_file(client, content)
    assert response.status_code == 422, response.text
    error = response.json()["error"]
    assert error["code"] == "IMPORT_REFUSED"
    assert (await client.get(PATH)).json()["items"] == []
    return {fault["field"]: fault["type"] for fault in error["details"]}


class TestImport:
    async def test_a_second_run_of_the_same_file_changes_nothing(self, client: httpx2.AsyncClient) -> None:
        file = HEADER + LAN + "Trần Mai,,,,,,,\nTrần Mai,,,,,,,\n"
        first = await import_file(client, file)
        before = (await client.get(PATH)).json()
        second = await import_file(client, file)
        assert first.json() == {"created": 3, "updated": 0, "unchanged": 0}
        assert second.json() == {"created": 0, "updated": 0, "unchanged": 3}
        assert (await client.get(PATH)).json() == before

    async def test_known_customers_are_brought_up_to_date_and_empty_cells_empty_nothing(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        lan = await add("Le Lan", phone="0912345678", notes="Phòng yên tĩnh", tags=["quen"])
        result = await import_file(client, HEADER + LAN)
        assert result.json() == {"created": 0, "updated": 1, "unchanged": 0}
        after = (await client.get(f"{PATH}/{lan['id']}")).json()
        assert after["full_name"] == "Lê Lan"
        assert after["email"] == "lan@example.com"
        assert after["notes"] == "Phòng yên tĩnh"
        assert after["tags"] == ["vip", "zalo"]

    @pytest.mark.parametrize(
        "content",
        [
            b"\xef\xbb\xbf" + (HEADER + LAN).encode(),
            (HEADER + LAN).replace("\n", "\r\n").encode(),
            "Họ và tên;Số điện thoại;Email;Ngày sinh;Giới tính;Nhãn\n"
            "Lê Lan;0912.345.678;lan@example.com;31/12/1990;Nữ;vip\n".encode(),
            b"full_name\tphone\tbirthday\tgender\temail\tnotes\n\n"
            + "Lê Lan\t'+84912345678\t31-12-1990\tNỮ\tlan@example.com\t\n".encode(),
        ],
    )
    async def test_what_spreadsheets_write_is_understood(
        self, client: httpx2.AsyncClient, content: bytes
    ) -> None:
        assert (await import_file(client, content)).json()["created"] == 1
        (lan,) = (await client.get(PATH)).json()["items"]
        kept = (lan["full_name"], lan["phone"], lan["email"], lan["birthday"], lan["gender"])
        assert kept == ("Lê Lan", "+84912345678", "lan@example.com", "1990-12-31", "female")

    async def test_every_bad_row_is_named_with_its_reason_and_no_row_is_imported(
        self, client: httpx2.AsyncClient
    ) -> None:
        file = (
            HEADER
            + LAN
            + ",0912345679,,,,,,\n"
            + 'Hai dòng,,,,,"một\nhai",,\n'
            + "Trần Mai,123,x,1990-13-01,?,,,\n"
            + "Quá nhiều,,,,,,,,,\n"
            + "Lê\x00,,,,,,,\n"
        )
        assert await refusals(client, file) == {
            "row 3: full_name": "missing",
            "row 5: phone": "phone_number",
            "row 5: email": "value_error",
            "row 5: birthday": "date_from_datetime_parsing",
            "row 5: gender": "enum",
            "row 6: file": "too_many_cells",
            "row 7: file": "string_characters",
        }

    async def test_reasons_are_given_in_the_language_asked_for(self, client: httpx2.AsyncClient) -> None:
        file = HEADER + "Lê Lan,123,,,,,,\n"
        vi = (await import_file(client, file)).json()["error"]
        en = (await import_file(client, file, **{"Accept-Language": "en"})).json()["error"]
        assert vi["details"][0]["message"] == "Số điện thoại không hợp lệ."
        assert en["message"] == "The file has bad rows; nothing was imported."

    async def test_two_rows_with_one_phone_are_refused(self, client: httpx2.AsyncClient) -> None:
        file = HEADER + LAN + "Mai,,,,,,,\n" + "Trần Mai,+84912345678,,,,,,\n"
        assert await refusals(client, file) == {"row 4: phone": "duplicate_row"}

    @pytest.mark.parametrize(
        ("content", "fault"),
        [
            ("", {"row 1: full_name": "missing_column"}),
            ("phone\n0912345678\n", {"row 1: full_name": "missing_column"}),
            ("full_name,is_admin\nLan,1\n", {"row 1: is_admin": "unknown_column"}),
            ("full_name,full_name\nLan,Lan\n", {"row 1: file": "duplicate_column"}),
            ("full_name\nL\xea".encode("latin-1"), {"row 2: file": "encoding"}),
            ("full_name\nLan".encode("utf-16"), {"row 2: file": "encoding"}),
            ('full_name\n"Lan', {"row 2: file": "csv"}),
        ],
    )
    async def test_a_file_that_is_none_is_refused(
        self, client: httpx2.AsyncClient, content: str | bytes, fault: dict[str, str]
    ) -> None:
        assert await refusals(client, content) == fault

    async def test_after_a_hundred_faults_the_others_are_counted(self, client: httpx2.AsyncClient) -> None:
        response = await import_file(client, HEADER + "Lan,1,,,,,,\n" * 1500)
        details = response.json()["error"]["details"]
        assert len(details) == 101
        assert details[-1]["message"] == "… và 1400 lỗi nữa."

    async def test_last_years_file_undoes_no_merge(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        survivor = await add("Lê Lan", phone="0987654321")
        duplicate = await add("Lê Lan", phone="0912345678")
        await client.post(f"{PATH}/{survivor['id']}/merge", json={"duplicate_id": duplicate["id"]})
        result = await import_file(client, HEADER + "Lê Lan,0912345678,,,,,,\n")
        assert result.json() == {"created": 0, "updated": 0, "unchanged": 1}

    async def test_two_imports_of_one_file_at_once_import_it_once(self, client: httpx2.AsyncClient) -> None:
        responses = await asyncio.gather(*(import_file(client, HEADER + LAN) for _ in range(4)))
        assert {response.status_code for response in responses} <= {200, 409}
        assert len((await client.get(PATH)).json()["items"]) == 1

    async def test_a_file_over_the_limit_is_413(
        self, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.core.routing.StrictUploadRequest.limit", 1000)
        response = await import_file(client, HEADER + LAN * 100)
        assert (response.status_code, response.json()["error"]["code"]) == (413, "PAYLOAD_TOO_LARGE")


class TestExport:
    async def test_what_is_exported_can_be_imported_and_changes_nothing(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        for sample in sample_customers(60, seed=3):
            given = {name: value for name, value in sample.items() if name != "full_name"}
            await add(
                sample["full_name"],
                **{n: v.isoformat() if hasattr(v, "isoformat") else v for n, v in given.items()},
            )
        await add("Lê Lan", notes="=1+1")
        exported = await client.get(f"{PATH}/export")
        assert exported.headers["content-type"] == "text/csv; charset=utf-8"
        assert exported.content.startswith(b"\xef\xbb\xbf")
        result = await import_file(client, exported.content)
        assert result.json() == {"created": 0, "updated": 0, "unchanged": 61}

    @pytest.mark.parametrize("cell", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "'=1"])
    async def test_a_cell_that_is_a_formula_becomes_text(
        self, client: httpx2.AsyncClient, add: AddCustomer, cell: str
    ) -> None:
        await add("Lê Lan", notes=f"x{cell}")
        customer = (await client.get(PATH)).json()["items"][0]
        await client.patch(f"{PATH}/{customer['id']}", json={"notes": cell})
        text = (await client.get(f"{PATH}/export")).content.decode("utf-8-sig")
        (row,) = csv.DictReader(io.StringIO(text))
        assert row["notes"] == "'" + cell.strip()

    async def test_archived_customers_are_left_out(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        customer = await add("Lê Lan")
        await client.post(f"{PATH}/{customer['id']}/archive")
        assert (await client.get(f"{PATH}/export")).text.count("\n") == 1


@given(st.text())
def test_escaping_a_cell_is_undone_by_reading_it(cell: str) -> None:
    assert _unescape(_escape(cell)) == cell
    assert _escape(cell)[:1] not in ("=", "+", "-", "@", "\t", "\r")


LINES = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), min_size=1, max_size=20
)


@given(st.lists(st.builds(CustomerCreate, full_name=LINES, notes=LINES, tags=st.just([])), max_size=5))
def test_what_is_written_is_read_again(customers: list[CustomerCreate]) -> None:
    writer = CsvWriter()
    for customer in customers:
        writer.add(customer)
    assert [item[1] for item in read_customers(io.BytesIO(writer.take()))] == customers
