"""The threads of a process share one channel to Firestore, also if their first calls come at the same time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from google.cloud.firestore_v1.base_client import BaseClient

from sutradhar.backends.gcp.firestore import Firestore
from tests import emulated_cloud


def test_first_calls_at_the_same_time_open_one_channel(emulators: object, monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., Any] = BaseClient._emulator_channel
    openings: list[str] = []
    rivals = Barrier(2)

    def open_channel(client: BaseClient, transport: Any) -> Any:
        openings.append("channel")
        with suppress(BrokenBarrierError):
            rivals.wait(0.5)  # for a second thread that opens one too
        return real(client, transport)

    monkeypatch.setattr(BaseClient, "_emulator_channel", open_channel)
    store = Firestore(emulated_cloud.project(), "(default)")
    try:
        with ThreadPoolExecutor(8) as pool:
            exists = list(pool.map(lambda number: store.document("records", f"r{number}").get().exists, range(8)))
        assert exists == [False] * 8
        assert openings == ["channel"]
    finally:
        store.close()
