"""The environments without developers' packages that `.ci/setup dev` makes."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def environment(name: str) -> Path:
    """Return the folder `.venv/NAME`. Where it is missing, fail in CI and skip elsewhere."""
    folder = ROOT / ".venv" / name
    if not (folder / "bin/python").exists():
        missing = f"{folder} is missing; run .ci/setup dev"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return folder
