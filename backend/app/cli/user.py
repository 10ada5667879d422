"""`zenspa user …`: manage accounts on the server. Production gets its first administrator this way."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.database import run_with_database

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

user_cli = typer.Typer(no_args_is_help=True, help="Manage accounts.")
Email = Annotated[str, typer.Argument(help="The email of the account.", metavar="EMAIL")]


@user_cli.command()
def create(
    email: Email,
    *,
    name: Annotated[str, typer.Option(help="Full name.")],
    role: Annotated[
        list[str],
        typer.Option(
            help="admin, receptionist, therapist or customer, in all branches. Repeat for several roles."
        ),
    ],
    phone: Annotated[
        str | None, typer.Option(help="Phone number, which can be used to sign in as well.")
    ] = None,
) -> None:
    """Create an account and print its password once.

    [bold]Examples[/bold]

      zenspa user create lan@example.com --name "Nguyễn Thị Lan" --role admin
    """
    from pydantic import BaseModel, ValidationError

    from app.common.types.contact import Email, Name, Phone
    from app.modules.identity import identity_service
    from app.modules.identity.access import SYSTEM_USER
    from app.modules.identity.identity_models import User
    from app.modules.identity.identity_schemas import Grants
    from app.modules.identity.passwords import hash_password, new_password

    class NewUser(BaseModel):
        email: Email
        full_name: Name
        phone: Phone | None
        roles: Grants

    try:
        new = NewUser.model_validate(
            {"email": email, "full_name": name, "phone": phone, "roles": [{"role": name} for name in role]}
        )
    except ValidationError as error:
        problems = [f"{problem['loc'][0]}: {problem['msg']}" for problem in error.errors(include_input=False)]
        typer.echo(f"zenspa: {'; '.join(problems)}", err=True)
        raise typer.Exit(2) from None
    password = new_password()

    async def create_account(session: "AsyncSession") -> None:
        account = User(
            full_name=new.full_name,
            email=new.email,
            phone=new.phone,
            password_hash=await hash_password(password),
        )
        await identity_service.create_user(session, SYSTEM_USER, account, new.roles)

    _run("creating the account", create_account)
    typer.echo(f"{new.email}  mật khẩu · password: {password}")


@user_cli.command()
def disable(email: Email) -> None:
    """Lock an account. All its tokens stop working at once.

    [bold]Examples[/bold]

      zenspa user disable lan@example.com
    """
    from app.modules.identity import identity_service
    from app.modules.identity.access import SYSTEM_USER

    async def lock_account(session: "AsyncSession") -> None:
        account = await identity_service.get_by_email(session, email)
        await identity_service.disable_user(session, SYSTEM_USER, account.id)

    _run("locking the account", lock_account)
    typer.echo(f"{email}  đã khóa · disabled")


@user_cli.command("reset-password")
def reset_password(email: Email) -> None:
    """Set a new password, print it once, and end all sessions of the account.

    [bold]Examples[/bold]

      zenspa user reset-password lan@example.com
    """
    from app.modules.identity import recovery
    from app.modules.identity.access import SYSTEM_USER
    from app.modules.identity.passwords import new_password

    password = new_password()

    async def set_password(session: "AsyncSession") -> None:
        await recovery.set_password(session, SYSTEM_USER, email, password)

    _run("resetting the password", set_password)
    typer.echo(f"{email}  mật khẩu mới · new password: {password}")


def _run(task: str, work: "Callable[[AsyncSession], Awaitable[None]]") -> None:
    from app.core.exceptions import ZenSpaException
    from app.db.transactions import run_in_transaction

    try:
        run_with_database(task, lambda: run_in_transaction(work))
    except ZenSpaException as error:
        typer.echo(f"zenspa: {error.public_message('vi')} · {error.public_message('en')}", err=True)
        raise typer.Exit(1) from None
