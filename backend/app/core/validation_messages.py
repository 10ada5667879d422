"""Errors of pydantic as a receptionist reads them, in both languages.

Only what pydantic and the HTTP layer raise by themselves has its text here. A validator in `app` brings its own: see
`app.common.validation.bilingual_error`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from app.common.types.localized import LocalizedText

TEXTS = {
    "missing": LocalizedText("Chưa điền mục này.", "This field is required"),
    "extra_forbidden": LocalizedText(
        "Không có mục này. Bỏ mục này đi.", "There is no such field. Leave it out"
    ),
    "invalid_key": LocalizedText("Tên mục phải là chữ.", "The name of a field must be text"),
    "string_type": LocalizedText("Phải là chữ.", "This must be text"),
    "string_unicode": LocalizedText(
        "Không phải UTF-8. Gửi lại ở dạng UTF-8.", "This is not in UTF-8. Send it in UTF-8"
    ),
    "string_too_short": LocalizedText(
        "Cần ít nhất {min_length} ký tự.", "Use at least {min_length} characters"
    ),
    "string_too_long": LocalizedText("Tối đa {max_length} ký tự.", "Use at most {max_length} characters"),
    "string_pattern_mismatch": LocalizedText(
        "Chưa đúng định dạng, hoặc có ký tự không dùng được.",
        "The text has characters that are not allowed, or not the right form",
    ),
    "string_characters": LocalizedText(
        "Có ký tự không dùng được. Xóa ký tự đó.", "The text has characters that are not allowed. Delete them"
    ),
    "int_type": LocalizedText("Phải là số nguyên.", "Enter a whole number"),
    "int_parsing": LocalizedText("Phải là số nguyên.", "Enter a whole number"),
    "int_parsing_size": LocalizedText("Số quá lớn.", "The number is too large. Enter a smaller one"),
    "int_from_float": LocalizedText("Phải là số nguyên.", "Enter a whole number"),
    "float_type": LocalizedText("Phải là số.", "Enter a number"),
    "float_parsing": LocalizedText("Phải là số.", "Enter a number"),
    "finite_number": LocalizedText("Phải là số hữu hạn.", "Enter a finite number"),
    "bool_type": LocalizedText("Phải là có hoặc không.", "Answer true or false"),
    "bool_parsing": LocalizedText("Phải là có hoặc không.", "Answer true or false"),
    "greater_than": LocalizedText("Phải lớn hơn {gt}.", "Enter more than {gt}"),
    "greater_than_equal": LocalizedText("Phải từ {ge} trở lên.", "Enter {ge} or more"),
    "less_than": LocalizedText("Phải nhỏ hơn {lt}.", "Enter less than {lt}"),
    "less_than_equal": LocalizedText("Không được lớn hơn {le}.", "Enter {le} or less"),
    "multiple_of": LocalizedText("Phải chia hết cho {multiple_of}.", "Enter a multiple of {multiple_of}"),
    "enum": LocalizedText("Phải là một trong: {expected}.", "Choose one of: {expected}"),
    "literal_error": LocalizedText("Phải là một trong: {expected}.", "Choose one of: {expected}"),
    "date_type": LocalizedText("Ngày chưa đúng. Ví dụ: 31/12/1990.", "Enter a date, such as 1990-12-31"),
    "date_parsing": LocalizedText(
        "Ngày này không có trong lịch.", "This day is not in the calendar. Enter a date such as 1990-12-31"
    ),
    "date_from_datetime_parsing": LocalizedText(
        "Ngày chưa đúng. Ví dụ: 31/12/1990.", "Enter a date, such as 1990-12-31"
    ),
    "date_from_datetime_inexact": LocalizedText(
        "Chỉ nhập ngày, không có giờ. Ví dụ: 31/12/1990.", "Enter a date without a time, such as 1990-12-31"
    ),
    "datetime_type": LocalizedText(
        "Thời điểm chưa đúng. Ví dụ: 2026-12-31T09:00:00+07:00.",
        "Enter an instant, such as 2026-12-31T09:00:00+07:00",
    ),
    "datetime_parsing": LocalizedText(
        "Thời điểm chưa đúng. Ví dụ: 2026-12-31T09:00:00+07:00.",
        "Enter an instant, such as 2026-12-31T09:00:00+07:00",
    ),
    "datetime_object_invalid": LocalizedText(
        "Thời điểm chưa đúng. Ví dụ: 2026-12-31T09:00:00+07:00.",
        "Enter an instant, such as 2026-12-31T09:00:00+07:00",
    ),
    "datetime_from_date_parsing": LocalizedText(
        "Thời điểm chưa đúng. Ví dụ: 2026-12-31T09:00:00+07:00.",
        "Enter an instant, such as 2026-12-31T09:00:00+07:00",
    ),
    "timezone_aware": LocalizedText(
        "Thời điểm thiếu múi giờ. Ví dụ: 2026-12-31T09:00:00+07:00.",
        "The time zone is missing. Example: 2026-12-31T09:00:00+07:00",
    ),
    "uuid_type": LocalizedText("Mã chưa đúng dạng UUID.", "Enter an id in the form of a UUID"),
    "uuid_parsing": LocalizedText("Mã chưa đúng dạng UUID.", "Enter an id in the form of a UUID"),
    "list_type": LocalizedText("Phải là danh sách.", "This must be a list"),
    "too_long": LocalizedText("Tối đa {max_length} mục.", "Give at most {max_length} items"),
    "too_short": LocalizedText("Cần ít nhất {min_length} mục.", "Give at least {min_length} items"),
    "dict_type": LocalizedText("Phải là một đối tượng JSON.", "This must be a JSON object"),
    "model_type": LocalizedText("Phải là một đối tượng JSON.", "This must be a JSON object"),
    "model_attributes_type": LocalizedText("Phải là một đối tượng JSON.", "This must be a JSON object"),
    "duplicate_parameter": LocalizedText(
        "Tham số bị lặp lại. Chỉ gửi một lần.", "The parameter is given more than once. Send it once"
    ),
    "duplicate_header": LocalizedText(
        "Header bị lặp lại. Chỉ gửi một lần.", "The header is given more than once. Send it once"
    ),
    "too_many_parameters": LocalizedText(
        "Tối đa {limit} tham số. Bỏ bớt.", "Give at most {limit} parameters"
    ),
}
"""The text of each kind of error that pydantic and the HTTP layer raise, with the places of its context."""
_OTHERWISE = LocalizedText(
    "Giá trị này chưa dùng được. Kiểm tra rồi nhập lại.",
    "This value cannot be used. Check it and enter it again",
)
"""The text of a kind that is not listed: pydantic's own are meant for programmers."""


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
    else:
        if kind == "too_long" and context.get("field_type") == "Value":  # text that a validator has cleaned
            kind = "string_too_long"
        text = _fill(TEXTS.get(kind, _OTHERWISE), context)
    field = ".".join(str(part)[:_MAX_FIELD] for part in error["loc"])
    if len(field) > _MAX_FIELD:
        field = f"{field[:_MAX_FIELD]}…"
    return {"field": field, "message": text, "type": kind}


def _fill(text: LocalizedText, context: Mapping[str, Any]) -> LocalizedText:
    """Return the text with the values of an error. The last two of several choices are joined by pydantic in English."""
    vi = {name: str(value).replace("' or '", "' hoặc '") for name, value in context.items()}
    return LocalizedText(text.vi.format_map(vi), text.en.format_map(context))
