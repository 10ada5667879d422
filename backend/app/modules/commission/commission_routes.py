"""Routes of commissions."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Response

from app.common.constants import API_V1
from app.core.database import SessionDep
from app.core.exceptions import error_responses, preferred_language
from app.http.router import ApiRouter
from app.modules.branch.branch_errors import BranchNotFound
from app.modules.catalogue.catalogue_errors import CategoryNotFound, ServiceNotFound
from app.modules.commission import commission_service as service
from app.modules.commission import statement
from app.modules.commission.commission_errors import (
    CommissionRuleNotFound,
    CommissionRuleOverlaps,
    CommissionRuleUsed,
)
from app.modules.commission.commission_schemas import (
    CommissionCheck,
    CommissionCheckQuery,
    CommissionRuleCreate,
    CommissionRuleRead,
    CommissionRuleUpdate,
    CommissionStatement,
    StatementQuery,
)
from app.modules.course.course_errors import CoursePlanNotFound
from app.modules.identity.access import SignedIn
from app.modules.product.product_errors import ProductNotFound
from app.modules.staff.staff_errors import StaffNotFound

rules = ApiRouter(prefix=f"{API_V1}/commission-rules", tags=["Commissions"])
statements = ApiRouter(prefix=f"{API_V1}/commissions", tags=["Commissions"])


@rules.get("")
async def list_commission_rules(user: SignedIn, session: SessionDep) -> list[CommissionRuleRead]:
    """List the commission rules of your branches and those of every branch, past ones too, the newest first."""
    return await service.list_rules(session, user)


@rules.post(
    "",
    status_code=201,
    responses=error_responses(
        BranchNotFound,
        StaffNotFound,
        CategoryNotFound,
        ServiceNotFound,
        ProductNotFound,
        CoursePlanNotFound,
        CommissionRuleOverlaps,
    ),
)
async def create_commission_rule(
    user: SignedIn, session: SessionDep, new: CommissionRuleCreate
) -> CommissionRuleRead:
    """Promise a commission: to a person or everybody, for one thing or many, from a day on.

    Of the rules in force the most specific one pays: one for the person before one for everybody, whatever it pays for; then
    a service, product or course before its category, that before all services, and that before everything; then one of the
    branch before one of every branch. A rule without a last day ends the one for the same that was in force. What was earned
    stays as it is: a refund takes it back at the rate at which it was earned.
    """
    return await service.create_rule(session, user, new)


@rules.get("/check", responses=error_responses(BranchNotFound))
async def check_commission(
    user: SignedIn, session: SessionDep, query: Annotated[CommissionCheckQuery, Query()]
) -> CommissionCheck:
    """Return what a person would earn by a sale on a day, and by which rule."""
    return await service.check_rules(session, user, query)


@rules.patch("/{rule_id}", responses=error_responses(CommissionRuleNotFound, CommissionRuleOverlaps))
async def end_commission_rule(
    user: SignedIn, session: SessionDep, rule_id: UUID, changes: CommissionRuleUpdate
) -> CommissionRuleRead:
    """Set the last day of a commission rule, or remove it. For another rate create a rule."""
    return await service.update_rule(session, user, rule_id, changes)


@rules.delete(
    "/{rule_id}", status_code=204, responses=error_responses(CommissionRuleNotFound, CommissionRuleUsed)
)
async def delete_commission_rule(user: SignedIn, session: SessionDep, rule_id: UUID) -> None:
    """Delete a commission rule that has not paid anything."""
    await service.delete_rule(session, user, rule_id)


@statements.get("/statement", responses=error_responses(StaffNotFound))
async def get_commission_statement(
    user: SignedIn, session: SessionDep, query: Annotated[StatementQuery, Query()]
) -> CommissionStatement:
    """Return what a person has earned in commissions and tips, what was paid out, and what is owed.

    Everybody reads their own; the administrator of a branch that of the people who work there, as far as the branch goes.
    """
    return await statement.read_statement(session, user, query)


@statements.get(
    "/statement.csv",
    response_class=Response,
    responses=error_responses(StaffNotFound) | {200: {"content": {"text/csv": {}}}},
)
async def export_commission_statement(
    user: SignedIn,
    session: SessionDep,
    query: Annotated[StatementQuery, Query()],
    languages: Annotated[str, Header(alias="Accept-Language", max_length=200, examples=["vi"])] = "vi",
) -> Response:
    """Return the same as CSV, in Vietnamese or English by Accept-Language."""
    content = await statement.write_statement(session, user, query, language=preferred_language(languages))
    disposition = 'attachment; filename="commissions.csv"'
    return Response(
        content, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": disposition}
    )
