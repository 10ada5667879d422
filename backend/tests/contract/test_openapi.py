"""Clients can be generated from the OpenAPI document, and the API conforms to it."""

import asyncio
import re
from collections.abc import Iterator
from random import getrandbits
from typing import Any
from uuid import UUID

import httpx2
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, seed
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.core.result import Ok

from app.common.schemas import MAX_PAGE
from app.core.config import settings
from app.main import app, create_app
from app.modules.identity.roles import Role
from tests.builders.operations import BRANCH, Caller, RequestCases
from tests.support.examples import examples, is_deep
from tests.support.http import client_of

DOCUMENT: dict[str, Any] = app.openapi()
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
EVERY_OPERATION = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
FUZZED = {
    result.ok().label: result.ok()
    for result in schemathesis.openapi.from_dict(DOCUMENT).get_all_operations()
    if isinstance(result, Ok)
}
PROMISES: list[Any] = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    ]
)


LISTS = [
    "/api/v1/branches",
    "/api/v1/catalogue",
    f"/api/v1/branches/{BRANCH}/open?first_day=2027-02-01&last_day=2027-02-14",
]


KEYWORDS = set(  # of JSON Schema 2020-12, and in the last line those that OpenAPI 3.1 adds
    """
    $ref type enum const multipleOf maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern
    maxItems minItems uniqueItems maxContains minContains maxProperties minProperties required dependentRequired
    format contentEncoding contentMediaType contentSchema title description default deprecated readOnly writeOnly
    examples allOf anyOf oneOf not if then else dependentSchemas prefixItems items contains properties
    patternProperties additionalProperties propertyNames unevaluatedItems unevaluatedProperties
    discriminator xml externalDocs example
    """.split()  # noqa: SIM905 - a literal would take a line for each
)


