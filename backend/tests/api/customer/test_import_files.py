"""Files as other systems write them: read what is clear, ask about the rest, refuse what would do harm."""

import asyncio
import csv
import io
from typing import Any
from uuid import UUID

import httpx2
import pytest

from app.core.database import AsyncSessionLocal
from app.modules.customer.csv_file import MAX_ROWS
from app.modules.customer.customer_schemas import CustomerUpdate
from app.modules.customer.customer_service import update_customer
from app.modules.identity.access import SYSTEM_USER
from tests.support import eventually
from tests.support.database import run_sql, waiting_for_locks

from .conftest import PATH, AddCustomer

IMPORT, PREVIEW = f"{PATH}/import", f"{PATH}/import/preview"


async def send(
    client: httpx2.AsyncClient, path: str, content: str | bytes, **query: str | int
) -> httpx2.Response:
    data = content.encode() if isinstance(content, str) else content
    return await client.post(path, files={"file": ("khach.csv", data, "text/csv")}, params=query)


async def imported(client: httpx2.AsyncClient, content: str | bytes, **query: str) -> dict[str, Any]:
    response = await send(client, IMPORT, content, **query)
    assert response.status_code == 200, response.text
    result: dict[str, Any] = response.json()
    return result


async def refusals(client: httpx2.AsyncClient, content: str | bytes, **query: str) -> dict[str, str]:
    response = await send(client, IMPORT, content, **query)
    assert response.status_code == 422, response.text
    return {detail["field"]: detail["type"] for detail in response.json()["error"]["details"]}


async def preview(client: httpx2.AsyncClient, content: str | bytes, **query: str | int) -> dict[str, Any]:
    response = await send(client, PREVIEW, content, **query)
    assert response.status_code == 200, response.text
    shown: dict[str, Any] = response.json()
    return shown


async def customers(client: httpx2.AsyncClient) -> dict[str, tuple[str | None, str | None]]:
    """Return the phone and the birthday of each customer by name."""
    items = (await client.get(PATH)).json()["items"]
    return {item["full_name"]: (item["phone"], item["birthday"]) for item in items}


LAN = {"Lê Lan": ("+84912345678", "1990-03-05")}


