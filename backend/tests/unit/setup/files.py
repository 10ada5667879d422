"""A small spa as a file, which tests edit: `spa(("price: 450000", "price: cheap"))`."""

import pytest

from app.modules.setup.reader import read_file
from app.modules.setup.setup_errors import SetupRefused
from app.modules.setup.spa_file import SpaFile

SMALL_SPA = """\
version: 1
branches:
  - key: quan-1
    name: Sen Trắng Quận 1
    phone: 028 3822 1234
    hours:
      - {days: [1, 2, 3], opens: 09:00, closes: "22:00"}
      - {days: [6], opens: "18:00", closes: "02:00"}
    special_hours:
      - {first_day: 2027-02-06, last_day: 2027-02-09, reason: Tết Nguyên Đán}
    rooms:
      - key: sen
        name: Phòng Sen
        beds:
          - {key: sen-1, name: Giường 1, type: giuong}
          - {key: sen-2, name: Giường 2, type: giuong}
    resources:
      - {key: noi-1, name: Nồi đá nóng, type: noi}
resource_types:
  - {key: giuong, kind: bed, name: {vi: Giường, en: Bed}}
  - {key: noi, kind: device, name: {vi: Nồi đá nóng, en: Hot-stone heater}}
categories:
  - {key: massage, name: {vi: Massage, en: Massage}}
  - {key: da-mat, name: {vi: Chăm sóc da, en: Facials}}
add_ons:
  - {key: da-nong, name: {vi: Đá nóng, en: Hot stones}, minutes: 15, price: 120000}
services:
  - key: thuy-dien
    category: massage
    name: {vi: Massage Thụy Điển, en: Swedish massage}
    add_ons: [da-nong]
    variants:
      - key: 60
        price: 450000
        segments:
          - {minutes: 60, staff: true, bed: giuong}
          - {minutes: 15, bed: giuong, guest: false}
      - key: 90
        price: 620000
        segments: [{minutes: 90, staff: true, bed: giuong, device: noi}]
  - key: thai
    category: massage
    name: {vi: Massage Thái, en: Thai massage}
staff:
  - key: lan
    full_name: Nguyễn Thị Lan
    employed_from: 2024-03-01
    branches: [quan-1]
    skills: [thuy-dien]
    weekly_shifts:
      - {branch: quan-1, days: [1, 2], starts: "09:00", ends: "13:00"}
tax_categories:
  - key: massage
    name: {vi: Massage trị liệu, en: Massage}
    rates: [{from_day: 2025-07-01, rate: 1000}]
  - key: dich-vu
    name: {vi: Dịch vụ, en: Services}
    is_default: true
    rates:
      - {from_day: 2025-07-01, rate: 800}
      - {from_day: 2027-01-01, rate: 1000}
products:
  - {key: dau-oai-huong, name: {vi: Dầu oải hương, en: Lavender oil}, price: 250000, sku: "0893601"}
  - {key: tra-gung, name: {vi: Trà gừng, en: Ginger tea}, price: 90000, tax_category: dich-vu}
course_plans:
  - key: massage-10
    name: {vi: 10 buổi massage, en: Ten massages}
    price: 3500000
    sessions: 10
    valid_days: 180
    return_policy: list_price
    list_price: 500000
    tax_category: massage
    pays: [thuy-dien/60]
"""


def small_spa(*changes: tuple[str, str]) -> str:
    """Return the file with these texts replaced."""
    text = SMALL_SPA
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after)
    return text


def spa(*changes: tuple[str, str]) -> SpaFile:
    return read_file(small_spa(*changes).encode())


def problems_of(text: str | bytes) -> list[tuple[str, str]]:
    """Return the place and the type of every problem of a file that is refused."""
    with pytest.raises(SetupRefused) as refused:
        read_file(text if isinstance(text, bytes) else text.encode())
    return [(str(detail["field"][1]), str(detail["type"])) for detail in refused.value.details or ()]