def schemas_in(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every schema of an OpenAPI document, with those inside it."""
    if isinstance(node, list):
        for item in node:
            yield from schemas_in(item)
    elif isinstance(node, dict):
        for name, value in node.items():
            if name in {"schema", "items", "additionalProperties"} and isinstance(value, dict):
                yield value
            elif name in {"schemas", "properties"}:
                yield from value.values()
            elif name in {"anyOf", "allOf", "oneOf", "prefixItems"}:
                yield from value
            if name not in {"examples", "example", "default"}:
                yield from schemas_in(value)


def errors_of(operation: dict[str, Any]) -> dict[str, Any]:
    return {status: answer for status, answer in operation["responses"].items() if status >= "4"}


class TestDocument:
    def test_it_is_valid_openapi_3_1(self) -> None:
        assert [error.message for error in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()] == []

    def test_the_events_of_the_stream_have_named_schemas(self) -> None:
        stream = OPERATIONS["GET /api/v1/branches/{branch_id}/board/stream"]["responses"]["200"]["content"]
        names = [event["$ref"].rpartition("/")[2] for event in stream["text/event-stream"]["schema"]["oneOf"]]
        events = {name: DOCUMENT["components"]["schemas"][name]["properties"] for name in names}
        assert {name: event["event"]["const"] for name, event in events.items()} == {
            "BoardEvent": "board",
            "ChangedEvent": "changed",
        }
        assert events["BoardEvent"]["data"] == {"$ref": "#/components/schemas/BoardRead"}
        assert events["ChangedEvent"]["data"] == {"$ref": "#/components/schemas/BoardChange"}

    async def test_it_is_served_and_made_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        served = create_app(settings)
        made: list[None] = []

        def make() -> dict[str, Any]:
            made.append(None)
            return DOCUMENT

        monkeypatch.setattr(served, "openapi", make)
        async with client_of(served) as http:
            responses = await asyncio.gather(*(http.get("/openapi.json") for _ in range(3)))
            responses.append(await http.get("/openapi.json"))
        assert [response.json() == DOCUMENT for response in responses] == [True] * 4
        assert len(made) == 1

    def test_operation_ids_are_clean_and_unique(self) -> None:
        ids = [operation["operationId"] for operation in OPERATIONS.values()]
        assert len(set(ids)) == len(ids)
        assert [name for name in ids if not re.fullmatch("[a-z]+(_[a-z]+)*", name) or "api_v1" in name] == []

    def test_names_of_schemas_are_those_of_the_code(self) -> None:
        assert [name for name in DOCUMENT["components"]["schemas"] if "api_v1" in name or "__" in name] == []

    def test_no_error_is_described_by_fastapi(self) -> None:
        assert "HTTPValidationError" not in str(DOCUMENT)

    @EVERY_OPERATION
    def test_every_operation_says_what_it_does_and_where_it_belongs(self, operation: dict[str, Any]) -> None:
        assert operation["summary"]
        assert operation["description"]
        assert operation["tags"]

    @pytest.mark.parametrize("label", [label for label in OPERATIONS if "/health/" not in label])
    def test_every_error_is_the_envelope(self, label: str) -> None:
        for answer in errors_of(OPERATIONS[label]).values():
            content = answer["content"]["application/json"]
            assert content["schema"] == {"$ref": "#/components/schemas/ErrorResponse"}
            for code, example in content["examples"].items():
                assert example["value"]["error"]["code"] == code

    @pytest.mark.parametrize(
        "label", [label for label in OPERATIONS if "/health/" not in label and label != "GET /"]
    )
    def test_every_route_of_a_module_documents_the_errors_it_can_give(self, label: str) -> None:
        operation = OPERATIONS[label]
        expected = {"422", "503"}
        if "requestBody" in operation:
            expected |= {"400", "408", "413", "415"}
        if "{" in label:
            expected |= {"404"}
        errors = errors_of(operation)
        assert expected <= set(errors)
        assert "VALIDATION_ERROR" in errors["422"]["content"]["application/json"]["examples"]

    def test_schemas_use_the_keywords_of_json_schema_alone(self) -> None:
        """Pydantic writes a bound that comes after a validator as `ge`, which generated clients do not know."""
        assert {keyword for schema in schemas_in(DOCUMENT) for keyword in schema} - KEYWORDS == set()

    def test_bodies_are_described_as_openapi_3_1_does(self) -> None:
        """Strict tools refuse the keywords of 3.2, such as `itemSchema` for the events of a stream."""
        assert DOCUMENT["openapi"].startswith("3.1.")
        media = [
            medium
            for operation in OPERATIONS.values()
            for part in (operation.get("requestBody", {}), *operation["responses"].values())
            for medium in part.get("content", {}).values()
        ]
        assert media
        assert {name for medium in media for name in medium} <= {"schema", "example", "examples", "encoding"}

    def test_a_bound_is_one_that_clients_can_check(self) -> None:
        limits = [
            parameter["schema"]
            for operation in OPERATIONS.values()
            for parameter in operation.get("parameters", [])
            if parameter["name"] == "limit"
        ]
        assert limits
        assert {(limit["minimum"], limit["maximum"]) for limit in limits} == {(1, MAX_PAGE)}

    def test_a_change_has_no_defaults_for_a_client_to_send(self) -> None:
        fields = DOCUMENT["components"]["schemas"]["CustomerUpdate"]["properties"]
        assert [name for name, field in fields.items() if "default" in field] == []

    def test_fields_of_requests_have_examples(self) -> None:
        fields = DOCUMENT["components"]["schemas"]["CustomerCreate"]["properties"]
        assert "examples" in str(fields["full_name"])
        assert "examples" in str(fields["phone"])


def test_every_operation_is_fuzzed() -> None:
    assert set(FUZZED) == set(OPERATIONS)


@pytest.mark.parametrize("label", FUZZED)
@seed(getrandbits(32) if is_deep() else 1)
@given(data=st.data(), mode=st.sampled_from(list(GenerationMode)), known=st.booleans())
@hypothesis_settings(
    max_examples=examples(10),
    database=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
    ],
)
async def test_the_api_keeps_its_promises_whatever_is_sent(
    client: httpx2.AsyncClient, label: str, data: st.DataObject, mode: GenerationMode, *, known: bool
) -> None:
    ids = {name: str(row_id) for name, row_id in (await existing_ids(label)).items()} if known else {}
    path = {name: ids[name] for name in re.findall(r"{(\w+_id)}", label) if name in ids}
    case = data.draw(FUZZED[label].as_strategy(mode, path_parameters=path or None))
    if isinstance(case.body, dict):
        case.body = with_existing_ids(ids, case.body)
    sent = requests.Request(**case.as_transport_kwargs(base_url="http://testserver")).prepare()
    assert sent.method
    assert sent.url
    body = sent.body.encode() if isinstance(sent.body, str) else sent.body
    assert body is None or isinstance(body, bytes)
    headers = {name: str(value) for name, value in sent.headers.items()}
    response = await client.request(sent.method, sent.url, headers=headers, content=body)
    case.validate_response(response, checks=PROMISES)
    if response.is_success and not label.startswith("GET "):
        for read in LISTS:  # no accepted value breaks a read
            assert (await client.get(read)).status_code in {200, 404}


async def existing_ids(label: str) -> dict[str, UUID]:
    """Return ids of rows that are added with the first example of a test; later examples may delete them."""
    if label not in _existing_ids:
        cases = RequestCases()
        _existing_ids[label] = cases.add(label, Caller("admin", (Role.ADMIN,)), "own").ids
        await cases.write()
    return _existing_ids[label]


_existing_ids: dict[str, dict[str, UUID]] = {}


def with_existing_ids(ids: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """Return the body with these ids in the fields of their names."""
    named = {name: ids[name] for name, value in body.items() if name in ids and isinstance(value, str)}
    lists = {
        name: [ids[name.removesuffix("s")]]
        for name, value in body.items()
        if isinstance(value, list) and value and name.removesuffix("s") in ids
    }
    return body | named | lists
