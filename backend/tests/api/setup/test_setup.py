"""Importing and exporting a spa's set-up."""

from datetime import date
from pathlib import Path

import pytest

from app.common.types.localized import LocalizedText
from app.db.transactions import run_in_transaction
from app.modules.blocked_time.blocked_time_models import BlockedTimeException
from app.modules.coverage.coverage_errors import AppointmentsStranded
from app.modules.identity.access import SYSTEM_USER
from app.modules.identity.identity_models import User
from app.modules.resource.resource_models import Resource, Room
from app.modules.setup.plan import ItemKind, Plan
from app.modules.setup.reader import read_file, write_file
from app.modules.setup.setup_errors import ItemRefused, SetupChanged, SetupImpossible, SetupUnreadable
from app.modules.setup.setup_service import apply_setup, plan_setup, read_setup
from app.modules.setup.spa_file import SpaFile
from tests.builders.branches import add_branch
from tests.builders.resources import at
from tests.builders.rosters import add_shift
from tests.builders.visits import add_visit
from tests.support.database import insert, insert_all, run_sql
from tests.unit.setup.files import SMALL_SPA, small_spa, spa

DEMO = Path(__file__).parents[3] / "app/cli/demo_spa.yaml"
EVERYTHING = SpaFile(version=1)
"""A file without items."""

pytestmark = pytest.mark.usefixtures("stranger")


async def bring_in(file: SpaFile) -> Plan:
    plan, _ = await run_in_transaction(lambda session: apply_setup(session, SYSTEM_USER, file))
    return plan


async def now() -> SpaFile:
    return await run_in_transaction(lambda session: read_setup(session, SYSTEM_USER))


async def test_the_demo_spa_is_exported_as_it_was_imported() -> None:
    demo = DEMO.read_bytes()
    file = read_file(demo)
    plan = await bring_in(file)
    assert (len(plan.created[ItemKind.SERVICE]), len(plan.created[ItemKind.STAFF])) == (40, 24)
    assert (len(plan.created[ItemKind.TAX_CATEGORY]), len(plan.created[ItemKind.PRODUCT])) == (3, 6)
    assert await now() == file
    assert demo.endswith(write_file(await now()))  # but for the comment above it
    assert (await bring_in(file)).is_empty


PHONE = "    phone: 028 3822 1234\n"
ACCOUNT = '    bank_account: {bin: "970436", number: "0123456789", holder: SEN TRANG}\n'
ASKS_FOR_DEPOSITS = (PHONE, f"{PHONE}    deposit_percent: 30\n{ACCOUNT}")


async def test_a_new_branch_gets_its_bank_account_before_it_asks_for_deposits() -> None:
    file = spa(ASKS_FOR_DEPOSITS)
    await bring_in(file)
    assert await now() == file
    assert 'number: "0123456789"' in write_file(await now()).decode()
    assert (await bring_in(file)).is_empty


async def test_a_file_without_a_bank_account_leaves_the_one_of_the_branch() -> None:
    await bring_in(spa(ASKS_FOR_DEPOSITS))
    percent = (PHONE, f"{PHONE}    deposit_percent: 20\n")
    plan = await bring_in(spa(percent))
    assert [change.field for change in plan.changed[ItemKind.BRANCH]["quan-1"]] == ["deposit_percent"]
    [branch] = (await now()).branches
    assert (branch.deposit_percent, branch.bank_account is not None) == (20, True)


async def test_an_existing_branch_gets_an_account_and_deposits_at_once() -> None:
    await bring_in(spa())
    plan = await bring_in(spa(ASKS_FOR_DEPOSITS))
    assert {change.field for change in plan.changed[ItemKind.BRANCH]["quan-1"]} == {
        *("bank_account", "deposit_percent")
    }


async def test_deposits_without_a_bank_account_are_refused_by_the_name_of_the_branch() -> None:
    percent = (PHONE, f"{PHONE}    deposit_percent: 20\n")
    with pytest.raises(ItemRefused) as refused:
        await bring_in(spa(percent))
    assert str(refused.value).startswith("branches quan-1: Deposits need a bank account")


