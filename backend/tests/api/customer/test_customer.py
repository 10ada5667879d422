"""Customers over HTTP, as the screen of a receptionist uses them."""

import asyncio
import unicodedata
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.common.types.phone import to_e164

from .conftest import PATH, AddCustomer

EVERYTHING = {
    "full_name": "Nguyễn Thị Thu Lan",
    "phone": "0912 345 678",
    "email": "Lan.Nguyen@Example.com",
    "birthday": "1990-12-31",
    "gender": "female",
    "notes": "Thích phòng yên tĩnh\nkhông nói chuyện",
    "contraindications": "Dị ứng tinh dầu oải hương",
    "tags": ["vip", "zalo", "vip"],
}


def code_of(response: httpx2.Response) -> str:
    code: str = response.json()["error"]["code"]
    return code


def error_types(response: httpx2.Response) -> dict[str, str]:
    assert response.status_code == 422, response.text
    return {detail["field"]: detail["type"] for detail in response.json()["error"]["details"]}


class TestCreate:
    async def test_every_field_comes_back_as_it_is_stored(self, client: httpx2.AsyncClient) -> None:
        response = await client.post(PATH, json=EVERYTHING)
        assert response.status_code == 201
        created = response.json()
        assert created["phone"] == "+84912345678"
        assert created["email"] == "lan.nguyen@example.com"
        assert created["tags"] == ["vip", "zalo"]
        unchanged = {"full_name", "birthday", "gender", "notes", "contraindications"}
        assert {name: created[name] for name in unchanged} == {name: EVERYTHING[name] for name in unchanged}
        assert created["archived_at"] is None
        assert (await client.get(f"{PATH}/{created['id']}")).json() == created

    async def test_a_name_is_enough(self, add: AddCustomer) -> None:
        created = await add("  Lan  ")
        assert created["full_name"] == "Lan"
        assert created["phone"] is None

    @pytest.mark.parametrize(
        "spelling",
        [
            "0912345678",
            "0912.345.678",
            "+84 912 345 678",
            "84912345678",
            "+84 (0) 912-345-678",
            "0084912345678",
            "\u202a0912345678\u202c",
            "０９１２３４５６７８",
            "0912–345–678",
            "(+84) 912 345 678",
        ],
    )
    async def test_a_phone_is_stored_in_one_spelling(self, add: AddCustomer, spelling: str) -> None:
        assert (await add("Lê Lan", phone=spelling))["phone"] == "+84912345678"

    @pytest.mark.parametrize(
        ("former", "today"),
        [
            ("0120 7123456", "+84707123456"),
            ("0121.7123.456", "+84797123456"),
            ("0122-7123-456", "+84777123456"),
            ("01267123456", "+84767123456"),
            ("01287123456", "+84787123456"),
            ("01237123456", "+84837123456"),
            ("01247123456", "+84847123456"),
            ("01257123456", "+84857123456"),
            ("01277123456", "+84817123456"),
            ("01297123456", "+84827123456"),
            ("01627123456", "+84327123456"),
            ("01637123456", "+84337123456"),
            ("01647123456", "+84347123456"),
            ("01656123456", "+84356123456"),
            ("+84 1667123456", "+84367123456"),
            ("84 1677123456", "+84377123456"),
            ("0084 168 7123456", "+84387123456"),
            ("+84 (0)169 7123456", "+84397123456"),
            ("1867123456", "+84567123456"),
            ("01887123456", "+84587123456"),
            ("01997123456", "+84597123456"),
        ],
    )
    async def test_a_vietnamese_number_of_before_2018_becomes_the_number_of_today(
        self, client: httpx2.AsyncClient, add: AddCustomer, former: str, today: str
    ) -> None:
        lan = await add("Lê Lan", phone=former)
        assert lan["phone"] == today
        refused = await client.post(PATH, json={"full_name": "Trần Mai", "phone": today})
        assert code_of(refused) == "CUSTOMER_PHONE_TAKEN"

    @pytest.mark.parametrize(
        "phone", ["01307123456", "01617123456", "0165612345", "016561234567", "01981234567"]
    )
    async def test_a_number_that_never_was_is_refused(self, client: httpx2.AsyncClient, phone: str) -> None:
        refused = await client.post(PATH, json={"full_name": "Lê Lan", "phone": phone})
        assert error_types(refused) == {"body.phone": "phone_number"}

    @pytest.mark.parametrize("phone", ["19001234", "+841800123456", "+33612034567", "+12065550123"])
    async def test_other_numbers_stay_as_they_are(self, add: AddCustomer, phone: str) -> None:
        digits = (await add("Tổng đài", phone=phone))["phone"].removeprefix("+84").removeprefix("+")
        assert digits == phone.removeprefix("+84").removeprefix("+")

    async def test_an_international_phone_keeps_its_country(self, add: AddCustomer) -> None:
        assert (await add("Marie Curie", phone="+33 6 12 34 56 78"))["phone"] == "+33612345678"

    async def test_a_phone_belongs_to_one_active_customer(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        await add("Lê Lan", phone="0912345678")
        response = await client.post(PATH, json={"full_name": "Trần Mai", "phone": "+84912345678"})
        assert (response.status_code, code_of(response)) == (409, "CUSTOMER_PHONE_TAKEN")

    async def test_of_many_requests_with_one_phone_exactly_one_succeeds(
        self, client: httpx2.AsyncClient
    ) -> None:
        new = {"full_name": "Lê Lan", "phone": "0912345678"}
        responses = await asyncio.gather(*(client.post(PATH, json=new) for _ in range(12)))
        assert sorted(response.status_code for response in responses) == [201] + [409] * 11

    @pytest.mark.parametrize(
        ("field", "value", "kind"),
        [
            ("full_name", "   ", "string_too_short"),
            ("full_name", "a\x07b", "string_pattern_mismatch"),
            ("full_name", "x" * 201, "string_too_long"),
            ("phone", "123", "phone_number"),
            ("phone", "0112345678", "phone_number"),
            ("phone", 912345678, "string_type"),
            ("email", "lan@", "email"),
            ("birthday", "31/12/1990", "date_from_datetime_parsing"),
            ("birthday", 0, "date_from_datetime_parsing"),
            ("birthday", "1990-02-30", "date_from_datetime_parsing"),
            ("birthday", "2999-01-01", "date_past"),
            ("birthday", "--02-30", "date_from_datetime_parsing"),
            ("birthday", "12-31", "date_from_datetime_parsing"),
            ("birthday", "---12-31", "date_from_datetime_parsing"),
            ("birthday", "١٩٩٠-12-31", "date_from_datetime_parsing"),
            ("gender", "female ", "gender"),
            ("gender", [], "gender"),
            ("full_name", " \u200b\u2060 ", "string_too_short"),
            ("tags", ["a;b"], "tag"),
            ("tags", ["x" * 51], "string_too_long"),
            ("tags", ["İ" * 50], "string_too_long"),
            ("phone", "0912345678;0987654321", "phone_number"),
            ("phone", "0912345678 ext 5", "phone_number"),
            ("tags", ["x"] * 21, "too_long"),
            ("is_admin", True, "extra_forbidden"),
            ("archived_at", None, "extra_forbidden"),
        ],
    )
    async def test_an_invalid_field_is_named(
        self, client: httpx2.AsyncClient, field: str, value: object, kind: str
    ) -> None:
        response = await client.post(PATH, json={"full_name": "Lê Lan", field: value})
        (name, kind_of_error), *others = error_types(response).items()
        assert (name.split(".")[1], kind_of_error, others) == (field, kind, [])

    @pytest.mark.parametrize(
        ("field", "value", "vietnamese", "english"),
        [
            ("full_name", " ", "Không được để trống.", "This must not be empty"),
            ("full_name", "x" * 201, "Tối đa 200 ký tự.", "Use at most 200 characters"),
            (
                "email",
                "lan@secret",
                "Email chưa đúng. Ví dụ đúng: lan@example.com.",
                "Enter an email address, such as lan@example.com",
            ),
            (
                "gender",
                "?",
                "Chọn nữ, nam hoặc khác.",
                "Choose female, male or other",
            ),
            (
                "birthday",
                "1099-01-01",
                "Ngày sinh phải từ năm 1900 đến hôm nay.",
                "Date should be from 1900 to today",
            ),
            ("is_admin", True, "Không có mục này. Bỏ mục này đi.", "There is no such field. Leave it out"),
        ],
    )
    async def test_errors_are_explained_in_both_languages(
        self, client: httpx2.AsyncClient, field: str, value: object, vietnamese: str, english: str
    ) -> None:
        body = {"full_name": "Lê Lan", field: value}
        for language, message in (("vi", vietnamese), ("en", english)):
            refused = await client.post(PATH, json=body, headers={"Accept-Language": language})
            assert [detail["message"] for detail in refused.json()["error"]["details"]] == [message]

    async def test_text_is_stored_composed_and_without_invisible_characters(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        decomposed = unicodedata.normalize("NFD", "Nguyễn Thị\u200b Thu Lan")
        nurse = "👩\u200d⚕️"
        created = await add(
            decomposed, notes=f"{decomposed} {nurse}", tags=[unicodedata.normalize("NFD", "Thân thiết")]
        )
        assert created["full_name"] == "Nguyễn Thị Thu Lan"
        assert created["notes"] == f"Nguyễn Thị\u200b Thu Lan {nurse}"
        assert created["tags"] == ["thân thiết"]
        found = await client.get(PATH, params={"tag": unicodedata.normalize("NFD", "thân thiết")})
        assert found.json()["items"] == [created]

    async def test_the_owner_of_a_taken_phone_is_named(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        lan = await add("Lê Lan", phone="0912345678")
        mai = await add("Trần Mai")
        for refused in (
            await client.post(PATH, json={"full_name": "Mai", "phone": "0912345678"}),
            await client.patch(f"{PATH}/{mai['id']}", json={"phone": "0912345678"}),
        ):
            owner = {
                "field": "customer_id",
                "message": "Khách hàng đang dùng số này.",
                "type": "phone_owner",
                "value": lan["id"],
            }
            assert refused.json()["error"]["details"] == [owner]


class TestGet:
    @pytest.mark.parametrize("method", ["GET", "PATCH"])
    async def test_an_unknown_customer_is_404(self, client: httpx2.AsyncClient, method: str) -> None:
        response = await client.request(method, f"{PATH}/{uuid4()}", json={} if method == "PATCH" else None)
        assert (response.status_code, code_of(response)) == (404, "CUSTOMER_NOT_FOUND")

    async def test_an_invalid_id_is_422(self, client: httpx2.AsyncClient) -> None:
        assert error_types(await client.get(f"{PATH}/1")) == {"path.customer_id": "uuid_parsing"}


class TestUpdate:
    async def test_only_the_fields_that_are_sent_change(self, client: httpx2.AsyncClient) -> None:
        before = (await client.post(PATH, json=EVERYTHING)).json()
        response = await client.patch(f"{PATH}/{before['id']}", json={"notes": "Mới", "email": None})
        after = response.json()
        assert after.pop("updated_at") > before.pop("updated_at")
        assert after == {**before, "notes": "Mới", "email": None}

    @pytest.mark.parametrize("field", ["full_name", "notes", "contraindications", "tags"])
    async def test_required_fields_cannot_be_null(
        self, client: httpx2.AsyncClient, add: AddCustomer, field: str
    ) -> None:
        customer = await add("Lê Lan")
        response = await client.patch(f"{PATH}/{customer['id']}", json={field: None})
        assert list(error_types(response)) == [f"body.{field}"]

    async def test_a_taken_phone_is_refused_and_nothing_changes(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        await add("Lê Lan", phone="0912345678")
        mai = await add("Trần Mai", phone="0912345679")
        response = await client.patch(f"{PATH}/{mai['id']}", json={"full_name": "X", "phone": "0912345678"})
        assert (response.status_code, code_of(response)) == (409, "CUSTOMER_PHONE_TAKEN")
        assert (await client.get(f"{PATH}/{mai['id']}")).json() == mai

    async def test_a_change_by_another_user_is_not_overwritten(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        read = await add("Lê Lan", notes="Cũ")
        path = f"{PATH}/{read['id']}"
        condition = {"unmodified_since": read["updated_at"]}
        first = await client.patch(path, json={"notes": "Của Trang", **condition})
        assert (first.status_code, first.json()["notes"]) == (200, "Của Trang")
        second = await client.patch(path, json={"notes": "Của Vy", **condition})
        assert (second.status_code, code_of(second)) == (409, "CUSTOMER_CHANGED")
        after_review = await client.patch(
            path, json={"notes": "Của hai người", "unmodified_since": first.json()["updated_at"]}
        )
        assert after_review.json()["notes"] == "Của hai người"

    async def test_an_archived_customer_must_be_restored_first(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        customer = await add("Lê Lan")
        await client.post(f"{PATH}/{customer['id']}/archive")
        response = await client.patch(f"{PATH}/{customer['id']}", json={"notes": "x"})
        assert (response.status_code, code_of(response)) == (409, "CUSTOMER_ARCHIVED")

    async def test_an_update_of_a_merged_customer_says_that_it_was_merged(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        survivor, duplicate = await add("Lê Lan"), await add("Lê Lan")
        await client.post(f"{PATH}/{survivor['id']}/merge", json={"duplicate_id": duplicate["id"]})
        response = await client.patch(f"{PATH}/{duplicate['id']}", json={"notes": "x"})
        assert (response.status_code, code_of(response)) == (409, "CUSTOMER_MERGED")


class TestArchiveAndRestore:
    async def test_archived_customers_are_hidden_until_they_are_restored(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        customer = await add("Lê Lan", phone="0912345678")
        path = f"{PATH}/{customer['id']}"
        archived = (await client.post(f"{path}/archive")).json()
        assert archived["archived_at"] is not None
        assert (await client.post(f"{path}/archive")).json() == archived
        assert archived.pop("stranded") == []
        assert (await client.get(PATH)).json()["items"] == []
        assert (await client.get(f"{PATH}/search", params={"q": "lan"})).json() == []
        assert (await client.get(PATH, params={"archived": "true"})).json()["items"] == [archived]
        restored = (await client.post(f"{path}/restore")).json()
        assert restored == {**customer, "updated_at": restored["updated_at"]}
        assert (await client.get(PATH)).json()["items"] == [restored]

    async def test_a_customer_whose_number_was_given_away_cannot_be_restored(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        lan = await add("Lê Lan", phone="0912345678")
        await client.post(f"{PATH}/{lan['id']}/archive")
        await add("Trần Mai", phone="0912345678")
        response = await client.post(f"{PATH}/{lan['id']}/restore")
        assert (response.status_code, code_of(response)) == (409, "CUSTOMER_PHONE_TAKEN")


class TestMerge:
    async def test_the_survivor_keeps_what_it_has_and_takes_what_it_lacks(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        survivor = await add("Lê Lan", email="lan@example.com", notes="Phòng yên tĩnh", tags=["vip"])
        duplicate = await add(
            "Le Lan", phone="0912345678", email="old@example.com", notes="Hay đến trễ", tags=["zalo", "vip"]
        )
        response = await client.post(f"{PATH}/{survivor['id']}/merge", json={"duplicate_id": duplicate["id"]})
        merged = response.json()
        assert merged == {
            **survivor,
            "phone": "+84912345678",
            "notes": "Phòng yên tĩnh\nHay đến trễ",
            "tags": ["vip", "zalo"],
            "updated_at": merged["updated_at"],
        }
        merged_duplicate = (await client.get(f"{PATH}/{duplicate['id']}")).json()
        assert merged_duplicate["merged_into_id"] == survivor["id"]
        assert merged_duplicate["archived_at"] is not None
        assert (await client.get(PATH)).json()["items"] == [merged]

    async def test_a_merged_customer_can_be_neither_restored_nor_merged_again(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        lan, lan2, mai = await add("Lê Lan"), await add("Lê Lan"), await add("Mai")
        await client.post(f"{PATH}/{lan['id']}/merge", json={"duplicate_id": lan2["id"]})
        restore = await client.post(f"{PATH}/{lan2['id']}/restore")
        again = await client.post(f"{PATH}/{mai['id']}/merge", json={"duplicate_id": lan2["id"]})
        assert [(r.status_code, code_of(r)) for r in (restore, again)] == [(409, "CUSTOMER_MERGED")] * 2

    async def test_a_repeated_merge_returns_the_same_response(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        survivor, duplicate = await add("Lê Lan", notes="a"), await add("Lê Lan", notes="b")
        merges = [
            await client.post(f"{PATH}/{survivor['id']}/merge", json={"duplicate_id": duplicate["id"]})
            for _ in range(2)
        ]
        assert merges[0].status_code == 200
        assert merges[1].json() == merges[0].json()

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ({"tags": [f"a{n}" for n in range(15)]}, {"tags": [f"b{n}" for n in range(15)]}),
            ({"notes": "a" * 9_000}, {"notes": "b" * 9_000}),
            ({"contraindications": "a" * 9_000}, {"contraindications": "b" * 9_000}),
        ],
        ids=["tags", "notes", "contraindications"],
    )
    async def test_a_merge_that_would_be_too_large_is_refused(
        self, client: httpx2.AsyncClient, add: AddCustomer, first: dict[str, Any], second: dict[str, Any]
    ) -> None:
        survivor, duplicate = await add("Lê Lan", **first), await add("Lê Lan", **second)
        refused = await client.post(f"{PATH}/{survivor['id']}/merge", json={"duplicate_id": duplicate["id"]})
        assert (refused.status_code, code_of(refused)) == (409, "CUSTOMER_MERGE_TOO_LARGE")
        assert (await client.get(f"{PATH}/{duplicate['id']}")).json() == duplicate

    async def test_a_merge_with_itself_or_an_unknown_customer_is_refused(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        lan = await add("Lê Lan")
        with_itself = await client.post(f"{PATH}/{lan['id']}/merge", json={"duplicate_id": lan["id"]})
        unknown = await client.post(f"{PATH}/{lan['id']}/merge", json={"duplicate_id": str(uuid4())})
        assert code_of(with_itself) == "CUSTOMER_MERGE_WITH_ITSELF"
        assert code_of(unknown) == "CUSTOMER_NOT_FOUND"

    async def test_a_merge_into_an_archived_customer_or_of_a_number_in_use_is_refused(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        survivor, duplicate = await add("Lê Lan"), await add("Lê Lan", phone="0912345678")
        await client.post(f"{PATH}/{duplicate['id']}/archive")
        await add("Trần Mai", phone="0912345678")
        path, body = f"{PATH}/{survivor['id']}/merge", {"duplicate_id": duplicate["id"]}
        with_a_number_in_use = await client.post(path, json=body)
        await client.post(f"{PATH}/{survivor['id']}/archive")
        into_archived = await client.post(path, json=body)
        refusals = (with_a_number_in_use, into_archived)
        assert [(refused.status_code, code_of(refused)) for refused in refusals] == [
            (409, "CUSTOMER_PHONE_TAKEN"),
            (409, "CUSTOMER_ARCHIVED"),
        ]

    async def test_of_two_merges_into_each_other_one_succeeds(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        for _ in range(5):
            a, b = await add("Lê Lan"), await add("Lê Lan")
            responses = await asyncio.gather(
                client.post(f"{PATH}/{a['id']}/merge", json={"duplicate_id": b["id"]}),
                client.post(f"{PATH}/{b['id']}/merge", json={"duplicate_id": a["id"]}),
            )
            assert sorted(response.status_code for response in responses) == [200, 409]


class TestBirthday:
    @pytest.mark.parametrize("birthday", ["--12-31", "--02-29", "1990-12-31", "2000-02-29"])
    async def test_a_birthday_may_lack_the_year(
        self, client: httpx2.AsyncClient, add: AddCustomer, birthday: str
    ) -> None:
        lan = await add("Lê Lan", birthday=birthday)
        assert lan["birthday"] == birthday
        same = await client.patch(f"{PATH}/{lan['id']}", json={"birthday": birthday})
        assert same.json() == lan

    async def test_a_merge_keeps_the_year_that_one_of_two_records_has(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        for survivor, duplicate, merged in (
            ("--12-31", "1990-12-31", "1990-12-31"),
            ("1990-12-31", "--12-31", "1990-12-31"),
            ("--12-31", "1990-12-30", "--12-31"),
            (None, "--12-31", "--12-31"),
        ):
            lan, again = await add("Lê Lan", birthday=survivor), await add("Lê Lan", birthday=duplicate)
            body = {"duplicate_id": again["id"]}
            assert (await client.post(f"{PATH}/{lan['id']}/merge", json=body)).json()["birthday"] == merged


class TestContact:
    async def test_a_child_is_reached_by_the_phone_of_the_mother(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        mother = await add("Lê Lan", phone="0912345678")
        refused = await client.post(PATH, json={"full_name": "Trần Na", "phone": "0912345678"})
        [owner] = refused.json()["error"]["details"]
        child = await add("Trần Na", contact_id=owner["value"])
        assert child["contact_id"] == mother["id"]
        for typed in ("0912345678", "345678", "091234", "01"):
            found = (await client.get(f"{PATH}/search", params={"q": typed})).json()
            assert found == ([mother, child] if typed != "01" else [])
        assert (await client.get(f"{PATH}/search", params={"q": "Na 678"})).json() == [child]
        assert (await client.get(f"{PATH}/search", params={"q": "Lan 678"})).json() == [mother]
        alone = await client.patch(f"{PATH}/{child['id']}", json={"contact_id": None})
        assert alone.json()["contact_id"] is None

    async def test_a_contact_is_another_customer_with_a_phone_and_without_a_contact(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        mother, unreachable = await add("Lê Lan", phone="0912345678"), await add("Trần Ba")
        child = await add("Trần Na", contact_id=mother["id"], phone="0912345679")
        for customer, contact in (
            (unreachable, child),
            (mother, child),
            (mother, mother),
            (child, unreachable),
        ):
            refused = await client.patch(f"{PATH}/{customer['id']}", json={"contact_id": contact["id"]})
            assert (refused.status_code, code_of(refused)) == (409, "CUSTOMER_CONTACT_REFUSED")
        refused = await client.post(PATH, json={"full_name": "Cháu", "contact_id": unreachable["id"]})
        assert code_of(refused) == "CUSTOMER_CONTACT_REFUSED"
        missing = await client.post(PATH, json={"full_name": "Cháu", "contact_id": str(uuid4())})
        assert (missing.status_code, code_of(missing)) == (404, "CUSTOMER_NOT_FOUND")
        await client.post(f"{PATH}/{mother['id']}/archive")
        archived = await client.post(PATH, json={"full_name": "Cháu", "contact_id": mother["id"]})
        assert code_of(archived) == "CUSTOMER_ARCHIVED"

    async def test_a_contact_that_was_archived_may_be_sent_back(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        mother = await add("Lê Lan", phone="0912345678")
        child = await add("Trần Na", contact_id=mother["id"])
        await client.post(f"{PATH}/{mother['id']}/archive")
        path, body = f"{PATH}/{child['id']}", {"contact_id": mother["id"], "notes": "Bé ngoan"}
        assert (await client.patch(path, json=body)).json()["notes"] == "Bé ngoan"

    async def test_two_who_become_the_contact_of_each_other_at_once_do_not(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        for number in range(5):
            a, b = [
                await add("Lê Lan", phone=f"091234567{number}"),
                await add("Lê Na", phone=f"091234568{number}"),
            ]
            responses = await asyncio.gather(
                client.patch(f"{PATH}/{a['id']}", json={"contact_id": b["id"]}),
                client.patch(f"{PATH}/{b['id']}", json={"contact_id": a["id"]}),
            )
            assert sorted(response.status_code for response in responses) == [200, 409]

    async def test_after_a_merge_the_survivor_is_the_contact(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        mother, again = await add("Lê Lan", phone="0912345678"), await add("Lê Lan", phone="0912345679")
        child = await add("Trần Na", contact_id=again["id"])
        await client.post(f"{PATH}/{mother['id']}/merge", json={"duplicate_id": again["id"]})
        assert (await client.get(f"{PATH}/{child['id']}")).json()["contact_id"] == mother["id"]
        merged = await client.post(f"{PATH}/{child['id']}/merge", json={"duplicate_id": mother["id"]})
        assert (merged.json()["contact_id"], merged.json()["phone"]) == (None, "+84912345678")

    async def test_an_erased_customer_is_no_contact_any_more(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        mother = await add("Lê Lan", phone="0912345678")
        child = await add("Trần Na", contact_id=mother["id"])
        assert (await client.post(f"{PATH}/{mother['id']}/erase")).status_code == 200
        assert (await client.get(f"{PATH}/{child['id']}")).json()["contact_id"] is None


class TestList:
    async def test_pages_have_no_gaps_and_no_repeats(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        names = ["Đặng An", "Bùi Bình", "Âu Cơ", "Lê Lan", "Lê Lan", "Zoe", "Ân"]
        created = [await add(name) for name in names]
        newest = [customer["id"] for customer in reversed(created)]
        assert await _walk(client, sort="newest") == newest
        by_name = await _walk(client, sort="name")
        assert sorted(by_name) == sorted(newest)
        position = {customer["id"]: customer["full_name"] for customer in created}
        assert [position[customer_id] for customer_id in by_name] == [
            "Đặng An", "Ân", "Bùi Bình", "Âu Cơ", "Lê Lan", "Lê Lan", "Zoe",
        ]  # fmt: skip

    async def test_vietnamese_are_sorted_by_the_given_name_and_others_as_written(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        names = [
            "An", "Lê An", "Nguyễn Văn An", "Chị Trần Thị Án", "Lan Anh", "Nguyễn Lan Anh", "Bùi Ba", "Đỗ Bá", "Anna Bauer",
            "Phạm Cường", "Lê Dung", "Đặng Đan", "Nguyễn Thị Hà", "Trần Thị Hà", "Lê Thị Hà (VIP)", "Lê Hạ", "Lê Hạnh",
            "John Smith", "Trần Hồng Ôn", "Trần Ơn", "Lê Tu", "Lê Tư", "Lê thị xuân",
        ]  # fmt: skip
        for name in names:
            await add(name)
        listed = (await client.get(PATH, params={"sort": "name", "limit": 100})).json()["items"]
        assert [customer["full_name"] for customer in listed] == [
            "An", "Lê An", "Nguyễn Văn An", "Chị Trần Thị Án", "Nguyễn Lan Anh", "Anna Bauer", "Bùi Ba", "Đỗ Bá",
            "Phạm Cường", "Lê Dung", "Đặng Đan", "Lê Thị Hà (VIP)", "Nguyễn Thị Hà", "Trần Thị Hà", "Lê Hạ", "Lê Hạnh",
            "John Smith", "Lan Anh", "Trần Hồng Ôn", "Trần Ơn", "Lê Tu", "Lê Tư", "Lê thị xuân",
        ]  # fmt: skip

    async def test_a_customer_added_meanwhile_shifts_no_page(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        first, second = await add("A"), await add("B")
        page = (await client.get(PATH, params={"limit": 1})).json()
        await add("C")
        rest = (await client.get(PATH, params={"limit": 1, "cursor": page["next_cursor"]})).json()
        assert [page["items"][0]["id"], rest["items"][0]["id"]] == [second["id"], first["id"]]
        assert rest["next_cursor"] is None

    @pytest.mark.parametrize("tag", ["o'hara", "50%", "a\\b", '"', "$1", "{a,b}", "') or (true --"])
    async def test_a_tag_may_have_any_characters(
        self, client: httpx2.AsyncClient, add: AddCustomer, tag: str
    ) -> None:
        tagged = await add("A", tags=[tag])
        assert (await client.get(PATH, params={"tag": tag})).json()["items"] == [tagged]

    async def test_customers_are_filtered_by_tag_in_any_case(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        await add("A", tags=["zalo"])
        vip = await add("B", tags=["VIP", "zalo", "vip"])
        assert vip["tags"] == ["vip", "zalo"]
        for spelling in ("vip", "Vip"):
            assert (await client.get(PATH, params={"tag": spelling})).json()["items"] == [vip]

    async def test_a_cursor_of_another_listing_or_a_forged_one_is_refused(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        await add("A")
        await add("B")
        cursor = (await client.get(PATH, params={"limit": 1})).json()["next_cursor"]
        for wrong in (cursor[:-1], cursor[1:], "x", "", "WyJhIiwiYiJd." + cursor.split(".")[1]):
            response = await client.get(PATH, params={"cursor": wrong})
            assert (response.status_code, code_of(response)) == (422, "INVALID_CURSOR")
            assert response.json()["error"]["message"].endswith("Vui lòng mở lại danh sách.")
        other = await client.get(PATH, params={"cursor": cursor, "sort": "name"})
        assert code_of(other) == "INVALID_CURSOR"

    @pytest.mark.parametrize(
        "query",
        ["limit=0", "limit=-1", "limit=101", "limit=1" + "0" * 22, "limit=%2B1", "limit=1_0", "limit=%2012"],
    )
    async def test_a_limit_is_a_plain_number_from_1_to_100(
        self, client: httpx2.AsyncClient, query: str
    ) -> None:
        assert list(error_types(await client.get(f"{PATH}?{query}"))) == ["query.limit"]

    async def test_a_misspelt_parameter_is_refused(self, client: httpx2.AsyncClient) -> None:
        assert error_types(await client.get(f"{PATH}?limti=5")) == {"query.limti": "extra_forbidden"}


async def _walk(client: httpx2.AsyncClient, **params: str) -> list[str]:
    found: list[str] = []
    cursor: str | None = None
    while True:
        position = {"cursor": cursor} if cursor else {}
        page = await client.get(PATH, params={**params, **position, "limit": "2"})
        body = page.json()
        found += [customer["id"] for customer in body["items"]]
        cursor = body["next_cursor"]
        if cursor is None:
            return found


@given(
    st.integers(min_value=320_000_000, max_value=399_999_999), st.sampled_from(["0", "84", "+84", "+84 (0)"])
)
def test_a_mobile_number_is_the_same_with_any_prefix(subscriber: int, prefix: str) -> None:
    digits = str(subscriber)
    assert to_e164(f"{prefix}{digits[:3]} {digits[3:6]}.{digits[6:]}", "VN") == f"+84{digits}"
