"""The form in which a module says what it keeps about customers.

Each module that keeps something about customers has one `PersonalDataHolder`, and `app.personal_data` lists all of
them. Exports, merges and erasures (`privacy`, `merge`) only loop over that list, in one transaction. They lock customers before
visits, and no resources.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

type Export = Callable[[AsyncSession, Sequence[UUID]], Awaitable[Sequence[BaseModel]]]
"""A function of the ids of customers, which returns the records about them."""
type Merge = Callable[[AsyncSession, UUID, UUID], Awaitable[None]]
"""A function of the ids of a duplicate and of the survivor, which moves the records to the survivor."""
type Erase = Callable[[AsyncSession, Sequence[UUID], Sequence[UUID]], Awaitable[None]]
"""A function of the ids of customers and of their accounts, which removes the personal data. It can be repeated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalDataHolder:
    """The records about customers that one module keeps.

    When `merge` and `erase` run, the customers are locked FOR UPDATE. Code that writes something new about a
    customer locks the customer FOR KEY SHARE first (`require_active`), so nothing new appears meanwhile.
    """

    name: str
    """The key of these records in a person's copy."""
    tables: frozenset[str]
    """The tables with a customer's id. A test fails for a table that no holder has."""
    export: Export
    merge: Merge
    erase: Erase
    refuse_merge: Merge | None = None
    """A check before `merge`, which raises an error if the records say that these are two people. The desk can confirm."""


type PersonalDataHolders = Sequence[PersonalDataHolder]
"""The list of `app.personal_data`. `create_app` gives it to the routes, so that this module imports no other holder."""
