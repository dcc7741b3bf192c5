"""The only reader of the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ValidationError

from sutradhar.domain.errors import FieldError, InvalidRequest
from sutradhar.domain.plan import PlanDefaults
from sutradhar.domain.render import RendererSettings

_Model = TypeVar("_Model", bound=BaseModel)
_RENDERER = {
    "ENCODER": "encoder", "FAST_PATH": "fast_path", "CQ": "cq", "VBR_TARGET": "vbr_target", "MAXRATE": "maxrate",
    "BUFSIZE": "bufsize", "PRESET": "preset", "GOP": "gop", "UPSCALE": "upscale", "DEBUG": "debug",
}  # fmt: skip
_PLAN = {
    "RENDER_MODE": "mode", "TARGET_RES": "resolution", "FPS": "fps", "MUSIC_DB": "music_db",
    "WATERMARK_POS": "watermark_position",
}  # fmt: skip


@dataclass(frozen=True)
class Settings:
    home: Path
    """SUTRADHAR_HOME: where the local backend keeps jobs, files and its queue."""
    narrators: tuple[str, ...]
    """NARRATORS: whom to ask for a voice, in this order."""
    planner: str
    image_generator: str
    composer: str
    makers: int
    """MAKERS: how many pictures, voices or beds this process makes side by side."""
    render_request: str | None
    """RENDER_REQUEST: the blob that the renderer's task reads."""
    task_index: int
    task_count: int
    task_attempt: int
    execution: str
    tmp_workdir: Path | None
    """TMP_WORKDIR: for the renderer's temporary files; None is the system's place."""
    renderer: RendererSettings
    """ENCODER (auto, libx264, h264_nvenc, hevc_nvenc), FAST_PATH (0: auto leaves the graphics card alone), CQ,
    VBR_TARGET, MAXRATE, BUFSIZE, PRESET, GOP (frames), UPSCALE (none, zscale, realesrgan), DEBUG."""
    plan_defaults: PlanDefaults
    """RENDER_MODE, TARGET_RES, FPS, MUSIC_DB, WATERMARK_POS: for plans that say nothing about it."""
    parent_fd: int | None
    """PARENT_FD: a pipe that closes when the process that started the renderer dies."""
    environment: Mapping[str, str]
    """Handed on to the renderer's process."""

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Self:
        """Raises InvalidRequest naming every variable that has a wrong value."""
        env = os.environ if env is None else env
        wrong: list[FieldError] = []

        def whole(name: str, default: int, low: int, high: int) -> int:
            text = env.get(name, "").strip()
            try:
                value = int(text) if text else default
            except ValueError:
                value = low - 1
            if not low <= value <= high:
                wrong.append(FieldError(name, f"must be a whole number from {low} to {high} (got {text!r})"))
            return value

        def names(name: str, default: str) -> tuple[str, ...]:
            return tuple(part.strip() for part in (env.get(name) or default).split(",") if part.strip())

        def model(kind: type[_Model], names: Mapping[str, str]) -> _Model:
            texts = {field: env.get(name, "").strip() for name, field in names.items()}
            given: dict[str, Any] = {field: text for field, text in texts.items() if text}
            try:
                return kind.model_validate(given)
            except ValidationError as exc:
                named = {field: name for name, field in names.items()}
                wrong.extend(
                    FieldError(named[str(e["loc"][0])], f"{e['msg']} (got {e['input']!r})") for e in exc.errors()
                )
                return kind()

        parent_fd = env.get("PARENT_FD")
        settings = cls(
            home=Path(env.get("SUTRADHAR_HOME") or _default_home(env)).expanduser().resolve(),
            narrators=names("NARRATORS", "hibari,piper,espeak_ng"),
            planner=env.get("PLANNER") or "storybook",
            image_generator=env.get("IMAGE_GENERATOR") or "procedural",
            composer=env.get("COMPOSER") or "procedural",
            makers=whole("MAKERS", 1, 1, 32),
            render_request=env.get("RENDER_REQUEST") or None,
            task_index=whole("CLOUD_RUN_TASK_INDEX", 0, 0, 9999),
            task_count=whole("CLOUD_RUN_TASK_COUNT", 1, 1, 10000),
            task_attempt=whole("CLOUD_RUN_TASK_ATTEMPT", 0, 0, 100),
            execution=env.get("CLOUD_RUN_EXECUTION") or "",
            tmp_workdir=Path(env["TMP_WORKDIR"]).expanduser() if env.get("TMP_WORKDIR") else None,
            renderer=model(RendererSettings, _RENDERER),
            plan_defaults=model(PlanDefaults, _PLAN),
            parent_fd=int(parent_fd) if parent_fd else None,
            environment=dict(env),
        )
        if wrong:
            raise InvalidRequest(wrong)
        return settings


def _default_home(env: Mapping[str, str]) -> str:
    """XDG Base Directory: data that is the user's and can grow."""
    return f"{env.get('XDG_DATA_HOME') or '~/.local/share'}/sutradhar"
