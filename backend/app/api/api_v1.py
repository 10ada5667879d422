"""Version 1 of the API: one line a module."""

from fastapi import APIRouter

from app.api import health
from app.modules.customer import customer_routes

api_router = APIRouter(prefix="/api/v1")
api_router.include_router(health.router)
api_router.include_router(customer_routes.router)
