"""Routes of the reports."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Header, Query, Response

from app.common.constants import API_V1
from app.core.database import SessionDep, snapshot
from app.core.exceptions import error_responses, preferred_language
from app.http.router import ApiRouter
from app.modules.branch.branch_errors import BranchNotFound
from app.modules.identity.access import SignedIn
from app.modules.report import report_service as service
from app.modules.report import tables
from app.modules.report.files import Table, write_csv, write_xlsx
from app.modules.report.report_schemas import (
    DayQuery,
    DayReport,
    MonthQuery,
    MonthReport,
    OwedReport,
    PeriodQuery,
    ReportQuery,
    ServiceReport,
    StaffReport,
    VisitReport,
)

router = ApiRouter(prefix=f"{API_V1}/reports", tags=["Reports"])
Languages = Annotated[str, Header(alias="Accept-Language", max_length=200, examples=["vi"])]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_RESPONSES = error_responses(BranchNotFound) | {200: {"content": {"text/csv": {}, _XLSX: {}}}}


@router.get("/day", response_model=DayReport, responses=_RESPONSES)
@snapshot
async def get_day_report(
    user: SignedIn, session: SessionDep, query: Annotated[DayQuery, Query()], languages: Languages = "vi"
) -> DayReport | Response:
    """Return the figures of a business day: bills, revenue, tax, tips, payments, discounts and refunds.

    A receptionist reads those of their branch, and so does the administrator of a branch; all branches at once are for
    administrators of the whole spa. With `format`, this and every other report comes as a file in Vietnamese or English.
    """
    report = await service.read_day(session, user, query)
    return _respond(report, tables.day_tables, query, languages, f"day-{query.day}")


@router.get("/month", response_model=MonthReport, responses=_RESPONSES)
@snapshot
async def get_month_report(
    user: SignedIn, session: SessionDep, query: Annotated[MonthQuery, Query()], languages: Languages = "vi"
) -> MonthReport | Response:
    """Return the figures of a month, and of each of its days. For administrators, as are the reports below."""
    report = await service.read_month(session, user, query)
    return _respond(report, tables.month_tables, query, languages, f"month-{query.month:%Y-%m}")


@router.get("/services", response_model=ServiceReport, responses=_RESPONSES)
@snapshot
async def get_service_report(
    user: SignedIn, session: SessionDep, query: Annotated[PeriodQuery, Query()], languages: Languages = "vi"
) -> ServiceReport | Response:
    """Return what was sold in a period: services by category, add-ons, products, courses, gift cards and fees.

    Treatments that sessions of courses have paid are lines of their own, of the kind `session`.
    """
    report = await service.read_services(session, user, query)
    return _respond(report, tables.service_tables, query, languages, _name("services", query))


@router.get("/staff", response_model=StaffReport, responses=_RESPONSES)
@snapshot
async def get_staff_report(
    user: SignedIn, session: SessionDep, query: Annotated[PeriodQuery, Query()], languages: Languages = "vi"
) -> StaffReport | Response:
    """Return what each person did and sold in a period, with tips and commissions."""
    report = await service.read_staff(session, user, query)
    return _respond(report, tables.staff_tables, query, languages, _name("staff", query))


@router.get("/visits", response_model=VisitReport, responses=_RESPONSES)
@snapshot
async def get_visit_report(
    user: SignedIn, session: SessionDep, query: Annotated[PeriodQuery, Query()], languages: Languages = "vi"
) -> VisitReport | Response:
    """Return how many guests came in a period, new and returning ones, and how full therapists and beds were."""
    report = await service.read_visits(session, user, query)
    return _respond(report, tables.visit_tables, query, languages, _name("visits", query))


@router.get("/owed", response_model=OwedReport, responses=_RESPONSES)
@snapshot
async def get_owed_report(
    user: SignedIn, session: SessionDep, query: Annotated[DayQuery, Query()], languages: Languages = "vi"
) -> OwedReport | Response:
    """Return what was owed at the end of a business day, past or present: courses, gift cards, deposits, tips, commissions,
    transfers that belong to no bill, and payments for open bills."""
    report = await service.read_owed(session, user, query)
    return _respond(report, tables.owed_tables, query, languages, f"owed-{query.day}")


def _name(report: str, query: PeriodQuery) -> str:
    return f"{report}-{query.first_day}-{query.last_day}"


def _respond[Report](
    report: Report, tables_of: Callable[[Report], list[Table]], query: ReportQuery, languages: str, name: str
) -> Report | Response:
    """Return a report in the format that the query names."""
    if query.format == "json":
        return report
    language = preferred_language(languages)
    write, media_type = {"csv": (write_csv, "text/csv; charset=utf-8"), "xlsx": (write_xlsx, _XLSX)}[
        query.format
    ]
    disposition = f'attachment; filename="{name}.{query.format}"'
    return Response(
        write(tables_of(report), language),
        media_type=media_type,
        headers={"Content-Disposition": disposition},
    )
