"""Reading and writing a set-up file, and its problems with their lines."""

from datetime import date

import pytest

from app.modules.setup.reader import read_file, write_file
from app.modules.setup.setup_errors import SetupRefused
from app.modules.setup.yaml_document import write_yaml
from tests.unit.setup.files import problems_of, small_spa, spa

SECRET = "khong-ai-duoc-thay"


class TestReading:
    def test_times_dates_and_words_are_text(self) -> None:
        """YAML 1.1 reads 09:00 as 540, `no` as false, a day as a date and 0283… without its zero."""
        file = spa(
            (
                "name: {vi: Massage Thái, en: Thai massage}",
                "name: {vi: Massage Thái, en: Thai}\n    offered: no",
            ),
            ("phone: 028 3822 1234", "phone: 02838221234"),
        )
        [branch] = file.branches
        assert (branch.hours[0].opens, branch.hours[0].closes) == (540, 1320)
        assert branch.hours[1].closes == 1440 + 120
        assert branch.phone == "+842838221234"
        assert file.services[1].offered == "no"
        assert file.services[0].variants[0].key == "60"

    def test_the_same_hours_in_other_lines_are_the_same_file(self) -> None:
        by_day = '{days: [3], opens: 09:00, closes: "22:00"}\n      - {days: [2, 1], opens: 09:00, closes: "22:00"}'
        assert spa(('{days: [1, 2, 3], opens: 09:00, closes: "22:00"}', by_day)) == spa()

    def test_a_field_without_a_value_is_left_out(self) -> None:
        assert spa(("phone: 028 3822 1234", "phone:")).branches[0].phone is None

    def test_a_surrogate_pair_of_escapes_is_one_character(self) -> None:
        """JSON writes it so, and JSON is YAML."""
        assert spa(("name: Phòng Sen", r'name: "Sen \uD83E\uDEB7"')).branches[0].rooms[0].name == "Sen 🪷"

    def test_a_byte_order_mark_and_windows_line_ends_are_accepted(self) -> None:
        assert read_file(small_spa().replace("\n", "\r\n").encode("utf-8-sig")) == spa()

    def test_default_values_are_not_written(self) -> None:
        written = write_file(spa()).decode()
        assert "time_zone" not in written
        assert "offered" not in written
        assert read_file(written.encode()) == spa()

    def test_a_repeated_value_is_written_without_an_anchor(self) -> None:
        day = date(2027, 2, 6)
        assert (
            write_yaml({"first_day": day, "last_day": day})
            == b"first_day: 2027-02-06\nlast_day: 2027-02-06\n"
        )

    def test_long_text_is_folded_without_trailing_spaces(self) -> None:
        file = spa(("add_ons: [da-nong]", "description: {vi: " + "nhẹ nhàng " * 40 + "}"))
        written = write_file(file)
        assert max(map(len, written.decode().splitlines())) < 130
        assert b" \n" not in written
        assert read_file(written) == file

    def test_text_that_yaml_1_1_misreads_is_quoted(self) -> None:
        """Most libraries read YAML 1.1, in which 09:00 is 540."""
        written = write_file(spa()).decode()
        assert 'opens: "09:00", closes: "22:00"' in written
        assert 'phone: "+842838221234"' in written
        assert 'key: "60"' in written


