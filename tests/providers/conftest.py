from collections.abc import Iterator
from pathlib import Path

import pytest
from google.oauth2.credentials import Credentials

from sutradhar.providers.hosted.elevenlabs.music import _LENGTH_SEC
from tests.providers import elevenlabs_stub, sounds, stock_stub
from tests.providers.billing_harness import STUB_ANSWERS, BillingHarness
from tests.providers.pipeline_harness import PipelineHarness, environment
from tests.providers.server import KEY, ProviderStub


@pytest.fixture(autouse=True)
def an_account_of_google(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("google.auth.default", lambda *_args, **_kwargs: (Credentials(KEY), "p"))


@pytest.fixture(scope="session", autouse=True)
def clips_and_music() -> None:
    """Make the clips and the music before a test with a short time-out waits for them."""
    for width, height in stock_stub.SIZES.values():
        stock_stub.clip(width, height)
    sounds.music(_LENGTH_SEC, elevenlabs_stub.MUSIC_RATE, "MP3")


@pytest.fixture
def billing(tmp_path: Path) -> Iterator[BillingHarness]:
    with ProviderStub(STUB_ANSWERS) as stub:
        harness = BillingHarness(stub, tmp_path)
        yield harness
        harness.close()


@pytest.fixture
def stub() -> Iterator[ProviderStub]:
    with ProviderStub(STUB_ANSWERS) as up:
        yield up


@pytest.fixture
def pipeline(stub: ProviderStub, tmp_path: Path) -> Iterator[PipelineHarness]:
    harness = PipelineHarness(environment(stub, tmp_path))
    yield harness
    harness.close()
