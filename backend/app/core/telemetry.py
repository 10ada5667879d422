"""OpenTelemetry traces, when an endpoint is configured; otherwise nothing of it is even imported."""

from fastapi.telemetry import TelemetryConfig

from app.core.config import Settings


def telemetry_config(settings: Settings) -> TelemetryConfig:
    """FastAPI's own instrumentation, traces only: Prometheus has the metrics, structlog the lines."""
    config: TelemetryConfig = {"metrics": False, "logs": False, "auto_configure": False}
    if settings.OTEL_EXPORTER_OTLP_ENDPOINT is None:
        return {**config, "tracing": False}

    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(
        resource=Resource.create({"service.name": settings.APP_NAME, "service.version": settings.APP_VERSION})
    )
    endpoint = settings.OTEL_EXPORTER_OTLP_ENDPOINT.rstrip("/") + "/v1/traces"
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    return {**config, "tracing": True, "tracer_provider": provider}
