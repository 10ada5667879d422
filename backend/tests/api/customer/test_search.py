"""Search for customers, as a receptionist types."""

import httpx2
import pytest

from .conftest import PATH, AddCustomer

PEOPLE = {
    "Nguyễn Thị Thu Lan": "0912345678",
    "Nguyễn Văn Nam": "0912345999",
    "Nguyên Lan Anh": "0987654321",
    "Đặng Thu Thảo": "0356784567",
    "Trần Đăng Khoa": "0356789999",
    "Lê Thị Lan": None,
    "Lành Văn Tú": None,
    "Lan": None,
    "Jean-Pierre O’Neil": "+33612345678",
    "100%_Hài Lòng": None,
}


@pytest.fixture
async def search(client: httpx2.AsyncClient, add: AddCustomer) -> "Search":
    for name, phone in PEOPLE.items():
        await add(name, phone=phone, email="lan.le@example.com" if name == "Lê Thị Lan" else None)
    return Search(client)


class Search:
    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    async def __call__(self, typed: str, limit: int = 20) -> list[str]:
        response = await self._client.get(f"{PATH}/search", params={"q": typed, "limit": limit})
        assert response.status_code == 200, response.text
        return [customer["full_name"] for customer in response.json()]


class TestByName:
    async def test_no_accents_are_needed(self, search: Search) -> None:
        assert await search("nguyen thi") == ["Nguyễn Thị Thu Lan"]
        assert await search("DANG THU") == ["Đặng Thu Thảo"]

    async def test_matches_with_the_typed_accents_come_first(self, search: Search) -> None:
        assert await search("dang") == ["Đặng Thu Thảo", "Trần Đăng Khoa"]
        assert await search("đăng") == ["Trần Đăng Khoa", "Đặng Thu Thảo"]
        assert await search("Nguyễn") == ["Nguyễn Thị Thu Lan", "Nguyễn Văn Nam", "Nguyên Lan Anh"]
        assert (await search("nguyên"))[0] == "Nguyên Lan Anh"

    async def test_a_decomposed_accent_is_the_same_accent(self, search: Search) -> None:
        assert (await search("đa\u0306ng"))[0] == "Trần Đăng Khoa"

    async def test_a_whole_word_comes_before_the_beginning_of_a_longer_one(self, search: Search) -> None:
        found = await search("lan")
        assert found[0] == "Lan"
        assert set(found[1:4]) == {"Lê Thị Lan", "Nguyễn Thị Thu Lan", "Nguyên Lan Anh"}
        assert found[4:] == ["Lành Văn Tú"]

    @pytest.mark.parametrize(
        "typed",
        ["nguyen lan", "lan nguyen", "thu lan", "thi thu l", "nguyễn thị thu lan", "lan thi", "thu nguyen"],
    )
    async def test_words_are_found_in_any_order(self, search: Search, typed: str) -> None:
        assert "Nguyễn Thị Thu Lan" in await search(typed)

    async def test_a_middle_name_may_be_left_out(self, search: Search, add: AddCustomer) -> None:
        for name in ("Vũ Thị Thu Hà", "Vũ Thu Hằng", "Vũ Thu Hà", "Vũ Thị Thu Hạ", "Lê Vũ Thu Hạnh"):
            await add(name)
        assert await search("vu thu ha") == [
            "Vũ Thu Hà", "Vũ Thị Thu Hà", "Vũ Thị Thu Hạ", "Vũ Thu Hằng", "Lê Vũ Thu Hạnh",
        ]  # fmt: skip
        assert (await search("Vũ thu hà"))[:2] == ["Vũ Thu Hà", "Vũ Thị Thu Hà"]
        assert (await search("vu thu ha", limit=2))[1] == "Vũ Thị Thu Hà"
        assert "Vũ Thị Thu Hà" in await search("vu thu h")

    @pytest.mark.parametrize(
        "typed",
        [
            "chị Lan",
            "Chị lan",
            "CHỊ LAN",
            "chi lan",
            "co Lan",
            "cô lan",
            "Ms. Lan",
            "chị.Lan",
            "chị  Lan",
            "cháu Lan",
            "Mợ Lan",
            "a Lan",
            "em Lan",
            "Mrs Lan",
        ],
    )
    async def test_a_title_is_no_part_of_the_name(self, search: Search, typed: str) -> None:
        assert set(await search("lan")) == set(await search(typed)) != set()

    async def test_a_name_that_is_also_a_title_is_found_first(self, search: Search, add: AddCustomer) -> None:
        for name in ("Lê Chi Mai", "Mai", "Chị Mai", "Trần Anh Mai"):
            await add(name)
        assert (await search("chị Mai"))[:2] == ["Chị Mai", "Mai"]
        assert (await search("anh mai"))[0] == "Trần Anh Mai"
        assert set((await search("chi mai"))[:2]) == {"Lê Chi Mai", "Chị Mai"}

    async def test_punctuation_is_a_space(self, search: Search) -> None:
        assert await search("jean pierre o'neil") == ["Jean-Pierre O’Neil"]

    @pytest.mark.parametrize(
        "typed", ["%", "_", "100%_", "'; DROP TABLE customer; --", "& | ! :*", "\\", "a:*b"]
    )
    async def test_operators_of_query_languages_are_plain_characters(
        self, search: Search, typed: str
    ) -> None:
        found = await search(typed)
        assert found in ([], ["100%_Hài Lòng"])
        assert len(await search("lan")) == 5

    async def test_the_limit_keeps_the_best_matches(self, search: Search) -> None:
        assert await search("lan", limit=1) == ["Lan"]

    @pytest.mark.parametrize("typed", [".", "-", "'", ", ."])
    async def test_punctuation_alone_has_no_matches(self, search: Search, typed: str) -> None:
        assert await search(typed) == []

    async def test_an_unknown_name_has_no_matches(self, search: Search) -> None:
        assert await search("xyz") == []


