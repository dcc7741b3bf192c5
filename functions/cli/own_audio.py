"""Read the options of videos that are made from sound: a song with its lyrics, a recorded voice, and clips to show."""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from functions.cli.console import print_note
from functions.cli.options import PlanOptions
from functions.cli.own_files import FileProblem, find_file, import_named_file
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.plan.choices import MAX_SCENES
from sutradhar.domain.plan.own_media import is_upload_id
from sutradhar.domain.plan.plan_text import PlanTextError, decode_text
from sutradhar.domain.plan.shorthand import read_voice
from sutradhar.domain.plan.upload import KIND_NAMES

_LYRICS_FILE = re.compile(r"[^\n]{1,500}\.(?:lrc|txt|srt|vtt)", re.IGNORECASE)
_RECORDING_FILE = re.compile(
    r".*\.(?:aac|aif|aiff|amr|caf|flac|m4a|m4b|mka|mkv|mov|mp3|mp4|oga|ogg|opus|wav|weba|webm|wma)", re.IGNORECASE
)
"""The names of files that hold a voice; a provider's own voice has no such name."""


def read_audio_options(command_line: PlanOptions) -> dict[str, Any]:
    """Return the overrides of a command line with its files of sound, clips and lyrics read.

    Raises:
        typer.BadParameter: options that do not go together.
        InvalidRequest: a file cannot be used.
    """
    options = dict(command_line.overrides)
    if recording := find_recording(command_line.voice):
        options.update(voice=None, recording=recording)
    if command_line.song is not None:
        if command_line.script_file is not None:
            raise typer.BadParameter(
                "a video of a song has no narration; give its words with --lyrics", param_hint="--script"
            )
        if recording:
            raise typer.BadParameter("give --song or your own recording with --voice, not both")
        options["song"] = name_absolute("--song", command_line.song)
    if command_line.lyrics is not None:
        options["lyrics"] = _read_lyrics(command_line.lyrics)
    if command_line.clips:
        options["clips"] = build_clip_scenes(command_line.clips)
    return options


def refuse_missing_audio(body: Any, options: Mapping[str, Any]) -> None:
    """Raise typer.BadParameter if an option asks for something of a song or a recording that ``body`` does not have."""
    song, recording = (body.get(name) if isinstance(body, dict) else None for name in ("song", "narration_audio"))
    for option in ("lyrics", "look", "best"):
        if options.get(option) and isinstance(song, dict) and "upload" not in song:
            raise typer.BadParameter("give a song too, with --song FILE", param_hint=f"--{option}")
    if options.get("clips") and not (song or recording):
        raise typer.BadParameter("give --song FILE, or your own recording with --voice FILE", param_hint="--clips")


def _read_lyrics(name: str) -> str:
    try:
        if name == "-":
            return decode_text(sys.stdin.buffer.read())
        return read_lyrics_file(name, Path())
    except (FileProblem, PlanTextError) as exc:
        raise InvalidRequest([FieldError("--lyrics", f"({name}) {exc}")]) from exc


def find_recording(voice: str | None) -> str | None:
    """Return the path of the recording that ``--voice`` names; None if it names a voice that speaks.

    Raises:
        InvalidRequest: it has the name of a recording, but cannot be used.
    """
    if voice is None or read_voice(voice) in ("F", "M"):
        return None
    try:
        return str(find_file(voice, Path()).absolute())
    except FileProblem as exc:
        if _RECORDING_FILE.fullmatch(voice.strip()):
            raise InvalidRequest([FieldError("--voice", f"({voice}) {exc}")]) from exc
        return None


def name_absolute(option: str, name: str) -> str:
    """Return the absolute path of the file that an option names, or the id of an upload. Raise InvalidRequest."""
    if is_upload_id(name):
        return name
    try:
        return str(find_file(name, Path()).absolute())
    except FileProblem as exc:
        raise InvalidRequest([FieldError(option, f"({name}) {exc}")]) from exc


