"""Customers, whose changes most tests look at."""

from tests.api.customer.conftest import add as add  # noqa: PLC0414 - a fixture of this folder too
