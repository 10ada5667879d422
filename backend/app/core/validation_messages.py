"""Errors of pydantic as a receptionist reads them, in both languages.

Only what pydantic and the HTTP layer raise by themselves has its text here. A validator in `app` brings its own: see
`app.common.validation.bilingual_error`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from app.common.types.localized import LocalizedText

_VIETNAMESE = {
    "missing": "Chưa điền mục này.",
    "extra_forbidden": "Không có mục này.",
    "string_type": "Phải là chữ.",
    "string_too_short": "Cần ít nhất {min_length} ký tự.",
    "string_too_long": "Tối đa {max_length} ký tự.",
    "string_pattern_mismatch": "Chưa đúng định dạng.",
    "string_characters": "Có ký tự không dùng được.",
    "int_type": "Phải là số nguyên.",
    "int_parsing": "Phải là số nguyên.",
    "int_parsing_size": "Số quá lớn.",
    "int_from_float": "Phải là số nguyên.",
    "float_type": "Phải là số.",
    "float_parsing": "Phải là số.",
    "finite_number": "Phải là số hữu hạn.",
    "bool_type": "Phải là có hoặc không.",
    "bool_parsing": "Phải là có hoặc không.",
    "greater_than": "Phải lớn hơn {gt}.",
    "greater_than_equal": "Phải từ {ge} trở lên.",
    "less_than": "Phải nhỏ hơn {lt}.",
    "less_than_equal": "Không được lớn hơn {le}.",
    "multiple_of": "Phải chia hết cho {multiple_of}.",
    "enum": "Phải là một trong: {expected}.",
    "literal_error": "Phải là một trong: {expected}.",
    "date_type": "Ngày chưa đúng. Ví dụ: 31/12/1990.",
    "date_parsing": "Ngày này không có trong lịch.",
    "date_from_datetime_parsing": "Ngày chưa đúng. Ví dụ: 31/12/1990.",
    "datetime_parsing": "Thời điểm chưa đúng. Ví dụ: 2026-12-31T09:00:00+07:00.",
    "timezone_aware": "Thời điểm thiếu múi giờ. Ví dụ: 2026-12-31T09:00:00+07:00.",
    "uuid_type": "Mã chưa đúng dạng UUID.",
    "uuid_parsing": "Mã chưa đúng dạng UUID.",
    "list_type": "Phải là danh sách.",
    "too_long": "Tối đa {max_length} mục.",
    "too_short": "Cần ít nhất {min_length} mục.",
    "dict_type": "Phải là một đối tượng JSON.",
    "model_type": "Phải là một đối tượng JSON.",
    "model_attributes_type": "Phải là một đối tượng JSON.",
    "duplicate_parameter": "Tham số bị lặp lại.",
    "duplicate_header": "Header bị lặp lại.",
    "too_many_parameters": "Có quá nhiều tham số.",
    "string_unicode": "Không phải UTF-8.",
}
_ENGLISH = {
    "missing": "This field is required",
    "extra_forbidden": "There is no such field",
    "string_pattern_mismatch": "The text has characters that are not allowed, or not the right form",
}
"""Replacements for messages of pydantic that are meant for programmers."""


MAX_ERRORS = 20
"""The errors that a response describes. A client may send 2,000 unknown keys in 16 kB."""
_MAX_FIELD = 200  # characters: the name of an unknown field is the client's, and may be as long as the body


def describe_all(errors: Sequence[Mapping[str, Any]]) -> list[dict[str, str | LocalizedText]]:
    """Return the first `MAX_ERRORS` errors as `describe` does, and one entry that counts the others."""
    details = [describe(error) for error in errors[:MAX_ERRORS]]
    if (more := len(errors) - len(details)) > 0:
        text = LocalizedText(f"… và {more} lỗi nữa.", f"… and {more} more errors")
        details.append({"field": str(errors[0]["loc"][0]), "message": text, "type": "more_errors"})
    return details


def describe(error: Mapping[str, Any]) -> dict[str, str | LocalizedText]:
    """Return one of pydantic's errors as `{field, message, type}`; never the value that was sent."""
    kind, context = error["type"], error.get("ctx", {})
    if "vi" in context:
        text = LocalizedText(vi=context["vi"], en=context["en"])
    elif kind == "string_too_short" and context.get("min_length") == 1:
        text = LocalizedText("Không được để trống.", "This must not be empty")
    elif (
        kind == "too_long" and context.get("field_type") == "Value"
    ):  # text that one of our validators has cleaned
        kind, limit = "string_too_long", context["max_length"]
        text = LocalizedText(f"Tối đa {limit} ký tự.", f"String should have at most {limit} characters")
    else:
        vi = dict(context)
        if kind in ("enum", "literal_error"):
            vi["expected"] = str(context["expected"]).replace("' or '", "' hoặc '")
        text = LocalizedText(
            vi=_VIETNAMESE.get(kind, "Giá trị chưa đúng.").format_map(vi),
            en=_ENGLISH.get(kind, str(error["msg"]).removeprefix("Value error, ")),
        )
    field = ".".join(str(part)[:_MAX_FIELD] for part in error["loc"])
    if len(field) > _MAX_FIELD:
        field = f"{field[:_MAX_FIELD]}…"
    return {"field": field, "message": text, "type": kind}
