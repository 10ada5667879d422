"""Visits over HTTP: parse, call the service, answer."""

from app.common.constants import API_V1
from app.core.routing import ApiRouter

router = ApiRouter(prefix=f"{API_V1}/visits", tags=["Visits"])
