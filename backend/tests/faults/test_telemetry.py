"""Traces go to the collector that is configured, and cost nothing when none is."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.support import SOON
from tests.support.app_process import AppProcess
from tests.support.http import imported_by, stores

BACKEND = Path(__file__).resolve().parents[1]


class Collector(ThreadingHTTPServer):
    """An OTLP collector over HTTP."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Receiver)
        self.exports: list[ExportTraceServiceRequest] = []

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def spans(self) -> dict[str, dict[str, str]]:
        """Return the attributes of every span, by the name of the span."""
        return {
            span.name: {
                attribute.key: attribute.value.string_value or str(attribute.value.int_value)
                for attribute in (*span.attributes, *export.resource.attributes)
            }
            for request in self.exports
            for export in request.resource_spans
            for scope in export.scope_spans
            for span in scope.spans
        }


class _Receiver(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/v1/traces":
            self.server.exports.append(ExportTraceServiceRequest.FromString(body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Log nothing."""


@contextmanager
def running_collector() -> Iterator[Collector]:
    with Collector() as collector:
        thread = threading.Thread(target=collector.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield collector
        finally:
            collector.shutdown()
            thread.join()


async def test_a_request_leaves_a_span_at_the_collector_also_when_the_app_stops_at_once() -> None:
    with running_collector() as collector:
        environment = stores() | {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint, "APP_NAME": "Sen"}
        async with AppProcess(environment) as process:
            async with process.http() as http:
                await http.get("/api/v1/customers/7")
            process.terminate()
            await process.wait(SOON)
    span = collector.spans()["GET /api/v1/customers/{customer_id}"]
    assert span["service.name"] == "Sen"
    assert span["http.route"] == "/api/v1/customers/{customer_id}"
    assert span["http.response.status_code"] == "401"


async def test_what_a_receptionist_searches_for_does_not_reach_the_collector() -> None:
    with running_collector() as collector:
        environment = stores() | {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint}
        async with AppProcess(environment) as process:
            async with process.http() as http:
                await http.get("/api/v1/customers/search", params={"q": "Nguyễn Thị Lan"})
            process.terminate()
            await process.wait(SOON)
    assert collector.spans()["GET /api/v1/customers/search"]["url.query"] == "REDACTED"
    assert not [export for export in collector.exports if "Nguy" in str(export)]


@pytest.mark.parametrize(
    ("route", "redacted"),
    [
        ("/api/v1/calendars/{token}.ics", "/api/v1/calendars/REDACTED.ics"),
        ("/api/v1/public/visits/{token}", "/api/v1/public/visits/REDACTED"),
        ("/api/v1/public/visits/{token}/calendar.ics", "/api/v1/public/visits/REDACTED/calendar.ics"),
        ("/visit/{token}", "/visit/REDACTED"),
        ("/visit/{token}/times", "/visit/REDACTED/times"),
    ],
)
async def test_the_key_of_an_address_does_not_reach_the_collector(route: str, redacted: str) -> None:
    with running_collector() as collector:
        environment = stores() | {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint}
        async with AppProcess(environment) as process:
            async with process.http() as http:
                await http.get(route.format(token="a-key"))
            process.terminate()
            await process.wait(SOON)
    assert collector.spans()[f"GET {route}"]["url.path"] == redacted
    assert not [export for export in collector.exports if "a-key" in str(export)]


async def test_a_collector_that_never_answers_holds_up_neither_a_request_nor_the_stop() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_EXPORTER_OTLP_TIMEOUT": "600"}
        async with AppProcess(stores() | environment) as process:
            async with process.http() as http:
                assert (await http.get("/")).status_code == 200
            process.terminate()
            await process.wait(SOON)
            assert "| app.main | stopped" in process.output()


async def test_without_an_endpoint_no_tracer_is_imported() -> None:
    imported = await imported_by("app.main")
    assert "app.core.telemetry" in imported
    # Not all of `opentelemetry.sdk`: redis-py imports its metrics wherever it finds it.
    assert [
        name for name in imported if name.startswith(("opentelemetry.sdk.trace", "opentelemetry.exporter"))
    ] == []
