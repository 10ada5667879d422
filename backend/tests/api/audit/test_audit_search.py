"""Searching the ledger."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from app.modules.audit.audit_models import AuditEntry
from tests.api.customer.conftest import PATH
from tests.support.database import insert_all
from tests.support.ledger import entries

AUDIT = "/api/v1/audit"


class TestSearch:
    ACTOR, ROW = uuid4(), uuid4()

    @pytest.fixture(autouse=True)
    async def _ledger(self, client: httpx2.AsyncClient) -> None:
        """Write four entries. The others differ from the first in one field each, and the last is of another day."""
        for number, (actor, request, action, entity, row, day) in enumerate(
            [
                (self.ACTOR, "r-1", "insert", "branch", self.ROW, 1),
                (uuid4(), "r-2", "update", "branch", self.ROW, 1),
                (self.ACTOR, "r-1", "delete", "room", self.ROW, 1),
                (self.ACTOR, "r-3", "insert", "branch", uuid4(), 2),
            ],
            start=1,
        ):
            columns = {"action": action, "entity": entity, "entity_id": row, "after": {"number": number}}
            at = datetime(2026, 1, 1 + day, tzinfo=UTC)
            await insert_all([AuditEntry(actor_id=actor, request_id=request, at=at, **columns)])

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"actor_id": str(ACTOR)}, [4, 3, 1]),
            ({"entity": "branch"}, [4, 2, 1]),
            ({"entity": "room"}, [3]),
            ({"entity": "bran"}, []),
            ({"entity_id": str(ROW)}, [3, 2, 1]),
            ({"action": "insert", "until": "2026-02-01T00:00:00Z"}, [4, 1]),
            ({"request_id": "r-1"}, [3, 1]),
            ({"request_id": "r-1", "action": "delete"}, [3]),
            ({"since": "2026-01-03T00:00:00Z", "entity": "branch"}, [4]),
            ({"since": "2026-01-03T07:00:00+07:00", "entity": "branch"}, [4]),
            ({"since": "2026-01-03T00:00:00.000001Z", "entity": "branch"}, []),
            ({"until": "2026-01-03T00:00:00Z"}, [3, 2, 1]),
            ({"until": "2026-01-03T00:00:00.000001Z"}, [4, 3, 2, 1]),
            ({"since": "2026-01-02T00:00:00Z", "until": "2026-01-02T00:00:00Z"}, []),
        ],
    )
    async def test_entries_that_match_every_filter_are_listed_newest_first(
        self, client: httpx2.AsyncClient, query: dict[str, str], found: list[int]
    ) -> None:
        page = (await client.get(AUDIT, params=query)).json()
        assert [item["after"]["number"] for item in page["items"]] == found
        assert page["next_cursor"] is None

    @pytest.mark.parametrize("name", ["since", "until"])
    @pytest.mark.parametrize(
        "value",
        [
            "2026-01-01T00:00:00",
            "2026-01-01",
            "1767225600",
            "1767225600000",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "yesterday",
            "",
        ],
    )
    async def test_an_instant_without_a_time_zone_is_refused(
        self, client: httpx2.AsyncClient, name: str, value: str
    ) -> None:
        assert (await client.get(AUDIT, params={name: value})).status_code == 422

    @pytest.mark.parametrize(
        "query",
        [
            {"action": "select"},
            {"actor_id": "1"},
            {"limit": "0"},
            {"limit": "101"},
            {"table": "x"},
            {"entity": ""},
        ],
    )
    async def test_an_invalid_query_is_refused(
        self, client: httpx2.AsyncClient, query: dict[str, str]
    ) -> None:
        assert (await client.get(AUDIT, params=query)).status_code == 422

    async def test_pages_list_each_entry_once_even_at_the_same_instant(
        self, client: httpx2.AsyncClient
    ) -> None:
        file = b"full_name\n" + b"Lan\n" * 7
        await client.post(f"{PATH}/import", files={"file": ("khach.csv", file)})
        query: dict[str, Any] = {"entity": "customer", "limit": "3"}
        seen = []
        for expected in (3, 3, 1):
            page = (await client.get(AUDIT, params=query)).json()
            assert len(page["items"]) == expected
            seen += [item["id"] for item in page["items"]]
            query["cursor"] = page["next_cursor"]
        assert query["cursor"] is None
        assert seen == [entry["id"] for entry in reversed(await entries(entity="customer"))]

    async def test_a_cursor_works_for_its_own_query_only(self, client: httpx2.AsyncClient) -> None:
        first = (await client.get(AUDIT, params={"entity": "branch", "limit": "1"})).json()
        cursor = first["next_cursor"]
        assert (await client.get(AUDIT, params={"entity": "branch", "cursor": cursor})).status_code == 200
        for query in ({"entity": "room"}, {}, {"entity": "branch", "since": "2026-01-01T00:00:00Z"}):
            assert (await client.get(AUDIT, params=query | {"cursor": cursor})).status_code == 422
        assert (
            await client.get(AUDIT, params={"entity": "branch", "cursor": cursor[:-1]})
        ).status_code == 422
