"""YAML in and out as plain data (mappings, lists, text, integers, true and false), with the line of each value.

It is YAML 1.2 without what a set-up does not need (anchors, tags, directives, several documents): 09:30, `no` and
2027-02-06 are text. So is a number that is not written as its digits alone: 0912345678 keeps its zero.

The reader works on ruamel's events. Its round-trip marks (`.lc`) exist on constructed data alone: by then aliases and
tags are resolved, and construction stops at the first doubled field, so the other problems would stay unreported.
"""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from app.common.types.localized import LocalizedText

if TYPE_CHECKING:
    from ruamel.yaml.events import Event

MAX_BYTES = 5_000_000
_MAX_DEPTH = 20
_WIDTH = 110
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,18}")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NULLS = {"", "~", "null"}
_BOOLEANS = {"true": True, "false": False}
_YAML_1_1_BOOLEANS = {"y", "n", "yes", "no", "on", "off"}

_TOO_LARGE = LocalizedText("Tệp lớn hơn 5 MB.", "The file is larger than 5 MB.")
_NOT_UTF_8 = LocalizedText("Tệp không phải UTF-8.", "The file is not UTF-8.")
_NOT_TEXT = LocalizedText("Có ký tự điều khiển.", "There is a control character.")
_NOT_YAML = LocalizedText(
    "Không phải YAML. Xem lại thụt đầu dòng, dấu hai chấm, ngoặc và dấu nháy ở đây hoặc ngay trên đây.",
    "This is not YAML. Check the indentation, colons, brackets and quotation marks here or just above.",
)
_DIRECTIVE = LocalizedText("Không dùng chỉ thị (%).", "Directives (%) are not supported.")
_ANCHOR = LocalizedText(
    "Không dùng neo (&) và tham chiếu (*).", "Anchors (&) and aliases (*) are not supported."
)
_TAG = LocalizedText("Không dùng thẻ kiểu (!).", "Tags (!) are not supported.")
_SECOND_DOCUMENT = LocalizedText(
    "Tệp chỉ được có một tài liệu (---).", "The file must be one document (---)."
)
_DUPLICATE = LocalizedText("Trường này đã có ở trên.", "This field appears twice.")
_NO_NAME = LocalizedText("Tên trường phải là chữ.", "The name of a field must be text.")
_TOO_DEEP = LocalizedText("Lồng nhau quá sâu.", "This is nested too deeply.")
_BAD_CHARACTER = LocalizedText("Có ký tự không được phép.", "There is a character that is not allowed.")

type YamlPath = tuple[str | int, ...]
"""The fields and indexes that lead to a value: `("branches", 0, "name")`."""


class ValidationProblem(NamedTuple):
    """A problem at one place of a file. It never has the value itself."""

    line: int
    path: YamlPath
    type: str
    message: LocalizedText


class Document(NamedTuple):
    """A file as plain data."""

    data: Any
    """The data, or None if the file could not be read to its end. Fields without a value are left out."""
    lines: Mapping[YamlPath, int]
    """The line of every value, from 1."""
    problems: Sequence[ValidationProblem]

    def line_of(self, path: YamlPath) -> int:
        """Return the line of a value, or that of its nearest ancestor in the file."""
        return self.lines[self.nearest(path)]

    def nearest(self, path: YamlPath, *, missing: bool = False) -> YamlPath:
        """Return the longest part of the path that the file has; with `missing`, and the field after it."""
        existing = path
        while existing not in self.lines:
            existing = existing[:-1]
        return path[: len(existing) + missing]


class _UnreadableError(Exception):
    """A problem after which the rest of the file cannot be read."""

    def __init__(self, problem: ValidationProblem) -> None:
        self.problem = problem


def read_yaml(raw: bytes) -> Document:
    """Read a file and report every problem, as far as the file can be read."""
    reader = _Reader()
    try:
        data = reader.read(_decode(raw))
    except _UnreadableError as error:
        reader.problems.append(error.problem)
        data = None
    return Document(data, reader.lines, reader.problems)


def write_yaml(data: Mapping[str, Any], *, comment: str = "") -> bytes:
    """Return a file that `read_yaml` reads as `data`, with short lists and mappings on one line.

    `data` must not contain None.
    """
    from ruamel.yaml import YAML

    yaml = YAML(pure=True)
    yaml.width = _WIDTH
    yaml.allow_unicode = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.ignore_aliases = lambda _data: True  # no anchor for a value that appears twice
    written = io.StringIO()
    yaml.dump(_styled(data, top=True), written)
    text = re.sub(" +$", "", written.getvalue(), flags=re.MULTILINE)  # left where ruamel folds a line
    return (comment + text).encode()


def _decode(raw: bytes) -> str:
    if len(raw) > MAX_BYTES:
        line = raw.count(b"\n", 0, MAX_BYTES) + 1
        raise _UnreadableError(ValidationProblem(line, (), "too_large", _TOO_LARGE))
    try:
        text = raw.decode()  # ruamel skips a byte order mark
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _UnreadableError(ValidationProblem(line, (), "encoding", _NOT_UTF_8)) from None
    if match := _UNPRINTABLE.search(text):
        line = text.count("\n", 0, match.start()) + 1
        raise _UnreadableError(ValidationProblem(line, (), "string_characters", _NOT_TEXT))
    if match := re.search("^%", text, re.MULTILINE):
        line = text.count("\n", 0, match.start()) + 1
        raise _UnreadableError(ValidationProblem(line, (), "yaml_directive", _DIRECTIVE))
    return text


