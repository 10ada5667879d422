"""Pydantic's faults in words a receptionist understands, in the two languages of the house."""

from collections.abc import Mapping
from typing import Any

from app.common.text import Text

_VIETNAMESE = {
    "missing": "Thiếu trường bắt buộc.",
    "extra_forbidden": "Trường này không được phép.",
    "string_type": "Phải là chuỗi ký tự.",
    "string_too_short": "Cần ít nhất {min_length} ký tự.",
    "string_too_long": "Tối đa {max_length} ký tự.",
    "string_pattern_mismatch": "Không đúng định dạng.",
    "string_characters": "Có ký tự không được phép.",
    "int_type": "Phải là số nguyên.",
    "int_parsing": "Phải là số nguyên.",
    "int_parsing_size": "Số quá lớn.",
    "int_from_float": "Phải là số nguyên.",
    "float_type": "Phải là số.",
    "float_parsing": "Phải là số.",
    "finite_number": "Phải là số hữu hạn.",
    "bool_type": "Phải là true hoặc false.",
    "bool_parsing": "Phải là true hoặc false.",
    "greater_than": "Phải lớn hơn {gt}.",
    "greater_than_equal": "Phải từ {ge} trở lên.",
    "less_than": "Phải nhỏ hơn {lt}.",
    "less_than_equal": "Không được lớn hơn {le}.",
    "enum": "Phải là một trong: {expected}.",
    "literal_error": "Phải là một trong: {expected}.",
    "date_type": "Phải là ngày, như 1990-12-31.",
    "date_parsing": "Ngày không hợp lệ.",
    "date_from_datetime_parsing": "Phải là ngày, như 1990-12-31.",
    "datetime_parsing": "Phải là thời điểm có múi giờ, như 2026-12-31T09:00:00+07:00.",
    "timezone_aware": "Phải là thời điểm có múi giờ, như 2026-12-31T09:00:00+07:00.",
    "date_past": "Phải là ngày trong quá khứ.",
    "uuid_type": "Phải là UUID.",
    "uuid_parsing": "UUID không hợp lệ.",
    "list_type": "Phải là danh sách.",
    "too_long": "Tối đa {max_length} phần tử.",
    "too_short": "Cần ít nhất {min_length} phần tử.",
    "dict_type": "Phải là một đối tượng JSON.",
    "model_type": "Phải là một đối tượng JSON.",
    "model_attributes_type": "Phải là một đối tượng JSON.",
    "duplicate_parameter": "Tham số bị lặp lại.",
    "phone_number": "Số điện thoại không hợp lệ.",
    "cursor": "Con trỏ trang không hợp lệ.",
}


def describe(fault: Mapping[str, Any]) -> dict[str, str | Text]:
    """One of pydantic's faults as `{field, message, type}`; never the value that was sent."""
    template = _VIETNAMESE.get(fault["type"], "Giá trị không hợp lệ.")
    context = {key: str(value) for key, value in fault.get("ctx", {}).items()}
    english = str(fault["msg"]).removeprefix("Value error, ")
    return {
        "field": ".".join(str(part) for part in fault["loc"]),
        "message": Text(vi=template.format_map(context), en=english),
        "type": fault["type"],
    }
