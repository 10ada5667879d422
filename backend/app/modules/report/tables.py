"""The reports as tables, with their headers in both languages."""

from collections.abc import Sequence

from app.common.schemas import Bilingual
from app.common.types.localized import LocalizedText as Text
from app.modules.report.files import Cell, Table
from app.modules.report.report_schemas import (
    BranchLine,
    BranchOwed,
    DayReport,
    Figures,
    MonthReport,
    OwedReport,
    ServiceReport,
    StaffReport,
    Use,
    VisitReport,
)

_AMOUNT = Text("Số tiền", "Amount")
_BRANCH, _DAY = Text("Chi nhánh", "Branch"), Text("Ngày", "Day")
_PERSON, _TIPS, _COMMISSIONS = Text("Người", "Person"), Text("Tip", "Tips"), Text("Hoa hồng", "Commissions")
_TAX = Text("Thuế GTGT", "VAT")
_REVENUE = Text("Doanh thu chưa thuế", "Revenue without tax")
_REFUNDED = Text("Hoàn tiền", "Refunded")
_LINE = {
    "bills": Text("Số hóa đơn", "Bills"),
    "revenue": _REVENUE,
    "tax": _TAX,
    "tips": _TIPS,
    "received": Text("Tiền thu vào", "Money received"),
    "refunded": Text("Tiền hoàn lại", "Money refunded"),
}
_FIGURES = _LINE | {
    "discounts": Text("Giảm giá", "Discounts"),
    "fees": Text("Phí hủy sát giờ, không đến", "Late cancellation and no-show fees"),
    "forfeited": Text("Cọc, buổi, thẻ khách mất", "Forfeited deposits, sessions and cards"),
    "commissions": _COMMISSIONS,
    "goodwill": Text("Hoàn thiện chí", "Goodwill"),
    "expenses": Text("Chi vặt từ két", "Expenses from drawers"),
    "cash_difference": Text("Chênh lệch két", "Cash difference"),
}
_SOLD = {
    "quantity": Text("Số lượng", "Quantity"),
    "price": Text("Giá trước giảm", "Before discounts"),
    "discount": Text("Giảm giá", "Discount"),
    "refunded": _REFUNDED,
    "gross": Text("Khách trả", "Guests paid"),
    "tax": _TAX,
    "net": _REVENUE,
}
_KINDS = {
    "service": Text("Dịch vụ", "Services"),
    "add_on": Text("Dịch vụ cộng thêm", "Add-ons"),
    "session": Text("Buổi liệu trình đã dùng", "Used course sessions"),
    "product": Text("Sản phẩm", "Products"),
    "course": Text("Thẻ liệu trình", "Courses"),
    "gift_card": Text("Thẻ quà tặng", "Gift cards"),
    "fee": Text("Phí", "Fees"),
}
_METHODS = {
    "cash": Text("Tiền mặt", "Cash"),
    "transfer": Text("Chuyển khoản", "Transfer"),
    "card": Text("Quẹt thẻ", "Card"),
    "gift_card": Text("Thẻ quà tặng", "Gift card"),
    "course": Text("Buổi liệu trình", "Course session"),
    "deposit": Text("Tiền cọc", "Deposit"),
}
_STAFF = {
    "treatments": Text("Số dịch vụ", "Treatments"),
    "revenue": _REVENUE,
    "services": Text("Trong đó dịch vụ", "Of it services"),
    "sessions": Text("Trong đó buổi liệu trình", "Of it course sessions"),
    "products": Text("Trong đó sản phẩm", "Of it products"),
    "courses": Text("Bán thẻ liệu trình", "Courses sold"),
    "gift_cards": Text("Bán thẻ quà tặng", "Gift cards sold"),
    "tips": _TIPS,
    "commissions": _COMMISSIONS,
}
_OWED = {
    "courses": Text("Buổi liệu trình chưa dùng", "Unused course sessions"),
    "gift_cards": Text("Thẻ quà tặng", "Gift cards"),
    "deposits": Text("Tiền cọc", "Deposits"),
    "tips": Text("Tip của nhân viên", "Tips of staff"),
    "commissions": Text("Hoa hồng của nhân viên", "Commissions of staff"),
    "unmatched": Text("Chuyển khoản chưa khớp", "Unmatched transfers"),
    "open_bills": Text("Đã trả cho hóa đơn chưa đóng", "Paid for open bills"),
    "total": Text("Tổng cộng", "Total"),
}
_GUESTS = {
    "came": Text("Lượt khách", "Guests"),
    "unnamed": Text("Khách không có hồ sơ", "Guests without a customer"),
    "new": Text("Khách mới", "New customers"),
    "returning": Text("Khách quay lại", "Returning customers"),
}


