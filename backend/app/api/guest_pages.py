"""The pages of guests: they are HTML, so they are no part of the API and of its document."""

from fastapi import APIRouter

from app.modules.online_booking.pages import booking_routes, visit_routes
from app.modules.sale.documents import receipt

router = APIRouter()
router.routes.extend([*booking_routes.router.routes, *visit_routes.router.routes, *receipt.pages.routes])
