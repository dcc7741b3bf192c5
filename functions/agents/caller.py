"""Tell the tools for whom they work: a caller of the API with its request, or an agent of this machine without one."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import flask

from functions.api.routing import ApiFlask
from sutradhar import bootstrap
from sutradhar.domain.jobs.job import Job

_NO_SERVER = "http://localhost"


def prepare_frames() -> None:
    """Start what draws frames, where this process has to do that itself."""
    prepare: Callable[[], None] | None = flask.g.get("prepare_frames")
    if prepare:
        prepare()


def has_urls() -> bool:
    """Return whether a server answers at the URLs of this request. An agent of a machine without one gets paths."""
    return bool(flask.g.get("has_urls", True))


def find_video_file(job: Job) -> Path | None:
    """Return the finished video of ``job`` on the disk of this machine, for an agent that works on it."""
    if not flask.g.get("is_terminal") or not job.result or job.files_deleted_at:
        return None
    return bootstrap.backend().blobs.fetch(job.result.video, Path())


@contextmanager
def act_for_terminal(base_url: str | None, draw: Callable[[], None]) -> Iterator[None]:
    """Let the block act for an agent of this machine, which needs no key, as a call of the API would.

    Args:
        base_url: the URL of a server of this home; None: there is none.
        draw: start what draws frames.
    """
    app = _make_app()
    with app.test_request_context(
        "/mcp", method="POST", base_url=base_url or _NO_SERVER, environ_base={"REMOTE_ADDR": "127.0.0.1"}
    ):
        flask.g.caller = None
        flask.g.request_id = secrets.token_hex(8)
        flask.g.is_terminal = True
        flask.g.has_urls = base_url is not None or bool(bootstrap.settings().api.public_url)
        flask.g.prepare_frames = draw
        yield


def _make_app() -> flask.Flask:
    return ApiFlask("sutradhar", static_folder=None)
