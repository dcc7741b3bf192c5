"""Every command explains itself: its purpose, its arguments and its options."""

import re

import pytest
import typer
from typer.testing import CliRunner

from functions.cli import app

GROUP, GROUPS = (
    typer.main.get_group(app),
    (
        "approvals",
        "batches",
        "brands",
        "keys",
        "marks",
        "publication",
        "youtube",
    ),
)
COMMANDS = {
    f"{path} {name}".strip(): command
    for path, group in (("", GROUP), *((name, GROUP.commands[name]) for name in GROUPS))
    for name, command in getattr(group, "commands", {}).items()
}


def test_the_help_lists_the_commands_under_headings() -> None:
    text = CliRunner().invoke(app, ["--help"]).output
    for heading in ("Make videos", "Follow jobs", "Publish videos", "Run and look after this machine"):
        assert heading in text
    assert "--install-completion" in text


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_explains_each_of_its_parts(name: str) -> None:
    command = COMMANDS[name]
    assert re.match(r"[A-Z].*\.", command.help or "", re.DOTALL), "its help is a sentence"
    silent = [p.name for p in command.params if not getattr(p, "help", None)]
    assert silent == []
    shown = CliRunner().invoke(app, [*name.split(), "--help"], env={"COLUMNS": "120"})
    assert shown.exit_code == 0


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {*GROUPS, "serve", "mcp", "plan", "duplicate"}))
def test_commands_that_print_tables_or_sentences_take_json(name: str) -> None:
    """The others print JSON anyway, or run until they are stopped."""
    assert "--json" in [option for p in COMMANDS[name].params for option in p.opts]
