"""Add users, their sessions and roles, and a ledger of every change that PostgreSQL keeps itself.

Triggers write the ledger, not the app: it then also has the changes of an import, a command or psql, in
the transaction that did it. They run once a statement and read the rows it changed together, so an import
of 100,000 customers pays for 100,000 rows and not for 100,000 calls. A later module's migration says
`SELECT zenspa_audit_table('branch')` for each of its tables.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Values of these columns are never shown: that they changed is.
_HIDE = """{values} || coalesce((
    SELECT jsonb_object_agg(name, '***') FROM unnest(masked) AS name
    WHERE coalesce({values} ->> name, '') <> ''), '{{}}')"""

# `SET search_path`: pg_restore and careless clients come with another. No nested loop: the plan is kept from the
# first call, which may have changed one row, for the next, which may change 5,000.
AUDIT = f"""
CREATE FUNCTION zenspa_audit() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT SET enable_nestloop = off AS $$
DECLARE
    masked text[] := TG_ARGV[0];
    skipped text[] := TG_ARGV[1];
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        RAISE EXCEPTION 'TRUNCATE would leave no trace in the audit ledger: use DELETE' USING ERRCODE = '42501';
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO audit_entry (action, entity, entity_id, after)
        SELECT 'insert', TG_TABLE_NAME, id, {_HIDE.format(values="row")}
        FROM (SELECT id, jsonb_strip_nulls(to_jsonb(new_rows)) - skipped - 'created_at' AS row FROM new_rows OFFSET 0) AS added;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO audit_entry (action, entity, entity_id, before)
        SELECT 'delete', TG_TABLE_NAME, id, {_HIDE.format(values="row")}
        FROM (SELECT id, jsonb_strip_nulls(to_jsonb(old_rows)) - skipped AS row FROM old_rows OFFSET 0) AS gone;
    ELSE
        IF EXISTS (SELECT FROM new_rows LEFT JOIN old_rows USING (id) WHERE old_rows.id IS NULL) THEN
            RAISE EXCEPTION 'an id is never changed: the audit ledger would lose the row' USING ERRCODE = '42501';
        END IF;
        INSERT INTO audit_entry (action, entity, entity_id, before, after)
        SELECT 'update', TG_TABLE_NAME, id, {_HIDE.format(values="was")}, {_HIDE.format(values="is_now")}
        FROM (
            SELECT old_rows.id, to_jsonb(old_rows) - skipped AS old_row, to_jsonb(new_rows) - skipped AS new_row
            FROM old_rows JOIN new_rows USING (id) OFFSET 0
        ) AS changed
        CROSS JOIN LATERAL (
            SELECT jsonb_object_agg(key, value) AS was, jsonb_object_agg(key, new_row -> key) AS is_now
            FROM jsonb_each(old_row) WHERE value IS DISTINCT FROM new_row -> key
        ) AS difference
        WHERE was IS NOT NULL;
    END IF;
    RETURN NULL;
END $$
"""
AUDIT_TABLE = """
CREATE FUNCTION zenspa_audit_table(target regclass, masked text[] DEFAULT '{}', skipped text[] DEFAULT '{}')
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    arguments text := format('(%L, %L)', masked, skipped || ARRAY['id', 'updated_at']);
BEGIN
    EXECUTE format('CREATE TRIGGER audit_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows '
        'FOR EACH STATEMENT EXECUTE FUNCTION zenspa_audit %s', target, arguments);
    EXECUTE format('CREATE TRIGGER audit_update AFTER UPDATE ON %s REFERENCING OLD TABLE AS old_rows '
        'NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION zenspa_audit %s', target, arguments);
    EXECUTE format('CREATE TRIGGER audit_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS old_rows '
        'FOR EACH STATEMENT EXECUTE FUNCTION zenspa_audit %s', target, arguments);
    EXECUTE format('CREATE TRIGGER audit_truncate BEFORE TRUNCATE ON %s '
        'FOR EACH STATEMENT EXECUTE FUNCTION zenspa_audit %s', target, arguments);
