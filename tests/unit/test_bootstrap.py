"""The composition root makes each adapter when it is first read, and once."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from sutradhar.bootstrap import gcp_backend
from sutradhar.bootstrap.lazy import lazy
from sutradhar.bootstrap.local import choose_asset_workers
from sutradhar.config import Settings
from sutradhar.domain.core.errors import InvalidRequest

CLOUD = {"BACKEND": "gcp", "GOOGLE_CLOUD_PROJECT": "p", "REGION": "r", "ASSET_BUCKET": "b"}


class Loader:
    def __init__(self) -> None:
        self.loads: list[object] = []
        self.both_read = threading.Barrier(2)
        self.is_broken = False

    @lazy
    def model(self) -> object:
        if self.is_broken:
            raise OSError("the disk is full")
        # the second thread gets here too, unless it waits for the first
        with pytest.raises(threading.BrokenBarrierError):
            self.both_read.wait(0.2)
        self.loads.append(object())
        return self.loads[-1]


def test_two_threads_load_one_model() -> None:
    loader = Loader()
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: loader.model, range(2))
    assert first is second
    assert loader.loads == [first]
    assert Loader().model is not first


def test_a_failure_is_not_kept() -> None:
    loader = Loader()
    loader.is_broken = True
    with pytest.raises(OSError, match="disk is full"):
        assert loader.model
    loader.is_broken = False
    assert loader.model is loader.model


def test_a_port_of_google_cloud_brings_only_its_own_client() -> None:
    code = (
        "import sys\nfrom sutradhar import bootstrap\nfrom sutradhar.config import Settings\n"
        f"backend = bootstrap.gcp_backend(Settings.from_env({CLOUD!r}))\n"
        "print(sorted(name for name in sys.modules if name.startswith('sutradhar.backends')))\n"
        "assert backend.bus is backend.bus\n"
        "print(sorted(name for name in sys.modules if name.startswith('sutradhar.backends.gcp.')))\n"
        "backend.close()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    before, after = done.stdout.splitlines()
    assert before == "[]"
    assert "bus" in after
    assert not any(name in after for name in ("stores", "blobs", "runner"))


def test_google_cloud_has_no_worker_in_this_process() -> None:
    with pytest.raises(InvalidRequest, match="BACKEND: must be local"):
        gcp_backend(Settings.from_env(CLOUD)).create_worker()


def test_only_free_assets_are_made_on_all_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    key = {"OPENAI_API_KEY": "k"}
    assert choose_asset_workers(Settings.from_env({})) == 2
    assert choose_asset_workers(Settings.from_env(key)) == 1, "a killed process would lose two paid calls"
    assert choose_asset_workers(Settings.from_env({**key, "ASSET_WORKERS": "3"})) == 3
    monkeypatch.setattr("os.cpu_count", lambda: 64)
    assert choose_asset_workers(Settings.from_env({})) == 4, "each takes memory"
