"""Tests that files and functions stay small: CONTRIBUTING.md gives the limits."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
LONGEST_FILE, MEDIAN_FILE, LONGEST_FUNCTION = 350, 110, 60


def _list_files() -> list[Path]:
    tracked = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in tracked.split() if (ROOT / name).exists() and "/generated/" not in name]


def _find_long_functions(path: Path) -> Iterator[str]:
    """Yield each function that is too long and gives no reason behind its ``noqa``."""
    text = path.read_text()
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LONGEST_FUNCTION and not re.search(r"# noqa: [A-Z0-9, ]+ - \w", lines[node.lineno - 1]):
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name} has {length} lines"


def test_no_file_is_longer_than_its_limit() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in _list_files()}
    assert [str(p) for p, length in lengths.items() if length > LONGEST_FILE] == []
    assert median(length for length in lengths.values() if length) <= MEDIAN_FILE


def test_no_function_is_longer_than_its_limit_without_a_reason() -> None:
    assert [where for path in _list_files() for where in _find_long_functions(path)] == []