END $$
"""
MASKED = """
CREATE FUNCTION zenspa_masked(entry_values jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE STRICT
RETURN (SELECT coalesce(jsonb_object_agg(key, '***'), '{}') FROM jsonb_each(entry_values))
"""
# An entry stays as it was written, but for one thing that the law asks for: a person's values may be masked.
KEEP = """
CREATE FUNCTION zenspa_keep_audit_entry() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        OLD.before := zenspa_masked(OLD.before);
        OLD.after := zenspa_masked(OLD.after);
        IF NEW IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'an entry of the audit ledger is never changed or deleted' USING ERRCODE = '42501';
END $$
"""
AUDITED = {
    "customer": ("{notes,contraindications}", "{name_keys}"),
    "consent": ("{}", "{}"),
    "user_account": ("{password_hash}", "{}"),
    "role_assignment": ("{}", "{}"),
    # A refresh, every few minutes, is no change that anybody asks about.
    "user_session": ("{}", "{refresh_hash,refreshed_at,expires_at}"),
    "invitation": ("{token_hash}", "{}"),
}


def _entity(name: str, *columns: sa.Column[object] | sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        *columns,
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"{name}_pkey"),
    )


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _word(name: str, *, nullable: bool = True) -> sa.Column[str]:
    """Text that is compared byte by byte."""
    return sa.Column(name, sa.Text(collation="C"), nullable=nullable)


def _instant(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _user_id(table: str, *, column: str = "user_id", on_delete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], ["user_account.id"], name=f"{table}_{column}_fkey", ondelete=on_delete
    )


def upgrade() -> None:
    _entity(
        "user_account",
        _text("full_name"),
        _word("email"),
        _word("phone"),
        _text("password_hash", nullable=True),
        sa.Column("supabase_id", sa.Uuid()),
        _instant("disabled_at"),
        _instant("signed_out_at"),
        sa.UniqueConstraint("email", name="user_account_email_key"),
        sa.UniqueConstraint("phone", name="user_account_phone_key"),
        sa.UniqueConstraint("supabase_id", name="user_account_supabase_id_key"),
        sa.CheckConstraint("full_name <> ''", name="full_name"),
        sa.CheckConstraint("email = lower(email)", name="email"),
        sa.CheckConstraint("phone ~ '^[+][1-9][0-9]{6,14}$'", name="phone"),
    )
    _entity(
        "role_assignment",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        _text("role"),
        sa.Column("branch_id", sa.Uuid()),
        _user_id("role_assignment"),
        sa.UniqueConstraint(
            "user_id", "role", "branch_id", name="role_assignment_key", postgresql_nulls_not_distinct=True
        ),
        sa.CheckConstraint("role IN ('admin', 'receptionist', 'therapist', 'customer')", name="role"),
    )
    _entity(
        "user_session",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("refresh_hash", sa.LargeBinary(), nullable=False),
        _instant("refreshed_at", nullable=False),
        _instant("expires_at", nullable=False),
        _instant("ended_at"),
        _text("end_reason", nullable=True),
        _text("address", nullable=True),
        _text("user_agent", nullable=True),
        _user_id("user_session"),
    )
    op.create_index("user_session_user_id_idx", "user_session", ["user_id"])
    _entity(
        "invitation",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        _word("email", nullable=False),
        sa.Column("roles", postgresql.JSONB(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("invited_by_id", sa.Uuid()),
        _instant("expires_at", nullable=False),
        _instant("accepted_at"),
        _instant("withdrawn_at"),
        _instant("sent_at"),
        _instant("delivery_failed_at"),
        _user_id("invitation"),
        _user_id("invitation", column="invited_by_id", on_delete="SET NULL"),
        sa.UniqueConstraint("token_hash", name="invitation_token_hash_key"),
    )
    op.create_index("invitation_user_id_idx", "invitation", ["user_id"])
    op.add_column("customer", sa.Column("user_id", sa.Uuid()))
    op.add_column("customer", _instant("erased_at"))
    op.create_foreign_key(
        "customer_user_id_fkey", "customer", "user_account", ["user_id"], ["id"], ondelete="SET NULL"
    )
    op.create_unique_constraint("customer_user_id_key", "customer", ["user_id"])
    _entity(
        "consent",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        _text("purpose"),
        sa.Column("granted", sa.Boolean(), nullable=False),
        _text("version"),
        _text("channel"),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name="consent_customer_id_fkey"),
        sa.CheckConstraint("purpose IN ('health_data', 'marketing', 'photos')", name="purpose"),
        sa.CheckConstraint("channel IN ('desk', 'paper', 'phone', 'app')", name="channel"),
    )
    op.create_index("consent_customer_id_idx", "consent", ["customer_id", "purpose", "created_at"])
    _create_audit()


def _create_audit() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "actor_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('zenspa.actor', true), '')::uuid"),
        ),
        sa.Column(
            "request_id",
            sa.Text(),
            server_default=sa.text("nullif(current_setting('zenspa.request', true), '')"),
        ),
        sa.Column(
            "program",
            sa.Text(),
            server_default=sa.text("current_setting('application_name')"),
            nullable=False,
        ),
        _text("action"),
        _text("entity"),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("before", postgresql.JSONB()),
        sa.Column("after", postgresql.JSONB()),
        sa.PrimaryKeyConstraint("id", name="audit_entry_pkey"),
    )
    op.create_index("audit_entry_at_idx", "audit_entry", ["at", "id"])
    op.create_index("audit_entry_entity_id_idx", "audit_entry", ["entity_id", "id"])
    op.create_index(
        "audit_entry_actor_id_idx",
        "audit_entry",
        ["actor_id", "id"],
        postgresql_where=sa.text("actor_id IS NOT NULL"),
    )
    op.create_index(
        "audit_entry_request_id_idx",
        "audit_entry",
        ["request_id"],
        postgresql_where=sa.text("request_id IS NOT NULL"),
    )
    for function in (MASKED, KEEP, AUDIT, AUDIT_TABLE):
        op.execute(function)
    op.execute(
        "CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON audit_entry "
        "FOR EACH ROW EXECUTE FUNCTION zenspa_keep_audit_entry()"
    )
    op.execute(
        "CREATE TRIGGER keep_all BEFORE TRUNCATE ON audit_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION zenspa_keep_audit_entry()"
    )
    for table, (masked, skipped) in AUDITED.items():
        op.execute(f"SELECT zenspa_audit_table('{table}', '{masked}', '{skipped}')")


def downgrade() -> None:
    for operation in ("insert", "update", "delete", "truncate"):
        op.execute(f"DROP TRIGGER audit_{operation} ON customer")
    for table in ("audit_entry", "consent"):
        op.drop_table(table)
    op.drop_constraint("customer_user_id_key", "customer")
    op.drop_constraint("customer_user_id_fkey", "customer")
    op.drop_column("customer", "erased_at")
    op.drop_column("customer", "user_id")
    for table in ("invitation", "user_session", "role_assignment", "user_account"):
        op.drop_table(table)
    for function in ("zenspa_audit_table", "zenspa_audit", "zenspa_keep_audit_entry", "zenspa_masked"):
        op.execute(f"DROP FUNCTION {function}")
