"""Open the studio in the browser of the person who started the server."""

import sys
import threading
import webbrowser
from collections.abc import Mapping

import httpx

_TRIES = 100
_WAIT_SEC = 0.1


def can_open_browser(environment: Mapping[str, str]) -> bool:
    """Return whether a person sits at this terminal, and this machine shows windows."""
    if not sys.stdout.isatty() or environment.get("SSH_CONNECTION"):
        return False
    return sys.platform == "darwin" or bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def open_when_ready(url: str, leaving: threading.Event) -> None:
    """Open ``url`` in a browser as soon as a server answers there; give up after ten seconds, or when ``leaving`` is
    set."""
    for _ in range(_TRIES):
        try:
            httpx.get(url, timeout=2)
        except httpx.HTTPError:
            if leaving.wait(_WAIT_SEC):
                return
        else:
            webbrowser.open(url)
            return
