"""Give every entry point under the name that it is deployed by.

One source archive serves all functions. Only the entry point differs, and an instance that starts cold imports that one
only.
"""

from importlib import import_module
from typing import Any

from sutradhar.domain.jobs.messages import TOPICS

_MODULES = {
    "api": "functions.api.app",
    "sweep": "functions.sweep",
    **dict.fromkeys((*TOPICS, "dead_letter"), "functions.events"),
}
__all__ = list(_MODULES)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"there is no function {name}")
    return getattr(import_module(_MODULES[name]), name)
