"""Settings that one of the two backends reads, and that do nothing on the other one."""

from collections.abc import Mapping
from typing import Literal

from sutradhar.config.environment import variables_of
from sutradhar.config.parts import CloudSettings, WorkerSettings

BackendName = Literal["local", "gcp"]

_OF_OTHER_PROGRAMS = frozenset({"GOOGLE_CLOUD_PROJECT", "PORT", "REGION"})
"""Variables that are often set for other programs (PORT by Cloud Run), so no user expects an effect."""


def list_only_readers() -> Mapping[str, BackendName]:
    """Return the backend of each setting that one backend reads; both read all other settings."""
    gcp: dict[str, BackendName] = dict.fromkeys((*variables_of(CloudSettings).values(), "PUBLIC_API"), "gcp")
    # `sutradhar serve` is the server of the local backend, and shows its log
    return {**gcp, **dict.fromkeys((*variables_of(WorkerSettings).values(), "JSON_LOGS", "PORT"), "local")}


def find_settings_of_other(backend: BackendName, env: Mapping[str, str]) -> dict[str, str]:
    """Return the settings in ``env`` that do nothing on ``backend``, each with a sentence that says so."""
    readers = list_only_readers()
    idle = [name for name in readers if env.get(name) and readers[name] != backend and name not in _OF_OTHER_PROGRAMS]
    return {name: f"only BACKEND={readers[name]} reads it" for name in sorted(idle)}
