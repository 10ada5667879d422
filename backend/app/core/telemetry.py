"""OpenTelemetry traces, if an endpoint is configured; otherwise nothing of OpenTelemetry's SDK is imported."""

import asyncio
import contextlib
import re
from collections.abc import Callable

from fastapi.telemetry import TelemetryConfig

from app.core.config import Settings

_EXPORT_TIMEOUT = 2
"""Seconds a collector may take for a batch."""
_LAST_EXPORT_TIMEOUT = 3
_KEY_IN_PATH = re.compile(r"(?<=/calendars)/[^/]+(?=\.ics$)|(?<=/public/visits)/[^/]+|(?<=^/visit)/[^/]+")
_shut_down: list[Callable[[], None]] = []


def telemetry_config(settings: Settings) -> TelemetryConfig:
    """Return the configuration of FastAPI's own instrumentation: traces only, as Prometheus has the metrics."""
    config: TelemetryConfig = {"metrics": False, "logs": False, "auto_configure": False}
    if settings.OTEL_EXPORTER_OTLP_ENDPOINT is None:
        return {**config, "tracing": False}

    from opentelemetry.context import Context
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    class WithoutSecrets(SpanProcessor):
        """A processor that removes personal data: a query string has the name or phone of a search, the path of a calendar or
        of a guest's visit its key."""

        def on_start(self, span: Span, parent_context: Context | None = None) -> None:  # noqa: ARG002 - the base's
            attributes = span.attributes or {}
            if "url.query" in attributes:
                span.set_attribute("url.query", "REDACTED")
            path = str(attributes.get("url.path"))
            if (redacted := _KEY_IN_PATH.sub("/REDACTED", path)) != path:
                span.set_attribute("url.path", redacted)

    provider = TracerProvider(
        resource=Resource.create(
            {"service.name": settings.APP_NAME, "service.version": settings.APP_VERSION}
        ),
        shutdown_on_exit=False,
    )
    endpoint = settings.OTEL_EXPORTER_OTLP_ENDPOINT.rstrip("/") + "/v1/traces"
    exporter = OTLPSpanExporter(endpoint=endpoint, timeout=_EXPORT_TIMEOUT)
    provider.add_span_processor(WithoutSecrets())
    provider.add_span_processor(BatchSpanProcessor(exporter))
    _shut_down.append(provider.shutdown)
    return {**config, "tracing": True, "tracer_provider": provider}


async def close_telemetry() -> None:
    """Send the spans that are still queued: a server that ends by a signal runs no `atexit`."""
    with contextlib.suppress(TimeoutError):  # a dead collector must not hold up the stop
        async with asyncio.timeout(_LAST_EXPORT_TIMEOUT):
            for shut_down in _shut_down:
                await asyncio.to_thread(shut_down)