@pytest.mark.parametrize(
    "change",
    [
        ("name: Sen Trắng Quận 1", "name: Sen Trắng Bến Thành"),
        ("    phone: 028 3822 1234\n", "    closed: true\n"),
        ("days: [6]", "days: [5, 7]"),
        ("reason: Tết Nguyên Đán", "reason: Tết, hours: [{opens: 10:00, closes: 01:00}]"),
        ("name: Phòng Sen", "name: Phòng Trúc"),
        ("name: Giường 2, type: giuong", "name: Giường hai, type: giuong, retired: true"),
        ("    resources:\n      - {key", "        devices:\n          - {key"),
        ("{vi: Giường, en: Bed}", "{vi: Giường, en: Massage bed}"),
        ("{vi: Massage, en: Massage}", "{vi: Mát-xa, en: Massage}"),
        ("minutes: 15, price: 120000", "minutes: 10, price: 100000, offered: desk"),
        ("key: thai\n    category: massage", "key: thai\n    category: da-mat"),
        ("add_ons: [da-nong]", "description: {vi: Nhẹ nhàng}"),
        ("price: 450000", "price: 480000\n        retired: true"),
        ("price: 450000", "price: 450000\n        name: {vi: Toàn thân, en: Whole body}"),
        ("minutes: 60, staff: true, bed: giuong", "minutes: 55, staff: true, device: noi"),
        ("minutes: 15, price: 120000", "minutes: 15, price: 120000, tax_category: massage"),
        ("key: thai\n", "key: thai\n    tax_category: massage\n"),
        ("{from_day: 2027-01-01, rate: 1000}", "{from_day: 2028-01-01, rate: 1000}"),
        ("{vi: Dịch vụ, en: Services}", "{vi: Dịch vụ và sản phẩm, en: Services}"),
        ('price: 250000, sku: "0893601"', "price: 260000, tax_category: massage"),
        ("tax_category: dich-vu", "retired: true"),
        ("employed_from: 2024-03-01", "employed_from: 2024-03-01\n    employed_until: 2099-12-31\n    gender: female"),
        ("skills: [thuy-dien]", "skills: [thai]"),
        ('days: [1, 2], starts: "09:00"', 'days: [2, 5], starts: "10:00"'),
        ("skills: [thuy-dien]", ("skills: [thuy-dien]\n    blocked_times: [{branch: quan-1, reason: break, weekdays: [1, 2],"
         " first_day: 2026-01-01, starts: '12:00', ends: '00:30'}]")),
        ("name: Giường 2, type: giuong", ("name: Giường 2, type: giuong, blocked_times: [{reason: cleaning, note: Giặt ga,"
         " weekdays: [7], first_day: 2026-01-01, last_day: 2027-01-01, starts: '08:00', ends: '09:00'}]")),
    ],
    ids=lambda change: change[0].split(":")[0].strip(" {"),
)  # fmt: skip
async def test_a_changed_file_changes_the_spa_and_the_old_file_changes_it_back(
    change: tuple[str, str],
) -> None:
    before, after = spa(), spa(change)
    await bring_in(before)
    plan = await bring_in(after)
    assert sum(map(len, plan.changed.values())) == 1
    assert await now() == after
    assert (await bring_in(after)).is_empty
    await bring_in(before)
    assert await now() == before


async def test_travel_between_branches_is_set_changed_and_removed() -> None:
    second = "  - {key: binh-thanh, name: Sen Trắng Bình Thạnh%s}\n"

    def file(more: str) -> SpaFile:
        return spa(("resource_types:\n", second % more + "resource_types:\n"))

    for more, expected in (
        (", travel_times: [{branch: quan-1, minutes: 25}]", [25]),
        (", travel_times: [{branch: quan-1, minutes: 40}]", [40]),
        ("", []),
    ):
        await bring_in(file(more))
        assert [row["minutes"] for row in await run_sql("SELECT minutes FROM travel_time")] == expected
        assert await now() == file(more)
        assert (await bring_in(file(more))).is_empty
    at_the_other = ("    phone: 028", "    travel_times: [{branch: binh-thanh, minutes: 25}]\n    phone: 028")
    both = spa(("resource_types:\n", second % "" + "resource_types:\n"), at_the_other)
    assert both == file(", travel_times: [{branch: quan-1, minutes: 25}]")


async def test_a_block_that_stays_keeps_its_skipped_occurrences() -> None:
    lunch = "{branch: quan-1, reason: break, weekdays: [1], first_day: 2026-01-01, starts: '12:00', ends: '13:00'}"
    tea = lunch.replace("'12:00', ends: '13:00'", "'15:00', ends: '15:15'")
    line = "skills: [thuy-dien]\n    blocked_times: [%s]"
    await bring_in(spa(("skills: [thuy-dien]", line % lunch)))
    [(blocked_time_id,)] = await run_sql("SELECT id FROM blocked_time")
    await insert(BlockedTimeException(blocked_time_id=blocked_time_id, day=date(2027, 1, 4)))
    await bring_in(spa(("skills: [thuy-dien]", line % f"{tea}, {lunch}")))
    assert len(await run_sql("SELECT id FROM blocked_time")) == 2
    assert [row[0] for row in await run_sql("SELECT blocked_time_id FROM blocked_time_exception")] == [
        blocked_time_id
    ]
    await bring_in(spa())
    assert await run_sql("SELECT id FROM blocked_time") == []


