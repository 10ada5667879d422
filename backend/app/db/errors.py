"""Translate violated constraints of our tables into errors of the domain."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError

from app.core.database_errors import constraint_of
from app.core.exceptions import ZenSpaException


@contextmanager
def translate_integrity_errors(errors: Mapping[str, type[ZenSpaException]]) -> Iterator[None]:
    """Raise the error that belongs to the violated constraint; other errors pass.

    Args:
        errors: The name of a constraint, and the error that its violation becomes.
    """
    try:
        yield
    except IntegrityError as error:
        if (translated := errors.get(constraint_of(error))) is not None:
            raise translated from error
        raise
