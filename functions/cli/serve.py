"""Run `sutradhar serve`: the HTTP API and the work behind it."""

import subprocess
import threading
from enum import StrEnum
from typing import Annotated

import typer

from functions.cli.console import handle_signals, print_line, report_errors
from functions.cli.frame_function import run_frame_function
from functions.cli.open_page import can_open_browser, open_when_ready
from functions.cli.options import read_whole
from functions.cli.running_servers import announce_server
from functions.cli.serve_log import make_command, show_log, start_server
from functions.cli.start import LOG_NAME, prepare_home
from sutradhar import bootstrap
from sutradhar.domain.core.errors import NotInstalled

_SIGNAL_SEC = 1.0
"""Seconds after which the main thread looks for signals that did not wake it."""


class ServedBackend(StrEnum):
    LOCAL = "local"
    EMULATORS = "gcp-emulators"


def serve(
    port: Annotated[
        int | None,
        typer.Option(parser=read_whole, metavar="NUMBER", help="The port of the HTTP API. Default: PORT, else 8080."),
    ] = None,
    host: Annotated[
        str, typer.Option(help="Until API keys exist (`sutradhar keys add`), only this machine may call.")
    ] = "127.0.0.1",
    backend: Annotated[
        ServedBackend, typer.Option(help="`gcp-emulators`: an emulated Google Cloud; its data is lost at the end.")
    ] = ServedBackend.LOCAL,
    open_browser: Annotated[
        bool | None,
        typer.Option("--open/--no-open", help="Open the studio in your browser. Default: if you sit at a desktop."),
    ] = None,
) -> None:
    """Serve the studio, the page for people, and the HTTP API (functions-framework), and do the work behind them, until
    Ctrl-C."""
    from functions.dev import local_runtime

    with report_errors():
        prepare_home()
        port = bootstrap.settings().api.port if port is None else port
        if not 1 <= port <= 65_535:
            raise typer.BadParameter(f"must be from 1 to 65535 (got {port})", param_hint="--port")
    if backend is ServedBackend.EMULATORS:
        if host != "127.0.0.1":
            raise typer.BadParameter("the emulated cloud is on 127.0.0.1 only", param_hint="--host")
        with report_errors("All data in the emulated cloud is gone."), handle_signals():
            _serve_emulated(port)
    argv = make_command("api", host, port)
    home = bootstrap.settings().home
    log_file = home / LOG_NAME
    env = {**bootstrap.settings().environment, "SUTRADHAR_HOME": str(home), "LOG_FILE": str(log_file)}
    as_json = bootstrap.settings().api.json_logs
    url = f"http://{host}:{port}"
    with (
        report_errors(),
        handle_signals(),
        announce_server(home, url),
        show_log(log_file, as_json=as_json),
        local_runtime.run_worker(with_retention=True),
        run_frame_function(env, as_json=as_json) as frame_url,
    ):
        leaving = threading.Event()
        server: subprocess.Popen[bytes] | None = None
        try:  # from here on Ctrl-C must end the server too, which would else keep the port
            server = start_server(argv, {**env, "FRAME_URL": frame_url}, as_json=as_json)
            print_line(f"Sutradhar on {url} (Ctrl-C stops it), for {_name_callers()} (`sutradhar keys`).")
            print_line(f"Make videos in your browser: {url}/studio/")
            if can_open_browser(env) if open_browser is None else open_browser:
                opener = threading.Thread(target=open_when_ready, args=(f"{url}/studio/", leaving), daemon=True)
                opener.start()
            raise typer.Exit(_await_end(server) or 1)
        finally:
            leaving.set()
            if server is not None:
                server.terminate()
                server.wait()


def _await_end(server: subprocess.Popen[bytes]) -> int:
    """Wait until ``server`` ends, and return its exit code. A signal ends the waiting within a second.

    The kernel may hand a signal to another thread, or just before the main thread begins to wait. Python runs its
    handler in the main thread only, which a wait without an end would keep asleep.
    """
    ended = threading.Event()

    def watch() -> None:
        server.wait()
        ended.set()

    threading.Thread(target=watch, name="server-end", daemon=True).start()
    while not ended.wait(_SIGNAL_SEC):
        pass
    return server.returncode


def _name_callers() -> str:
    from sutradhar.pipeline import api_keys

    settings = bootstrap.settings()
    if settings.oidc:
        return f"callers with an API key or a token of {settings.oidc.issuer}"
    of_settings = api_keys.make_environment_keys(settings.api.api_key_admin, settings.api.api_key_creator)
    has_keys = of_settings or api_keys.list_keys(bootstrap.backend().records)
    return "callers with an API key" if has_keys else "this machine only"


def _serve_emulated(port: int) -> None:
    try:
        from functions.dev.emulated_cloud.cloud import EmulatedCloud
    except ModuleNotFoundError as exc:
        raise NotInstalled(f"{exc.name}, of the emulated cloud,", advice="pip install -e '.[emulators]'") from exc

    home = bootstrap.settings().home / "emulated"
    print_line("Bringing up Firestore, Pub/Sub, Cloud Storage, Cloud Run and all functions ...")
    with EmulatedCloud(home, port, settings=bootstrap.settings().cloud_environment) as cloud:
        print_line(f"Sutradhar on {cloud.url} (Ctrl-C stops it). Logs: {home / 'logs'}")
        print_line(f"Make videos in your browser: {cloud.url}/studio/")
        for name, value in sorted(cloud.env.items()):
            if name.endswith(("_HOST", "_ENDPOINT", "_PROJECT", "_BUCKET")):
                print_line(f"  {name}={value}")
        threading.Event().wait()
