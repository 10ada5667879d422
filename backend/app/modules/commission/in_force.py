"""The rules of commissions that are in force on a day, read with one message."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.queries import fetch_raw
from app.modules.commission.rules import CommissionScope, EarningKind, Rule, Thing

# `service_of_variant` is a view (docs/sql.md).
_IN_FORCE = """
SELECT (
    SELECT json_agg(json_build_array(id, branch_id, staff_id, scope, thing_id, rate, amount)) FROM commission_rule
    WHERE (branch_id IS NULL OR branch_id = $1) AND (staff_id IS NULL OR staff_id = ANY($2))
        AND first_day <= $3 AND (last_day IS NULL OR last_day >= $3)
), (
    SELECT json_agg(json_build_array(variant_id, service_id, category_id)) FROM service_of_variant
    WHERE variant_id = ANY($4)
)
"""


class RulesInForce(NamedTuple):
    """Rules of a branch on a day, and the services of variants. Only for the request that has read them."""

    rules: list[Rule]
    services: dict[UUID, tuple[UUID, UUID]]
    """The service and the category by variant."""

    def thing(self, kind: EarningKind, thing_id: UUID | None) -> Thing:
        """Return what a line sells, as the rules tell things apart.

        Args:
            thing_id: The variant, product or course plan; of an add-on the variant that it was added to, if there is one.
        """
        if kind in {EarningKind.SERVICE, EarningKind.ADD_ON}:
            service_id, category_id = self.services.get(thing_id, (None, None)) if thing_id else (None, None)
            return Thing(kind, service_id, category_id)
        return Thing(kind, thing_id)


async def load_rules(
    session: AsyncSession,
    *,
    branch_id: UUID,
    day: date,
    staff_ids: Collection[UUID],
    variant_ids: Collection[UUID],
) -> RulesInForce:
    """Return the rules that are in force on a day for these people, and the services of these variants."""
    parameters = branch_id, list(staff_ids), day, list(variant_ids)
    [(rules, services)] = await fetch_raw(session, _IN_FORCE, *parameters)
    return RulesInForce(
        [_rule(*row) for row in rules or []],
        {
            UUID(variant_id): (UUID(service_id), UUID(category_id))
            for variant_id, service_id, category_id in services or []
        },
    )


def _rule(  # noqa: PLR0913, PLR0917 - the columns
    rule_id: str,
    branch_id: str | None,
    staff_id: str | None,
    scope: str,
    thing_id: str | None,
    rate: int | None,
    amount: int | None,
) -> Rule:
    return Rule(
        UUID(rule_id),
        _uuid(branch_id),
        _uuid(staff_id),
        CommissionScope(scope),
        _uuid(thing_id),
        rate,
        amount,
    )


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None