class TestLayout:
    @pytest.mark.parametrize(
        "content",
        [
            "sep=;\r\nHọ và tên (*);Di động;Ngày sinh\r\nLê Lan;0912345678;05/03/90\r\n",
            '"sep=,"\nFull name,Mobile phone,Date of birth (DD/MM/YYYY)\nLê Lan,0912345678,05/03/1990\n',
            "DANH SÁCH KHÁCH HÀNG,,\n\nNgày xuất: 28/11/2026,,\nSTT,Tên khách hàng,SĐT,Ngày sinh\n1,Lê Lan,0912345678,05/03/1990\n",
            "Name|Phone number|Birthday\nLê Lan|0912345678|5-Mar-90\n",
            "Họ,Tên,Điện thoại,Ngày sinh\nLê,Lan,912345678,ngày 5 tháng 3 năm 1990\n",
            "Customer / Khách hàng,Tel,DOB,Gender\nLê Lan,0912345678.0,1990-03-05 00:00:00,F\n",
            '"Họ và tên\n(*)",SĐT,Sinh nhật\nLê Lan,0912345678,5.3.1990\n"Họ và tên\n(*)",SĐT,Sinh nhật\n',
            "Tên,Điện thoại,Di động,Ngày sinh,Địa chỉ\nLê Lan,,0912345678,1990/3/5,\n",
            "Họ tên\tSĐT\tNgày sinh\r\nLê Lan\t0912345678\t05/03/1990\r\n".encode("utf-16"),
            'Name,Phone 1 - Value,Birthday,Labels\nLê Lan,"=""0912345678""",1990-03-05,\n',
            "Họ tên,SĐT,Ngày sinh\nLê Lan,'0912345678,'05/03/1990\n",
            "No.,Client name,Contact number,Birth date,Email\n1,Lê Lan,0912345678,1990-03-05,NULL\n",
        ],
    )
    async def test_files_of_other_systems_are_read(
        self, client: httpx2.AsyncClient, content: str | bytes
    ) -> None:
        assert (await imported(client, content))["created"] == 1
        assert await customers(client) == LAN

    async def test_an_unknown_column_is_asked_about_and_can_be_ignored(
        self, client: httpx2.AsyncClient
    ) -> None:
        file = "Họ tên,SĐT,Hạng thẻ,,Địa chỉ (nhà)\nLê Lan,0912345678,Vàng,x,Quận 1\n"
        assert await refusals(client, file) == {
            "dòng 1: Hạng thẻ": "unknown_column",
            "dòng 1: D": "unknown_column",
            "dòng 1: Địa chỉ (nhà)": "unknown_column",
        }
        await imported(client, file, ignore="hạng thẻ;D;Địa chỉ")
        assert await customers(client) == {"Lê Lan": ("+84912345678", None)}

    async def test_all_unknown_columns_can_be_ignored_at_once(self, client: httpx2.AsyncClient) -> None:
        file = "Loại khách,Mã khách hàng,Tên khách hàng,Điện thoại,Phường/Xã,Nợ\nCá nhân,KH1,Lê Lan,0912345678,Đa Kao,0\n"
        assert len(await refusals(client, file)) == 4
        await imported(client, file, ignore="*")
        assert await customers(client) == {"Lê Lan": ("+84912345678", None)}

    async def test_a_row_has_the_number_that_a_spreadsheet_shows(self, client: httpx2.AsyncClient) -> None:
        file = "sep=,\nDanh sách\n\nHọ tên,SĐT\nLê Lan,0912345678\n\nTrần Mai,1\n"
        assert await refusals(client, file) == {"dòng 6: Số điện thoại": "phone_number"}

    @pytest.mark.parametrize("cell", ["NULL", " n/a ", '"="""""', "'", "-"])
    async def test_a_cell_that_other_systems_call_empty_is_empty(
        self, client: httpx2.AsyncClient, cell: str
    ) -> None:
        await imported(client, f"full_name,phone,email,birthday,gender\nLê Lan,{cell},{cell},{cell},{cell}\n")
        assert await customers(client) == {"Lê Lan": (None, None)}

    async def test_of_two_columns_for_one_field_one_has_to_be_ignored(
        self, client: httpx2.AsyncClient
    ) -> None:
        file = "Họ tên,Điện thoại,Di động\nLê Lan,02838221234,0912345678\n"
        assert await refusals(client, file) == {"dòng 1: Số điện thoại": "duplicate_column"}
        await imported(client, file, ignore="Điện thoại")
        assert await customers(client) == {"Lê Lan": ("+84912345678", None)}

    async def test_a_number_that_a_spreadsheet_has_rounded_is_refused(
        self, client: httpx2.AsyncClient
    ) -> None:
        refused = await refusals(client, "Họ tên,SĐT\nLê Lan,9.12E+08\n")
        assert refused == {"dòng 2: Số điện thoại": "rounded_phone"}

    @pytest.mark.parametrize(
        "content",
        ["," * 2_000_000, "full_name\n" + "," * 2_000_000, 'full_name,notes\n"' + "a\n" * 1_000_000],
        ids=["header", "row", "quotation"],
    )
    async def test_a_long_line_is_refused_without_being_read(
        self, client: httpx2.AsyncClient, content: str
    ) -> None:
        assert set((await refusals(client, content)).values()) <= {"missing_column", "csv"}


