"""YAML in and out as plain data: mappings, lists, text, integers, true and false, and the line of each.

It is YAML 1.2 without what a set-up has no need of (anchors, tags, directives, several documents): 09:30, `no` and
2027-02-06 are text. So is a number that is not written as its digits alone: 0912345678 keeps its zero.
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
_EMPTY = {"", "~", "null"}
_WORDS = {"true": True, "false": False}
_WORDS_ELSEWHERE = {"y", "n", "yes", "no", "on", "off"}
"""Which YAML 1.1 takes for true and false."""

_TOO_LARGE = LocalizedText("Tệp lớn hơn 5 MB.", "The file is over 5 MB.")
_NOT_UTF_8 = LocalizedText("Không phải UTF-8.", "This is not UTF-8.")
_NOT_TEXT = LocalizedText("Có ký tự điều khiển.", "There is a control character.")
_NOT_YAML = LocalizedText(
    "Không phải YAML: hãy xem lại thụt đầu dòng, dấu hai chấm, ngoặc và dấu nháy ở đây hoặc ngay trên đây.",
    "This is not YAML: look at the indentation, colons, brackets and quotation marks here or just above.",
)
_DIRECTIVE = LocalizedText("Không dùng chỉ thị (%).", "Directives (%) are not used here.")
_ANCHOR = LocalizedText(
    "Không dùng neo (&) và tham chiếu (*).", "Anchors (&) and aliases (*) are not used here."
)
_TAG = LocalizedText("Không dùng thẻ kiểu (!).", "Tags (!) are not used here.")
_SECOND_DOCUMENT = LocalizedText("Tệp chỉ được có một tài liệu (---).", "A file is one document (---).")
_TWICE = LocalizedText("Trường này đã có ở trên.", "This field is there twice.")
_NO_NAME = LocalizedText("Tên trường phải là chữ.", "The name of a field should be a word.")
_TOO_DEEP = LocalizedText("Lồng nhau quá sâu.", "This is nested too deeply.")
_BAD_CHARACTER = LocalizedText("Có ký tự không được phép.", "There is a character that is not allowed.")

type YamlPath = tuple[str | int, ...]
"""The fields and numbers that lead to a value: `("branches", 0, "name")`."""


class Fault(NamedTuple):
    """What is wrong, without the value that is."""

    line: int
    place: YamlPath
    kind: str
    message: LocalizedText


class Document(NamedTuple):
    data: Any
    """None when it could not be read to its end. Fields without a value are left out."""
    lines: Mapping[YamlPath, int]
    """Counted from 1."""
    faults: Sequence[Fault]

    def line_of(self, place: YamlPath) -> int:
        """The line of what is there, or of what it is missing from."""
        return self.lines[self.nearest(place)]

    def nearest(self, place: YamlPath, *, missing: bool = False) -> YamlPath:
        """Up to what the file has; `missing`: and the field it should have."""
        there = place
        while there not in self.lines:
            there = there[:-1]
        return place[: len(there) + missing]


class _UnreadableError(Exception):
    """Nothing after this fault can be told."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault


def read_yaml(raw: bytes) -> Document:
    """With every fault, unless one leaves no way to tell what follows."""
    reader = _Reader()
    try:
        data = reader.read(_decode(raw))
    except _UnreadableError as reason:
        reader.faults.append(reason.fault)
        data = None
    return Document(data, reader.lines, reader.faults)


def write_yaml(data: Mapping[str, Any], *, comment: str = "") -> bytes:
    """What `read_yaml` reads as `data`; short lists and mappings on one line. Nothing in it may be None."""
    from ruamel.yaml import YAML

    yaml = YAML(pure=True)
    yaml.width = _WIDTH
    yaml.allow_unicode = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.ignore_aliases = lambda _data: True  # no anchor for a day that is there twice
    written = io.StringIO()
    yaml.dump(_styled(data, top=True), written)
    text = re.sub(
        " +$", "", written.getvalue(), flags=re.MULTILINE
    )  # where it folds a line; they mean nothing
    return (comment + text).encode()


def _decode(raw: bytes) -> str:
    if len(raw) > MAX_BYTES:
        raise _UnreadableError(Fault(raw.count(b"\n", 0, MAX_BYTES) + 1, (), "too_large", _TOO_LARGE))
    try:
        text = raw.decode()  # a byte order mark is the reader's to skip
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _UnreadableError(Fault(line, (), "encoding", _NOT_UTF_8)) from None
    if found := _UNPRINTABLE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise _UnreadableError(Fault(line, (), "string_characters", _NOT_TEXT))
    if found := re.search("^%", text, re.MULTILINE):
        line = text.count("\n", 0, found.start()) + 1
        raise _UnreadableError(Fault(line, (), "yaml_directive", _DIRECTIVE))
    return text