class TestByPhone:
    async def test_customers_are_found_by_the_last_digits(self, search: Search) -> None:
        assert set(await search("678")) == {"Nguyễn Thị Thu Lan", "Jean-Pierre O’Neil"}
        assert set(await search("999")) == {"Nguyễn Văn Nam", "Trần Đăng Khoa"}

    @pytest.mark.parametrize(
        "typed",
        [
            "0912 345 678",
            "+84 (0)912 345 678",
            "0084912345678",
            "+84912345678",
            "84912345678",
            "912345678",
            "0912.345.67",
            "0912–345–678",
            "(+84) 912 345 678",
            "0912‑345‑678",
            "0912\u00a0345\u202f678",
            "\u202a0912345678\u202c",
            "０９１２３４５６７８",
            "0912·345·678",
            "（0912）345−678",
        ],
    )
    async def test_customers_are_found_by_a_number_or_its_beginning_in_any_spelling(
        self, search: Search, typed: str
    ) -> None:
        assert (await search(typed))[0] == "Nguyễn Thị Thu Lan"

    async def test_two_digits_are_too_few(self, search: Search) -> None:
        assert await search("78") == []


class TestByFormerPhone:
    @pytest.mark.parametrize(
        "typed",
        [
            "01656784567",
            "0165 678 4567",
            "+84 165 678 4567",
            "841656784567",
            "01656",
            "0165678",
            "4567",
            "Thao 01656784567",
        ],
    )
    async def test_a_customer_is_found_by_the_number_of_before_2018_or_its_beginning(
        self, search: Search, typed: str
    ) -> None:
        assert "Đặng Thu Thảo" in await search(typed)


