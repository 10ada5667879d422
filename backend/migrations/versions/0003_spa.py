"""The spa: branches and their hours, resources, the catalogue, staff and rosters.

btree_gist lets PostgreSQL itself refuse what overlaps: hours of a day, shifts of a person, and above all two
guests in one bed. `list_version` names the newest version of each list that is kept ready for readers; triggers change it in the
transaction that changes the list, so it is exact.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = "key ~ '^[a-z0-9]+(-[a-z0-9]+)*$'"
PHONE = "phone ~ '^[+][1-9][0-9]{6,14}$'"
OFFERED = "offered IN ('online', 'desk', 'no')"
BOUNDED = (
    "NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)"
    " AND lower_inc(during) AND NOT upper_inc(during)"
)
TABLES = [
    "branch",
    "opening_hours",
    "hours_exception",
    "resource_type",
    "room",
    "resource",
    "service_category",
    "service",
    "service_variant",
    "service_segment",
    "add_on",
    "service_add_on",
    "staff",
    "staff_branch",
    "staff_skill",
    "weekly_shift",
    "shift",
    "time_off",
    "outage",
    "allocation",
]
MASKED = {"time_off": "{reason,answer}"}  # may be about a person's health
LISTS = {
    "branches": ["branch", "opening_hours", "hours_exception"],
    "catalogue": [
        "service_category",
        "service",
        "service_variant",
        "service_segment",
        "add_on",
        "service_add_on",
    ],
}
# Before the rows are changed: changes of one list then follow each other from their beginning. After, two that had rows
# locked met here, 84 deadlocks in 150 requests.
NEW_VERSION = """
CREATE FUNCTION zenspa_new_list_version() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO list_version (list) VALUES (TG_ARGV[0])
    ON CONFLICT (list) DO UPDATE SET version = gen_random_uuid();
    RETURN NULL;
END $$
"""
# It may have been there before, and others may use it.
DROP_EXTENSION = """
DO $$ BEGIN
    DROP EXTENSION btree_gist;
EXCEPTION WHEN dependent_objects_still_exist THEN
    RAISE NOTICE 'btree_gist stays: others use it';
