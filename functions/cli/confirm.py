"""Ask before something is deleted."""

import sys
from typing import Annotated

import typer

from sutradhar.domain.core.errors import FieldError, InvalidRequest

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def confirm(question: str) -> None:
    """Ask ``question`` and end the command unless the user agrees. Raise InvalidRequest where there is no terminal."""
    if not sys.stdin.isatty():
        raise InvalidRequest([FieldError("--yes", "must be given where no user can be asked")])
    typer.confirm(question, abort=True, err=True)