class _Reader:
    def __init__(self) -> None:
        self.lines: dict[YamlPath, int] = {(): 1}
        self.faults: list[Fault] = []

    def read(self, text: str) -> Any:
        from ruamel.yaml import events as yaml

        events = _events(text)
        data, documents = None, 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._fault(event, (), "yaml_document", _SECOND_DOCUMENT)
                    break
                data = self._value(next(events), events, ())
        return data

    def _value(self, event: Any, events: "Iterator[Event]", place: YamlPath) -> Any:
        from ruamel.yaml import events as yaml

        self.lines.setdefault(place, _line(event))
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self._fault(event, place, "yaml_anchor", _ANCHOR)
        if isinstance(event, yaml.AliasEvent):
            return None
        if event.tag is not None:
            self._fault(event, place, "yaml_tag", _TAG)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, place)
        if len(place) >= _MAX_DEPTH:
            raise _UnreadableError(Fault(_line(event), place, "yaml_depth", _TOO_DEEP))
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(events, place)
        return self._mapping(events, place)

    def _list(self, events: "Iterator[Event]", place: YamlPath) -> list[Any]:
        from ruamel.yaml import events as yaml

        items: list[Any] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(self._value(event, events, (*place, len(items))))
        return items

    def _mapping(self, events: "Iterator[Event]", place: YamlPath) -> dict[str, Any]:
        from ruamel.yaml import events as yaml

        fields: dict[str, Any] = {}
        names = set()
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise _UnreadableError(Fault(_line(event), place, "yaml_name", _NO_NAME))
            name = str(self._value(event, events, (*place, "")))
            field = (*place, name)
            again = name in names
            if again:
                self._fault(event, field, "duplicate_field", _TWICE)
            names.add(name)
            self.lines.setdefault(field, _line(event))
            value = self._value(next(events), events, field)
            if value is not None and not again:
                fields[name] = value
        self.lines.pop((*place, ""), None)
        return fields

    def _scalar(self, event: Any, place: YamlPath) -> Any:
        text: str = event.value
        if event.style is None:
            if text in _EMPTY:
                return None
            if text in _WORDS:
                return _WORDS[text]
            if _INTEGER.fullmatch(text):
                return int(text)
        try:
            text = text.encode("utf-16-le", "surrogatepass").decode(
                "utf-16-le"
            )  # "\uD83D\uDE00" is one character
        except UnicodeDecodeError:
            text = "\0"
        if "\0" in text:
            self._fault(event, place, "string_characters", _BAD_CHARACTER)
        return text

    def _fault(self, event: "Event", place: YamlPath, kind: str, message: LocalizedText) -> None:
        self.faults.append(Fault(_line(event), place, kind, message))


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
        raise _UnreadableError(Fault(at, (), "yaml", _NOT_YAML)) from None
    except Exception:  # noqa: BLE001 - as ValueError for "\UFFFFFFFF": it has no one class for what it cannot read
        raise _UnreadableError(Fault(line, (), "yaml", _NOT_YAML)) from None


def _line(event: "Event") -> int:
    line: int = event.start_mark.line
    return line + 1


def _styled(value: Any, *, top: bool = False) -> Any:
    """As ruamel's own types: on one line what holds little, and in quotation marks what other readers, of
    YAML 1.1, would take for something else (09:30 is 570 for them)."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    if isinstance(value, str):
        plain = value[:1].isalpha() and value.isprintable() and value.lower() not in _WORDS_ELSEWHERE
        return str(value) if plain else DoubleQuotedScalarString(value)  # ruamel quotes what it has to
    if not isinstance(value, (Mapping, list)):
        return value
    styled: CommentedMap | CommentedSeq
    if isinstance(value, Mapping):
        styled = CommentedMap((name, _styled(each)) for name, each in value.items())
    else:
        styled = CommentedSeq(_styled(each) for each in value)
    if not top and _is_short(value):
        styled.fa.set_flow_style()
    else:
        styled.fa.set_block_style()
    return styled


def _is_short(value: Any) -> bool:
    inner = value.values() if isinstance(value, Mapping) else value
    if any(
        isinstance(each, Mapping) or (isinstance(each, list) and not _holds_words(each)) for each in inner
    ):
        return False
    return _holds_words(value) or len(str(value)) <= _WIDTH - 20


def _holds_words(value: Any) -> bool:
    """Keys, which never need a line of their own, however many."""
    return isinstance(value, list) and not any(isinstance(each, (Mapping, list)) for each in value)
