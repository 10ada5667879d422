"""Version 1 of the API: one line a module."""

from fastapi import APIRouter

from app.api import health
from app.modules.audit import audit_routes
from app.modules.availability import availability_routes
from app.modules.board import board_routes
from app.modules.booking import booking_replan_routes, booking_routes
from app.modules.branch import branch_routes
from app.modules.calendar import calendar_routes
from app.modules.catalogue import catalogue_routes
from app.modules.customer import customer_privacy_routes, customer_routes
from app.modules.identity import identity_auth_routes, identity_routes
from app.modules.resource import resource_outage_routes, resource_routes
from app.modules.staff import staff_roster_routes, staff_routes, staff_time_off_routes

api_router = APIRouter()
for router in (
    health.router,
    branch_routes.router,  # early, as the catalogue: they are asked for most, and first come is first tried
    catalogue_routes.router,
    identity_auth_routes.router,
    identity_routes.users,
    identity_routes.invited,
    identity_routes.mails,
    audit_routes.router,
    customer_routes.router,
    customer_privacy_routes.router,
    resource_routes.types,
    resource_routes.rooms,
    resource_routes.resources,
    resource_outage_routes.router,
    staff_routes.router,
    staff_roster_routes.router,
    staff_time_off_routes.router,
    availability_routes.router,
    booking_routes.visits,
    booking_routes.appointments,
    booking_replan_routes.router,
    board_routes.router,
    calendar_routes.router,
):
    # Not `include_router`: FastAPI 0.165 tries the routes of a nested router several times for each request (57 µs
    # became 91, measured in process).
    api_router.routes.extend(router.routes)
