"""Constraints of our tables as errors of the domain."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError

from app.core.database_errors import constraint_of
from app.core.exceptions import ZenSpaException


@contextmanager
def translate_integrity_errors(refusals: Mapping[str, type[ZenSpaException]]) -> Iterator[None]:
    """What PostgreSQL refuses by one of these constraints is that error of ours."""
    try:
        yield
    except IntegrityError as error:
        if (refusal := refusals.get(constraint_of(error))) is not None:
            raise refusal from error
        raise
