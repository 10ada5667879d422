"""Routes of bills."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.common.constants import API_V1
from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.db.idempotency import IdempotencyInFlight, IdempotencyKey, IdempotencyKeyReused
from app.http.router import ApiRouter
from app.modules.booking.booking_errors import VisitNotFound
from app.modules.branch.branch_errors import BranchNotFound
from app.modules.course.course_errors import (
    CourseDoesNotFit,
    CourseExpired,
    CourseNotFound,
    CourseReserved,
    CourseSessionBilled,
    CourseSessionGone,
    CourseUsedUp,
)
from app.modules.customer.customer_errors import (
    CustomerArchived,
    CustomerErased,
    CustomerMerged,
    CustomerNotFound,
)
from app.modules.deposit.deposit_errors import DepositNotFound, DepositTooSmall
from app.modules.drawer.drawer_errors import DrawerClosed, NotEnoughCash
from app.modules.gift_card.gift_card_errors import (
    GiftCardBalanceTooLow,
    GiftCardExpired,
    GiftCardLocked,
    GiftCardNotFound,
    GiftCardUsed,
)
from app.modules.identity.access import SignedIn
from app.modules.payment.payment_errors import NoBankAccount
from app.modules.payment.payment_schemas import TransferCodeRead
from app.modules.sale import course_returns, listing, payments, refunds
from app.modules.sale import sale_service as service
from app.modules.sale.course_returns import CourseReturnRead
from app.modules.sale.documents.documents import read_invoices
from app.modules.sale.documents.invoice import InvoiceRead
from app.modules.sale.documents.receipt import ReceiptLink, link_receipt
from app.modules.sale.list_schemas import SaleListQuery, SalePage
from app.modules.sale.sale_errors import (
    AlreadyBilled,
    BillTooLarge,
    CustomerNeeded,
    DiscountNotAllowed,
    DiscountTooLarge,
    ItemNotSold,
    LineNotFound,
    NothingPaid,
    NothingToBill,
    NothingToRefund,
    PaidTooMuch,
    PaymentsLeft,
    RefundDoesNotAddUp,
    RefundedWhole,
    RefundTooLarge,
    SaleChanged,
    SaleNotClosed,
    SaleNotFound,
    SaleNotOpen,
    SoldAtItsPrice,
)
from app.modules.sale.sale_schemas import (
    PaymentsCreate,
    RefundCreate,
    SaleCreate,
    SaleRead,
    SaleUpdate,
    SaleVoid,
)
from app.modules.staff.staff_errors import StaffNotFound

router = ApiRouter(prefix=f"{API_V1}/sales", tags=["Bills"])
courses = ApiRouter(prefix=f"{API_V1}/customer-courses", tags=["Courses"])
_ONCE = (IdempotencyInFlight, IdempotencyKeyReused)
_CONTENT = (
    *(CustomerNotFound, StaffNotFound, ItemNotSold, LineNotFound),
    *(DiscountTooLarge, DiscountNotAllowed, BillTooLarge, SoldAtItsPrice, PaidTooMuch),
    *(CourseNotFound, CourseDoesNotFit, CourseExpired, CourseUsedUp, CourseSessionBilled, CourseSessionGone),
)


@router.post(
    "",
    status_code=201,
    responses=error_responses(BranchNotFound, VisitNotFound, AlreadyBilled, NothingToBill, *_CONTENT, *_ONCE),
)
async def create_sale(user: SignedIn, session: SessionDep, key: IdempotencyKey, sale: SaleCreate) -> SaleRead:
    """Open a bill: of visits, of a product, a course or a gift card, or of both.

    Of visits, it has the treatments and add-ons that are on no bill yet, at the prices that were agreed, with the
    therapist of each. A receptionist takes off no more than the branch allows.
    """
    return await service.create_sale(session, user, key, sale)


@router.get("", responses=error_responses(BranchNotFound))
async def list_sales(
    user: SignedIn, session: SessionDep, query: Annotated[SaleListQuery, Query()]
) -> SalePage:
    """List bills of a branch, the newest first."""
    return await listing.list_sales(session, user, query)


@router.get("/{sale_id}", responses=error_responses(SaleNotFound))
async def get_sale(user: SignedIn, session: SessionDep, sale_id: UUID) -> SaleRead:
    """Return a bill with its lines, tips, payments and refunds."""
    return await service.read_sale(session, user, sale_id)


@router.get("/{sale_id}/vietqr", responses=error_responses(SaleNotFound, SaleNotOpen, NoBankAccount))
async def get_sale_vietqr(user: SignedIn, session: SessionDep, sale_id: UUID) -> TransferCodeRead:
    """Return the VietQR code by which a guest transfers what is left to pay. Its text has the code of the bill first."""
    return await service.draw_vietqr(session, user, sale_id)


@router.get("/{sale_id}/receipt", responses=error_responses(SaleNotFound))
async def get_sale_receipt(user: SignedIn, session: SessionDep, sale_id: UUID) -> ReceiptLink:
    """Return the link of the receipt, a page that is printed or shown to the guest. It ends after 90 days."""
    return await link_receipt(session, user, sale_id)


@router.get("/{sale_id}/invoices", responses=error_responses(SaleNotFound))
async def list_sale_invoices(user: SignedIn, session: SessionDep, sale_id: UUID) -> list[InvoiceRead]:
    """Return the invoice documents of a bill: its own, and those of its refunds. They are frozen, and no provider makes
    e-invoices of them yet."""
    await service.read_sale(session, user, sale_id)
    return await read_invoices(session, sale_id)


@router.put(
    "/{sale_id}",
    responses=error_responses(
        SaleNotFound, SaleNotOpen, SaleChanged, VisitNotFound, AlreadyBilled, *_CONTENT
    ),
)
async def update_sale(user: SignedIn, session: SessionDep, sale_id: UUID, update: SaleUpdate) -> SaleRead:
    """Replace what is on an open bill. A line that is left out is taken off and can be billed elsewhere.

    Of the visits that are named, the treatments and add-ons are added that are on no bill yet. With `version` a change by
    another desk is not overwritten.
    """
    return await service.update_sale(session, user, sale_id, update)


@router.post(
    "/{sale_id}/payments",
    responses=error_responses(
        *(SaleNotFound, SaleNotOpen, PaidTooMuch, NothingPaid, DrawerClosed),
        *(GiftCardNotFound, GiftCardLocked, GiftCardExpired, GiftCardBalanceTooLow),
        *(CustomerNotFound, CustomerArchived, CustomerErased, CustomerMerged),
        *(CustomerNeeded, CourseUsedUp, CourseSessionGone, DepositNotFound, DepositTooSmall, *_ONCE),
    ),
)
async def take_payments(
    user: SignedIn, session: SessionDep, key: IdempotencyKey, sale_id: UUID, new: PaymentsCreate
) -> SaleRead:
    """Take payments for a bill: cash, transfers, cards, gift cards, deposits, in any mix.

    The bill closes when nothing is left to pay. It gets its number, and nothing of it changes any more.
    """
    return await payments.take_payments(session, user, key, sale_id, new)


@router.post("/{sale_id}/void", responses=error_responses(SaleNotFound, SaleNotOpen, PaymentsLeft))
async def void_sale(user: SignedIn, session: SessionDep, sale_id: UUID, void: SaleVoid) -> SaleRead:
    """Give up a bill that is open and has no payments. Its treatments can be billed again."""
    return await service.void_sale(session, user, sale_id, void)


@router.post(
    "/{sale_id}/refunds",
    responses=error_responses(
        *(SaleNotFound, SaleNotOpen, SaleNotClosed, LineNotFound),
        *(
            RefundTooLarge,
            RefundDoesNotAddUp,
            RefundedWhole,
            DrawerClosed,
            NotEnoughCash,
            GiftCardUsed,
            CourseReserved,
            CourseUsedUp,
            NothingToRefund,
            *_ONCE,
        ),
    ),
)
async def refund_sale(
    user: SignedIn, session: SessionDep, key: IdempotencyKey, sale_id: UUID, refund: RefundCreate
) -> SaleRead:
    """Give money back, by the ways in which it came: for lines and the tip of a closed bill, or out of goodwill.

    Of an open bill, payments are given back. Cash comes out of the drawer that is open now, and belongs to its Z report. An
    administrator of the branch refunds.
    """
    return await refunds.refund_sale(session, user, key, sale_id, refund)


@courses.get("/{course_id}/return", responses=error_responses(CourseNotFound, CourseReserved, CourseUsedUp))
async def quote_course_return(user: SignedIn, session: SessionDep, course_id: UUID) -> CourseReturnRead:
    """Return what is paid back if a course is returned now, by its return policy.

    Refunding the line of the bill that sold it returns it. For the desk; an administrator refunds.
    """
    return await course_returns.quote_course_return(session, user, course_id)