@pytest.mark.parametrize(
    ("before", "after", "place", "kind"),
    [
        ("version: 1", "version: 2", "line 1: version", "literal_error"),
        ("    name: Sen Trắng Quận 1\n", "", "line 3: branches.quan-1.name", "missing"),
        ("name: Sen Trắng Quận 1", "nme: Sen", "line 4: branches.quan-1.nme", "extra_forbidden"),
        ("028 3822 1234", "12", "line 5: branches.quan-1.phone", "phone_number"),
        ("opens: 09:00", "opens: 9", "line 7: branches.quan-1.hours.1.opens", "wall_time"),
        ("opens: 09:00", "opens: 9h", "line 7: branches.quan-1.hours.1.opens", "wall_time"),
        ("days: [6]", "days: [3, 6]", "line 6: branches.quan-1.hours", "overlap"),
        ("days: [6]", "days: [8]", "line 8: branches.quan-1.hours.2.days.1", "less_than_equal"),
        ("last_day: 2027-02-09", "last_day: 2026-02-09", "line 10: branches.quan-1.special_hours.1", "date_range"),
        ("    phone: 028", "    travel_times: [{branch: quan-2, minutes: 9}]\n    phone: 028",
         "line 5: branches.quan-1.travel_times.1.branch", "unknown_branch"),
        ("    phone: 028", "    bank_account: {bin: '970436', number: 123456789, holder: A}\n    phone: 028",
         "line 5: branches.quan-1.bank_account.number", "string_type"),
        ("    phone: 028", "    travel_times: [{branch: quan-1, minutes: 9}]\n    phone: 028",
         "line 5: branches.quan-1.travel_times.1.branch", "same_branch"),
        ("name: Giường 2,", ("name: Giường 2, blocked_times: [{reason: cleaning, weekdays: [1], first_day: 2026-01-06,"
         " last_day: 2026-01-07, starts: '08:00', ends: '09:00'}],"),
         "line 16: branches.quan-1.rooms.sen.beds.sen-2.blocked_times.1", "never_occurs"),
        ("skills: [thuy-dien]", ("skills: [thuy-dien]\n    blocked_times: [{branch: quan-2, reason: break, weekdays: [1],"
         " first_day: 2026-01-06, starts: '08:00', ends: '09:00'}]"),
         "line 50: staff.lan.blocked_times.1.branch", "unknown_branch"),
        ("key: sen-2", "key: sen-1", "line 16: branches.quan-1.rooms.sen.beds.sen-1.key", "duplicate_key"),
        ("key: noi-1", "key: sen-1", "line 18: branches.quan-1.resources.sen-1.key", "duplicate_key"),
        ("Giường 1, type: giuong", "G, type: noi", "line 15: branches.quan-1.rooms.sen.beds.sen-1.type", "unknown_bed"),
        ("type: noi", "type: may", "line 18: branches.quan-1.resources.noi-1.type", "unknown_resource"),
        ("price: 450000", "price: 4.5", "line 34: services.thuy-dien.variants.1.price", "int_type"),
        ("add_ons: [da-nong]", "add_ons: [da]", "line 31: services.thuy-dien.add_ons.1", "unknown_add_on"),
        ("- key: 90", "- key: 60", "line 38: services.thuy-dien.variants.2.key", "duplicate_key"),
        ("device: noi", "device: giuong", "line 40: services.thuy-dien.variants.2.segments.1.device", "unknown_device"),
        ("guest: false", "guest: no", "line 37: services.thuy-dien.variants.1.segments.2.guest", "bool_type"),
        ("minutes: 90", "minutes: 1441", "line 40: services.thuy-dien.variants.2.segments.1.minutes", "less_than_equal"),
        ("minutes: 60, staff: true", "minutes: 60, guest: false", "line 35: services.thuy-dien.variants.1.segments", "treatment_guest"),
        ("key: thai\n    category: massage", "key: thai\n    category: thai", "line 42: services.thai.category", "unknown_category"),
        ("tax_category: dich-vu", "tax_category: thuoc", "line 64: products.tra-gung.tax_category", "unknown_tax_category"),
        ("key: thai\n", "key: thai\n    tax_category: x\n", "line 42: services.thai.tax_category", "unknown_tax_category"),
        ("key: tra-gung", "key: dau-oai-huong", "line 64: products.dau-oai-huong.key", "duplicate_key"),
        ("    is_default: true\n", "", "line 52: tax_categories", "one_default"),
        ("{from_day: 2027-01-01, rate: 1000}", "{from_day: 2025-07-01, rate: 1}", "line 59: tax_categories.dich-vu.rates", "tax_day_twice"),
        ("pays: [thuy-dien/60]", "pays: [thuy-dien/75]", "line 74: course_plans.massage-10.pays.1", "unknown_variant"),
        ("pays: [thuy-dien/60]", "pays: []", "line 74: course_plans.massage-10.pays", "too_short"),
        ("    list_price: 500000\n", "", "line 66: course_plans.massage-10", "list_price"),
        ("skills: [thuy-dien]", "skills: [thuy]", "line 49: staff.lan.skills.1", "unknown_service"),
        ("branches: [quan-1]", "branches: [quan-2]", "line 48: staff.lan.branches.1", "unknown_branch"),
        ('starts: "09:00", ends: "13:00"}', 'starts: "09:00", ends: "13:00"}\n      - {branch: quan-1, days: [2], starts: "12:00", ends: "14:00"}', "line 50: staff.lan.weekly_shifts", "overlap"),
    ],
)  # fmt: skip
def test_an_invalid_field_is_reported_with_its_line(before: str, after: str, place: str, kind: str) -> None:
    assert (place, kind) in problems_of(small_spa((before, after)))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", ("line 1", "model_type")),
        ("- a\n", ("line 1", "model_type")),
        ("version: 1\nversion: 1\n", ("line 2: version", "duplicate_field")),
        ("version: 1\nstaff: &all []\n", ("line 2: staff", "yaml_anchor")),
        ("version: 1\nstaff: *all\n", ("line 2: staff", "yaml_anchor")),
        ("version: 1\n<<: {staff: []}\n", ("line 2: …", "extra_forbidden")),
        ("version: 1\nstaff: !!set {}\n", ("line 2: staff", "yaml_tag")),
        ("version: 1\nstaff: !python/object/apply:os.system [ls]\n", ("line 2: staff", "yaml_tag")),
        ("version: 1\n---\nversion: 1\n", ("line 2", "yaml_document")),
        ("%YAML 1.1\n---\nversion: 1\n", ("line 1", "yaml_directive")),
        ("version: 1\nstaff: [\n", ("line 2", "yaml")),
        ("version: 1\n\tstaff: []\n", ("line 2", "yaml")),
        ('version: 1\nstaff: "\\UFFFFFFFF"\n', ("line 2", "yaml")),
        ("version: 1\n? [a]\n: b\n", ("line 2", "yaml_name")),
        ("version: 1\nstaff: " + "[" * 100_000, ("line 2: staff", "yaml_depth")),
        ("version: 1\nstaff:\n- \x00\n", ("line 3", "string_characters")),
        ('version: 1\nstaff:\n- "\\0"\n', ("line 3: staff.1", "string_characters")),
        ('version: 1\nstaff:\n- "\\uD83D"\n', ("line 3: staff.1", "string_characters")),
        (b"version: 1\nstaff:\n- \xed\xa0\xbd\n", ("line 3", "encoding")),
        (b"\n" * 100 + b"#" * 5_000_000, ("line 101", "too_large")),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_unsupported_yaml_is_reported_with_its_line(text: str | bytes, problem: tuple[str, str]) -> None:
    place, kind = problems_of(text)[0]
    assert kind == problem[1]
    assert place.startswith(problem[0])


