"""Traces go to the collector that is configured, and cost nothing when none is."""

import asyncio
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.core import stores
from tests.support.app_process import AppProcess

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
        """The attributes of each span by its name."""
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

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def collecting() -> Iterator[Collector]:
    with Collector() as collector:
        thread = threading.Thread(target=collector.serve_forever)
        thread.start()
        yield collector
        collector.shutdown()
        thread.join()


async def test_a_request_leaves_a_span_at_the_collector() -> None:
    with collecting() as collector:
        environment = stores() | {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint, "APP_NAME": "Sen"}
        async with AppProcess(environment) as process, httpx2.AsyncClient(base_url=process.base_url, verify=False) as http:
            for _ in range(3):
                answer = await http.get("/api/v1/customers/7")
            print(answer, answer.headers)
            process.terminate()
            print(await process.wait(15))
            print(process.output())
        print(collector.spans())
        assert 0
