"""Describe a branch for search engines and link previews (schema.org, as JSON-LD)."""

from collections import defaultdict
from typing import Any

from app.modules.branch.branch_schemas import BranchRead

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def describe_spa(branch: BranchRead, url: str) -> dict[str, Any]:
    """Return the branch as a `DaySpa`."""
    document: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "DaySpa",
        "name": branch.name,
        "url": url,
        "address": {
            "@type": "PostalAddress",
            "streetAddress": branch.address,
            "addressCountry": branch.country,
        },
        "openingHoursSpecification": _hours(branch),
        "potentialAction": {"@type": "ReserveAction", "target": url},
    }
    if branch.phone is not None:
        document["telephone"] = branch.phone
    return document


def _hours(branch: BranchRead) -> list[dict[str, Any]]:
    days = defaultdict(list)
    for hours in branch.hours:
        written = hours.model_dump(mode="json")
        days[written["opens"], written["closes"]].append(_DAYS[hours.weekday - 1])
    return [
        {"@type": "OpeningHoursSpecification", "dayOfWeek": names, "opens": opens, "closes": closes}
        for (opens, closes), names in days.items()
    ]
