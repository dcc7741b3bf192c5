"""Run `sutradhar upload`: store the user's own files, so that plans can name them."""

from pathlib import Path
from typing import Annotated

import typer

from functions.cli.console import print_line, report_errors
from functions.cli.output import AsJson, print_json
from functions.cli.own_files import FileProblem, import_named_file
from functions.cli.start import prepare_home
from sutradhar.domain.core.errors import InvalidRequest


def upload(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Your own videos, images and audio files.")],
    as_json: AsJson = False,
) -> None:
    """Store files and print their ids, which plans use as `scenes[].clip`, `scenes[].image` or `music.upload`."""
    refused, stored_files = False, []
    with report_errors():
        prepare_home()
        for name in files:
            try:
                stored = import_named_file(name, Path())
            except FileProblem as exc:
                print_line((name, "red"), f" {exc}")
                refused = True
                continue
            except InvalidRequest as exc:
                print_line((name, "red"), f" {'; '.join(error.message for error in exc.errors)}")
                refused = True
                continue
            facts = stored.facts
            assert facts
            size = f"{facts.width}x{facts.height}" if facts.width else ""
            length = f"{facts.duration_sec:.1f} s" if facts.duration_sec else ""
            print_line(f"{name}: {facts.kind} {size} {length}".rstrip())
            for notice in facts.notices:
                print_line(f"{name} {notice}")
            stored_files.append({"upload_id": stored.id, "file": name, **facts.model_dump(mode="json")})
            if not as_json:
                print(stored.id, flush=True)
    if as_json:
        print_json({"uploads": stored_files})
    if refused:
        raise typer.Exit(2)
