"""Series: visits that repeat every few weeks, such as every Tuesday at 14:00.

A visit keeps the series to which it belongs and its number in it. A series has no data of persons: what is booked stands
in its visits. `completed_at` says that each occurrence has had its answer; until then a retry goes on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# As in migration 0016, with `series`.
VISIT_DETAILS = """
CREATE OR REPLACE VIEW visit_details AS
SELECT visit.id, visit.branch_id, visit.customer_id, json_build_object(
    'id', visit.id, 'branch_id', visit.branch_id, 'customer_id', visit.customer_id, 'source', source,
    'same_room', same_room, 'note', note, 'created_at', visit.created_at,{series}
    'appointments', (
        SELECT coalesce(json_agg(json_build_object(
            'id', appointment.id, 'customer_id', appointment.customer_id, 'guest_name', guest_name,
            'status', CASE WHEN zenspa_hold_expired(hold_expires_at) THEN 'expired' ELSE status END,
            'hold_expires_at', CASE WHEN NOT zenspa_hold_expired(hold_expires_at) THEN hold_expires_at END,
            'start', starts_at, 'end', ends_at, 'reason', reason,
            'treatments', treatments.list
        ) ORDER BY appointment.id), '[]')
        FROM appointment CROSS JOIN LATERAL (
            SELECT coalesce(json_agg(json_build_object(
                'id', treatment.id, 'variant_id', variant_id, 'service_id', service.id,
                'name', json_build_object('vi', service.name_vi, 'en', service.name_en),
                'variant_name', CASE WHEN variant.name_vi <> ''
                    THEN json_build_object('vi', variant.name_vi, 'en', variant.name_en) END,
                'price', treatment.price,
                'therapist_id', therapist_id, 'gender', gender, 'bed_id', bed_id, 'start', starts_at, 'end', ends_at,
                'add_ons', (
                    SELECT coalesce(json_agg(json_build_object(
                        'add_on_id', add_on.id, 'name', json_build_object('vi', add_on.name_vi, 'en', add_on.name_en),
                        'price', agreed.price
                    ) ORDER BY agreed.id), '[]')
                    FROM appointment_add_on AS agreed JOIN add_on ON add_on.id = add_on_id
                    WHERE agreed.appointment_treatment_id = treatment.id
                ),
                'allocations', (
                    SELECT coalesce(json_agg(json_build_object(
                        'resource_id', resource.id, 'kind', kind, 'name', coalesce(name, full_name),
                        'start', lower(during), 'end', upper(during)
                    ) ORDER BY during, resource.id), '[]')
                    FROM allocation JOIN resource ON resource.id = resource_id LEFT JOIN staff ON staff.id = resource.id
                    WHERE allocation.appointment_id = appointment.id
                        AND appointment_treatment_id = treatment.id
                )
            ) ORDER BY treatment.position), '[]') AS list
            FROM appointment_treatment AS treatment
            JOIN service_variant AS variant ON variant.id = variant_id JOIN service ON service.id = service_id
            WHERE treatment.appointment_id = appointment.id
        ) AS treatments
        WHERE visit_id = visit.id
    )
) AS details
FROM visit
"""
SERIES = """
    'series', (
        SELECT json_build_object('id', series.id, 'number', series_number, 'count', series.count)
        FROM visit_series AS series WHERE series.id = visit.series_id
    ),"""


def upgrade() -> None:
    op.create_table(
        "visit_series",
        sa.Column("branch_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("every_weeks", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("every_weeks BETWEEN 1 AND 8", name="every_weeks"),
        sa.CheckConstraint("count BETWEEN 2 AND 26", name="count"),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="visit_series_branch_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="visit_series_pkey"),
        sa.UniqueConstraint("id", "branch_id", name="visit_series_id_branch_id_key"),
    )
    op.create_index("visit_series_branch_id_idx", "visit_series", ["branch_id"])
    op.execute("SELECT zenspa_audit_table('visit_series')")
    op.add_column("visit", sa.Column("series_id", sa.Uuid(), nullable=True))
    op.add_column("visit", sa.Column("series_number", sa.Integer(), nullable=True))
    op.create_foreign_key(
        "visit_series_id_fkey", "visit", "visit_series", ["series_id", "branch_id"], ["id", "branch_id"]
    )
    op.create_check_constraint("series", "visit", "(series_id IS NULL) = (series_number IS NULL)")
    op.create_unique_constraint("visit_series_id_series_number_key", "visit", ["series_id", "series_number"])
    op.execute(VISIT_DETAILS.format(series=SERIES))


def downgrade() -> None:
    op.execute(VISIT_DETAILS.format(series=""))
    op.drop_constraint("visit_series_id_series_number_key", "visit")
    op.drop_constraint("visit_series_check", "visit")
    op.drop_constraint("visit_series_id_fkey", "visit")
    op.drop_column("visit", "series_number")
    op.drop_column("visit", "series_id")
    op.drop_table("visit_series")
