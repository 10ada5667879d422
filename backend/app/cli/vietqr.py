"""`zenspa vietqr`: write and read the text of a VietQR code."""

from typing import Annotated

import typer

from app.modules.payment.vietqr import Target, VietQR, VietQRError, clean_purpose, read_vietqr

vietqr_cli = typer.Typer(
    help="Mã VietQR: tạo và đọc · write and read VietQR codes.", no_args_is_help=True, rich_markup_mode="rich"
)


@vietqr_cli.command()
def build(  # noqa: PLR0913 - an option for each field
    *,
    bank: Annotated[str, typer.Option("--bin", help="The bank: the six digits that NAPAS gave it.")],
    account: Annotated[str, typer.Option(help="The number of the account or card.")],
    amount: Annotated[
        int | None, typer.Option(help="Whole đồng. Without it the guest types the amount.")
    ] = None,
    bill: Annotated[str, typer.Option(help="The number of the bill.")] = "",
    purpose: Annotated[
        str, typer.Option(help="The text of the transfer, a code first. Marks go, 25 characters stay.")
    ] = "",
    card: Annotated[bool, typer.Option("--card", help="The number is that of a card.")] = False,
) -> None:
    """Print the payload of a QR code.

    [bold]Examples[/bold]

      zenspa vietqr build --bin 970436 --account 0123456789 --amount 148000 --purpose ZS7K3Q9M
    """
    qr = VietQR(bank, account, amount, bill, clean_purpose(purpose), Target.CARD if card else Target.ACCOUNT)
    try:
        typer.echo(qr.payload())
    except VietQRError as error:
        raise _failed(error) from None


@vietqr_cli.command()
def read(payload: Annotated[str, typer.Argument(help="The text of the QR code.")]) -> None:
    """Print the fields of a payload, or what is wrong with it.

    [bold]Examples[/bold]

      zenspa vietqr read 00020101021138530010A0000007270123000697041601092576788590208QRIBFTTA53037045802VN6304AE9F
    """
    try:
        qr = read_vietqr(payload)
    except VietQRError as error:
        raise _failed(error) from None
    shown = {
        "bin": qr.bin,
        "card" if qr.target is Target.CARD else "account": qr.account,
        "amount": qr.amount,
        "bill": qr.bill,
        "purpose": qr.purpose,
    }
    for name, value in shown.items():
        if value:
            typer.echo(f"{name:<8} {value}")


def _failed(error: VietQRError) -> typer.Exit:
    typer.echo(f"zenspa: {error.text.vi} · {error.text.en}", err=True)
    return typer.Exit(1)
