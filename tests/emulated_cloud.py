"""The emulators, once for a whole run of tests: each worker of pytest-xdist starts its own when it first needs them."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from functions.dev.emulated_cloud.emulators import Emulators, set_environment
from sutradhar.domain.core.errors import NotInstalled


def start(log_dir: Path) -> Iterator[Emulators]:
    """Point Google's clients at them while it lasts."""
    with skip_if_missing(), Emulators(log_dir) as emulators, set_environment(emulators.env):
        yield emulators


def project() -> str:
    """Return the name of a new project that no other test uses: the emulators take any name."""
    return f"test-{uuid.uuid4().hex[:12]}"


@contextmanager
def skip_if_missing() -> Iterator[None]:
    """Skip the test if an emulator is not installed; in CI let it fail."""
    try:
        yield
    except NotInstalled as exc:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(exc))
