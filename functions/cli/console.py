"""What all commands share: how errors are said, and how a stop is one."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import typer
from rich.console import Console

from sutradhar.domain.errors import InvalidRequest, SutradharError
from sutradhar.domain.job import Job

console = Console(stderr=True, highlight=False)
_interrupted = threading.Event()
"""Somebody has asked this process to stop."""


@contextmanager
def errors(stopped: str = "Nothing made is lost: run the same command again to go on.") -> Iterator[None]:
    """Ours in one clear message each; others are bugs and keep their trace."""
    try:
        yield
    except InvalidRequest as exc:
        for error in exc.errors:
            console.print(f"[red]{error.path or 'request'}[/] {error.message}", soft_wrap=True)
        raise typer.Exit(2) from exc
    except SutradharError as exc:
        console.print(f"[red]{exc}[/]")
        raise typer.Exit(1) from exc
    except BaseException as exc:
        # some of what is interrupted turns the interrupt into an error of its own, as pydantic does in building a model
        if not isinstance(exc, KeyboardInterrupt) and not _interrupted.is_set():
            raise
        console.print(f"\nStopped. {stopped}")
        # CPython remembers an interrupt that leaves an exec() of text, which makes dataclasses, and dies of SIGINT in
        # the end although it was caught; an exec() that ends well makes it forget
        exec("")  # noqa: S102
        raise typer.Exit(130) from None


@contextmanager
def stoppable() -> Iterator[None]:
    """SIGTERM and a closed terminal end like Ctrl-C; a second Ctrl-C does not tear the ending apart."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        _interrupted.set()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    yield


def print_failure(job: Job) -> None:
    error = job.error
    if error is None:
        console.print(f"{job.id} was cancelled.")
        return
    where = f" in scene {error.scene + 1}" if error.scene is not None else ""
    console.print(f"[red]{job.id} failed at {error.stage}{where}:[/] {error.cause}")
    if error.kept:
        console.print(f"Kept: {error.kept}.")
    console.print(f"What to do: {error.advice or 'run the same command again'}")
