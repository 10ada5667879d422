"""People and what they are called: names in the order of their given names.

38 of 100 Vietnamese are called Nguyễn, so a list by family name has them in one row. `zenspa_name_order` returns the
text by which names sort, byte by byte and in every locale: the given name first, then the family name, then the others.
Letters are in the order of the alphabet (a ă â b c d đ e ê …), then tones (none, huyền, hỏi, ngã, sắc, nặng), word by
word. Names that do not look Vietnamese stay as they are written.

It is no stored column: a list reads it for the rows of one page only, in the order of the index.
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


def downgrade() -> None:
    for state in LISTS:
        op.drop_index(f"customer_name_order_{state}_idx", "customer")
    op.execute("DROP FUNCTION zenspa_name_order(text)")
