"""Run `sutradhar upload`: keep files of the user's own for plans to name."""

from pathlib import Path
from typing import Annotated

import typer

from functions.cli.console import console, errors
from sutradhar import bootstrap


def upload(
    files: Annotated[list[Path], typer.Argument(help="Videos, pictures and sound files of your own.")],
) -> None:
    """Keep files for plans to name by the ids that are printed: `scenes[].clip`, `scenes[].image`, `music.upload`."""
    from sutradhar.pipeline.uploads import bring

    with errors():
        for path in files:
            found = bring(bootstrap.services(), path)
            facts = found.facts
            assert facts
            size = f"{facts.width}x{facts.height}" if facts.width else ""
            length = f"{facts.duration_sec:.1f} s" if facts.duration_sec else ""
            console.print(f"{path}: {facts.kind} {size} {length}".rstrip())
            print(found.id)
