"""Values that more than one module must agree on."""

API_V1 = "/api/v1"
