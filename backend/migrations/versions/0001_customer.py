"""Customers, and the search by what a receptionist types.

Names are searched without accents and from any of five beginnings. Each beginning has an index in order, so
the best twenty are read and nothing is sorted, whether ten customers match or 380,000 (38 % are Nguyễn).
No extension is needed: `unaccent` is not immutable, and Supabase keeps it in another schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Written out in both functions: `pg_restore` runs them with an empty search_path, where neither finds the other.
_FOLDED = r"""btrim(regexp_replace(
    lower(translate(regexp_replace(normalize({0}, NFD), '[\u0300-\u036F]', '', 'g'), 'đĐ', 'dD')),
    '[\s.,''’-]+', ' ', 'g'))"""
FOLD = f"""
CREATE FUNCTION zenspa_fold(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN {_FOLDED.format("value")}
"""

# For "Nguyễn Thị Thu Lan": the whole name, the given name first, family and given name, and from the second
# and the third word. A key that a short name does not have is NULL and in no index.
NAME_KEYS = f"""
CREATE FUNCTION zenspa_name_keys(full_name text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    whole text := {_FOLDED.format("full_name")};
    words text[] := string_to_array(whole, ' ');
    n int := cardinality(words);
BEGIN
    RETURN ARRAY[
        whole,
        CASE WHEN n > 1 THEN array_to_string(words[n:n] || words[1:n-1], ' ') END,
        CASE WHEN n > 2 THEN array_to_string(words[1:1] || words[n:n] || words[2:n-1], ' ') END,
        CASE WHEN n > 2 THEN array_to_string(words[2:n], ' ') END,
        CASE WHEN n > 3 THEN array_to_string(words[3:n], ' ') END
    ];
END $$
"""


def upgrade() -> None:
    op.execute(FOLD)
    op.execute(NAME_KEYS)
    op.create_table(
        "customer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(collation="C")),
        sa.Column("email", sa.Text(collation="C")),
        sa.Column("birthday", sa.Date()),
        sa.Column("gender", sa.Text()),
        sa.Column("notes", sa.Text(), server_default="", nullable=False),
        sa.Column("contraindications", sa.Text(), server_default="", nullable=False),
        sa.Column("tags", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True)),
        sa.Column("merged_into_id", sa.Uuid()),
        sa.Column(
            "name_keys",
            sa.ARRAY(sa.Text(collation="C")),
            sa.Computed("zenspa_name_keys(full_name)", persisted=True),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="customer_pkey"),
        sa.ForeignKeyConstraint(["merged_into_id"], ["customer.id"], name="customer_merged_into_id_fkey"),
        sa.CheckConstraint("full_name <> ''", name="full_name"),
        sa.CheckConstraint("phone ~ '^[+][1-9][0-9]{6,14}$'", name="phone"),
        sa.CheckConstraint("gender IN ('female', 'male', 'other')", name="gender"),
        sa.CheckConstraint(
            "merged_into_id IS NULL OR (archived_at IS NOT NULL AND merged_into_id <> id)", name="merged"
        ),
    )
    living = sa.text("archived_at IS NULL")
    op.create_index("customer_phone_living_key", "customer", ["phone"], unique=True, postgresql_where=living)
    op.create_index(
        "customer_phone_reversed_idx", "customer", [sa.text("reverse(phone)")], postgresql_where=living
    )
    op.create_index("customer_email_idx", "customer", ["email"], postgresql_where=living)
    op.create_index("customer_tags_idx", "customer", ["tags"], postgresql_using="gin")
    op.create_index("customer_merged_into_id_idx", "customer", ["merged_into_id"])
    op.create_index(
        "customer_archived_idx", "customer", ["id"], postgresql_where=sa.text("archived_at IS NOT NULL")
    )
    for key in range(1, 6):
        op.create_index(
            f"customer_name_{key}_idx",
            "customer",
            [sa.text(f"(name_keys[{key}])"), "id"],
            postgresql_where=living,
        )
        # The planner does not use those of a partial index, and would take 38 % of all names for 0.5 %.
        op.execute(f"CREATE STATISTICS customer_name_{key}_stats ON (name_keys[{key}]) FROM customer")
    op.create_index(
        "customer_name_words_idx",
        "customer",
        [sa.text("to_tsvector('simple'::regconfig, name_keys[1])")],
        postgresql_using="gin",
        postgresql_where=living,
    )


def downgrade() -> None:
    op.drop_table("customer")
    op.execute("DROP FUNCTION zenspa_name_keys(text)")
    op.execute("DROP FUNCTION zenspa_fold(text)")