class _Reader:
    """Build data from events, and keep the line of each value and every problem on the way."""

    def __init__(self) -> None:
        self.lines: dict[YamlPath, int] = {(): 1}
        self.problems: list[ValidationProblem] = []

    def read(self, text: str) -> Any:
        from ruamel.yaml import events as yaml

        events = _events(text)
        data, documents = None, 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._report(event, (), "yaml_document", _SECOND_DOCUMENT)
                    break
                data = self._value(next(events), events, ())
        return data

    def _value(self, event: Any, events: "Iterator[Event]", path: YamlPath) -> Any:
        from ruamel.yaml import events as yaml

        self.lines.setdefault(path, _line(event))
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self._report(event, path, "yaml_anchor", _ANCHOR)
        if isinstance(event, yaml.AliasEvent):
            return None
        if event.tag is not None:
            self._report(event, path, "yaml_tag", _TAG)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, path)
        if len(path) >= _MAX_DEPTH:
            raise _UnreadableError(ValidationProblem(_line(event), path, "yaml_depth", _TOO_DEEP))
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(events, path)
        return self._mapping(events, path)

    def _list(self, events: "Iterator[Event]", path: YamlPath) -> list[Any]:
        from ruamel.yaml import events as yaml

        items: list[Any] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(self._value(event, events, (*path, len(items))))
        return items

    def _mapping(self, events: "Iterator[Event]", path: YamlPath) -> dict[str, Any]:
        from ruamel.yaml import events as yaml

        fields: dict[str, Any] = {}
        names = set()
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise _UnreadableError(ValidationProblem(_line(event), path, "yaml_name", _NO_NAME))
            name = str(self._value(event, events, (*path, "")))
            field = (*path, name)
            is_duplicate = name in names
            if is_duplicate:
                self._report(event, field, "duplicate_field", _DUPLICATE)
            names.add(name)
            self.lines.setdefault(field, _line(event))
            value = self._value(next(events), events, field)
            if value is not None and not is_duplicate:
                fields[name] = value
        self.lines.pop((*path, ""), None)
        return fields

    def _scalar(self, event: Any, path: YamlPath) -> Any:
        text: str = event.value
        if event.style is None:
            if text in _NULLS:
                return None
            if text in _BOOLEANS:
                return _BOOLEANS[text]
            if _INTEGER.fullmatch(text):
                return int(text)
        try:  # "\uD83D\uDE00" is one character, as in JSON
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
        except UnicodeDecodeError:
            text = "\0"
        if "\0" in text:
            self._report(event, path, "string_characters", _BAD_CHARACTER)
        return text

    def _report(self, event: "Event", path: YamlPath, problem_type: str, message: LocalizedText) -> None:
        self.problems.append(ValidationProblem(_line(event), path, problem_type, message))


def _events(text: str) -> "Iterator[Event]":
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError

    line = 1
    try:
        for event in YAML(typ="safe", pure=True).parse(io.StringIO(text)):
            line = _line(event)
            yield event
    except MarkedYAMLError as error:
        mark = error.problem_mark
        last = text.count("\n") + (not text.endswith("\n"))
        at = line if mark is None else min(mark.line + 1, max(last, 1))
        raise _UnreadableError(ValidationProblem(at, (), "yaml", _NOT_YAML)) from None
    except Exception:  # noqa: BLE001 - ruamel has no one class for what it cannot read: "\UFFFFFFFF" is a ValueError
        raise _UnreadableError(ValidationProblem(line, (), "yaml", _NOT_YAML)) from None


def _line(event: "Event") -> int:
    line: int = event.start_mark.line
    return line + 1


def _styled(value: Any, *, top: bool = False) -> Any:
    """Return a value in ruamel's own types, which say how it is written.

    Short lists and mappings are on one line. Text that readers of YAML 1.1 would take for something else is quoted:
    they read 09:30 as 570.
    """
    from ruamel.yaml.comments import CommentedMap, CommentedSeq
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    if isinstance(value, str):
        is_plain = value[:1].isalpha() and value.isprintable() and value.lower() not in _YAML_1_1_BOOLEANS
        return (
            str(value) if is_plain else DoubleQuotedScalarString(value)
        )  # ruamel quotes where YAML 1.2 must
    if not isinstance(value, (Mapping, list)):
        return value
    styled: CommentedMap | CommentedSeq
    if isinstance(value, Mapping):
        styled = CommentedMap((name, _styled(part)) for name, part in value.items())
    else:
        styled = CommentedSeq(_styled(item) for item in value)
    if not top and _is_short(value):
        styled.fa.set_flow_style()
    else:
        styled.fa.set_block_style()
    return styled


def _is_short(value: Any) -> bool:
    parts = value.values() if isinstance(value, Mapping) else value
    if any(isinstance(part, Mapping) or (isinstance(part, list) and not _is_flat(part)) for part in parts):
        return False
    return _is_flat(value) or len(str(value)) <= _WIDTH - 20


def _is_flat(value: Any) -> bool:
    """Return whether this is a list of keys. They never need a line each, however many there are."""
    return isinstance(value, list) and not any(isinstance(item, (Mapping, list)) for item in value)
