"""Titles before names: Mr Smith is under S, and anh Nguyễn Văn An under An.

`zenspa_name_order` knows more titles. Words that can begin a name too (Anh Thư, Em Mai) are titles before a whole name, which
begins with a family name. The indexes of the lists are built again, since they keep what the function returned.
"""

from alembic import op

revision = "0025"
down_revision = "0024"
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
ALSO_GIVEN_NAMES = "au bach chau dao diep ha hoang khuc kieu lam ly mai nhu thai thi tieu tu van vi"
# bà bác bé bạn cháu chú chị cô cậu cụ dì dượng miss mr mrs ms mợ thím thầy ông
TITLES = "ba! bac$ be$ ban% chau$ chu$ chi% co| ca|u% cu% di! du}o}ng% miss mr mrs ms mo}% thim$ tha|y! o|ng"
PERHAPS_TITLES = "a anh ba bac ban be c cau chau chi chu co cu di duong e em mo ong thay thim"
SYLLABLE = "^(ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnpqrstvx])?[aeiouy]{1,3}(ng|nh|ch|[cmnpt])?$"
# As in migration 0011.
TITLES_BEFORE = "ba! bac$ be$ chu$ chi% co| ca|u% di! tha|y! o|ng"


def _array(names: list[str]) -> str:
    return "'{" + ",".join(f'"{name}"' for name in names) + "}'"


FAMILIES = sorted({*FAMILY_NAMES.split()} - {*ALSO_GIVEN_NAMES.split()})
BEFORE_WHOLE_NAMES = f"""
        OR words[1] = ANY ({_array(PERHAPS_TITLES.split())}) AND cardinality(words) > 2
            AND translate(words[2], '{MARKS}', '') = ANY ({_array(FAMILIES)})
    """


def _name_order(titles: str, before_whole_names: str) -> str:
    return f"""
CREATE OR REPLACE FUNCTION zenspa_name_order(full_name text) RETURNS text
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
    IF cardinality(words) > 1 AND (words[1] = ANY ({_array(titles.split())}){before_whole_names}) THEN
        words := words[2:];
    END IF;
    plain := string_to_array(translate(array_to_string(words, ' '), '{MARKS}', ''), ' ');
    IF plain[1] = ANY ({_array(FAMILY_NAMES.split())}) THEN
        WHILE plain[n + 1] ~ '{SYLLABLE}' LOOP
            n := n + 1;
        END LOOP;
    END IF;
    -- After a Vietnamese name there may be a remark in brackets, or a number.
    RETURN array_to_string(CASE WHEN n > 1 AND plain[n + 1] ~ '^[a-z]' IS NOT TRUE THEN
        words[n:n] || words[1:n-1] || words[n+1:] ELSE words END, ' ');
END $$
"""


def upgrade() -> None:
    _replace(_name_order(TITLES, BEFORE_WHOLE_NAMES))


def downgrade() -> None:
    _replace(_name_order(TITLES_BEFORE, ""))


def _replace(function: str) -> None:
    op.execute(function)
    for state in ("active", "archived"):
        # In the transaction of the migration, so that no list is read in the former order.
        op.execute(
            f"-- squawk-ignore require-concurrent-reindex\nREINDEX INDEX customer_name_order_{state}_idx"
        )
