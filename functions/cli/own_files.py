"""Find files by the names that people write, and turn the files that a plan names into uploads."""

import os
import re
import unicodedata
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from functions.cli.audit import note_terminal_act
from sutradhar import bootstrap
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.plan.own_media import is_upload_id
from sutradhar.domain.plan.shorthand import is_music_word
from sutradhar.domain.plan.upload import Upload

_FILE_FIELDS = ("clip", "image", "intro", "outro", "logo")
"""The fields of plans and brands whose value may be the name of a file."""
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_ADDRESS = re.compile(r"(?!file:)([A-Za-z][A-Za-z0-9+.-]+://|data:|mailto:|www\.)", re.IGNORECASE)
_OLD_ENCODINGS = ("cp1252", "cp437", "cp850", "mac-roman", "cp1251", "shift_jis", "gbk")
"""Encodings of file names from before UTF-8; tried only if a name is not valid UTF-8."""


class FileProblem(Exception):
    """A file cannot be used; the message continues the file's name ("is a folder")."""


def find_file(text: str, folder: Path) -> Path:
    """Return the file that ``text`` names; relative paths start from ``folder``.

    ``text`` may be a path, ``~/...``, a ``file://`` URL, or a name in another Unicode form than the file's own name.

    Raises:
        FileProblem: the file does not exist or cannot be used.
    """
    if not text.strip():
        raise FileProblem("is empty; name a file, or leave the field out")
    for candidate in _list_candidates(text):
        path = folder / candidate
        path_so_far = path if os.path.exists(path) else _find_by_other_form(path)
        if path_so_far is not None:
            return _require_usable(path_so_far)
    raise FileProblem(_explain_missing(text, folder))


def import_named_file(text: str, folder: Path) -> Upload:
    """Store the file that ``text`` names as an upload, and note in the audit log that it is stored or refused.

    Raises:
        FileProblem: the file does not exist or cannot be used.
        InvalidRequest: the file was refused.
    """
    from sutradhar.pipeline.audit import list_upload_facts
    from sutradhar.pipeline.uploads import decode_name, import_file

    path = find_file(text, folder)
    try:
        upload = import_file(bootstrap.services(), path)
    except InvalidRequest as exc:
        reason = "; ".join(error.message for error in exc.errors)
        name = decode_name(path.name)[:200]
        note_terminal_act("check_upload", filename=name, state="refused", reason=reason[:300])
        raise
    note_terminal_act("check_upload", **list_upload_facts(upload))
    return upload


def upload_named_files(body: Any, folder: Path, sent: dict[str, str] | None = None) -> tuple[Any, list[FieldError]]:
    """Turn every file that ``body`` names (``"clip": "beach.mp4"``) into an upload; return the changed body, and errors
    about files that cannot be used.

    ``sent``: the ids of the uploads of the files that were sent before, by their names; those of ``body`` are added.
    """
    wrong: list[FieldError] = []
    known = {} if sent is None else sent

    def upload(text: str, field: str) -> str:
        if is_upload_id(text):
            return text
        try:
            if text not in known:
                known[text] = import_named_file(text, folder).id
            return known[text]
        except FileProblem as exc:
            wrong.append(FieldError(field, f"({text}) {exc}"))
        except InvalidRequest as exc:
            wrong.extend(FieldError(field, f"({text}) {error.message}") for error in exc.errors)
        return text

    def convert(value: Any, field: str) -> Any:
        if isinstance(value, list):
            return [convert(item, f"{field}[{i}]") for i, item in enumerate(value)]
        if not isinstance(value, dict):
            return value
        result: dict[str, Any] = {}
        for name, item in value.items():
            path = f"{field}.{name}" if field else name
            is_file = name in _FILE_FIELDS or (path == "music" and not is_music_word(item))
            if name == "upload" and isinstance(item, str):
                result[name] = upload(item, field)
            elif is_file and isinstance(item, str):
                result[name] = {"upload": upload(item, path)}
            else:
                result[name] = item if name == "metadata" else convert(item, path)
        return result

    return convert(body, ""), wrong


def _list_candidates(text: str) -> Iterator[str]:
    """Yield the possible paths that ``text`` may mean, the most literal one first."""
    yield text
    bare = text.strip()
    if len(bare) > 1 and bare[0] == bare[-1] and bare[0] in "'\"":  # a terminal quotes a file that is dropped on it
        bare = bare[1:-1]
    if bare.lower().startswith("file:"):
        host, _, path = bare[5:].removeprefix("//").partition("/")
        if host in ("", "localhost"):
            yield unquote(f"/{path}")
            yield f"/{path}"  # people write a percent sign without encoding it
        return
    yield os.path.expanduser(bare)
    if "%" in bare:
        yield unquote(bare)
    if "\\" in bare:
        yield bare.replace("\\", "/")


def _find_by_other_form(path: Path) -> Path | None:
    """Return the file whose name has another Unicode form or an old encoding, searched folder by folder."""
    path_so_far = Path(path.anchor)
    for part in path.parts[1:] if path.anchor else path.parts:
        if part == ".." or os.path.lexists(path_so_far / part):
            path_so_far = path_so_far / part
            continue
        composed = unicodedata.normalize("NFC", part)
        match = next((name for name in _list_names(path_so_far) if composed in _read_name(name)), None)
        if match is None:
            return None
        path_so_far = path_so_far / match
    return path_so_far


def _list_names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except (OSError, ValueError):
        return []


def _read_name(name: str) -> Iterator[str]:
    """Yield ``name``, and its readings in old encodings if it is not valid UTF-8, all composed (NFC)."""
    yield unicodedata.normalize("NFC", name)
    if not name.isascii() and any("\udc80" <= c <= "\udcff" for c in name):
        for encoding in _OLD_ENCODINGS:
            yield unicodedata.normalize("NFC", os.fsencode(name).decode(encoding, "replace"))


def _require_usable(path: Path) -> Path:
    if path.is_dir():
        raise FileProblem("is a folder (directory); name a file in it")
    if not path.is_file():
        raise FileProblem("is not a regular file")
    if not os.access(path, os.R_OK):
        raise FileProblem("cannot be opened: you have no permission to read it")
    return path


def _explain_missing(text: str, folder: Path) -> str:
    if _ADDRESS.match(text.strip()):
        return "is a URL; download the file and name your copy of it"
    if text.strip().lower().startswith("file:") and urlsplit(text.strip()).netloc not in ("", "localhost"):
        return "is a path on another machine; copy the file to this one and name the copy"
    if _DRIVE.match(text.strip()):
        return "is a Windows path, and this machine has no drive letters; copy the file here and name the copy"
    path = folder / list(_list_candidates(text))[-1]
    try:
        near = get_close_matches(path.name.lower(), [name.lower() for name in _list_names(path.parent)], 1, 0.75)
    except ValueError:
        near = []
    meant = next(
        (f"; did you mean {name}?" for name in _list_names(path.parent) if near and name.lower() == near[0]), ""
    )
    slashes = " (write folders with / and not with a backslash)" if "\\" in text else ""
    where = path.parent if path.parent.is_dir() else folder
    if not os.access(where, os.X_OK):
        return f"cannot be opened: you have no permission to look into {where}"
    return f"is not there: no such file in {where.absolute()}{slashes}{meant}"