class TestByNameAndPhone:
    @pytest.mark.parametrize(
        "typed",
        [
            "Lan 678", "lan 345 678", "678 lan", "Thu Lan (678)", "Lan …678", "lan678", "chị Lan 678", "Nguyen l 678",
            "Lan 0912 345 678", "Lan +84 912–345–678", "0912345678 Lan",
        ],
    )  # fmt: skip
    async def test_one_person_is_found_by_a_name_and_the_last_digits(
        self, search: Search, typed: str
    ) -> None:
        assert await search(typed) == ["Nguyễn Thị Thu Lan"]

    @pytest.mark.parametrize(
        "typed",
        [
            "Lan 0912",
            "lan 091",
            "0912 lan",
            "Lan 0912 345",
            "Lan +84 912",
            "Lan 84912",
            "chị Lan 0912.34",
            "Nguyen l 0912",
        ],
    )
    async def test_one_person_is_found_by_a_name_and_the_first_digits(
        self, search: Search, typed: str
    ) -> None:
        assert await search(typed) == ["Nguyễn Thị Thu Lan"]

    async def test_a_name_and_the_first_digits_of_before_2018(self, search: Search) -> None:
        assert await search("Thảo 01656") == ["Đặng Thu Thảo"]

    async def test_last_digits_come_before_first_ones(self, search: Search, add: AddCustomer) -> None:
        await add("Đỗ Lan Chi", phone="0355550912")
        assert await search("Lan 0912") == ["Đỗ Lan Chi", "Nguyễn Thị Thu Lan"]

    async def test_a_child_is_found_by_its_name_and_the_digits_of_its_mother(
        self, search: Search, add: AddCustomer
    ) -> None:
        mother = await add("Vũ Hoa", phone="0977123456")
        await add("Vũ Bé Na", phone=None, contact_id=mother["id"])
        assert await search("Na 0977") == await search("Na 456") == ["Vũ Bé Na"]

    async def test_a_number_in_a_name_is_found_as_well(self, search: Search, add: AddCustomer) -> None:
        await add("Khách phòng 301")
        await add("Lê Phong", phone="0912000301")
        assert await search("phòng 301") == ["Lê Phong", "Khách phòng 301"]
        assert await search("301 khach") == ["Khách phòng 301"]
        await add("1988")
        assert await search("1988") == ["1988"]

    @pytest.mark.parametrize(
        "typed", ["Lan 999", "Nam 678", "Lan 78", "Lan 0", "Nam 0356", "Lan 0999", "Lan 09"]
    )
    async def test_both_must_be_right(self, search: Search, typed: str) -> None:
        assert await search(typed) == []


@pytest.mark.parametrize("spelling", ["Lan.Le@", "LAN.LE@EXAMPLE.COM", "Lê Lan <Lan.Le@example.com>"])
async def test_what_is_saved_as_an_email_is_found(search: Search, spelling: str) -> None:
    assert await search(spelling) == ["Lê Thị Lan"]


async def test_a_name_with_an_at_sign_is_found(search: Search, add: AddCustomer) -> None:
    await add("Lan @ Quận 7")
    assert "Lan @ Quận 7" in await search("Lan @ Quận 7")


async def test_the_longest_name_is_found(search: Search, add: AddCustomer) -> None:
    name = "Lan " * 49 + "Lan"
    await add(name)
    assert (await search(name))[0] == name


async def test_an_email_is_found_by_its_beginning(search: Search) -> None:
    assert await search("Lan.Le@") == ["Lê Thị Lan"]


@pytest.mark.parametrize("query", ["", "q=", "q=%20", f"q={'x' * 255}", "q=%CC%81", "q=a%0Ab"])
async def test_an_empty_or_long_query_is_422(client: httpx2.AsyncClient, query: str) -> None:
    response = await client.get(f"{PATH}/search?{query}")
    assert response.status_code == 422
    assert response.json()["error"]["details"][0]["field"] == "query.q"


class TestPhone:
    async def test_a_number_is_checked_before_it_is_saved(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        lan = await add("Lê Lan", phone="0912345678")
        for spelling in ("0912 345 678", "+84 912 345 678"):
            answer = await client.get(f"{PATH}/phone", params={"phone": spelling})
            assert answer.json() == {"phone": "+84912345678", "owner": lan}
        free = await client.get(f"{PATH}/phone", params={"phone": "0912 345 679"})
        assert free.json() == {"phone": "+84912345679", "owner": None}

    async def test_the_number_of_an_archived_customer_is_free(
        self, client: httpx2.AsyncClient, add: AddCustomer
    ) -> None:
        lan = await add("Lê Lan", phone="0912345678")
        await client.post(f"{PATH}/{lan['id']}/archive")
        answer = await client.get(f"{PATH}/phone", params={"phone": "0912345678"})
        assert answer.json()["owner"] is None

    async def test_a_number_that_cannot_be_one_is_refused_as_when_it_is_saved(
        self, client: httpx2.AsyncClient
    ) -> None:
        refused = await client.get(f"{PATH}/phone", params={"phone": "0912"})
        saved = await client.post(PATH, json={"full_name": "Lan", "phone": "0912"})
        assert (refused.status_code, saved.status_code) == (422, 422)
        messages = [answer.json()["error"]["details"][0]["message"] for answer in (refused, saved)]
        assert messages[0] == messages[1]
