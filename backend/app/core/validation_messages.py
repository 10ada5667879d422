"""Pydantic's faults in words a receptionist understands, in the two languages of the house."""

from collections.abc import Mapping
from typing import Any

from app.common.types.localized import LocalizedText

_VIETNAMESE = {
    "missing": "Thiếu trường bắt buộc.",
    "extra_forbidden": "Không có trường này.",
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
    "branch_or_staff": "Hãy cho branch_id, staff_id hoặc cả hai.",
    "monday": "Phải là một ngày thứ Hai.",
    "one_of": "Hãy cho một trong hai: user_id hoặc email.",
    "staff_or_customer": "Hãy cho một trong hai: staff_id hoặc customer_id.",
    "timezone_aware": "Phải là thời điểm có múi giờ, như 2026-12-31T09:00:00+07:00.",
    "date_past": "Phải từ năm 1900 đến hôm nay.",
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
    "email": "Email không hợp lệ, ví dụ lan@example.com.",
    "gender": "Phải là nữ (female), nam (male) hoặc khác (other).",
    "wall_time": "Phải là giờ trong ngày, như 09:30.",
    "time_zone": "Phải là múi giờ, như Asia/Ho_Chi_Minh.",
    "overlap": "Các giờ trong một ngày không được chồng lên nhau.",
    "date_range": "Ngày cuối phải từ ngày đầu trở đi, và không quá xa.",
    "instant_range": "Phải trong các năm từ 2000 đến 2199.",
    "whole_minute": "Phải là phút tròn, không có giây.",
    "time_range": "Phải kết thúc sau khi bắt đầu, và không quá lâu.",
    "step": "Phải vào phút chia hết cho 5.",
    "too_many_treatments": "Cả nhóm được tối đa 12 dịch vụ.",
    "guest_twice": "Mỗi khách hàng chỉ có thể là một khách trong nhóm.",
    "treatment_twice": "Mỗi dịch vụ đã đặt chỉ được nêu một lần.",
    "bed_type": "Phải là một loại giường hoặc ghế.",
    "device_type": "Phải là một loại thiết bị.",
    "treatment_length": "Tất cả công đoạn cộng lại không được quá 1440 phút.",
    "treatment_guest": "Phải có ít nhất một công đoạn có khách.",
    "reason_needed": "Hãy cho biết lý do mở lại.",
    "tag": "Nhãn không được có dấu chấm phẩy (;).",
}


_ENGLISH = {
    "missing": "This field is needed",
    "extra_forbidden": "There is no such field",
    "string_pattern_mismatch": "The text has characters that are not allowed, or not the right form",
}
"""Where pydantic's own words are for programmers."""


def describe(fault: Mapping[str, Any]) -> dict[str, str | LocalizedText]:
    """One of pydantic's faults as `{field, message, type}`; never the value that was sent."""
    kind, context = fault["type"], fault.get("ctx", {})
    vietnamese = _VIETNAMESE.get(kind, "Giá trị không hợp lệ.").format_map(context)
    english = _ENGLISH.get(kind, str(fault["msg"]).removeprefix("Value error, "))
    if kind == "string_too_short" and context.get("min_length") == 1:
        vietnamese, english = "Không được để trống.", "This must not be empty"
    elif (
        kind == "too_long" and context.get("field_type") == "Value"
    ):  # text that a validator of ours has cleaned
        kind, limit = "string_too_long", context["max_length"]
        vietnamese, english = f"Tối đa {limit} ký tự.", f"String should have at most {limit} characters"
    return {
        "field": ".".join(str(part) for part in fault["loc"]),
        "message": LocalizedText(vi=vietnamese, en=english),
        "type": kind,
    }
