"""Read what a command line asks for as a RenderPlan. Files that the plan names become uploads first."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from functions.cli.options import apply_options, name_options
from functions.cli.own_files import FileProblem, find_file, with_uploads
from functions.cli.plan_text import PlanTextError, parse_plan_text
from sutradhar.domain.errors import FieldError, InvalidRequest
from sutradhar.domain.plan import RenderPlan

_STANDARD_INPUT = "-"


def load_plan(topic: str | None, plan_file: str | None, options: Mapping[str, Any]) -> RenderPlan:
    """Return the plan for a topic or a plan file. ``options`` overrule the plan's own fields where they are not None.

    Raises:
        typer.BadParameter: both or neither are given.
        InvalidRequest: the plan or a file that it names cannot be used.
    """
    if plan_file is None:
        if topic is None:
            raise typer.BadParameter("give a topic, or a plan file with --plan")
        _refuse_file_as_topic(topic)
        try:
            return RenderPlan.parse(apply_options({"topic": topic}, options))
        except InvalidRequest as exc:
            raise InvalidRequest(name_options(exc.errors, options)) from exc
    if topic is not None:
        raise typer.BadParameter("give a topic or --plan, not both")
    body, folder = _read_plan(plan_file)
    body = apply_options(body, options)
    body, wrong = with_uploads(body, folder)
    try:
        plan = RenderPlan.parse(body)
    except InvalidRequest as exc:
        named = {error.path for error in wrong}
        wrong += [error for error in exc.errors if error.path not in named and _parent(error.path) not in named]
    if wrong:
        raise InvalidRequest(name_options(wrong, options))
    return plan


def _read_plan(plan_file: str) -> tuple[Any, Path]:
    """Return the JSON of a plan file, and the folder that its relative paths start from."""
    name, path = plan_file, Path()
    try:
        if plan_file == _STANDARD_INPUT:
            name = "standard input"
            data = sys.stdin.buffer.read()
        else:
            path = find_file(plan_file, Path())
            data = path.read_bytes()
        return parse_plan_text(data), path.parent
    except (FileProblem, PlanTextError) as exc:
        raise InvalidRequest([FieldError("--plan", f"({name}) {exc}")]) from exc


def _refuse_file_as_topic(topic: str) -> None:
    if topic.lower().endswith(".json") and os.path.isfile(topic):
        raise InvalidRequest([FieldError("topic", f"is the name of a file; write --plan {topic}")])


def _parent(path: str) -> str:
    return path.rpartition(".")[0]
