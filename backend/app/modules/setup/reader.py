"""A set-up file as bytes: reading it with every problem and its line, and writing it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from app.common.types.localized import LocalizedText
from app.core.validation_messages import describe
from app.modules.setup.references import check_references
from app.modules.setup.setup_errors import SetupRefused
from app.modules.setup.spa_file import SpaFile
from app.modules.setup.yaml_document import Document, ValidationProblem, YamlPath, read_yaml, write_yaml

_MAX_PROBLEMS = 100
_KEY = re.compile("[a-z0-9-]{1,50}")
_MESSAGES = {
    "model_type": LocalizedText(
        "Phải là các trường, ví dụ `key: quan-1`.", "Must be fields, for example `key: quan-1`."
    ),
    "string_type": LocalizedText(
        "Phải là chữ. Nếu cần, đặt trong dấu nháy kép.", "Must be text. If needed, put it in quotation marks."
    ),
}
"""Messages for a file where those for a JSON body would mislead."""


def read_file(raw: bytes) -> SpaFile:
    """Read and validate a set-up file.

    Raises:
        SetupRefused: `details` has up to a hundred problems, each with its line.
    """
    document = read_yaml(raw)
    problems = list(document.problems)
    file = None
    if document.data is not None or not problems:
        problems += check_references(document)
        try:
            file = SpaFile.model_validate(document.data)
        except ValidationError as error:
            problems += _invalid_fields(document, error)
    if problems or file is None:
        raise SetupRefused(details=_details(document, _first_of_each_path(problems)))
    return file


def write_file(file: SpaFile, *, comment: str = "") -> bytes:
    """Return a file that `read_file` reads as the same set-up. Fields with their default value are left out."""
    return write_yaml(file.model_dump(exclude_defaults=True), comment=comment)


def _invalid_fields(document: Document, invalid: ValidationError) -> Iterator[ValidationProblem]:
    for error in invalid.errors(include_input=False, include_url=False):
        path = document.nearest(tuple(error["loc"]), missing=error["type"] == "missing")
        description = describe(error)
        problem_type = str(description["type"])
        message = _MESSAGES.get(problem_type, description["message"])
        yield ValidationProblem(document.line_of(path), path, problem_type, LocalizedText(*message))


def _first_of_each_path(problems: Sequence[ValidationProblem]) -> list[ValidationProblem]:
    """Return one problem a path, in the order of the file: what is not YAML is not also reported as missing."""
    first: dict[YamlPath, ValidationProblem] = {}
    for problem in problems:
        first.setdefault(problem.path, problem)
    return sorted(first.values(), key=lambda problem: problem.line)


def _details(
    document: Document, problems: Sequence[ValidationProblem]
) -> list[dict[str, str | LocalizedText]]:
    details: list[dict[str, str | LocalizedText]] = []
    for problem in problems[:_MAX_PROBLEMS]:
        path = _path_text(document.data, problem.path)
        field = LocalizedText(f"dòng {problem.line}{path}", f"line {problem.line}{path}")
        details.append({"field": field, "message": problem.message, "type": problem.type})
    if more := len(problems) - len(details):
        message = LocalizedText(f"… và {more} lỗi nữa.", f"… and {more} more errors.")
        details.append({"field": LocalizedText("tệp", "file"), "message": message, "type": "more_errors"})
    return details


def _path_text(data: Any, path: YamlPath) -> str:
    """Return a path as `: branches.quan-1.name`. An item of a list is named by its key, or by its number from 1."""
    names = []
    for step in path:
        if isinstance(step, int):
            data = data[step] if isinstance(data, Sequence) and step < len(data) else None
            key = data.get("key") if isinstance(data, Mapping) else None
            names.append(key if isinstance(key, str) and _KEY.fullmatch(key) else str(step + 1))
        else:
            data = data.get(step) if isinstance(data, Mapping) else None
            names.append(step if re.fullmatch("[a-z_]{1,50}", step) else "…")
    return f": {'.'.join(names)}" if names else ""
