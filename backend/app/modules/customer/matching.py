"""Find the customers that the rows of an import are about: by phone, and without one by name, birthday, email and contact."""

from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.localized import LocalizedText
from app.common.types.person_name import TITLES
from app.modules.customer.row_contacts import find_contacts
from app.modules.customer.row_errors import Doubt, RowError
from app.modules.customer.staging import batches

_SWAPPED = LocalizedText(
    "Ngày sinh đang lưu có ngày và tháng đảo lại. Kiểm tra thứ tự ngày tháng của tệp, hoặc xác nhận dòng này.",
    "The stored birthday has day and month the other way round. Check the order of dates in the file, or confirm the row.",
)
_REPEATED_PHONES = """
SELECT row, first FROM (
    SELECT row, first_value(row) OVER (PARTITION BY phone ORDER BY row) AS first
    FROM customer_import WHERE phone IS NOT NULL
) AS numbered
WHERE row <> first ORDER BY row
"""
_FIND_BY_PHONE = """
UPDATE customer_import AS i SET existing_id = c.id FROM customer AS c
WHERE i.existing_id IS NULL AND c.phone = i.phone AND {condition}
"""
_NUMBER_NAMESAKES = """
UPDATE customer_import AS i SET namesake = numbered.namesake FROM (
    SELECT row, row_number() OVER (PARTITION BY {key} ORDER BY row) AS namesake
    FROM customer_import WHERE phone IS NULL AND existing_id IS NULL
) AS numbered
WHERE i.row = numbered.row
"""
_FIND_WITHOUT_PHONE = """
UPDATE customer_import AS i SET existing_id = c.id FROM (
    SELECT id, full_name, birthday, email, contact_id, row_number() OVER (PARTITION BY {key} ORDER BY id) AS namesake
    FROM customer AS c
    WHERE phone IS NULL AND {condition} AND name_keys[1] IN (
        SELECT zenspa_fold(full_name) FROM customer_import WHERE phone IS NULL AND existing_id IS NULL
    ) AND id NOT IN (SELECT existing_id FROM customer_import WHERE existing_id IS NOT NULL)
) AS c
WHERE i.phone IS NULL AND i.existing_id IS NULL AND c.namesake = i.namesake AND c.full_name = i.full_name AND {is_same}
"""


class _Identity(NamedTuple):
    """The facts that tell customers without a phone from namesakes. Equal ones are paired in order."""

    key: str
    is_same: str


_SAME_FACTS = "c.birthday IS NOT DISTINCT FROM i.birthday AND c.email IS NOT DISTINCT FROM i.email"
_IDENTITIES = (
    _Identity(
        "full_name, birthday, email, contact_id",
        f"{_SAME_FACTS} AND c.contact_id IS NOT DISTINCT FROM i.contact_id",
    ),
    # A mother has no two children of one name.
    _Identity("full_name, contact_id", "c.contact_id = i.contact_id"),
    # The contact is new, or the row does not say it.
    _Identity(
        "full_name, birthday, email, contact_id IS NULL",
        f"{_SAME_FACTS} AND (c.contact_id IS NULL) <> (i.contact_id IS NULL)",
    ),
)
# Two spellings are one name if they have the same letters, and the same marks where both have any: Le Lan is Lê Lan, and
# Lân is not Lan. Marks are compared in the order of the letters without them, for Hoà is Hòa.
_MARKS = r"regexp_replace(normalize(translate({0}, 'Đ', 'đ'), NFD), '[^đ\u0300-\u036F]', '', 'g')"
_LETTERS = r"translate(regexp_replace(normalize({0}, NFD), '[\u0300-\u036F]', '', 'g'), 'đĐ', 'dD')"
# A title is no part of a name: chị Lan is Lan.
_TITLES = "|".join(
    spell(title) for title in sorted(TITLES) for spell in (str.lower, str.capitalize, str.upper)
)
_UNTITLED = rf"regexp_replace(normalize({{0}}, NFC), '^({_TITLES})[\s.]+(?=\S)', '')"
_FILE_NAME, _STORED_NAME = _UNTITLED.format("i.full_name"), _UNTITLED.format("c.full_name")
_FILE_MARKS, _STORED_MARKS = _MARKS.format(_FILE_NAME), _MARKS.format(_STORED_NAME)
_FILE_LETTERS = _LETTERS.format(_FILE_NAME)
_IS_SAME_NAME = f"""
zenspa_fold({_FILE_NAME}) = zenspa_fold({_STORED_NAME})
    AND ({_FILE_MARKS} = {_STORED_MARKS} OR {_FILE_MARKS} = '' OR {_STORED_MARKS} = '')
"""
_OTHER_SPELLINGS = """
FROM customer AS c WHERE c.id = i.existing_id AND c.archived_at IS NULL AND c.full_name <> i.full_name
    AND i.row BETWEEN :first AND :last
"""
# A file in capitals or without accents spoils no name, and a title is not worth a change.
_KEEP_BETTER_SPELLINGS = f"""
UPDATE customer_import AS i SET full_name = c.full_name {_OTHER_SPELLINGS} AND {_IS_SAME_NAME} AND (
    {_FILE_NAME} = {_STORED_NAME}
    OR ({_FILE_MARKS} = '' AND {_STORED_MARKS} <> '')
    OR ({_FILE_MARKS} = {_STORED_MARKS} AND {_FILE_LETTERS} IN (upper({_FILE_LETTERS}), lower({_FILE_LETTERS})))
)
"""  # noqa: S608 - our own column names
_ANOTHER_NAME = f"""
SELECT i.row, c.full_name FROM customer_import AS i, LATERAL (SELECT c.full_name {_OTHER_SPELLINGS}) AS c
WHERE NOT ({_IS_SAME_NAME}) ORDER BY i.row
"""  # noqa: S608 - our own column names
# The number of a row becomes that of the contact, and the row is about a person without a phone.
_MOVE_PHONE = "UPDATE customer_import AS i SET contact_phone = i.phone, phone = NULL, existing_id = NULL"
_KNOWN_CONTACT = f"""
{_MOVE_PHONE} FROM customer AS owner, customer AS c
WHERE owner.id = i.existing_id AND owner.archived_at IS NULL AND owner.full_name <> i.full_name
    AND i.contact_phone IS NULL
    AND c.contact_id = owner.id AND c.archived_at IS NULL AND c.phone IS NULL AND c.full_name = i.full_name
"""
_SHARE_WITH_CUSTOMER = f"""
{_MOVE_PHONE} {_OTHER_SPELLINGS} AND i.contact_phone IS NULL AND NOT ({_IS_SAME_NAME})
"""
_SHARE_WITH_ROW = f"""
{_MOVE_PHONE} FROM (
    SELECT DISTINCT ON (phone) row, phone, full_name FROM customer_import WHERE phone IS NOT NULL ORDER BY phone, row
) AS c
WHERE c.phone = i.phone AND c.row <> i.row AND i.row BETWEEN :first AND :last AND i.contact_phone IS NULL
    AND NOT ({_IS_SAME_NAME})
"""  # noqa: S608 - our own column names
_SWAPPED_BIRTHDAY = """
SELECT i.row FROM customer_import AS i JOIN customer AS c ON c.id = i.existing_id
WHERE i.row BETWEEN :first AND :last AND c.archived_at IS NULL AND c.birthday <> i.birthday
    AND c.birthday = left(i.birthday, -5) || right(i.birthday, 2) || '-' || left(right(i.birthday, 5), 2)
ORDER BY i.row
"""
_ACTIVE = "c.archived_at IS NULL"
_ARCHIVED = "c.archived_at IS NOT NULL"