def read_lyrics_file(name: str, folder: Path) -> str:
    """Return the text of a file of lyrics. Raise FileProblem."""
    try:
        return decode_text(find_file(name, folder).read_bytes())
    except PlanTextError as exc:
        raise FileProblem(str(exc)) from exc


def expand_own_audio(body: Any, folder: Path) -> tuple[Any, list[FieldError]]:
    """Return the JSON of a plan with the short forms of its sounds written out, and errors.

    ``"song": "song.mp3"`` and ``"narration_audio": "voice.m4a"`` name a file, and ``lyrics`` may name one, too.
    """
    if not isinstance(body, dict):
        return body, []
    wrong: list[FieldError] = []
    changed = _expand(body, "song")
    changed = _expand(changed, "narration_audio")
    if isinstance(scenes := changed.get("scenes"), list):
        changed["scenes"] = [_expand(scene, "narration_audio") for scene in scenes]
    song = changed.get("song")
    if isinstance(song, dict) and isinstance(lyrics := song.get("lyrics"), str) and _LYRICS_FILE.fullmatch(lyrics):
        try:
            changed["song"] = {**song, "lyrics": read_lyrics_file(lyrics, folder)}
        except FileProblem as exc:
            wrong.append(FieldError("song.lyrics", f"({lyrics}) {exc}"))
    return changed, wrong


def _expand(value: Any, field: str) -> Any:
    if isinstance(value, dict) and isinstance(value.get(field), str):
        return {**value, field: {"upload": value[field]}}
    return dict(value) if isinstance(value, dict) else value


def build_clip_scenes(names: Sequence[str]) -> list[dict[str, Any]]:
    """Return a scene for each image and clip of the files and folders in ``names``; a note names each file of a folder
    that is left out.

    Raises:
        InvalidRequest: a file that is named cannot be used, or there are no images and clips, or too many.
    """
    files = [one for name in names for one in _list_files(name)]
    if len(files) > MAX_SCENES:
        raise _refuse(", ".join(names), f"has {len(files)} files; at most {MAX_SCENES} fit in a video")
    scenes = [scene for path, is_named in files if (scene := _build_scene(path, is_named=is_named))]
    if not scenes:
        raise _refuse(", ".join(names), "has no image and no clip that can be shown")
    return scenes


def _list_files(name: str) -> Iterator[tuple[Path, bool]]:
    """Yield the files that ``name`` means, in natural order, and whether it names the file itself."""
    folder = Path(name).expanduser()
    if folder.is_dir():
        inside = [path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")]
        yield from ((path, False) for path in sorted(inside, key=_natural_key))
        return
    try:
        yield find_file(name, Path()), True
    except FileProblem as exc:
        raise _refuse(name, str(exc)) from exc


def _natural_key(path: Path) -> list[tuple[int, str]]:
    """Return a key that sorts "clip 2" before "clip 10"."""
    parts = re.findall(r"\d+|\D+", path.name.casefold())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def _build_scene(path: Path, *, is_named: bool) -> dict[str, Any] | None:
    """Return the scene that shows a file; None, with a note, for one of a folder that cannot be shown."""
    try:
        upload = import_named_file(str(path.absolute()), Path())
    except (InvalidRequest, FileProblem) as exc:
        problems = [error.message for error in exc.errors] if isinstance(exc, InvalidRequest) else [str(exc)]
        if is_named:
            raise _refuse(path.name, "; ".join(problems)) from exc
        print_note(f"{path.name} is left out: it {'; '.join(problems)}")
        return None
    kind = upload.facts.kind if upload.facts else "audio"
    if kind not in ("image", "video"):
        problem = "has only sound" if kind == "audio" else f"is {KIND_NAMES[kind]}"
        if is_named:
            raise _refuse(path.name, f"{problem}; name an image or a clip")
        print_note(f"{path.name} is left out: it {problem}")
        return None
    # a head must not be cut off, and on the command line a file has no place for a focus
    return {"clip" if kind == "video" else "image": {"upload": upload.id, "focus": "face"}}


def _refuse(name: str, problem: str) -> InvalidRequest:
    return InvalidRequest([FieldError("--clips", f"({name}) {problem}")])
