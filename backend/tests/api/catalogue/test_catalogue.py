"""The catalogue over HTTP: what guests and the desk read, and how it is changed."""

from typing import Any

import httpx2
import pytest
from uuid_utils.compat import uuid7

from app.core.database import AsyncSessionLocal
from app.modules.catalogue import catalogue_service
from app.modules.identity.access import SYSTEM_USER
from tests.builders.resources import add_type
from tests.builders.rosters import statements
from tests.support.ledger import entries

PATH = "/api/v1/catalogue"
NAME = {"vi": "Massage Thụy Điển", "en": "Swedish massage"}
HOUR = {"minutes": 60, "needs_staff": True}
TURNOVER = {"minutes": 10, "needs_staff": False, "with_guest": False}

type Item = dict[str, Any]


def refusal_of(response: httpx2.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def error_types_of(response: httpx2.Response) -> dict[str, str]:
    assert response.status_code == 422, response.text
    return {detail["field"]: detail["type"] for detail in response.json()["error"]["details"]}


def variant(key: str = "60", **fields: Any) -> Item:
    """Return a variant whose key is its length in minutes."""
    minutes = int(key) if key.isdecimal() else 60
    return {"key": key, "price": 450_000, "segments": [HOUR | {"minutes": minutes}]} | fields


class Catalogue:
    """Add and reads items of the catalogue over the API."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client

    async def add_category(self, key: str = "massage", **fields: Any) -> Item:
        return await self._added("categories", {"key": key, "name": NAME} | fields)

    async def add_service(self, key: str = "swedish", **fields: Any) -> Item:
        """Add a service with one variant, in a new category."""
        if "category_id" not in fields:
            fields["category_id"] = (await self.add_category(f"of-{key}"))["id"]
        return await self._added("services", {"key": key, "name": NAME, "variants": [variant()]} | fields)

    async def add_add_on(self, key: str = "stones", **fields: Any) -> Item:
        return await self._added(
            "add-ons", {"key": key, "name": NAME, "minutes": 15, "price": 100_000} | fields
        )

    async def change(self, path: str, **fields: Any) -> Item:
        response = await self.client.patch(f"{PATH}/{path}", json=fields)
        assert response.status_code == 200, response.text
        changed: Item = response.json()
        return changed

    async def for_guests(self) -> list[Item]:
        response = await self.client.get(PATH)
        assert response.status_code == 200, response.text
        categories: list[Item] = response.json()
        return categories

    async def for_the_desk(self) -> Item:
        catalogue: Item = (await self.client.get(f"{PATH}/desk")).json()
        return catalogue

    async def _added(self, path: str, new: Item) -> Item:
        response = await self.client.post(f"{PATH}/{path}", json=new)
        assert response.status_code == 201, response.text
        added: Item = response.json()
        return added


@pytest.fixture
def catalogue(client: httpx2.AsyncClient) -> Catalogue:
    return Catalogue(client)


def keys(items: list[Item]) -> list[str]:
    return [item["key"] for item in items]


class TestPublicCatalogue:
    async def test_a_service_is_listed_with_variants_prices_and_add_ons(self, catalogue: Catalogue) -> None:
        bed = str(await add_type())
        add_on = await catalogue.add_add_on()
        category = await catalogue.add_category()
        await catalogue.add_service(
            category_id=category["id"],
            description={"vi": "Thư giãn", "en": "Relaxing"},
            add_on_ids=[add_on["id"]],
            variants=[variant(segments=[HOUR | {"bed_type_id": bed}, TURNOVER | {"bed_type_id": bed}])],
        )
        [shown] = await catalogue.for_guests()
        assert shown == {
            "id": category["id"],
            "key": "massage",
            "name": NAME,
            "services": [
                {
                    "id": shown["services"][0]["id"],
                    "key": "swedish",
                    "name": NAME,
                    "description": {"vi": "Thư giãn", "en": "Relaxing"},
                    "variants": [
                        {
                            "id": shown["services"][0]["variants"][0]["id"],
                            "key": "60",
                            "name": None,
                            "minutes": 60,
                            "price": 450_000,
                        }
                    ],
                    "add_ons": [
                        {"id": add_on["id"], "key": "stones", "name": NAME, "minutes": 15, "price": 100_000}
                    ],
                }
            ],
        }

    async def test_items_are_ordered_by_position_then_key(self, catalogue: Catalogue) -> None:
        add_ons = [
            (await catalogue.add_add_on(key, position=position))["id"]
            for key, position in (("c", 1), ("b", 0), ("a", 1))
        ]
        first = await catalogue.add_category("z", position=0)
        last = await catalogue.add_category("a", position=1)
        await catalogue.add_category("nothing-in-it", position=0)
        lengths = [variant("90", position=1), variant("60", position=1), variant("120")]
        await catalogue.add_service("d", category_id=first["id"], variants=lengths, add_on_ids=add_ons)
        await catalogue.add_service("b", category_id=first["id"], position=1)
        await catalogue.add_service("a", category_id=first["id"], position=1)
        await catalogue.add_service("c", category_id=last["id"])
        shown = await catalogue.for_guests()
        assert [(category["key"], keys(category["services"])) for category in shown] == [
            ("z", ["d", "a", "b"]),
            ("a", ["c"]),
        ]
        assert keys(shown[0]["services"][0]["variants"]) == ["120", "60", "90"]
        assert keys(shown[0]["services"][0]["add_ons"]) == ["b", "a", "c"]

    async def test_items_that_cannot_be_booked_online_are_left_out(self, catalogue: Catalogue) -> None:
        await catalogue.add_service("desk", offered="desk")
        await catalogue.add_service("no", offered="no")
        await catalogue.add_service("without-a-length", variants=[])
        retired = await catalogue.add_service("retired")
        await catalogue.change(f"variants/{retired['variants'][0]['id']}", retired=True)
        assert await catalogue.for_guests() == []

        add_ons = [(await catalogue.add_add_on(key, offered=key))["id"] for key in ("desk", "no", "online")]
        shown = await catalogue.add_service("shown", variants=[variant("60"), variant("90")])
        await catalogue.change(f"variants/{shown['variants'][0]['id']}", retired=True)
        await catalogue.change(f"services/{shown['id']}", add_on_ids=add_ons)
        [category] = await catalogue.for_guests()
        assert keys(category["services"]) == ["shown"]
        assert keys(category["services"][0]["variants"]) == ["90"]
        assert keys(category["services"][0]["add_ons"]) == ["online"]


class TestDeskCatalogue:
    async def test_everything_is_listed_with_the_needs_of_each_segment(self, catalogue: Catalogue) -> None:
        bed, laser = str(await add_type()), str(await add_type("device"))
        segments = [
            HOUR | {"with_guest": True, "bed_type_id": bed, "device_type_id": laser},
            TURNOVER | {"bed_type_id": bed, "device_type_id": None},
        ]
        add_on = await catalogue.add_add_on(offered="no")
        category = await catalogue.add_category()
        service = await catalogue.add_service(
            category_id=category["id"],
            offered="desk",
            add_on_ids=[add_on["id"], add_on["id"]],
            variants=[variant(segments=segments)],
        )
        [length] = service["variants"]
        retired = await catalogue.change(f"variants/{length['id']}", retired=True)
        assert retired["segments"] == segments
        assert retired["retired_at"] is not None
        assert await catalogue.for_the_desk() == {
            "categories": [category],
            "services": [service | {"variants": [retired]}],
            "add_ons": [add_on],
        }
        assert service["add_on_ids"] == [add_on["id"]]


@pytest.mark.parametrize("view", ["guests", "desk"])
async def test_a_large_catalogue_issues_as_few_queries_as_a_small_one(
    catalogue: Catalogue, view: str
) -> None:
    async def count_queries() -> int:
        async with AsyncSessionLocal() as session:
            with statements() as issued:
                if view == "guests":
                    await catalogue_service.read_catalogue(session)
                else:
                    await catalogue_service.read_desk_catalogue(session, SYSTEM_USER)
        return len(issued)

    add_ons = [(await catalogue.add_add_on("a"))["id"]]
    await catalogue.add_service("a", add_on_ids=add_ons)
    small = await count_queries()
    for key in ("b", "c", "d"):
        add_ons.append((await catalogue.add_add_on(key))["id"])
        await catalogue.add_service(key, add_on_ids=add_ons, variants=[variant("60"), variant("90")])
    assert 0 < await count_queries() == small <= 6


class TestUpdates:
    async def test_an_update_leaves_other_fields(self, catalogue: Catalogue) -> None:
        add_on = await catalogue.add_add_on()
        service = await catalogue.add_service(add_on_ids=[add_on["id"]], description={"vi": "Thư giãn"})
        name = {"vi": "Massage Thái", "en": "Thai massage"}
        changed = await catalogue.change(f"services/{service['id']}", name=name, offered="desk")
        assert changed == service | {"name": name, "offered": "desk"}
        repriced = await catalogue.change(f"add-ons/{add_on['id']}", price=0)
        assert repriced == add_on | {"price": 0}
        category = (await catalogue.for_the_desk())["categories"][0]
        moved = await catalogue.change(f"categories/{category['id']}", position=3)
        assert moved == category | {"position": 3}
        assert await catalogue.for_the_desk() == {
            "categories": [moved],
            "services": [changed],
            "add_ons": [repriced],
        }

    async def test_guests_can_tell_all_variants_apart(self, catalogue: Catalogue) -> None:
        """Refuse two variants of one name, or without a name and of one length."""
        service = await catalogue.add_service(variants=[variant("60"), variant("90")])
        path = f"{PATH}/services/{service['id']}/variants"
        http, alike = catalogue.client, (409, "SERVICE_VARIANTS_ALIKE")
        hour = [HOUR, TURNOVER]
        assert refusal_of(await http.post(path, json=variant("hour", segments=hour))) == alike
        arms = {"name": {"vi": "Nách", "en": "Underarms"}}
        added = (await http.post(path, json=variant("arms", **arms))).json()
        for name in ({"vi": "nách", "en": "Arms"}, {"vi": "Tay", "en": "underarms"}):
            assert refusal_of(await http.post(path, json=variant("other", name=name))) == alike
        unnamed = await http.patch(f"{PATH}/variants/{added['id']}", json={"name": None})
        assert refusal_of(unnamed) == alike
        assert "“60”" in unnamed.json()["error"]["message"]
        longer = f"{PATH}/variants/{service['variants'][0]['id']}"
        assert refusal_of(await http.patch(longer, json={"segments": [HOUR | {"minutes": 90}]})) == alike
        await catalogue.change(f"variants/{service['variants'][0]['id']}", retired=True)
        assert (await http.post(path, json=variant("hour", segments=hour))).status_code == 201
        assert refusal_of(await http.patch(longer, json={"retired": False})) == alike
        assert (await http.patch(longer, json={"price": 1})).status_code == 200
        new = {"key": "new", "name": NAME, "category_id": service["category_id"]}
        both = [variant("60"), variant("one-hour")]
        assert refusal_of(await http.post(f"{PATH}/services", json=new | {"variants": both})) == alike

    async def test_a_variant_is_added_changed_retired_and_sold_again(self, catalogue: Catalogue) -> None:
        service = await catalogue.add_service(variants=[])
        path = f"{PATH}/services/{service['id']}/variants"
        added = (await catalogue.client.post(path, json=variant("90"))).json()
        own = f"variants/{added['id']}"
        assert (await catalogue.change(own, price=500_000)) == added | {"price": 500_000}
        longer = await catalogue.change(own, segments=[HOUR, HOUR, TURNOVER])
        assert [segment["minutes"] for segment in longer["segments"]] == [60, 60, 10]
        retired = await catalogue.change(own, retired=True)
        assert await catalogue.change(own, retired=True) == retired
        assert retired["retired_at"] is not None
        assert await catalogue.change(own, retired=False) == longer
        [shown] = await catalogue.for_guests()
        assert (shown["services"][0]["variants"][0]["minutes"]) == 120

    async def test_variants_have_names_beside_their_minutes(self, catalogue: Catalogue) -> None:
        half_legs, legs = {"vi": "Nửa chân", "en": "Half legs"}, {"vi": "Toàn chân", "en": "Full legs"}
        service = await catalogue.add_service(variants=[variant("nua-chan", name=half_legs), variant("x")])
        [named, unnamed] = service["variants"]
        assert (named["name"], unnamed["name"]) == (half_legs, None)
        changed = await catalogue.change(f"variants/{unnamed['id']}", name=legs)
        assert changed == unnamed | {"name": legs}
        assert (await catalogue.change(f"variants/{unnamed['id']}", price=1))["name"] == legs
        [shown] = (await catalogue.for_guests())[0]["services"]
        assert [variant["name"] for variant in shown["variants"]] == [half_legs, legs]
        assert (await catalogue.change(f"variants/{unnamed['id']}", name=None))["name"] is None

    async def test_a_name_has_both_languages(self, catalogue: Catalogue) -> None:
        service = await catalogue.add_service()
        path = f"{PATH}/variants/{service['variants'][0]['id']}"
        for name in ({"vi": "Nách"}, {"vi": "Nách", "en": ""}, {"vi": "Nách", "en": "\u3164"}):
            response = await catalogue.client.patch(path, json={"name": name})
            assert list(error_types_of(response)) == ["body.name.en"]

    async def test_equal_segments_are_not_recorded_as_a_change(self, catalogue: Catalogue) -> None:
        service = await catalogue.add_service(variants=[variant(segments=[HOUR, TURNOVER])])
        before = await entries()
        own = f"variants/{service['variants'][0]['id']}"
        await catalogue.change(own, segments=[HOUR, TURNOVER], price=450_000)
        await catalogue.change(f"services/{service['id']}", name=NAME, add_on_ids=[])
        assert await entries() == before
        await catalogue.change(own, segments=[TURNOVER, HOUR])
        assert len(await entries(entity="service_segment")) == 2 + 4

    async def test_only_added_and_removed_add_ons_are_recorded(self, catalogue: Catalogue) -> None:
        a, b, c = [(await catalogue.add_add_on(key))["id"] for key in "abc"]
        service = await catalogue.add_service(add_on_ids=[a, b])
        changed = await catalogue.change(f"services/{service['id']}", add_on_ids=[c, b])
        assert changed["add_on_ids"] == [b, c]
        made = await entries(entity="service_add_on")
        assert sorted(entry["action"] for entry in made) == ["delete", "insert", "insert", "insert"]

    async def test_updating_an_unknown_item_is_404(self, client: httpx2.AsyncClient) -> None:
        codes = {
            "categories": "SERVICE_CATEGORY_NOT_FOUND",
            "services": "SERVICE_NOT_FOUND",
            "variants": "SERVICE_VARIANT_NOT_FOUND",
            "add-ons": "ADD_ON_NOT_FOUND",
        }
        for path, code in codes.items():
            changed = await client.patch(f"{PATH}/{path}/{uuid7()}", json={"position": 1})
            assert refusal_of(changed) == (404, code)
        added = await client.post(f"{PATH}/services/{uuid7()}/variants", json=variant())
        assert refusal_of(added) == (404, "SERVICE_NOT_FOUND")


class TestErrors:
    async def test_a_key_is_unique(self, catalogue: Catalogue) -> None:
        category, add_on = await catalogue.add_category(), await catalogue.add_add_on()
        service = await catalogue.add_service(category_id=category["id"])
        again = {
            "categories": ({"key": "massage", "name": NAME}, "SERVICE_CATEGORY_KEY_TAKEN"),
            "add-ons": (
                {"key": add_on["key"], "name": NAME, "minutes": 0, "price": 0},
                "ADD_ON_KEY_TAKEN",
            ),
            "services": (
                {"key": "swedish", "category_id": category["id"], "name": NAME},
                "SERVICE_KEY_TAKEN",
            ),
            f"services/{service['id']}/variants": (variant("60"), "SERVICE_VARIANT_KEY_TAKEN"),
        }
        for path, (new, code) in again.items():
            assert refusal_of(await catalogue.client.post(f"{PATH}/{path}", json=new)) == (409, code)
        await catalogue.add_service("another", variants=[variant("60")])  # unique within its service only

    async def test_a_key_stays_unique_when_it_is_changed(self, catalogue: Catalogue) -> None:
        categories = [await catalogue.add_category(key) for key in ("massage", "facials")]
        add_ons = [await catalogue.add_add_on(key) for key in ("stones", "herbs")]
        services = [
            await catalogue.add_service(key, category_id=categories[0]["id"]) for key in ("swedish", "thai")
        ]
        added = await catalogue.client.post(
            f"{PATH}/services/{services[0]['id']}/variants", json=variant("90")
        )
        duplicates = [
            (f"categories/{categories[1]['id']}", "massage", "SERVICE_CATEGORY_KEY_TAKEN"),
            (f"add-ons/{add_ons[1]['id']}", "stones", "ADD_ON_KEY_TAKEN"),
            (f"services/{services[1]['id']}", "swedish", "SERVICE_KEY_TAKEN"),
            (f"variants/{added.json()['id']}", "60", "SERVICE_VARIANT_KEY_TAKEN"),
        ]
        for path, key, code in duplicates:
            changed = await catalogue.client.patch(f"{PATH}/{path}", json={"key": key})
            assert refusal_of(changed) == (409, code)

    async def test_two_variants_of_a_new_service_cannot_share_a_key(self, catalogue: Catalogue) -> None:
        category = await catalogue.add_category()
        new = {"key": "swedish", "category_id": category["id"], "name": NAME}
        response = await catalogue.client.post(
            f"{PATH}/services", json=new | {"variants": [variant("60"), variant("60")]}
        )
        assert refusal_of(response) == (409, "SERVICE_VARIANT_KEY_TAKEN")
        assert (await catalogue.for_the_desk())["services"] == []

    async def test_an_unknown_category_or_add_on_is_404(self, catalogue: Catalogue) -> None:
        category = await catalogue.add_category()
        new = {"key": "swedish", "category_id": category["id"], "name": NAME, "variants": [variant()]}
        post = catalogue.client.post
        no_category = await post(f"{PATH}/services", json=new | {"category_id": str(uuid7())})
        assert refusal_of(no_category) == (404, "SERVICE_CATEGORY_NOT_FOUND")
        no_add_on = await post(f"{PATH}/services", json=new | {"add_on_ids": [str(uuid7())]})
        assert refusal_of(no_add_on) == (404, "ADD_ON_NOT_FOUND")
        assert (await catalogue.for_the_desk())["services"] == []
        service = await catalogue.add_service(category_id=category["id"])
        moved = {"category_id": str(uuid7())}
        elsewhere = await catalogue.client.patch(f"{PATH}/services/{service['id']}", json=moved)
        assert refusal_of(elsewhere) == (404, "SERVICE_CATEGORY_NOT_FOUND")
        unknown = {"add_on_ids": [str(uuid7())]}
        changed = await catalogue.client.patch(f"{PATH}/services/{service['id']}", json=unknown)
        assert refusal_of(changed) == (404, "ADD_ON_NOT_FOUND")

    @pytest.mark.parametrize(
        ("fields", "field", "kind"),
        [
            ({"segments": []}, "segments", "too_short"),
            ({"segments": [HOUR] * 21}, "segments", "too_long"),
            ({"segments": [HOUR | {"minutes": 1440}, TURNOVER]}, "segments", "treatment_length"),
            ({"segments": [TURNOVER]}, "segments", "treatment_guest"),
            ({"segments": [HOUR | {"minutes": 0}]}, "segments.0.minutes", "greater_than_equal"),
            ({"segments": [HOUR | {"minutes": 60.0}]}, "segments.0.minutes", "int_type"),
            ({"segments": [{"minutes": 60}]}, "segments.0.needs_staff", "missing"),
            ({"price": -1}, "price", "greater_than_equal"),
            ({"price": 1_000_000_001}, "price", "less_than_equal"),
            ({"price": "450000"}, "price", "int_type"),
            ({"position": 2**31}, "position", "less_than_equal"),
            ({"key": "60 phút"}, "key", "string_pattern_mismatch"),
        ],
    )
    async def test_an_invalid_variant_is_named(
        self, catalogue: Catalogue, fields: Item, field: str, kind: str
    ) -> None:
        service = await catalogue.add_service()
        new = variant("90") | fields
        path = f"{PATH}/services/{service['id']}/variants"
        assert error_types_of(await catalogue.client.post(path, json=new)) == {f"body.{field}": kind}
        own = f"{PATH}/variants/{service['variants'][0]['id']}"
        assert error_types_of(await catalogue.client.patch(own, json=fields)) == {f"body.{field}": kind}

    async def test_a_treatment_takes_at_most_a_day(self, catalogue: Catalogue) -> None:
        whole_day = [HOUR | {"minutes": 1430}, TURNOVER]
        service = await catalogue.add_service(variants=[variant(segments=whole_day)])
        assert len(service["variants"][0]["segments"]) == 2

    async def test_a_type_of_the_wrong_kind_is_named(self, catalogue: Catalogue) -> None:
        bed, laser = str(await add_type()), str(await add_type("device"))
        wrong = [HOUR, HOUR | {"bed_type_id": laser, "device_type_id": bed}]
        category = await catalogue.add_category()
        new = {"key": "laser", "category_id": category["id"], "name": NAME}
        variants = [variant("30"), variant("60", segments=wrong)]
        refused = await catalogue.client.post(f"{PATH}/services", json=new | {"variants": variants})
        assert error_types_of(refused) == {
            "body.variants.1.segments.1.bed_type_id": "bed_type",
            "body.variants.1.segments.1.device_type_id": "device_type",
        }
        assert refused.json()["error"]["details"][0]["message"] == "Phải là một loại giường hoặc ghế."
        service = await catalogue.add_service("laser")
        unknown = {"segments": [HOUR | {"bed_type_id": str(uuid7())}]}
        own = f"{PATH}/variants/{service['variants'][0]['id']}"
        changed = await catalogue.client.patch(own, json=unknown | {"price": 1})
        assert error_types_of(changed) == {"body.segments.0.bed_type_id": "bed_type"}
        assert (await catalogue.for_the_desk())["services"] == [service]
        path = f"{PATH}/services/{service['id']}/variants"
        added = await catalogue.client.post(path, json=variant("90") | unknown)
        assert error_types_of(added) == {"body.segments.0.bed_type_id": "bed_type"}
