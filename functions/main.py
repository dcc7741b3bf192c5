"""Give every entry point under the name that it is deployed by.

One source archive serves all functions. Only the entry point differs, and an instance that starts cold imports that one
only.
"""

from importlib import import_module
from typing import Any

import flask

from functions.garbage import pause_garbage_collection
from sutradhar.domain.jobs.topics import TOPICS

_MODULES = {
    "api": "functions.api.app",
    "frame": "functions.frame",
    "publish_due": "functions.publish_due",
    "retention": "functions.retention",
    "sweep": "functions.sweep",
    **dict.fromkeys((*TOPICS, "dead_letter"), "functions.events"),
}
__all__ = list(_MODULES)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"there is no function {name}")
    with pause_garbage_collection():
        function = getattr(import_module(_MODULES[name]), name)
    if name == "api" and flask.has_app_context():  # functions-framework is making its app, and adds its rules later
        from functions.api.routing import accept_line_breaks

        accept_line_breaks(flask.current_app)
    return function
