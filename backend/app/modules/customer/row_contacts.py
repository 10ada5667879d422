"""The contacts of an import's rows: a child's row names the mother by her number, who is a customer or another row."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.localized import LocalizedText
from app.modules.customer.columns import CONTACT_PHONE
from app.modules.customer.row_errors import RowError
from app.modules.customer.staging import with_rows

# An archived customer is found for those whose contact it was before.
_FIND_CONTACTS = """
UPDATE customer_import AS i SET contact_id = coalesce(active.id, added.id, archived.id)
FROM (SELECT DISTINCT contact_phone AS phone FROM customer_import WHERE contact_phone IS NOT NULL) AS contact
LEFT JOIN customer AS active ON active.phone = contact.phone AND active.archived_at IS NULL
LEFT JOIN (
    SELECT DISTINCT ON (phone) phone, id FROM customer_import WHERE phone IS NOT NULL AND existing_id IS NULL
    ORDER BY phone, row
) AS added ON added.phone = contact.phone
LEFT JOIN (
    SELECT DISTINCT ON (phone) phone, id FROM customer
    WHERE archived_at IS NOT NULL AND phone IN (SELECT contact_phone FROM customer_import)
    ORDER BY phone, id DESC
) AS archived ON archived.phone = contact.phone
WHERE i.contact_phone = contact.phone
"""
_LOCK = """
SELECT id FROM customer WHERE id IN (
    SELECT unnest(ARRAY[contact_id, existing_id]) FROM customer_import WHERE contact_id IS NOT NULL
) ORDER BY id FOR NO KEY UPDATE
"""
_NEW_CONTACTS = """
FROM customer_import AS i LEFT JOIN customer AS c ON c.id = i.existing_id
WHERE i.contact_phone IS NOT NULL AND c.archived_at IS NULL AND (i.contact_id IS NULL OR i.contact_id IS DISTINCT FROM c.contact_id)
"""
_UNKNOWN = f"""
SELECT i.row {_NEW_CONTACTS} AND (
    i.contact_id IS NULL OR i.contact_id IN (SELECT id FROM customer WHERE archived_at IS NOT NULL)
)
"""  # noqa: S608 - our own column names
_CANNOT_BE_CONTACTS = f"""
SELECT i.row {_NEW_CONTACTS} AND (
    i.contact_id = coalesce(i.existing_id, i.id)
    OR i.contact_id IN (SELECT id FROM customer WHERE contact_id IS NOT NULL)
    OR i.contact_id IN (SELECT coalesce(existing_id, id) FROM customer_import WHERE contact_id IS NOT NULL)
    OR i.existing_id IN (SELECT contact_id FROM customer WHERE contact_id IS NOT NULL)
    OR coalesce(i.existing_id, i.id) IN (SELECT contact_id FROM customer_import WHERE contact_id IS NOT NULL)
)
"""  # noqa: S608 - our own column names
_REACHED_BY_REFUSED = """
SELECT i.row, contact.row AS contact_row
FROM customer_import AS i JOIN customer_import AS contact ON contact.id = i.contact_id
WHERE contact.row = ANY(:rows) AND NOT i.row = ANY(:rows)
"""
_UNKNOWN_CONTACT = LocalizedText(
    "Chưa có khách nào đang dùng số này. Thêm người liên hệ trước, hoặc xóa ô này.",
    "No active customer has this number. Add the contact first, or empty this cell.",
)
_CONTACT_REFUSED = LocalizedText(
    "Người liên hệ phải là khách khác, và không có người liên hệ riêng. Sửa số này.",
    "The contact must be another customer, who has no contact of their own. Correct this number.",
)


async def find_contacts(session: AsyncSession) -> None:
    """Find who has the numbers of contacts: a customer, or a row of a new one."""
    await session.execute(text(_FIND_CONTACTS))


async def lock_contacts(session: AsyncSession) -> None:
    """Lock the contacts that were found until the transaction ends."""
    await session.execute(text(_LOCK))


async def errors_of_contacts(session: AsyncSession) -> list[RowError]:
    """Return the errors of contacts who are not found or cannot be one. What stays as it is stored is not checked."""
    unknown = {row for (row,) in await session.execute(text(_UNKNOWN))}
    refused = {row for (row,) in await session.execute(text(_CANNOT_BE_CONTACTS))} - unknown
    return [
        *(RowError(row, CONTACT_PHONE, "unknown_contact", _UNKNOWN_CONTACT) for row in unknown),
        *(RowError(row, CONTACT_PHONE, "contact_refused", _CONTACT_REFUSED) for row in refused),
    ]


async def errors_of_reached(session: AsyncSession, refused: Collection[int]) -> list[RowError]:
    """Return the rows whose contact is a new customer in a refused row."""
    return [
        RowError(row, CONTACT_PHONE, "unknown_contact", _refused_with(contact_row))
        for row, contact_row in await session.execute(with_rows(_REACHED_BY_REFUSED), {"rows": [*refused]})
    ]


def _refused_with(row: int) -> LocalizedText:
    return LocalizedText(
        f"Người liên hệ ở dòng {row} chưa nhập được. Sửa dòng đó trước.",
        f"The contact in row {row} cannot be imported. Correct that row first.",
    )
