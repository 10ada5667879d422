"""The file as bytes: every fault with its line, and back again."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from app.common.types.localized import LocalizedText
from app.core.validation_messages import describe
from app.modules.setup.references import faults_of_references
from app.modules.setup.setup_errors import SetupRefused
from app.modules.setup.spa_file import SpaFile
from app.modules.setup.yaml_document import Document, Fault, YamlPath, read_yaml, write_yaml

_FAULTS_SHOWN = 100
_KEY = re.compile("[a-z0-9-]{1,50}")
_IN_WORDS = {
    "model_type": LocalizedText(
        "Phải là các trường, như `key: quan-1`.", "Input should be fields, as `key: quan-1`"
    ),
    "string_type": LocalizedText(
        "Phải là chữ; nếu cần hãy đặt trong dấu nháy kép.",
        "Input should be text; put it in quotation marks if need be",
    ),
}
"""Where what is said of JSON is not what to say of a file."""


def read_file(raw: bytes) -> SpaFile:
    """Raises SetupRefused with every fault and its line, up to a hundred."""
    document = read_yaml(raw)
    faults = list(document.faults)
    file = None
    if document.data is not None or not faults:
        faults += faults_of_references(document)
        try:
            file = SpaFile.model_validate(document.data)
        except ValidationError as error:
            faults += _faults_of_fields(document, error)
    if faults or file is None:
        raise SetupRefused(details=_details(document, _one_a_place(faults)))
    return file


def write_file(file: SpaFile, *, comment: str = "") -> bytes:
    """What `read_file` reads as the same; what is as it is by default is left out."""
    return write_yaml(file.model_dump(exclude_defaults=True), comment=comment)


def _faults_of_fields(document: Document, error: ValidationError) -> Iterator[Fault]:
    for found in error.errors(include_input=False, include_url=False):
        place = document.nearest(tuple(found["loc"]), missing=found["type"] == "missing")
        said = describe(found)
        kind = str(said["type"])
        message = _IN_WORDS.get(kind, said["message"])
        yield Fault(document.line_of(place), place, kind, LocalizedText(*message))


def _one_a_place(faults: Sequence[Fault]) -> list[Fault]:
    """The first of each, in the order of the file: what is no YAML is not also a missing field."""
    first: dict[YamlPath, Fault] = {}
    for fault in faults:
        first.setdefault(fault.place, fault)
    return sorted(first.values(), key=lambda fault: fault.line)


def _details(document: Document, faults: Sequence[Fault]) -> list[dict[str, str | LocalizedText]]:
    details: list[dict[str, str | LocalizedText]] = []
    for fault in faults[:_FAULTS_SHOWN]:
        path = _path(document.data, fault.place)
        where = LocalizedText(f"dòng {fault.line}{path}", f"line {fault.line}{path}")
        details.append({"field": where, "message": fault.message, "type": fault.kind})
    if more := len(faults) - len(details):
        said = LocalizedText(f"… và {more} lỗi nữa.", f"… and {more} more faults.")
        details.append({"field": LocalizedText("tệp", "file"), "message": said, "type": "more_faults"})
    return details


def _path(data: Any, place: YamlPath) -> str:
    """`: branches.quan-1.name`. Of a list's items the key, or which it is, counted from 1."""
    words = []
    for step in place:
        if isinstance(step, int):
            data = data[step] if isinstance(data, Sequence) and step < len(data) else None
            key = data.get("key") if isinstance(data, Mapping) else None
            words.append(key if isinstance(key, str) and _KEY.fullmatch(key) else str(step + 1))
        else:
            data = data.get(step) if isinstance(data, Mapping) else None
            words.append(step if re.fullmatch("[a-z_]{1,50}", step) else "…")
    return f": {'.'.join(words)}" if words else ""