async def test_the_default_tax_category_moves_in_one_import() -> None:
    moved = spa(
        ("    is_default: true\n", ""),
        ("key: massage\n    name", "key: massage\n    is_default: true\n    name"),
    )
    await bring_in(spa())
    for file in (moved, spa()):
        await bring_in(file)
        assert await now() == file
        assert (await bring_in(file)).is_empty


async def test_products_take_the_order_of_the_file() -> None:
    oil, tea = SMALL_SPA[SMALL_SPA.index("  - {key: dau-oai") :].splitlines(keepends=True)[:2]
    file = spa((oil + tea, tea + oil))
    await bring_in(spa())
    await bring_in(file)
    assert [product.key for product in (await now()).products] == ["tra-gung", "dau-oai-huong"]
    assert (await bring_in(file)).is_empty


async def test_course_plans_follow_the_file() -> None:
    await bring_in(spa())
    file = spa(
        ("sessions: 10\n    valid_days: 180\n", "sessions: 12\n    no_show_uses_session: true\n"),
        ("    return_policy: list_price\n    list_price: 500000\n", ""),
        ("pays: [thuy-dien/60]", "pays: [thuy-dien/90, thuy-dien/60]"),
    )
    plan = await bring_in(file)
    changed = {change.field for change in plan.changed[ItemKind.COURSE_PLAN]["massage-10"]}
    fields = {"sessions", "valid_days", "no_show_uses_session", "return_policy", "list_price", "pays"}
    assert changed == fields
    assert await now() == file
    assert (await bring_in(file)).is_empty
    retired = spa(("pays: [thuy-dien/60]", "pays: [thuy-dien/60]\n    retired: true"))
    await bring_in(retired)
    assert (await now()).course_plans == retired.course_plans
    await bring_in(spa())
    assert await now() == spa()


async def test_new_items_may_be_retired_or_closed_already() -> None:
    file = spa(
        ("key: 90\n", "key: 90\n        retired: true\n"),
        ("type: giuong}", "type: giuong, retired: true}"),
        ("    phone: 028 3822 1234\n", "    closed: true\n"),
    )
    await bring_in(file)
    assert await now() == file


async def test_lists_take_the_order_of_the_file_and_other_items_keep_their_place() -> None:
    await bring_in(spa())
    massage = "  - {key: massage, name: {vi: Massage, en: Massage}}\n"
    facials = "  - {key: da-mat, name: {vi: Chăm sóc da, en: Facials}}\n"
    feet = "  - {key: chan, name: {vi: Chân, en: Feet}}\n"
    await bring_in(read_file(f"version: 1\ncategories:\n{facials}{feet}".encode()))
    assert [category.key for category in (await now()).categories] == ["massage", "da-mat", "chan"]
    plan = await bring_in(spa((massage + facials, facials + massage)))
    assert list(plan.reordered) == [(ItemKind.CATEGORY, "")]
    assert [category.key for category in (await now()).categories] == ["da-mat", "chan", "massage"]


async def test_a_service_may_move_to_another_category_while_its_old_one_is_reordered() -> None:
    def services(*pairs: str) -> str:
        keys = (pair.split(":") for pair in pairs)
        return "services:\n" + "".join(
            f"  - {{key: {key}, category: {category}, name: {{vi: A, en: A}}}}\n" for category, key in keys
        )

    head = small_spa().partition("services:")[0]
    await bring_in(
        read_file((head + services("massage:x", "massage:z", "da-mat:b", "da-mat:c", "da-mat:d")).encode())
    )
    moved = read_file(
        (head + services("massage:x", "massage:z", "massage:b", "da-mat:d", "da-mat:c")).encode()
    )
    await bring_in(moved)
    assert await now() == moved


async def test_items_that_are_not_in_the_file_stay() -> None:
    await bring_in(spa())
    assert (await bring_in(EVERYTHING)).is_empty
    assert await now() == spa()


@pytest.mark.parametrize(
    "changes",
    [
        [("Giường 2, type: giuong", "Giường 2, type: ghe")],
        [("{key: noi, kind: device", "{key: noi, kind: bed"), (", device: noi", "")],
        [("quan-1", "quan-3")],
    ],
    ids=["the type of a bed", "the kind of a type", "the branch of a room"],
)
async def test_a_change_of_a_fixed_field_is_refused_before_anything_is_written(
    changes: list[tuple[str, str]],
) -> None:
    chairs = "resource_types:\n  - {key: ghe, kind: bed, name: {vi: Ghế, en: Chair}}\n"
    before, after = (spa(*edits, ("resource_types:\n", chairs)) for edits in ([], changes))
    await bring_in(before)
    with pytest.raises(SetupImpossible):
        await run_in_transaction(lambda session: plan_setup(session, SYSTEM_USER, after))
    with pytest.raises(SetupImpossible):
        await bring_in(after)
    assert await now() == before


