"""The emulators, once for a whole run of tests: each worker of pytest-xdist starts its own when it first needs them."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from functions.dev.emulated_cloud.emulators import Emulators, set_environment
from sutradhar.domain.core.errors import NotInstalled
from sutradhar.domain.jobs.topics import TOPICS


def start(log_dir: Path) -> Iterator[Emulators]:
    """Point Google's clients at them while it lasts."""
    with skip_if_missing(), Emulators(log_dir) as emulators, set_environment(emulators.env):
        yield emulators


def project() -> str:
    """Return the name of a new project that no other test uses: the emulators take any name."""
    return f"test-{uuid.uuid4().hex[:12]}"


def choose_deployment(monkeypatch: pytest.MonkeyPatch) -> str:
    """Let the settings of this process name a new project on the emulators, and create its topics; return its name."""
    from google.cloud import pubsub_v1

    name = project()
    settings = {"BACKEND": "gcp", "GOOGLE_CLOUD_PROJECT": name, "REGION": "europe-west4", "ASSET_BUCKET": name}
    for variable, value in settings.items():
        monkeypatch.setenv(variable, value)
    with pubsub_v1.PublisherClient() as publisher:
        for topic in TOPICS:
            publisher.create_topic(name=f"projects/{name}/topics/sutradhar-{topic}")
    return name


@contextmanager
def skip_if_missing() -> Iterator[None]:
    """Skip the test if an emulator is not installed; in CI let it fail."""
    try:
        yield
    except NotInstalled as exc:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(exc))
