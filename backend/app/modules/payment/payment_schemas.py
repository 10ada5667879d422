"""Requests and responses of bank accounts and VietQR codes."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.common.schemas import Line, RequestModel


class BankAccountInput(RequestModel):
    bin: Annotated[str, StringConstraints(pattern="^[0-9]{6}$")] = Field(
        description="The bank: the six digits that NAPAS gave it.", examples=["970436"]
    )
    number: Annotated[str, StringConstraints(pattern="^[0-9A-Za-z]{1,19}$")] = Field(examples=["0123456789"])
    holder: Annotated[Line, Field(min_length=1, max_length=100, examples=["CONG TY SEN TRANG"])]


class BankAccountRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    bin: str
    number: str
    holder: str


class TransferCodeRead(BaseModel):
    """A VietQR code that fills in a transfer in the bank app of the guest."""

    payload: str = Field(description="The text of the code.")
    svg: str = Field(description="The code as an SVG image without a size of its own.")
    account: BankAccountRead
    bank: str = Field(description="The name of the bank; empty: it is known by its number alone.")
    amount: int
    purpose: str = Field(
        description="The text of the transfer, by which its notice finds the bill or the deposit."
    )
