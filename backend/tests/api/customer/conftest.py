"""One line to arrange a customer."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest

PATH = "/api/v1/customers"
type Customer = dict[str, Any]
type AddCustomer = Callable[..., Awaitable[Customer]]


@pytest.fixture
def add(client: httpx2.AsyncClient) -> AddCustomer:
    """Return a function that creates a customer over the API: `await add("Lê Lan", phone="0912345678")`."""

    async def add_customer(full_name: str, **fields: object) -> Customer:
        response = await client.post(PATH, json={"full_name": full_name, **fields})
        assert response.status_code == 201, response.text
        created: Customer = response.json()
        return created

    return add_customer