END $$
"""


def _entity(name: str, *columns: sa.Column[object] | sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        *columns,
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"{name}_pkey"),
    )


def _text(*names: str, nullable: bool = False, default: str | None = None) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), server_default=default, nullable=nullable) for name in names]


def _word(name: str, *, nullable: bool = False) -> sa.Column[str]:
    """Text that is compared byte by byte."""
    return sa.Column(name, sa.Text(collation="C"), nullable=nullable)


def _key(table: str) -> list[sa.schema.SchemaItem]:
    return [
        _word("key"),
        sa.UniqueConstraint("key", name=f"{table}_key_key"),
        sa.CheckConstraint(KEY, name="key"),
    ]


def _integer(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _price() -> sa.Column[int]:
    return sa.Column("price", sa.BigInteger(), nullable=False)


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True))


def _reference(
    table: str, column: str, target: str, *, nullable: bool = False, on_delete: str | None = None
) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column(column, sa.Uuid(), nullable=nullable),
        sa.ForeignKeyConstraint(
            [column], [f"{target}.id"], name=f"{table}_{column}_fkey", ondelete=on_delete
        ),
    ]


def _during() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("during", postgresql.TSTZRANGE(), nullable=False),
        sa.CheckConstraint(BOUNDED, name="during"),
    ]


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    _create_branches()
    _create_resources()
    _create_catalogue()
    _create_staff()
    _create_rosters()
    _create_allocations()
    _create_list_versions()
    for table in TABLES:
        op.execute(f"SELECT zenspa_audit_table('{table}', '{MASKED.get(table, '{}')}')")


def _create_branches() -> None:
    _entity(
        "branch",
        *_key("branch"),
        *_text("name", "time_zone", "country"),
        *_text("address", default=""),
        _word("phone", nullable=True),
        _instant("closed_at"),
        *_integer(
            "grid_minutes",
            "notice_minutes",
            "horizon_days",
            "hold_minutes",
            "free_cancel_minutes",
            "no_show_minutes",
        ),
        sa.CheckConstraint("name <> ''", name="name"),
        sa.CheckConstraint(PHONE, name="phone"),
        sa.CheckConstraint("grid_minutes IN (5, 10, 15, 20, 30, 60)", name="grid_minutes"),
        sa.CheckConstraint("notice_minutes BETWEEN 0 AND 43200", name="notice_minutes"),
        sa.CheckConstraint("horizon_days BETWEEN 1 AND 730", name="horizon_days"),
        sa.CheckConstraint("hold_minutes BETWEEN 1 AND 1440", name="hold_minutes"),
        sa.CheckConstraint("free_cancel_minutes BETWEEN 0 AND 43200", name="free_cancel_minutes"),
        sa.CheckConstraint("no_show_minutes BETWEEN 1 AND 1440", name="no_show_minutes"),
    )
    _entity(
        "opening_hours",
        *_reference("opening_hours", "branch_id", "branch"),
        *_integer("weekday", "opens", "closes"),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        sa.CheckConstraint("opens BETWEEN 0 AND 1439", name="opens"),
        sa.CheckConstraint("closes > opens AND closes <= opens + 1440", name="closes"),
        postgresql.ExcludeConstraint(
            ("branch_id", "="),
            ("weekday", "="),
            (sa.text("int4range(opens, closes)"), "&&"),
            name="opening_hours_overlap",
        ),
    )
    _entity(
        "hours_exception",
        *_reference("hours_exception", "branch_id", "branch"),
        sa.Column("days", postgresql.DATERANGE(), nullable=False),
        *_text("reason"),
        sa.Column("hours", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("NOT isempty(days) AND NOT lower_inf(days) AND NOT upper_inf(days)", name="days"),
        postgresql.ExcludeConstraint(("branch_id", "="), ("days", "&&"), name="hours_exception_overlap"),
    )
    # Until now there were no branches, so such a role was for none.
    op.execute("DELETE FROM role_assignment WHERE branch_id IS NOT NULL")
    op.create_foreign_key(
        "role_assignment_branch_id_fkey", "role_assignment", "branch", ["branch_id"], ["id"]
    )


def _create_resources() -> None:
    _entity(
        "resource_type",
        *_key("resource_type"),
        *_text("kind", "name_vi", "name_en"),
        sa.CheckConstraint("kind IN ('bed', 'device')", name="kind"),
        sa.UniqueConstraint("id", "kind", name="resource_type_id_kind_key"),
    )
    _entity(
        "room",
        *_key("room"),
        *_reference("room", "branch_id", "branch"),
        *_text("name"),
        sa.CheckConstraint("name <> ''", name="name"),
        sa.UniqueConstraint("id", "branch_id", name="room_id_branch_id_key"),
    )
    op.create_index("room_branch_id_idx", "room", ["branch_id"])
    _entity(
        "resource",
        *_text("kind"),
        _word("key", nullable=True),
        *_text("name", nullable=True),
        *_reference("resource", "branch_id", "branch", nullable=True),
        sa.Column("type_id", sa.Uuid()),
        sa.Column("room_id", sa.Uuid()),
        _instant("retired_at"),
        sa.UniqueConstraint("key", name="resource_key_key"),
        sa.CheckConstraint("kind IN ('staff', 'bed', 'device')", name="kind"),
        sa.CheckConstraint(KEY, name="key"),
        sa.CheckConstraint(
            "CASE kind WHEN 'staff' THEN num_nonnulls(key, name, branch_id, type_id, room_id, retired_at) = 0"
            " ELSE num_nulls(key, name, branch_id, type_id) = 0 END",
            name="of_its_kind",
        ),
        sa.ForeignKeyConstraint(
            ["type_id", "kind"], ["resource_type.id", "resource_type.kind"], name="resource_type_id_kind_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["room_id", "branch_id"], ["room.id", "room.branch_id"], name="resource_room_id_branch_id_fkey"
        ),
    )
    op.create_index("resource_branch_id_idx", "resource", ["branch_id"])


def _create_catalogue() -> None:
    _entity(
        "service_category",
        *_key("service_category"),
        *_text("name_vi", "name_en"),
        *_integer("position"),
    )
    _entity(
        "service",
        *_key("service"),
        *_reference("service", "category_id", "service_category"),
        *_text("name_vi", "name_en", "description_vi", "description_en"),
        *_integer("position"),
        *_text("offered"),
        sa.CheckConstraint(OFFERED, name="offered"),
    )
    op.create_index("service_category_id_idx", "service", ["category_id"])
    _entity(
        "service_variant",
        *_reference("service_variant", "service_id", "service"),
        _word("key"),
        _price(),
        *_integer("position"),
        _instant("retired_at"),
        sa.CheckConstraint(KEY, name="key"),
        sa.CheckConstraint("price >= 0", name="price"),
        sa.UniqueConstraint("service_id", "key", name="service_variant_key"),
    )
    _entity(
        "service_segment",
        *_reference("service_segment", "variant_id", "service_variant"),
        *_integer("position", "minutes"),
        sa.Column("needs_staff", sa.Boolean(), nullable=False),
        sa.Column("with_guest", sa.Boolean(), nullable=False),
        *_reference("service_segment", "bed_type_id", "resource_type", nullable=True),
        *_reference("service_segment", "device_type_id", "resource_type", nullable=True),
        sa.CheckConstraint("position >= 0", name="position"),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes"),
        sa.UniqueConstraint("variant_id", "position", name="service_segment_key"),
    )
    _entity(
        "add_on",
        *_key("add_on"),
        *_text("name_vi", "name_en"),
        _price(),
        *_integer("minutes", "position"),
        *_text("offered"),
        sa.CheckConstraint("minutes BETWEEN 0 AND 1440", name="minutes"),
        sa.CheckConstraint("price >= 0", name="price"),
        sa.CheckConstraint(OFFERED, name="offered"),
    )
    _entity(
        "service_add_on",
        *_reference("service_add_on", "service_id", "service"),
        *_reference("service_add_on", "add_on_id", "add_on"),
        sa.UniqueConstraint("service_id", "add_on_id", name="service_add_on_key"),
    )


def _create_staff() -> None:
    op.create_table(
        "staff",
        *_reference("staff", "id", "resource"),
        *_key("staff"),
        *_text("full_name"),
        *_text("gender", nullable=True),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), nullable=False),
        _word("phone", nullable=True),
        _word("email", nullable=True),
        *_text("bio_vi", "bio_en"),
        sa.Column("employed_from", sa.Date(), nullable=False),
        sa.Column("employed_until", sa.Date()),
        *_reference("staff", "user_id", "user_account", nullable=True, on_delete="SET NULL"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="staff_pkey"),
        sa.UniqueConstraint("user_id", name="staff_user_id_key"),
        sa.CheckConstraint("full_name <> ''", name="full_name"),
        sa.CheckConstraint("gender IN ('female', 'male', 'other')", name="gender"),
        sa.CheckConstraint(PHONE, name="phone"),
        sa.CheckConstraint("employed_until >= employed_from", name="employed"),
    )
    _entity(
        "staff_branch",
        *_reference("staff_branch", "staff_id", "staff"),
        *_reference("staff_branch", "branch_id", "branch"),
        sa.UniqueConstraint("staff_id", "branch_id", name="staff_branch_key"),
    )
    op.create_index("staff_branch_branch_id_idx", "staff_branch", ["branch_id"])
    _entity(
        "staff_skill",
        *_reference("staff_skill", "staff_id", "staff"),
        *_reference("staff_skill", "service_id", "service"),
        sa.UniqueConstraint("staff_id", "service_id", name="staff_skill_key"),
    )
    op.create_index("staff_skill_service_id_idx", "staff_skill", ["service_id"])


def _create_rosters() -> None:
    _entity(
        "weekly_shift",
        *_reference("weekly_shift", "staff_id", "staff"),
        *_reference("weekly_shift", "branch_id", "branch"),
        *_integer("weekday", "starts", "ends"),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        sa.CheckConstraint("starts BETWEEN 0 AND 1439", name="starts"),
        sa.CheckConstraint("ends > starts AND ends <= starts + 1440", name="ends"),
        postgresql.ExcludeConstraint(
            ("staff_id", "="),
            ("weekday", "="),
            (sa.text("int4range(starts, ends)"), "&&"),
            name="weekly_shift_overlap",
        ),
    )
    op.create_index("weekly_shift_branch_id_idx", "weekly_shift", ["branch_id"])
    _entity(
        "shift",
        *_reference("shift", "staff_id", "staff"),
        *_reference("shift", "branch_id", "branch"),
        *_during(),
        postgresql.ExcludeConstraint(("staff_id", "="), ("during", "&&"), name="shift_overlap"),
    )
    op.create_index("shift_branch_id_idx", "shift", ["branch_id", sa.text("lower(during)")])
    _entity(
        "time_off",
        *_reference("time_off", "staff_id", "staff"),
        *_during(),
        *_text("status"),
        *_text("reason", "answer", default=""),
        *_reference("time_off", "decided_by_id", "user_account", nullable=True, on_delete="SET NULL"),
        _instant("decided_at"),
        sa.CheckConstraint("status IN ('requested', 'approved', 'refused', 'withdrawn')", name="status"),
        postgresql.ExcludeConstraint(
            ("staff_id", "="),
            ("during", "&&"),
            name="time_off_overlap",
            where=sa.text("status = 'approved'"),
        ),
    )
    op.create_index("time_off_staff_id_idx", "time_off", ["staff_id", sa.text("lower(during)")])


def _create_allocations() -> None:
    _entity(
        "outage",
        *_reference("outage", "resource_id", "resource"),
        *_during(),
        *_text("reason"),
        postgresql.ExcludeConstraint(("resource_id", "="), ("during", "&&"), name="outage_overlap"),
    )
    _entity(
        "allocation",
        *_reference("allocation", "resource_id", "resource"),
        *_during(),
        *_text("state"),
        _instant("hold_expires_at"),
        sa.Column("appointment_id", sa.Uuid()),
        *_reference("allocation", "time_off_id", "time_off", nullable=True),
        *_reference("allocation", "outage_id", "outage", nullable=True, on_delete="CASCADE"),
        sa.CheckConstraint("state IN ('held', 'booked', 'blocked')", name="state"),
        sa.CheckConstraint("(state = 'held') = (hold_expires_at IS NOT NULL)", name="hold"),
        sa.CheckConstraint("(state = 'blocked') = (appointment_id IS NULL)", name="appointment"),
        sa.CheckConstraint(
            "num_nonnulls(time_off_id, outage_id) = CASE state WHEN 'blocked' THEN 1 ELSE 0 END",
            name="blocked",
        ),
        postgresql.ExcludeConstraint(("resource_id", "="), ("during", "&&"), name="allocation_overlap"),
    )
    op.create_index("allocation_appointment_id_idx", "allocation", ["appointment_id"])
    op.create_index("allocation_time_off_id_idx", "allocation", ["time_off_id"])
    op.create_index("allocation_outage_id_idx", "allocation", ["outage_id"])


def _create_list_versions() -> None:
    op.create_table(
        "list_version",
        _word("list"),
        sa.Column("version", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.PrimaryKeyConstraint("list", name="list_version_pkey"),
    )
    op.execute(NEW_VERSION)
    for name, tables in LISTS.items():
        for table in tables:
            op.execute(
                f"CREATE TRIGGER new_list_version BEFORE INSERT OR UPDATE OR DELETE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION zenspa_new_list_version('{name}')"
            )


def downgrade() -> None:
    op.drop_constraint("role_assignment_branch_id_fkey", "role_assignment")
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_table("list_version")
    op.execute("DROP FUNCTION zenspa_new_list_version")
    op.execute(DROP_EXTENSION)
