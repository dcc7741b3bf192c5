"""The terminal prints a user's texts unchanged, and names fields in the user's words."""

import errno
import sqlite3

import pytest
import typer

from functions.cli.console import console, make_printable, name_place, print_line, report_errors
from sutradhar.domain.core.errors import FieldError, InvalidRequest, ProviderError


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("scenes[0].clip", "scene 1, clip"),
        ("scenes[19]", "scene 20"),
        ("characters[1].image", "character 2, image"),
        ("scenes[2].sounds[0].text", "scene 3, sound 1, text"),
        ("render.fps", "render.fps"),
        ("", ""),
        ("subtitle_languages[0]", "subtitle_languages 1"),
    ],
)
def test_a_place_is_counted_from_one(path: str, words: str) -> None:
    assert name_place(path) == words


@pytest.mark.parametrize("text", ["[/b]", "Song [Official] [dQw4].mp3", "[red]x[/red]", "\\[x]", "50% [[a]]"])
def test_brackets_stay(text: str) -> None:
    with console.capture() as printed:
        print_line((f"{text}:", "red"), f" {text}")
    assert printed.get() == f"{text}: {text}\n"


def test_what_a_terminal_would_obey_is_not_printed() -> None:
    assert make_printable("a\x1b[31mb\x07\r\tc\udcff") == "a\ufffd[31mb\ufffd  c\ufffd"
    assert make_printable("मेरी 🙏 café") == "मेरी 🙏 café"


@pytest.mark.parametrize(
    ("raised", "message", "code"),
    [
        (InvalidRequest([FieldError("scenes[0].clip", "([/b]) is a folder")]), "scene 1, clip ([/b]) is a folder", 2),
        (ProviderError("busy [/x]", provider="p", retryable=True), "busy [/x]", 1),
        (OSError(errno.ENOSPC, "No space left on device", "/x/out"), "/x/out: the disk is full", 1),
        (PermissionError(errno.EACCES, "Permission denied", "/x [a]"), "/x [a]: you have no permission", 1),
        (sqlite3.OperationalError("database or disk is full"), "the disk is full", 1),
        (sqlite3.OperationalError("unable to open database file"), "SUTRADHAR_HOME cannot be written", 1),
    ],
)
def test_errors_are_one_clear_line(raised: Exception, message: str, code: int) -> None:
    with console.capture() as printed, pytest.raises(typer.Exit) as caught, report_errors():
        raise raised
    assert message in printed.get()
    assert printed.get().count("\n") == 1
    assert caught.value.exit_code == code
    assert "Errno" not in printed.get()


@pytest.mark.parametrize(
    "bug", [OSError(errno.EPIPE, "Broken pipe"), sqlite3.OperationalError("no such table"), KeyError("x")]
)
def test_a_bug_keeps_its_trace(bug: Exception) -> None:
    with pytest.raises(type(bug)), report_errors():
        raise bug
