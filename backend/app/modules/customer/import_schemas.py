"""Requests and responses of the import of customers."""

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.common.schemas import ErrorField, QueryBool, RowNumber
from app.modules.customer.csv_dates import DateOrder
from app.modules.customer.csv_header import ColumnUse
from app.modules.customer.row_errors import Doubt

SEPARATOR = ";"
"""Separates the values of a query parameter: one that is given twice is refused."""
_DOUBTS = "|".join(Doubt)


class BadRows(StrEnum):
    """The treatment of rows that an import cannot take."""

    REFUSE = "refuse"
    """Import nothing."""
    RETURN = "return"
    """Import the other rows, and return these as a file."""


class CustomerImportOptions(BaseModel):
    """The choices of the user on how to read a file and which doubts to accept."""

    model_config = ConfigDict(extra="forbid")

    ignore: Annotated[str, Field(max_length=5_000, examples=["Địa chỉ;Hạng thẻ"])] = Field(
        default="",
        description="Headers of columns that are not imported, separated by `;`. A column without a header is named by "
        "its letter in a spreadsheet; `*` is every column that is not recognised.",
    )
    date_order: DateOrder | None = Field(
        default=None, description="The order of day and month in the file, if its dates do not tell it."
    )
    accept: Annotated[str, Field(pattern=f"^(({_DOUBTS})(;({_DOUBTS}))*)?$", examples=["another_name"])] = (
        Field(
            default="",
            description="The kinds of doubt in spite of which a row is imported as it is, separated by `;`: `broken_text`, "
            "`no_name`, `another_name`, `swapped_birthday`.",
        )
    )
    share_phones: QueryBool = Field(
        default=False,
        description="Take a row with another name at a known number for a person who is reached by it, such as a child: "
        "the owner of the number becomes the contact. Of rows with one number, the first is the owner.",
    )

    @property
    def ignored_columns(self) -> list[str]:
        """Return the headers of columns that are not imported."""
        return [header.strip() for header in self.ignore.split(SEPARATOR) if header.strip()]

    @property
    def accepted(self) -> set[str]:
        """Return the kinds of doubt that are accepted."""
        return set(self.accept.split(SEPARATOR))


class CustomerImportQuery(CustomerImportOptions):
    bad_rows: BadRows = Field(
        default=BadRows.REFUSE,
        description="`refuse`: import nothing if a row is bad. `return`: import the good rows, and return the others as a "
        "file with the reason of each.",
    )


class CustomerImportPreviewQuery(CustomerImportOptions):
    from_row: RowNumber = Field(default=1, description="The first row of the file to show.")


class CustomerImportResult(BaseModel):
    created: int
    updated: int
    unchanged: int
    skipped: int = Field(description="Rows of customers who are archived or were merged into others.")
    refused: int = Field(description="Rows that were not imported because they are bad or in doubt.")
    refused_rows: str | None = Field(
        description="These rows as a CSV file, each behind its reason. Correct them and import that file; the column with "
        "the reasons is ignored."
    )


class ImportColumn(BaseModel):
    header: str = Field(
        description="As in the file; the letter of a column without one.", examples=["Di động"]
    )
    column: str | None = Field(
        description="What it becomes; `family_name` is put before the given name.", examples=["phone"]
    )
    use: ColumnUse


class ImportRow(BaseModel):
    row: int = Field(description="The number of the row, as a spreadsheet counts.")
    outcome: Literal["created", "updated", "unchanged", "skipped", "refused"]
    customer_id: UUID | None = Field(description="The existing customer that the row is about.")
    values: dict[str, str] = Field(description="What the customer will have; empty fields are left out.")
    previous: dict[str, str] = Field(description="Fields that change, with what the customer has now.")
    problems: list[ErrorField]


class CustomerImportPreview(BaseModel):
    """The outcome that an import would have."""

    created: int
    updated: int
    unchanged: int
    skipped: int
    refused: int
    columns: list[ImportColumn]
    date_order: DateOrder | None = Field(description="null: no date needs it, or it has to be chosen.")
    problems: list[ErrorField] = Field(
        description="Problems of the whole file, such as columns to decide on."
    )
    rows: list[ImportRow] = Field(description="A hundred rows from `from_row` on.")
    more_rows: int = Field(description="The number of rows after these.")
