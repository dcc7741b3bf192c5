"""Print to the terminal, report errors in clear messages, and end on a signal without losing work."""

import errno
import re
import signal
import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import typer
from rich.console import Console
from rich.text import Text

from sutradhar.domain.core.errors import InvalidRequest, SutradharError
from sutradhar.domain.jobs.job import Job

console = Console(stderr=True, highlight=False)
_interrupted = threading.Event()
"""Set when this process is asked to stop."""
_AGAIN_SEC = 0.01
"""Seconds after which an interrupt that Python ignored is raised again."""
_ITEM = re.compile(r"(\w+)\[(\d+)\]\.?")
_ONE_OF = {"scenes": "scene", "characters": "character", "sounds": "sound", "tags": "tag"}
_OS_ERRORS = {
    errno.ENOSPC: "the disk is full; free some space and run the same command again",
    errno.EDQUOT: "your disk quota is used up; free some space and run the same command again",
    errno.EROFS: "the disk is read-only; choose a folder on another disk",
    errno.EACCES: "you have no permission for this; choose another place, or ask for the permission",
    errno.EPERM: "the system does not allow this; choose another place",
    errno.ENAMETOOLONG: "the name is too long; choose a shorter one",
    errno.EIO: "the disk reports an error; check it, or choose another one",
}


_PRINTED = "\n\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"
"""Characters that Python calls unprintable: Indian scripts and emoji need the joiners."""


def make_printable(text: str) -> str:
    """Return ``text`` without control characters and other characters that a terminal cannot print; brackets stay."""
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(
        c if c.isprintable() or c in _PRINTED else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in text
    )


def print_line(*parts: str | tuple[str, str]) -> None:
    """Print ``parts`` as one line: texts unchanged, and (text, style) pairs in their style. Markup stays as text."""
    styled = [
        (make_printable(part), "") if isinstance(part, str) else (make_printable(part[0]), part[1]) for part in parts
    ]
    console.print(Text.assemble(*styled), soft_wrap=True)


def print_note(text: str) -> None:
    print_line(("note:", "yellow"), " ", text)


def name_place(path: str) -> str:
    """Return the words for the path of a field: ``scenes[0].clip`` is "scene 1, clip"."""

    def count_from_one(match: re.Match[str]) -> str:
        return f"{_ONE_OF.get(match[1], match[1])} {int(match[2]) + 1}, "

    return _ITEM.sub(count_from_one, path).removesuffix(", ")


def print_request_errors(exc: InvalidRequest) -> None:
    """Print each wrong field on a line."""
    for error in exc.errors:
        place = name_place(error.path) or "request"
        print_line((f"{place}:" if error.path.endswith("]") else place, "red"), " ", error.message)


@contextmanager
def report_errors(stopped: str = "Nothing made is lost: run the same command again to go on.") -> Iterator[None]:
    """Print each of our own errors as one clear message. Other errors are bugs and keep their traceback."""
    try:
        yield
    except InvalidRequest as exc:
        print_request_errors(exc)
        raise typer.Exit(2) from exc
    except SutradharError as exc:
        print_line((str(exc), "red"))
        raise typer.Exit(1) from exc
    except (OSError, sqlite3.OperationalError) as exc:
        if (text := _describe_disk_error(exc)) is None:
            raise
        print_line((text, "red"))
        raise typer.Exit(1) from exc
    except BaseException as exc:
        # some libraries turn an interrupt into an error of their own, as pydantic does while it builds a model
        if not isinstance(exc, KeyboardInterrupt) and not _interrupted.is_set():
            raise
        console.print(f"\nStopped. {stopped}")
        # CPython remembers an interrupt that leaves an exec() of text, as in the making of a dataclass, and dies of
        # SIGINT at its end although the interrupt was caught; a successful exec() clears that
        exec("")  # noqa: S102 - it runs no text; see above
        raise typer.Exit(130) from None


def describe_os_error(exc: OSError) -> str | None:
    """Return a description of a fault of the disk or of permissions, or None for any other error."""
    return _OS_ERRORS.get(exc.errno or 0)


def _describe_disk_error(exc: OSError | sqlite3.OperationalError) -> str | None:
    if isinstance(exc, OSError):
        text = describe_os_error(exc)
        return f"{exc.filename}: {text}" if text and exc.filename else text
    if "full" in str(exc):
        return _OS_ERRORS[errno.ENOSPC]
    if "unable to open" in str(exc) or "readonly" in str(exc):
        return "SUTRADHAR_HOME cannot be written; choose another folder"
    return None


@contextmanager
def handle_signals() -> Iterator[None]:
    """Let SIGTERM and a closed terminal end the command like Ctrl-C; ignore a second Ctrl-C during the ending.

    Python ignores an exception in a ``__del__`` or in the callback of a weak reference. An interrupt that comes there
    is raised again a moment later.
    """

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        _interrupted.set()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise KeyboardInterrupt

    def raise_again(ignored: "sys.UnraisableHookArgs") -> None:
        if issubclass(ignored.exc_type, KeyboardInterrupt):
            signal.setitimer(signal.ITIMER_REAL, _AGAIN_SEC)
        else:
            sys.__unraisablehook__(ignored)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, interrupt)
    sys.unraisablehook = raise_again
    yield


def print_failure(job: Job, refused: Path | None = None) -> None:
    """Print why a job failed and what to do. ``refused``: the path of a video that the quality gate refused."""
    error = job.error
    if error is None:
        print_line(f"{job.id} was cancelled{f': {job.cancel_reason}' if job.cancel_reason else ''}.")
        return
    where = f" in scene {error.scene + 1}" if error.scene is not None else ""
    print_line((f"{job.id} failed at {error.stage}{where}:", "red"), " ", error.cause)
    if error.kept:
        print_line(f"Kept: {error.kept}.")
    if refused:
        print_line(f"The refused video: {refused} (its figures: {refused.with_name('job_summary.json')})")
    print_line(f"What to do: {error.advice or 'run the same command again'}")