async def find_existing(session: AsyncSession, last_row: int, *, share_phones: bool) -> None:
    """Find the customers that the rows are about, and their contacts, active ones first.

    Args:
        share_phones: The owner of a number becomes the contact of the rows that have it with another name.
    """
    await session.execute(text("ANALYZE customer_import"))
    for condition in (_ACTIVE, _ARCHIVED):
        await session.execute(text(_FIND_BY_PHONE.format(condition=condition)))
    await session.execute(text(_KNOWN_CONTACT))
    if share_phones:
        for batch in batches(last_row):
            await session.execute(text(_SHARE_WITH_CUSTOMER), batch)
        for batch in batches(last_row):
            await session.execute(text(_SHARE_WITH_ROW), batch)
    await find_contacts(session)
    for condition in (_ACTIVE, _ARCHIVED):
        for key, is_same in _IDENTITIES:
            await session.execute(text(_NUMBER_NAMESAKES.format(key=key)))
            find = _FIND_WITHOUT_PHONE.format(key=key, condition=condition, is_same=is_same)
            await session.execute(text(find))
    for batch in batches(last_row):
        await session.execute(text(_KEEP_BETTER_SPELLINGS), batch)


async def errors_of_rows(session: AsyncSession, last_row: int) -> list[RowError]:
    """Return what is wrong or in doubt with rows beside others, and beside the customers that they are about."""
    repeated = {record.row: record.first for record in await session.execute(text(_REPEATED_PHONES))}
    errors = [RowError(row, "phone", "duplicate_row", _same_phone(first)) for row, first in repeated.items()]
    for batch in batches(last_row):
        errors += [
            RowError(row, "full_name", Doubt.ANOTHER_NAME, _number_of(name))
            for row, name in await session.execute(text(_ANOTHER_NAME), batch)
            if row not in repeated
        ]
        errors += [
            RowError(row, "birthday", Doubt.SWAPPED_BIRTHDAY, _SWAPPED)
            for (row,) in await session.execute(text(_SWAPPED_BIRTHDAY), batch)
            if row not in repeated
        ]
    return errors


def _same_phone(row: int) -> LocalizedText:
    return LocalizedText(
        f"Trùng số điện thoại với dòng {row}. Giữ lại một dòng, hoặc chọn dùng chung số nếu là người nhà.",
        f"The same phone number as in row {row}. Keep one of the rows, or choose that families share a number.",
    )


def _number_of(name: str) -> LocalizedText:
    return LocalizedText(
        f"Số này là của khách “{name}”. Sửa số, xác nhận đổi tên, hoặc chọn dùng chung số nếu là người nhà.",
        f"This number belongs to “{name}”. Correct it, confirm that the customer is renamed, or choose that families"
        " share a number.",
    )
