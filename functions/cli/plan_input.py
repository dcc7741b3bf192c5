"""What a command line asks for, as a RenderPlan; files that a plan names are brought first."""

import json
import sys
from pathlib import Path
from typing import Any

import typer

from sutradhar import bootstrap
from sutradhar.domain.own_media import is_upload_id
from sutradhar.domain.plan import RenderPlan


def wanted_plan(
    topic: str | None, plan_file: Path | None, language: str | None, length: int, voice: str, aspect: str, style: str,
    seed: int, resolution: str, mode: str,
) -> RenderPlan:  # fmt: skip
    """Raises typer.BadParameter for what cannot be read, InvalidRequest for what cannot be made."""
    if plan_file is not None:
        if topic is not None:
            raise typer.BadParameter("give a topic or --plan, not both")
        try:
            text = sys.stdin.read() if str(plan_file) == "-" else plan_file.read_text("utf-8")
            body = json.loads(text)
        except (OSError, UnicodeDecodeError, json.JSONDecodeError) as exc:
            raise typer.BadParameter(f"{plan_file} cannot be read as JSON: {exc}") from exc
        return RenderPlan.parse(_with_uploads(body, plan_file.parent))
    body = {
        "topic": topic or "", "language": language, "length_sec": length, "voice": voice, "aspect": aspect,
        "style": style, "seed": seed, "render": {"resolution": resolution, "mode": mode},
    }  # fmt: skip
    return RenderPlan.parse(body)


def _with_uploads(body: Any, folder: Path) -> Any:
    """``body`` with every path of a file in it (``"clip": "beach.mp4"``, ``"clip": {"upload": "beach.mp4"}``) made an
    upload; they begin at ``folder``."""
    from sutradhar.pipeline.uploads import bring

    def kept(where: Any, *names: str) -> None:
        for name in names if isinstance(where, dict) else ():
            if isinstance(where.get(name), str):
                where[name] = {"upload": where[name]}
            file = where.get(name)
            if isinstance(file, dict) and isinstance(named := file.get("upload"), str) and not is_upload_id(named):
                file["upload"] = bring(bootstrap.services(), folder / named).id

    if isinstance(body, dict):
        for scene in body.get("scenes") or ():
            kept(scene, "clip", "image")
        for character in body.get("characters") or ():
            kept(character, "image")
        kept(body, "music")
    return body
