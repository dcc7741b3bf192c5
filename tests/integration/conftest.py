"""Stores of earlier commits, and the whole pipeline on local ones."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.local_pipeline import LocalPipeline
from tests.integration.publisher import Publisher
from tests.integration.youtube_channel import Channel
from tests.old_stores import COMMITS, OldStore, OpenStore, open_store


@pytest.fixture(params=["local", "gcp"])
def backend_name(request: pytest.FixtureRequest) -> str:
    if request.param == "gcp":
        request.getfixturevalue("emulators")
    return str(request.param)


@pytest.fixture(params=COMMITS)
def old_store(request: pytest.FixtureRequest, backend_name: str) -> OldStore:
    return OldStore(request.param, backend_name)


@pytest.fixture
def old(old_store: OldStore, tmp_path: Path) -> Iterator[OpenStore]:
    with open_store(old_store, tmp_path) as store:
        yield store


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[LocalPipeline]:
    local = LocalPipeline(tmp_path)
    yield local
    local.database.close()
    local.process_registry.close()


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[Publisher]:
    publisher = Publisher(tmp_path)
    with closing(publisher.database), closing(publisher.process_registry):
        yield publisher


@pytest.fixture
def channel(tmp_path: Path) -> Iterator[Channel]:
    channel = Channel(tmp_path)
    with closing(channel.database), closing(channel.process_registry):
        yield channel
