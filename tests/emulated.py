"""The emulators, once for a whole run of tests: each worker of pytest-xdist starts its own when it first needs them."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from functions.emulated.emulators import Emulators
from sutradhar.domain.errors import NotInstalled


def start(log_dir: Path) -> Iterator[Emulators]:
    """Fails in CI where something is missing, skips elsewhere. Points Google's clients at them while it lasts."""
    try:
        emulators = Emulators(log_dir).__enter__()
    except NotInstalled as exc:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(exc))
    before = {name: os.environ.get(name) for name in emulators.env}
    os.environ.update(emulators.env)
    try:
        yield emulators
    finally:
        emulators.close()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def project() -> str:
    """A project of nobody else's: the emulators take any name."""
    return f"test-{uuid.uuid4().hex[:12]}"


@contextmanager
def or_skipped() -> Iterator[None]:
    """What is not installed fails in CI and skips elsewhere."""
    try:
        yield
    except NotInstalled as exc:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(exc))