class TestDates:
    @pytest.mark.parametrize(
        ("dates", "birthday"),
        [
            (["3/5/1990", "12/31/1980"], "1990-03-05"),  # an American Excel
            (["05/03/1990", "31/12/1980"], "1990-03-05"),
            (["5/3/1990", "31/12/1980"], "1990-03-05"),  # a Vietnamese file, opened and saved in America
        ],
    )
    async def test_the_order_of_dates_is_that_of_the_whole_file(
        self, client: httpx2.AsyncClient, dates: list[str], birthday: str
    ) -> None:
        await imported(client, f"full_name,birthday\nLê Lan,{dates[0]}\nTrần Mai,{dates[1]}\n")
        assert await customers(client) == {"Lê Lan": (None, birthday), "Trần Mai": (None, "1980-12-31")}

    @pytest.mark.parametrize(
        "content",
        [
            "full_name,birthday\nLê Lan,3/5/1990\n",
            "full_name,birthday\nLê Lan,05/03/1990\n",
            "Họ tên,Ngày sinh (dd/mm/yyyy)\nLê Lan,3/5/1990\n",  # the header is older than the dates
            "full_name,birthday\nLê Lan,3/5/1990\nTrần Mai,31/12/1980\nĐỗ Hà,12/31/1980\n",
        ],
    )
    async def test_a_date_that_can_be_two_days_is_asked_about(
        self, client: httpx2.AsyncClient, content: str
    ) -> None:
        assert await refusals(client, content) == {"dòng 2: Ngày sinh": "ambiguous_date"}

    async def test_the_order_of_dates_can_be_chosen(self, client: httpx2.AsyncClient) -> None:
        await imported(client, "full_name,birthday\nLê Lan,3/5/1990\n", date_order="month_first")
        await imported(client, "full_name,birthday\nTrần Mai,3/5/1990\n", date_order="day_first")
        assert await customers(client) == {"Lê Lan": (None, "1990-03-05"), "Trần Mai": (None, "1990-05-03")}

    async def test_an_export_that_an_american_excel_saved_changes_nothing(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        await add("Lê Lan", phone="0912345678", birthday="1990-03-05")
        await add("Trần Mai", birthday="1980-12-31", notes="thích trà")
        exported = (await client.get(f"{PATH}/export")).text
        saved = exported.replace("1990-03-05", "3/5/1990").replace("1980-12-31", "12/31/1980")
        assert (await imported(client, saved))["unchanged"] == 2

    @pytest.mark.parametrize(
        "written", ["05/03", "--03-05", "5 tháng 3", "5.3", "5-Mar", "05 March", "Mar 5", "March 05"]
    )
    async def test_a_birthday_without_a_year_is_read_and_takes_no_year_away(
        self, client: httpx2.AsyncClient, add: AddCustomer, written: str
    ) -> None:
        await add("Lê Lan", phone="0912345678", birthday="1990-03-05")
        await imported(client, f"Họ tên,SĐT,Ngày sinh\nLê Lan,0912345678,{written}\nTrần Mai,,{written}\n")
        assert await customers(client) == LAN | {"Trần Mai": (None, "--03-05")}

    @pytest.mark.parametrize("written", ["Mar-05", "Mar 90", "5-Mai"])
    async def test_a_month_of_a_year_is_no_birthday(self, client: httpx2.AsyncClient, written: str) -> None:
        refused = await refusals(client, f"Họ tên,Ngày sinh\nLê Lan,{written}\n")
        assert [*refused] == ["dòng 2: Ngày sinh"]

    async def test_a_birthday_with_day_and_month_swapped_is_asked_about(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        await add("Lê Lan", phone="0912345678", birthday="1990-03-05")
        file = "full_name,phone,birthday\nLê Lan,0912345678,3/5/1990\n"
        refused = await refusals(client, file, date_order="day_first")
        assert refused == {"dòng 2: Ngày sinh": "swapped_birthday"}
        accepted = await imported(client, file, date_order="day_first", accept="swapped_birthday")
        assert accepted["updated"] == 1
        assert (await customers(client))["Lê Lan"][1] == "1990-05-03"


class TestSize:
    @pytest.mark.parametrize("empty_row", ["\n", ",\n"])
    async def test_more_rows_than_a_sheet_has_are_refused_before_they_are_read(
        self, client: httpx2.AsyncClient, empty_row: str
    ) -> None:
        """The file is read no further: what stands after the last row that can be is not looked at."""
        content = b"full_name,phone\n" + empty_row.encode() * (MAX_ROWS + 100_000) + b"\xff"
        assert await refusals(client, content) == {"tệp": "too_many_rows"}
        assert [problem["type"] for problem in (await preview(client, content))["problems"]] == [
            "too_many_rows"
        ]

    async def test_empty_rows_below_the_limit_are_skipped(self, client: httpx2.AsyncClient) -> None:
        content = "full_name,phone\n" + "\n" * 10_000 + "Lê Lan,0912345678\n"
        assert (await imported(client, content))["created"] == 1


class TestNames:
    @pytest.mark.parametrize("cell", ["#N/A", "NULL", "-", "0912345678", "Tổng cộng: 1"])
    async def test_a_row_without_the_name_of_a_person_is_refused(
        self, client: httpx2.AsyncClient, cell: str
    ) -> None:
        assert await refusals(client, f"full_name\n{cell}\n") == {"dòng 2: Họ tên": "no_name"}

    @pytest.mark.parametrize("name", ["Trần Mai", "Lê Lân", "Lan", "Lê Thị Lan", "Anh Lê Lan"])
    async def test_another_name_at_a_known_number_is_asked_about(
        self, client: httpx2.AsyncClient, add: AddCustomer, name: str
    ) -> None:
        await add("Lê Lan", phone="0912345678")
        file = f"full_name,phone,notes\n{name},0912345678,mới\n"
        assert await refusals(client, file) == {"dòng 2: Họ tên": "another_name"}
        assert (await imported(client, file, accept="another_name"))["updated"] == 1
        assert list(await customers(client)) == [name]

    @pytest.mark.parametrize(
        ("stored", "written", "expected"),
        [
            ("Le Lan", "Lê Lan", "Lê Lan"),
            ("Lê Lan", "Le Lan", "Lê Lan"),
            ("Đỗ Thu Hà", "ĐỖ THU HÀ", "Đỗ Thu Hà"),
            ("ĐỖ THU HÀ", "Đỗ Thu Hà", "Đỗ Thu Hà"),
            ("Đỗ Thu Hà", "DO THU HA", "Đỗ Thu Hà"),
            ("Trần Hòa", "Trần Hoà", "Trần Hoà"),
            ("Lan", "Chị Lan", "Lan"),
            ("Chị Lan", "LAN", "Chị Lan"),
            ("Mr. Smith", "Smith", "Mr. Smith"),
            ("Le Lan", "CHỊ Lê Lan", "CHỊ Lê Lan"),
        ],
    )
    async def test_the_same_name_keeps_its_better_spelling(
        self, client: httpx2.AsyncClient, add: AddCustomer, stored: str, written: str, expected: str
    ) -> None:
        await add(stored, phone="0912345678")
        await imported(client, f"full_name,phone\n{written},0912345678\n")
        assert list(await customers(client)) == [expected]

    @pytest.mark.parametrize(
        "name",
        [
            "Nguy?n Th? Lan",
            "Nguy\ufffdn Th\ufffd Lan",
            "Nguyá»…n Thá»‹ Lan",
            "LÃª Lan",
            "Lê Lan".encode().decode("mac_roman"),
            "Nguyeãn Thò Lan",
            "NGUYEÃN THÒ LAN",
            "NguyÔn ThÞ Lan",
            "§Æng Hµ",
            "Nguye^~n Thi Lan",
            "Nguy&#7877;n Thị Lan",
            "Nguyn Th Lan",
        ],
    )
    async def test_a_name_that_lost_its_accents_is_refused(
        self, client: httpx2.AsyncClient, name: str
    ) -> None:
        refused = await refusals(client, f"full_name\n{name}\n")
        assert refused == {"dòng 2: Họ tên": "broken_text"}

    async def test_of_a_file_in_an_old_encoding_no_name_is_taken(self, client: httpx2.AsyncClient) -> None:
        refused = await refusals(client, "full_name\nNguyÔn ThÞ Lan\nPhóc\n")  # Phúc, and no Vietnamese word
        assert set(refused) == {"dòng 2: Họ tên", "dòng 3: Họ tên"}

    async def test_names_of_other_countries_are_taken(self, client: httpx2.AsyncClient) -> None:
        names = [
            "Noël Lefèvre",
            "Zoë Müller",
            "João Simões",
            "Søren Ångström",
            "José Núñez",
            "O'Brien",
            "이수진",
        ]
        assert (await imported(client, "full_name\n" + "\n".join(names) + "\n"))["created"] == len(names)

    async def test_notes_are_refused_if_broken_and_taken_if_they_ask_something(
        self, client: httpx2.AsyncClient
    ) -> None:
        file = "full_name,notes\nLê Lan,d? ?ng s?\nTrần Mai,Thích lực mạnh?\n"
        assert await refusals(client, file) == {"dòng 2: Ghi chú": "broken_text"}

    async def test_what_is_stored_can_be_imported_again_though_it_looks_broken(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        await add("Nguy?n Lan", phone="0912345678", notes="a?b")
        assert (await imported(client, (await client.get(f"{PATH}/export")).content))["unchanged"] == 1


class TestContacts:
    async def people(self, client: httpx2.AsyncClient) -> dict[str, tuple[str | None, str | None]]:
        """Return the phone and the name of the contact of each customer by name."""
        items = (await client.get(PATH)).json()["items"]
        names = {item["id"]: item["full_name"] for item in items} | {None: None}
        return {item["full_name"]: (item["phone"], names[item["contact_id"]]) for item in items}

    async def test_the_contact_of_a_child_survives_a_file(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        mother, aunt = await add("Lê Lan", phone="0912345678"), await add("Lê Mai", phone="0987654321")
        await add("Trần Na", contact_id=mother["id"])
        await add("Trần Na", contact_id=aunt["id"], phone="0356123456")
        before = (await client.get(PATH)).json()
        exported = (await client.get(f"{PATH}/export")).content
        assert (await imported(client, exported))["unchanged"] == 4
        assert (await client.get(PATH)).json() == before
        await run_sql("DELETE FROM customer WHERE contact_id IS NOT NULL")
        await run_sql("DELETE FROM customer")
        assert (await imported(client, exported))["created"] == 4
        after = (await client.get(PATH)).json()["items"]
        assert [(item["full_name"], item["phone"], item["contact_id"] and 1) for item in after] == [
            (item["full_name"], item["phone"], item["contact_id"] and 1) for item in before["items"]
        ]
        again = (await client.get(f"{PATH}/export")).content
        assert again == exported

    async def test_a_contact_may_stand_in_a_later_row_and_is_added_to_known_customers(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        await add("Trần Na", birthday="2019-05-01")
        rows = "Trần Na,,2019-05-01,0912345678\nTrần Bi,,,0912345678\n" + "Khách,,,\n" * 5_000
        file = f"Họ tên,SĐT,Ngày sinh,SĐT phụ huynh\n{rows}Lê Lan,0912345678,,\n"
        result = await imported(client, file)
        assert (result["created"], result["updated"]) == (5_002, 1)
        found = (await client.get(f"{PATH}/search", params={"q": "0912345678"})).json()
        assert [customer["full_name"] for customer in found] == ["Lê Lan", "Trần Na", "Trần Bi"]
        assert (await imported(client, file))["unchanged"] == 5_003

    async def test_a_child_on_the_number_of_a_customer_is_asked_about_and_gets_a_contact(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        await add("Lê Lan", phone="0912345678")
        file = "full_name,phone,notes\nTrần Na,0912345678,sợ nóng\nLE LAN,0912345678,\n"
        assert "dòng 2: Họ tên" in await refusals(client, file)
        shown = await preview(client, file, share_phones="true")
        assert [(row["outcome"], row["problems"]) for row in shown["rows"]] == [
            ("created", []), ("unchanged", []),
        ]  # fmt: skip
        assert shown["rows"][0]["values"] == {
            "full_name": "Trần Na", "notes": "sợ nóng", "contact_phone": "+84912345678",
        }  # fmt: skip
        assert (await imported(client, file, share_phones="true"))["created"] == 1
        assert await self.people(client) == {"Lê Lan": ("+84912345678", None), "Trần Na": (None, "Lê Lan")}

    async def test_a_child_that_is_known_is_not_asked_about_again(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        file = "full_name,phone,birthday\nLê Lan,0912345678,\nTrần Na,0912345678,\n"
        assert await refusals(client, file) == {"dòng 3: Số điện thoại": "duplicate_row"}
        assert (await imported(client, file, share_phones="true"))["created"] == 2
        assert (await imported(client, file))["unchanged"] == 2
        with_birthday = file.replace("Na,0912345678,", "Na,0912345678,2019-05-01")
        assert (await imported(client, with_birthday))["updated"] == 1
        assert await self.people(client) == {"Lê Lan": ("+84912345678", None), "Trần Na": (None, "Lê Lan")}

    async def test_namesakes_with_other_contacts_are_other_people(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        mother, other = await add("Lê Lan", phone="0912345678"), await add("Lê Mai", phone="0987654321")
        na, other_na = (
            await add("Trần Na", contact_id=mother["id"]),
            await add("Trần Na", contact_id=other["id"]),
        )
        await imported(client, "full_name,notes,contact_phone\nTrần Na,sợ nóng,0987654321\n")
        notes = [(await client.get(f"{PATH}/{child['id']}")).json()["notes"] for child in (na, other_na)]
        assert notes == ["", "sợ nóng"]

    async def test_a_contact_is_an_active_customer_without_a_contact(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        mother = await add("Lê Lan", phone="0912345678")
        await add("Trần Na", phone="0356123456", contact_id=mother["id"])
        archived = await add("Võ Tú", phone="0987654321")
        await client.post(f"{PATH}/{archived['id']}/archive")
        file = (
            "full_name,phone,contact_phone\n"
            "Khách A,,0999888777\n"  # no customer's
            "Khách B,,0987654321\n"  # archived
            "Khách C,,0356123456\n"  # has a contact
            "Lê Lan,0912345678,0912345679\n"  # is a contact
            "Trần Mai,0912345679,\n"
            "Khách D,0912345670,0912345670\n"  # their own
            "Khách E,,0912345671\n"  # cannot be imported
            "Nguy?n F,0912345671,\n"
        )
        assert await refusals(client, file) == {
            "dòng 2: SĐT người liên hệ": "unknown_contact",
            "dòng 3: SĐT người liên hệ": "unknown_contact",
            "dòng 4: SĐT người liên hệ": "contact_refused",
            "dòng 5: SĐT người liên hệ": "contact_refused",
            "dòng 7: SĐT người liên hệ": "contact_refused",
            "dòng 8: SĐT người liên hệ": "unknown_contact",
            "dòng 9: Họ tên": "broken_text",
        }
        result = await imported(client, file, bad_rows="return")
        assert (result["created"], result["refused"]) == (1, 7)

    async def test_an_old_file_changes_nothing_after_the_contact_was_archived(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        mother = await add("Lê Lan", phone="0912345678")
        await add("Trần Na", contact_id=mother["id"])
        exported = (await client.get(f"{PATH}/export")).content
        await client.post(f"{PATH}/{mother['id']}/archive")
        result = await imported(client, exported)
        assert (result["skipped"], result["unchanged"]) == (1, 1)
        assert (await imported(client, (await client.get(f"{PATH}/export")).content))["unchanged"] == 1

    async def test_an_import_and_a_screen_do_not_make_two_the_contact_of_each_other(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        lan, na = await add("Lê Lan", phone="0912345678"), await add("Lê Na", phone="0987654321")
        file = "full_name,phone,contact_phone\nLê Lan,0912345678,0987654321\n"
        async with AsyncSessionLocal() as session:
            of_lan = CustomerUpdate(contact_id=UUID(lan["id"]))
            await update_customer(session, SYSTEM_USER, UUID(na["id"]), of_lan)
            importing = asyncio.create_task(send(client, IMPORT, file))

            async def waits() -> bool:
                return importing.done() or await waiting_for_locks() > 0

            await eventually(waits)
            await session.commit()
        refused = await importing
        assert refused.status_code == 422, refused.text
        assert (await client.get(f"{PATH}/{lan['id']}")).json()["contact_id"] is None


class TestBadRows:
    FILE = "STT;Họ tên;SĐT;Ghi chú\n1;Lê Lan;0912345678;\n2;Trần Mai;12;=1+1\n3;Nguy?n Hà;;\n4;Đỗ Hà;0912345678;\n"

    async def test_good_rows_are_imported_and_the_others_come_back_as_a_file(
        self, client: httpx2.AsyncClient
    ) -> None:
        result = await imported(client, self.FILE, bad_rows="return")
        assert (result["created"], result["refused"]) == (1, 3)
        rows = list(csv.reader(io.StringIO(result["refused_rows"].removeprefix("\ufeff"))))
        assert rows[0][1:] == ["STT", "Họ tên", "SĐT", "Ghi chú"]
        assert [row[1:] for row in rows[1:]] == [
            ["2", "Trần Mai", "12", "'=1+1"],
            ["3", "Nguy?n Hà", "", ""],
            ["4", "Đỗ Hà", "0912345678", ""],
        ]
        assert rows[1][0] == "Số điện thoại: Số điện thoại chưa đúng. Ví dụ đúng: 0912 345 678."
        assert "dòng 2" in rows[3][0]

    async def test_the_file_of_refused_rows_can_be_corrected_and_imported(
        self, client: httpx2.AsyncClient
    ) -> None:
        result = await imported(client, self.FILE, bad_rows="return")
        corrected = (
            result["refused_rows"]
            .replace(",12,", ",0987654321,")
            .replace("Nguy?n", "Nguyễn")
            .replace(",0912345678,", ",,")
        )
        assert (await imported(client, corrected))["created"] == 3
        assert {"Lê Lan", "Trần Mai", "Nguyễn Hà", "Đỗ Hà"} == set(await customers(client))

    async def test_the_same_file_again_returns_the_same_rows(self, client: httpx2.AsyncClient) -> None:
        first = await imported(client, self.FILE, bad_rows="return")
        second = await imported(client, self.FILE, bad_rows="return")
        assert second == first | {"created": 0, "unchanged": 1}

    async def test_a_file_whose_next_row_cannot_be_found_is_refused_whole(
        self, client: httpx2.AsyncClient
    ) -> None:
        refused = await refusals(client, 'full_name\nLê Lan\n"Trần Mai\n', bad_rows="return")
        assert refused == {"dòng 3": "csv"}
        assert await customers(client) == {}


class TestPreview:
    async def test_it_shows_what_each_column_and_each_row_becomes_and_changes_nothing(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        lan = await add("Lê Lan", phone="0912345678", notes="cũ")
        archived = await add("Võ Tú", phone="0987654321")
        await client.post(f"{PATH}/{archived['id']}/archive")
        file = (
            "STT,Họ tên,Di động,Ghi chú,Hạng\n1,Lê Lan,0912345678,mới,Vàng\n2,Trần Mai,,,\n3,Võ Tú,0987654321,,\n"
            "4,Đỗ Hà,12,,\n5,Nguy?n An,,,\n"
        )
        before = await customers(client)
        shown = await preview(client, file)
        assert [(column["header"], column["column"], column["use"]) for column in shown["columns"]] == [
            ("STT", None, "ignored"),
            ("Họ tên", "full_name", "read"),
            ("Di động", "phone", "read"),
            ("Ghi chú", "notes", "read"),
            ("Hạng", None, "unknown"),
        ]
        assert [problem["type"] for problem in shown["problems"]] == ["unknown_column"]
        assert [(row["row"], row["outcome"]) for row in shown["rows"]] == [
            (2, "updated"), (3, "created"), (4, "skipped"), (5, "refused"), (6, "refused"),
        ]  # fmt: skip
        counts = [shown[name] for name in ("created", "updated", "unchanged", "skipped", "refused")]
        assert counts == [1, 1, 0, 1, 2]
        first = shown["rows"][0]
        assert first["customer_id"] == lan["id"]
        assert first["values"] == {"full_name": "Lê Lan", "phone": "+84912345678", "notes": "mới"}
        assert first["previous"] == {"notes": "cũ"}
        assert shown["rows"][3]["problems"][0]["field"] == "dòng 5: Số điện thoại"
        assert await customers(client) == before

    async def test_rows_beyond_the_first_hundred_can_be_shown_too(self, client: httpx2.AsyncClient) -> None:
        file = "full_name,phone\n" + "Lê Lan,\n" * 120 + "Trần Mai,1\n" * 5
        first = await preview(client, file)
        assert (len(first["rows"]), first["more_rows"], first["created"], first["refused"]) == (
            100,
            25,
            120,
            5,
        )
        rest = await preview(client, file, from_row=first["rows"][-1]["row"] + 1)
        assert ([row["row"] for row in rest["rows"]], rest["more_rows"]) == (list(range(102, 127)), 0)

    @pytest.mark.parametrize(
        ("content", "kind"),
        [
            ("full_name\nL\xea".encode("latin-1"), "encoding"),
            (b"phone\n1\n", "missing_column"),
            (",".join(f"cột {number}" for number in range(300)).encode(), "too_many_columns"),
        ],
    )
    async def test_a_file_that_cannot_be_read_is_shown_with_its_problem(
        self, client: httpx2.AsyncClient, content: bytes, kind: str
    ) -> None:
        shown = await preview(client, content)
        assert kind in [problem["type"] for problem in shown["problems"]]
        assert shown["rows"] == []

    async def test_the_choices_of_the_user_are_shown_at_work(self, client: httpx2.AsyncClient) -> None:
        file = "Họ tên,Ngày sinh,Hạng\nLê Lan,3/5/1990,Vàng\n"
        undecided = await preview(client, file)
        assert undecided["rows"][0]["problems"][0]["type"] == "ambiguous_date"
        shown = await preview(client, file, date_order="month_first", ignore="Hạng")
        assert (shown["problems"], shown["date_order"]) == ([], "month_first")
        assert shown["rows"][0]["values"]["birthday"] == "1990-03-05"
