"""docs/architecture.md agrees with the code: its rooms, its arrows and the files that it names exist."""

import ast
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from sutradhar.domain.jobs.job_state import TRANSITIONS
from sutradhar.domain.jobs.topics import TOPICS
from sutradhar.pipeline.handle import HANDLERS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/architecture.md").read_text("utf-8")
PACKAGES = {"functions": "functions", "gpu_renderer": "gpu_renderer", "sutradhar": "shared/sutradhar"}
ONE_ENTRY = re.compile(r"providers/(hosted|offline)/.|functions/dev/.")
"""Folders inside a room that has one row for all of them."""
IMPORTED_BY_MOST = {"domain", "telemetry"}


def list_folders() -> set[str]:
    folders = (path.parent for top in PACKAGES.values() for path in (ROOT / top).rglob("__init__.py"))
    names = {folder.relative_to(ROOT).as_posix() for folder in folders}
    return {f"{name}/" for name in names if not ONE_ENTRY.search(name)} - {"shared/sutradhar/"}


def read_arrows() -> set[tuple[str, str]]:
    lines = re.findall(r"^    (\w+) --> (.*)$", PAGE.partition("flowchart TD")[2].partition("```")[0], re.MULTILINE)
    return {arrow for source, targets in lines for arrow in product([source], targets.split(" & "))}


def list_imports() -> Iterator[tuple[str, str]]:
    """Return each pair of rooms of which the first imports the second."""
    for package, top in PACKAGES.items():
        for path in (ROOT / top).rglob("*.py"):
            parts = path.relative_to(ROOT / top).with_suffix("").parts
            source = parts[0] if package == "sutradhar" else package
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in PACKAGES:
                    names = [f"{node.module}.{alias.name}" for alias in node.names]
                    targets = {name.removeprefix("sutradhar.").split(".")[0] for name in names}
                    yield from ((source, target) for target in targets - {source})


def test_the_table_lists_every_room() -> None:
    table = PAGE.partition("### Table of rooms")[2].partition("\n\nInside")[0]
    rows = re.findall(r"^\| `([\w./]+)` \| \S", table, re.MULTILINE)
    assert sorted(name for name in rows if name.endswith("/")) == sorted(list_folders())
    assert all((ROOT / name).exists() for name in rows)


def test_the_arrows_are_the_imports() -> None:
    imports = {(source, target) for source, target in list_imports() if target not in IMPORTED_BY_MOST}
    assert {arrow for arrow in read_arrows() if arrow[1] not in IMPORTED_BY_MOST} == imports


def test_the_diagram_of_states_has_every_transition() -> None:
    arrows = re.findall(r"^    ([A-Z_]+) --> ([A-Z_]+)", PAGE, re.MULTILINE)
    assert set(arrows) == {(str(source), str(target)) for source, targets in TRANSITIONS.items() for target in targets}


def test_the_table_of_steps_has_every_message() -> None:
    rows = re.findall(r"^\| [\d–] \| `(\w+)`, (\w+)", PAGE, re.MULTILINE)
    assert dict(rows) == {kind.__name__: vars(kind)["topic"] for kind in HANDLERS}
    assert {topic for _, topic in rows} == set(TOPICS)


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`([\w./-]+\.(?:py|json|tf|md|toml|txt))`", PAGE))))
def test_every_file_exists(name: str) -> None:
    if name in ("request.json", "provenance.json", "job_summary.json"):
        return  # blobs of a job
    if re.search(r"/acme/", name):
        return  # the example of a new provider
    tops = (
        "docs",
        "functions",
        "functions/api",
        "functions/cli",
        "gpu_renderer",
        "shared/sutradhar",
        "tests/providers",
    )
    rooms = ("domain/jobs", "pipeline", "pipeline/billing", "providers")
    folders = ["", *tops, *(f"shared/sutradhar/{room}" for room in rooms)]
    assert any((ROOT / folder / name).exists() for folder in folders), name
