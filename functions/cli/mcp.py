"""Run `sutradhar mcp`: the MCP server on standard input and output, for an assistant on this machine."""

import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from threading import Lock
from typing import Self, TypeVar

import httpx
import typer

from functions.cli.console import handle_signals, report_errors
from functions.cli.frame_function import run_frame_function
from functions.cli.running_servers import list_servers
from functions.cli.start import LOG_NAME, prepare_home
from functions.dev.emulated_cloud.emulators import find_free_port
from sutradhar import bootstrap, telemetry
from sutradhar.config import process_environment, set_variable

T = TypeVar("T")
_FRAME_START_SEC = 30.0
"""Seconds in which the function that draws frames starts; a busy machine takes five."""


def mcp() -> None:
    """Let an assistant on this machine make videos: serve the Model Context Protocol on standard input and output, and
    do the work behind it. The assistant's settings name this command; see docs/agents.md.

    It ends when its input ends. Unfinished jobs go on with the next `sutradhar mcp` or `sutradhar serve`.
    """
    import anyio

    try:
        with report_errors("Unfinished jobs go on with the next `sutradhar mcp` or `sutradhar serve`."):
            frame_port = _choose_frame_port()
            prepare_home()
            telemetry.write_to(bootstrap.settings().home / LOG_NAME)
            with handle_signals(), _FrameFunction(frame_port) as frames:
                anyio.run(_serve, frames)
    except typer.Exit as exc:
        # a thread still reads standard input, which nothing can break off, and Python would wait for its end
        os._exit(exc.exit_code)


def _choose_frame_port() -> int | None:
    """Name the function that draws frames in this process's settings, and return its port; None: it is named."""
    if process_environment().get("FRAME_URL"):
        return None
    port = find_free_port()
    set_variable("FRAME_URL", f"http://127.0.0.1:{port}")
    return port


async def _serve(frames: "_FrameFunction") -> None:
    from mcp.server.stdio import stdio_server

    from functions.agents.server import make_server
    from functions.dev import local_runtime

    server = make_server(_Caller(frames).call)
    # from here on standard output belongs to the protocol, and what any process prints goes to standard error
    async with stdio_server() as (incoming, outgoing):
        with local_runtime.run_worker():
            await server.run(incoming, outgoing, server.create_initialization_options())


class _Caller:
    """Runs the work of a request in a thread, for the agent of this machine: an answer may take seconds, and the client
    may ask for something else meanwhile."""

    def __init__(self, frames: "_FrameFunction") -> None:
        self._frames = frames

    async def call(self, run: Callable[[], T]) -> T:
        from anyio import to_thread

        return await to_thread.run_sync(self._act, run, abandon_on_cancel=True)

    def _act(self, run: Callable[[], T]) -> T:
        from functions.agents.caller import act_for_terminal

        servers = list_servers(bootstrap.settings().home)
        with act_for_terminal(servers[0].url if servers else None, self._frames.start):
            return run()


class _FrameFunction:
    """The function that draws frames: a process that starts when the first frame is asked for."""

    def __init__(self, port: int | None) -> None:
        self._port, self._lock, self._cleanup = port, Lock(), ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._cleanup.close()

    def start(self) -> None:
        """Start the process if it does not run yet, and wait until it answers."""
        with self._lock:
            if self._port is None:
                return
            settings = bootstrap.settings()
            home = str(settings.home)
            env = {**settings.environment, "SUTRADHAR_HOME": home, "LOG_FILE": str(settings.home / LOG_NAME)}
            url = self._cleanup.enter_context(run_frame_function(env, as_json=False, port=self._port))
            self._port = None
            _await_server(url)


def _await_server(url: str) -> None:
    """Wait until a server answers at ``url``, whatever it answers, or for as long as it may take to start."""
    deadline = time.monotonic() + _FRAME_START_SEC
    while time.monotonic() < deadline:
        try:
            httpx.get(url, timeout=2, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