def test_all_problems_are_reported_in_the_order_of_the_file() -> None:
    problems = problems_of(
        small_spa(
            ("name: Sen Trắng Quận 1", "name:"),
            ("type: noi", "type: may"),
            ("price: 450000", "price: -1"),
            ("skills: [thuy-dien]", "skills: [thuy]"),
        )
    )
    assert [kind for _, kind in problems] == [
        "missing",
        "unknown_resource",
        "greater_than_equal",
        "unknown_service",
    ]


def test_at_most_a_hundred_problems_are_listed() -> None:
    problems = problems_of("version: 1\nstaff: [" + ", ".join(["x"] * 150) + "]\n")
    assert len(problems) == 101
    assert problems[-1] == ("file", "more_errors")


@pytest.mark.parametrize(
    "text",
    [
        small_spa(("028 3822 1234", SECRET)),
        small_spa(("price: 450000", f"price: {SECRET}")),
        small_spa(("- key: lan", f"- key: {SECRET} 1")),
        small_spa(("employed_from: 2024-03-01", f"employed_from: {SECRET}")),
        small_spa(("kind: bed", f"kind: {SECRET}")),
        small_spa(("    name: Sen Trắng Quận 1", f"    name: x\n    {SECRET} y: 1")),
        small_spa(("full_name: Nguyễn Thị Lan", f"full_name: !{SECRET} x")),
        small_spa(("full_name: Nguyễn Thị Lan", f"full_name: &{SECRET} x")),
        small_spa(("full_name: Nguyễn Thị Lan", f'full_name: "\\q{SECRET}')),
        small_spa(("full_name: Nguyễn Thị Lan", f"full_name: *{SECRET}")),
    ],
)
def test_values_are_never_repeated(text: str) -> None:
    with pytest.raises(SetupRefused) as refused:
        read_file(text.encode())
    assert SECRET not in str(refused.value.details) + str(refused.value)


def test_travel_between_two_branches_is_listed_once() -> None:
    second = (
        "  - {key: quan-2, name: Quận 2, travel_times: [{branch: quan-1, minutes: 30}]}\nresource_types:\n"
    )
    travel = ("    phone: 028", "    travel_times: [{branch: quan-2, minutes: 30}]\n    phone: 028")
    text = small_spa(travel, ("resource_types:\n", second))
    assert [kind for _, kind in problems_of(text)] == ["travel_twice"]
