"""People and what they are called: names in the order of their given names.

38 of 100 Vietnamese are called Nguyễn, so a list by family name has them in one row. `zenspa_name_order` returns the
text by which names sort, byte by byte and in every locale: the given name first, then the family name, then the others.
Letters are in the order of the alphabet (a ă â b c d đ e ê …), then tones (none, huyền, hỏi, ngã, sắc, nặng), word by
word. Names that do not look Vietnamese stay as they are written.

It is no stored column: a list reads it for the rows of one page only, in the order of the index.

A variant of a service has a name in both languages where minutes do not tell it from the others (nách, nửa chân).

A birthday is text in ISO 8601, because guests tell it without the year (`--12-31`). A child without a phone is reached by
its mother's: `contact_id`.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Behind the letters of ASCII for vowels and đ, between space and digits for tones: ha, hà, hai, hă, hâ.
MARKS = '{|}!"#$%'
COMBINING = "\u0306\u0302\u031b\u0300\u0309\u0303\u0301\u0323"
# As in `app.common.types.person_name`.
FAMILY_NAMES = (
    "au bach bui cao chau chu cu dam dang dao dau diep dinh do doan duong giap ha han ho hoang hua huynh khong khuat khuc "
    "kieu la lai lam le lieu lo lu luc luong luu luyen ly mac mai ngo nghiem ngac nguyen nhu ninh ong pham phan phi pho "
    "phung quach quan ta tang thach thai than thi tieu to ton tong tra tran trieu trinh truong tu ung van vi vo vu vuong"
)
# bà bác bé chú chị cô cậu dì thầy ông
TITLES = "ba! bac$ be$ chu$ chi% co| ca|u% di! tha|y! o|ng"
SYLLABLE = "^(ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnpqrstvx])?[aeiouy]{1,3}(ng|nh|ch|[cmnpt])?$"
NAME_ORDER = f"""
CREATE FUNCTION zenspa_name_order(full_name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    words text[] := string_to_array(btrim(regexp_replace(
        regexp_replace(regexp_replace(
            replace(lower(translate(normalize(full_name, NFD), 'Đ{COMBINING}', 'đ{MARKS}')), 'đ', 'd}}'),
            '[\\u0300-\\u036F]', '', 'g'
        ), '[\\s.,''’-]+', ' ', 'g'),
        '([!-%])([^ ]*)', '\\2\\1', 'g'  -- a tone after its word
    )), ' ');
    plain text[];
    n int := 0;
BEGIN
    IF cardinality(words) > 1 AND words[1] = ANY ('{{{",".join(TITLES.split())}}}') THEN
        words := words[2:];
    END IF;
    plain := string_to_array(translate(array_to_string(words, ' '), '{MARKS}', ''), ' ');
    IF plain[1] = ANY ('{{{",".join(FAMILY_NAMES.split())}}}') THEN
        WHILE plain[n + 1] ~ '{SYLLABLE}' LOOP
            n := n + 1;
        END LOOP;
    END IF;
    -- After a Vietnamese name there may be a remark in brackets, or a number.
    RETURN array_to_string(CASE WHEN n > 1 AND plain[n + 1] ~ '^[a-z]' IS NOT TRUE THEN
        words[n:n] || words[1:n-1] || words[n+1:] ELSE words END, ' ');
END $$
"""
BOOKABLE_VARIANT = """
CREATE OR REPLACE VIEW bookable_variant AS
SELECT variant.id, service_id, service.name_vi, service.name_en, price,
    CASE WHEN retired_at IS NULL THEN offered ELSE 'no' END AS offered,
    (
        SELECT json_agg(json_build_object('minutes', minutes, 'needs_staff', needs_staff, 'with_guest', with_guest,
            'bed_type_id', bed_type_id, 'device_type_id', device_type_id) ORDER BY segment.position)
        FROM service_segment AS segment WHERE variant_id = variant.id
    ) AS segments{variant_name}
FROM service_variant AS variant JOIN service ON service.id = service_id
"""
VARIANT_NAME_COLUMNS = ", variant.name_vi AS variant_name_vi, variant.name_en AS variant_name_en"
VISIT_DETAILS = """
CREATE OR REPLACE VIEW visit_details AS
SELECT visit.id, visit.branch_id, visit.customer_id, json_build_object(
    'id', visit.id, 'branch_id', visit.branch_id, 'customer_id', visit.customer_id, 'source', source,
    'same_room', same_room, 'note', note, 'created_at', visit.created_at,
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
                'name', json_build_object('vi', service.name_vi, 'en', service.name_en), {variant_name}'price', treatment.price,
                'therapist_id', therapist_id, 'gender', gender, 'start', starts_at, 'end', ends_at,
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
VARIANT_NAME = """'variant_name', CASE WHEN variant.name_vi <> ''
                    THEN json_build_object('vi', variant.name_vi, 'en', variant.name_en) END,
                """
LISTS = {"active": "NULL", "archived": "NOT NULL"}


def upgrade() -> None:
    op.execute(NAME_ORDER)
    for state, condition in LISTS.items():
        op.create_index(
            f"customer_name_order_{state}_idx",
            "customer",
            [sa.text("zenspa_name_order(full_name)"), "id"],
            postgresql_where=sa.text(f"archived_at IS {condition}"),
        )
    for language in ("vi", "en"):
        op.add_column(
            "service_variant", sa.Column(f"name_{language}", sa.Text(), server_default="", nullable=False)
        )
    op.create_check_constraint("name", "service_variant", "(name_vi = '') = (name_en = '')")
    op.execute(BOOKABLE_VARIANT.format(variant_name=VARIANT_NAME_COLUMNS))
    op.execute(VISIT_DETAILS.format(variant_name=VARIANT_NAME))
    op.execute(
        "ALTER TABLE customer ALTER COLUMN birthday TYPE text COLLATE \"C\" USING to_char(birthday, 'YYYY-MM-DD')"
    )
    op.create_check_constraint("birthday", "customer", "birthday ~ '^([0-9]{4}|-)-[0-9]{2}-[0-9]{2}$'")
    op.add_column("customer", sa.Column("contact_id", sa.Uuid()))
    op.create_foreign_key("customer_contact_id_fkey", "customer", "customer", ["contact_id"], ["id"])
    op.create_check_constraint("contact", "customer", "contact_id <> id")
    op.create_index(
        "customer_contact_id_idx",
        "customer",
        ["contact_id"],
        postgresql_where=sa.text("contact_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_column("customer", "contact_id")
    op.drop_constraint("customer_birthday_check", "customer")
    op.execute(
        "ALTER TABLE customer ALTER COLUMN birthday TYPE date"
        " USING CASE WHEN birthday NOT LIKE '--%' THEN birthday::date END"
    )
    op.execute(VISIT_DETAILS.format(variant_name=""))
    op.execute("DROP VIEW bookable_variant")  # a view cannot lose a column
    op.execute(BOOKABLE_VARIANT.format(variant_name=""))
    op.drop_constraint("service_variant_name_check", "service_variant")
    for language in ("vi", "en"):
        op.drop_column("service_variant", f"name_{language}")
    for state in LISTS:
        op.drop_index(f"customer_name_order_{state}_idx", "customer")
    op.execute("DROP FUNCTION zenspa_name_order(text)")
