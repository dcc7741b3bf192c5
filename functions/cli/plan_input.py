"""Read the topic or plan file of a command line as a RenderPlan. Files that the plan names become uploads first."""

import os
import sys
from pathlib import Path
from typing import Any

import typer

from functions.cli.console import print_note
from functions.cli.options import PlanOptions, apply_options, name_options
from functions.cli.own_audio import expand_own_audio, read_audio_options, refuse_missing_audio
from functions.cli.own_files import FileProblem, find_file, upload_named_files
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.language.detect import detect_language
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import MAX_SCENES
from sutradhar.domain.plan.notices import describe_unspoken
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.plan_text import NoJsonError, PlanTextError, decode_text, parse_plan_text
from sutradhar.domain.plan.script_parts import draw_narration, group_sentences, split_script

_STANDARD_INPUT = "-"
_LONGEST_TOPIC = 200


def load_plan(command_line: PlanOptions) -> RenderPlan:
    """Return the plan for a topic, a plan file, a script, a song or a recorded voice. The other options override its
    own fields. Files that it names become uploads.

    Raises:
        typer.BadParameter: several or none of them are given.
        InvalidRequest: the plan or a file that it names cannot be used.
    """
    topic = " ".join(command_line.topic) if command_line.topic else None
    plan_file, script_file = command_line.plan_file, command_line.script_file
    options = read_audio_options(command_line)
    sources = [one for one in (topic, plan_file, script_file) if one is not None]
    if not sources and not (options.get("song") or options.get("recording")):
        raise typer.BadParameter(
            "give a topic, a plan file with --plan, a text to be spoken with --script, a song with --song, or your own"
            " recording with --voice"
        )
    if len(sources) > 1:
        raise typer.BadParameter("give a topic, --plan or --script, not both")
    try:
        body, folder = _build_body(command_line, topic, has_recording=options.get("recording") is not None)
        body, wrong = expand_own_audio(body, folder)
        body = apply_options(body, options)
        refuse_missing_audio(body, options)
        body, missing = upload_named_files(body, folder)
        plan = _parse(body, [*wrong, *missing])
    except InvalidRequest as exc:
        raise InvalidRequest(name_options(exc.errors, options)) from exc
    return plan


def _build_body(command_line: PlanOptions, topic: str | None, *, has_recording: bool) -> tuple[Any, Path]:
    """Return the JSON of the plan before the options override it, and the folder that its relative paths start from."""
    if command_line.plan_file is not None:
        return read_plan(command_line.plan_file)
    if topic is not None:
        return _build_topic_body(topic), Path()
    if command_line.script_file is None:
        return {}, Path()
    text = _read_script(command_line.script_file)
    return ({"narration_audio": {"text": text}} if has_recording else _build_script_body(text)), Path()


def _parse(body: Any, wrong: list[FieldError]) -> RenderPlan:
    """Return the plan. ``wrong``: errors about its files. Raise InvalidRequest that names every field at fault."""
    try:
        plan = RenderPlan.parse(body)
    except InvalidRequest as exc:
        named = {error.path for error in wrong}
        wrong += [error for error in exc.errors if error.path not in named and _get_parent(error.path) not in named]
    if wrong:
        raise InvalidRequest(wrong)
    return plan


def read_plan(plan_file: str) -> tuple[Any, Path]:
    """Return the JSON of a plan file, and the folder that its relative paths start from."""
    data, path = read_file("--plan", plan_file)
    try:
        return parse_plan_text(data), path.parent
    except NoJsonError as exc:
        raise _make_refusal("--plan", plan_file, f"{exc}; to have it spoken, write --script instead of --plan") from exc
    except PlanTextError as exc:
        raise _make_refusal("--plan", plan_file, exc) from exc


def _build_topic_body(topic: str) -> dict[str, Any]:
    if os.path.isfile(topic):
        option = "--plan" if topic.lower().endswith(".json") else "--script"
        if topic.lower().endswith((".json", ".txt", ".md")):
            raise InvalidRequest([FieldError("topic", f"is the name of a file; write {option} {topic}")])
    if len(topic) > _LONGEST_TOPIC:
        problem = f"has {len(topic)} characters, and at most {_LONGEST_TOPIC} fit; save a text that is to be spoken"
        raise InvalidRequest([FieldError("topic", f"{problem} as a file and write --script FILE")])
    return {"topic": topic}


def _read_script(script_file: str) -> str:
    """Return a text to be spoken; print a note that quotes the pieces that are left out. Raise InvalidRequest."""
    data, _ = read_file("--script", script_file)
    try:
        text = decode_text(data)
    except PlanTextError as exc:
        raise _make_refusal("--script", script_file, exc) from exc
    if not split_script(text):
        raise _make_refusal("--script", script_file, "has no text that can be spoken")
    if notice := describe_unspoken("the script", text):
        print_note(notice)
    return text


def _build_script_body(text: str) -> dict[str, Any]:
    """Return a plan whose scenes speak all of a text."""
    language: Language = detect_language(text)
    narrations = group_sentences(split_script(text), language, max_scenes=MAX_SCENES)
    return {"scenes": [{"narration": n, "image_prompt": draw_narration(n)} for n in narrations]}


def read_file(option: str, name: str) -> tuple[bytes, Path]:
    """Return the bytes of a file that ``option`` names, and its path."""
    if name == _STANDARD_INPUT:
        return sys.stdin.buffer.read(), Path()
    try:
        path = find_file(name, Path())
    except FileProblem as exc:
        raise _make_refusal(option, name, exc) from exc
    return path.read_bytes(), path


def _make_refusal(option: str, name: str, problem: object) -> InvalidRequest:
    shown = "standard input" if name == _STANDARD_INPUT else name
    return InvalidRequest([FieldError(option, f"({shown}) {problem}")])


def _get_parent(path: str) -> str:
    return path.rpartition(".")[0]
