"""Every entry point, by the name it is deployed under. One source archive serves all; only the entry point differs, and
an instance that starts cold imports that one only."""

from importlib import import_module
from typing import Any

_WHERE = {
    "api": "functions.api.app",
    "check": "functions.check",
    "dead_letter": "functions.dead_letter",
    "dispatch": "functions.dispatch",
    "finish": "functions.finish",
    "plan": "functions.plan",
    "produce": "functions.produce",
    "sweep": "functions.sweep",
}
__all__ = list(_WHERE)


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"there is no function {name}")
    return getattr(import_module(_WHERE[name]), name)