async def test_an_import_whose_plan_has_changed_is_refused() -> None:
    shown = await run_in_transaction(lambda session: plan_setup(session, SYSTEM_USER, spa()))
    await bring_in(spa(("name: Phòng Sen", "name: Phòng Trúc")))
    with pytest.raises(SetupChanged):
        await run_in_transaction(lambda session: apply_setup(session, SYSTEM_USER, spa(), expected=shown))


async def test_a_refused_item_is_named_and_nothing_is_changed() -> None:
    await bring_in(spa())
    [(lan, branch_id)] = await run_sql("SELECT staff.id, branch.id FROM staff, branch")
    await add_shift(lan, branch_id, at(9), at(10))
    left = ("employed_from: 2024-03-01", "employed_from: 2024-03-01\n    employed_until: 2030-01-01")
    with pytest.raises(ItemRefused) as refused:
        await bring_in(spa(left, ("name: Phòng Sen", "name: Phòng Trúc")))
    assert "lan" in refused.value.public_message("vi")
    assert await now() == spa()


async def test_an_import_that_strands_appointments_is_refused_unless_it_is_forced() -> None:
    await bring_in(spa())
    [(bed, branch_id)] = await run_sql("SELECT id, branch_id FROM resource WHERE key = 'sen-2'")
    [(variant_id,)] = await run_sql("SELECT id FROM service_variant LIMIT 1")
    hour = (at(9), at(10))
    visit = await add_visit(branch_id, *hour, allocations={bed: hour}, variant_id=variant_id)
    changed = spa(("name: Giường 2, type: giuong", "name: Giường 2, type: giuong, retired: true"))
    with pytest.raises(AppointmentsStranded) as refused:
        await bring_in(changed)
    [detail] = refused.value.details or ()
    assert (detail["field"], detail["message"]) == (
        str(visit.appointment_id),
        LocalizedText(
            "Khách, 16:00 ngày 01/03/2100: Giường 2 đã ngừng dùng.",
            "A guest, 16:00 on 1 March 2100: Giường 2 is out of use.",
        ),
    )
    assert await now() == spa()

    _, stranded = await run_in_transaction(
        lambda session: apply_setup(session, SYSTEM_USER, changed, force=True)
    )
    assert [appointment.appointment_id for appointment in stranded] == [visit.appointment_id]
    assert await now() == changed


async def test_an_import_is_judged_as_a_whole() -> None:
    """The new time zone puts the visit at 23:00 to 24:00; with the new hours it can take place."""
    await bring_in(spa())
    [(branch_id, variant_id)] = await run_sql(
        "SELECT branch.id, variant.id FROM branch, service_variant AS variant LIMIT 1"
    )
    await add_visit(branch_id, at(14), at(15), variant_id=variant_id, segments=[])
    tokyo = ("    phone: 028 3822 1234\n", "    phone: 028 3822 1234\n    time_zone: Asia/Tokyo\n")
    with pytest.raises(AppointmentsStranded):
        await bring_in(spa(tokyo))
    later = spa(tokyo, ('closes: "22:00"', 'closes: "24:00"'))
    await bring_in(later)
    assert await now() == later


async def test_a_stored_set_up_that_became_invalid_is_not_exported() -> None:
    await bring_in(spa())
    await run_sql("UPDATE branch SET name = repeat('x', 101)")
    with pytest.raises(SetupUnreadable) as refused:
        await now()
    assert [detail["field"] for detail in refused.value.details or ()] == ["branches.0.name"]


async def test_an_import_keeps_the_accounts_of_staff() -> None:
    """The file has no accounts."""
    await bring_in(spa())
    user = await insert(User(full_name="Lan", email="lan@example.com", password_hash=""))
    await run_sql("UPDATE staff SET user_id = $1", user)
    await bring_in(spa(("full_name: Nguyễn Thị Lan", "full_name: Nguyễn Lan")))
    [row] = await run_sql("SELECT full_name, user_id FROM staff")
    assert tuple(row) == ("Nguyễn Lan", user)


async def test_rooms_and_beds_beyond_the_limit_of_one_list_are_exported() -> None:
    await bring_in(spa())
    [(first,)] = await run_sql("SELECT id FROM branch")
    [(bed_type, *_)] = await run_sql("SELECT id FROM resource_type WHERE kind = 'bed'")
    second = await add_branch(key="q-2")
    for branch, letter in ((first, "k"), (second, "m")):
        keys = [f"{letter}-{number}" for number in range(600)]
        bed = {"kind": "bed", "name": "Giường", "branch_id": branch, "type_id": bed_type}
        await insert_all(Room(key=key, branch_id=branch, name="Phòng") for key in keys)
        await insert_all(Resource(key=key, **bed) for key in keys)
    branches = (await now()).branches
    assert sorted(len(branch.rooms) for branch in branches) == [600, 601]
    assert sorted(len(branch.resources) for branch in branches) == [600, 601]
