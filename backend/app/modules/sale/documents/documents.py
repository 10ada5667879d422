"""Write the invoice document of a bill or a refund, and read them."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.db.queries import fetch_raw
from app.modules.sale.documents.invoice import (
    PROVIDER,
    InvoiceDocument,
    InvoiceRead,
    adjustment_of,
    invoice_of,
)
from app.modules.sale.sale_models import InvoiceDocument as InvoiceRow
from app.modules.sale.sale_schemas import RefundRead, SaleRead

_WRITE = """
INSERT INTO invoice_document (id, sale_id, refund_id, document)
VALUES ($1, $2, $3, $4::jsonb || jsonb_build_object('seller', zenspa_seller($5)))
"""


async def write_invoice(session: AsyncSession, bill: SaleRead, refund: RefundRead | None = None) -> None:
    """Freeze the invoice document of a bill that was just closed, or of a refund of it, unless nothing is invoiced."""
    content = invoice_of(bill) if refund is None else adjustment_of(bill, refund)
    if content is not None:
        document = content.model_dump_json()
        await fetch_raw(session, _WRITE, uuid7(), bill.id, content.refund_id, document, bill.branch_id)


async def read_invoices(session: AsyncSession, sale_id: UUID) -> list[InvoiceRead]:
    """Return the documents of a bill: its own, and those of its refunds."""
    rows = await session.scalars(
        select(InvoiceRow).where(InvoiceRow.sale_id == sale_id).order_by(InvoiceRow.id)
    )
    return [
        InvoiceRead(
            id=row.id, document=InvoiceDocument.model_validate(row.document), is_sent=PROVIDER is not None
        )
        for row in rows
    ]
