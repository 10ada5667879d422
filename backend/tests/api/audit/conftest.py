"""Customers are what most of the changes are made to."""

from tests.api.customer.conftest import add as add  # noqa: PLC0414 - a fixture of this folder too
