"""Constants that more than one module uses."""

API_V1 = "/api/v1"