def day_tables(report: DayReport) -> list[Table]:
    return [*_figures(report), *_branches(report.branches, _LINE)]


def month_tables(report: MonthReport) -> list[Table]:
    days = Table(
        Text("Theo ngày", "By day"),
        [_DAY, *_LINE.values()],
        [[line.day, *_values(line, _LINE)] for line in report.days],
    )
    return [days, *_figures(report), *_branches(report.branches, _LINE)]


def service_tables(report: ServiceReport) -> list[Table]:
    header = [Text("Loại", "Kind"), Text("Nhóm dịch vụ", "Category"), Text("Tên", "Name"), *_SOLD.values()]
    rows = [
        [_KINDS[item.kind], _text(item.category), _text(item.name), *_values(item, _SOLD)]
        for item in report.items
    ]
    return [Table(Text("Đã bán", "Sold"), header, rows)]


def staff_tables(report: StaffReport) -> list[Table]:
    unnamed = Text("Không ghi người làm", "Nobody named")
    rows = [
        [unnamed if person.staff_id is None else person.full_name, *_values(person, _STAFF)]
        for person in report.people
    ]
    return [Table(Text("Theo người", "By person"), [_PERSON, *_STAFF.values()], rows)]


def visit_tables(report: VisitReport) -> list[Table]:
    return [
        _listed(Text("Khách", "Guests"), Text("Số lượng", "Number"), report.guests, _GUESTS),
        _use(
            Text("Kỹ thuật viên", "Therapists"), Text("Phút trong ca", "Minutes on shift"), report.therapists
        ),
        _use(Text("Giường", "Beds"), Text("Phút mở cửa", "Minutes open"), report.beds),
    ]


def owed_tables(report: OwedReport) -> list[Table]:
    people: list[list[Cell]] = [
        [person.full_name, person.tips, person.commissions] for person in report.people
    ]
    return [
        _listed(Text("Còn nợ", "Owed"), _AMOUNT, report, _OWED),
        *_branches(report.branches, _OWED),
        Table(Text("Nợ nhân viên", "Owed to staff"), [_PERSON, _TIPS, _COMMISSIONS], people),
    ]


def _figures(report: Figures) -> list[Table]:
    kinds = [[_KINDS[kind.kind], *_values(kind, _SOLD)] for kind in report.kinds]
    payments: list[list[Cell]] = [
        [_METHODS[paid.method], paid.received, paid.refunded] for paid in report.payments
    ]
    taxes: list[list[Cell]] = [[tax.rate / 100, tax.gross, tax.tax] for tax in report.taxes]
    rate = Text("Thuế suất (%)", "Rate (%)")
    return [
        _listed(Text("Tổng hợp", "Summary"), _AMOUNT, report, _FIGURES),
        Table(Text("Theo loại", "By kind"), [Text("Loại", "Kind"), *_SOLD.values()], kinds),
        Table(
            Text("Thanh toán", "Payments"),
            [Text("Cách trả", "Paid by"), Text("Đã thu", "Taken"), _REFUNDED],
            payments,
        ),
        Table(Text("Thuế", "Tax"), [rate, Text("Khách trả", "Guests paid"), _TAX], taxes),
    ]


def _listed(title: Text, amount: Text, values: object, names: dict[str, Text]) -> Table:
    """Return a table with a row for each value."""
    rows: list[list[Cell]] = [
        [text, value] for text, value in zip(names.values(), _values(values, names), strict=True)
    ]
    return Table(title, [Text("Khoản", "Item"), amount], rows)


def _branches(lines: Sequence[BranchLine | BranchOwed], names: dict[str, Text]) -> list[Table]:
    if not lines:
        return []
    rows: list[list[Cell]] = [[line.name, *_values(line, names)] for line in lines]
    return [Table(Text("Theo chi nhánh", "By branch"), [_BRANCH, *names.values()], rows)]


def _use(title: Text, available: Text, uses: Sequence[Use]) -> Table:
    header = [
        Text("Tên", "Name"),
        Text("Phòng", "Room"),
        Text("Phút có khách", "Minutes booked"),
        available,
        Text("Tỷ lệ (%)", "Share (%)"),
    ]
    rows: list[list[Cell]] = [
        [use.name, use.room, use.booked_minutes, use.available_minutes, _percent(use)] for use in uses
    ]
    return Table(title, header, rows)


def _percent(use: Use) -> int | None:
    return round(100 * use.booked_minutes / use.available_minutes) if use.available_minutes else None


def _values(line: object, names: dict[str, Text]) -> list[Cell]:
    return [getattr(line, name) for name in names]


def _text(text: Bilingual | None) -> Text | None:
    return None if text is None else text.localized()
