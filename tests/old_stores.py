"""Bring stores of earlier commits (`tests/fixtures/stores`) to a home on this machine, or to Google's emulators."""

import base64
import gzip
import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from sutradhar import bootstrap
from sutradhar.config import Settings
from sutradhar.domain.jobs.job import Job
from sutradhar.ports.backend import Backend
from tests import emulated_cloud

COMMITS = ("0550582", "94921b3")
AGE = timedelta(hours=1)
"""The time since the old version ended. Its leases have ended, and providers still know the clips that they make."""
_FOLDER = Path(__file__).parent / "fixtures/stores"
_TIME = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)?")


@dataclass(frozen=True)
class OldStore:
    """The store of ``commit`` as ``backend`` (`local` or `gcp`) has it, with its times moved to ``AGE`` before now."""

    commit: str
    backend: str

    @cached_property
    def _facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads((_FOLDER / self.commit / "store.json").read_text())
        return facts

    @property
    def jobs(self) -> dict[str, str]:
        """The ids of its jobs by the names that `tests/fixtures/stores/make.py` explains."""
        ids: dict[str, str] = self._facts[self.backend]["jobs"]
        return ids

    @property
    def api_key(self) -> str:
        """The secret of the API key that made most of its jobs."""
        return str(self._facts[self.backend]["api_key"])

    @property
    def engine(self) -> dict[str, str]:
        """``version`` of the renderer, ``engine`` (what makes pixels) and ``fonts`` (their hashes) of its segments."""
        engine: dict[str, str] = self._facts["engine"]
        return engine

    @cached_property
    def blobs(self) -> dict[str, bytes | None]:
        """Its blobs by name; None: too large to be kept."""
        kept = json.loads(gzip.decompress((_FOLDER / self.commit / "blobs.json.gz").read_bytes()))
        return {name: base64.b64decode(one["bytes"]) if "bytes" in one else None for name, one in kept.items()}

    def write_home(self, home: Path) -> None:
        """Make ``home`` the SUTRADHAR_HOME that the old version left."""
        home.mkdir(parents=True)
        connection = sqlite3.connect(home / "state.db")
        connection.executescript(self._move_times((_FOLDER / self.commit / "local.sql").read_text()))
        connection.close()
        for name, data in self.blobs.items():
            if data is not None:
                path = home / "blobs" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)

    def write_emulators(self, project: str) -> None:
        """Write the documents into Firestore and the blobs into a new bucket, both of ``project`` and its name."""
        from google.cloud import firestore, storage

        client = firestore.Client(project=project)
        documents = json.loads(self._move_times((_FOLDER / self.commit / "gcp.json").read_text()))
        for collection, by_id in documents.items():
            for name, fields in by_id.items():
                client.collection(collection).document(name).set(
                    {key: _restore_type(value) for key, value in fields.items()}
                )
        client.close()
        bucket = storage.Client(project=project).create_bucket(project)
        for name, data in self.blobs.items():
            if data is not None:
                bucket.blob(name).upload_from_string(data)

    def _move_times(self, text: str) -> str:
        moved = datetime.now(UTC) - AGE - datetime.fromisoformat(self._facts[self.backend]["made_at"])

        def move_time(match: re.Match[str]) -> str:
            zone = match[0][len(match[0].rstrip("Z").removesuffix("+00:00")) :]
            at = datetime.fromisoformat(match[0].removesuffix("Z").removesuffix("+00:00")) + moved
            return at.strftime("%Y-%m-%dT%H:%M:%S.%f") + zone

        return _TIME.sub(move_time, text)


def _restore_type(value: Any) -> Any:
    return datetime.fromisoformat(value["timestamp"]) if isinstance(value, dict) else value


@dataclass(frozen=True)
class OpenStore:
    """An old store, and today's backend on it."""

    store: OldStore
    backend: Backend
    settings: Settings

    def job(self, name: str) -> Job:
        return self.backend.jobs.get(self.store.jobs[name])


def settings_of(store: OldStore, folder: Path, more: Mapping[str, str] | None = None) -> Settings:
    """Write the store to its place and return the settings of a process that opens it, with the variables ``more``."""
    if store.backend == "local":
        store.write_home(folder / "home")
        return Settings.from_env({**(more or {}), "SUTRADHAR_HOME": str(folder / "home")})
    project = emulated_cloud.project()
    store.write_emulators(project)
    env = {"BACKEND": "gcp", "GOOGLE_CLOUD_PROJECT": project, "ASSET_BUCKET": project, "REGION": "europe-west4"}
    return Settings.from_env({**(more or {}), **env})


@contextmanager
def open_store(store: OldStore, folder: Path, more: Mapping[str, str] | None = None) -> Iterator[OpenStore]:
    """Open the store with today's backend while the block runs. ``folder`` is empty."""
    settings = settings_of(store, folder, more)
    backend = (bootstrap.local_backend if store.backend == "local" else bootstrap.gcp_backend)(settings)
    try:
        yield OpenStore(store, backend, settings)
    finally:
        backend.close()
