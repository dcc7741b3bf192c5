"""Read `.env` of the working directory, and report variables that have no effect here."""

import io
import logging
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from pathlib import Path

from dotenv import load_dotenv
from dotenv.parser import parse_stream

from sutradhar.config import find_settings_of_other, list_other_names, list_variables, process_environment
from sutradhar.domain.plan.plan_text import PlanTextError, decode_text

_CLIENT_FILE = "set YOUTUBE_CLIENT_SECRETS to the JSON file of the OAuth client (docs/youtube.md)"
_ALWAYS = "this feature is always on"
_NO_PROVIDER = "there is no such provider; docs/providers.md lists all providers"
_INSTEAD: Mapping[str, str] = {
    "API_HOST": "use `sutradhar serve --host`",
    "BRATGEN_ENABLE_WHISPER": "use WHISPER_MODEL",
    "ENABLE_DUAL_SUBTITLES": "use subtitle_languages in the plan",
    "ENABLE_LIBRARY": _ALWAYS,
    "ENABLE_SCHEDULING": _ALWAYS,
    "ENABLE_TEMPLATES": _ALWAYS,
    "ENABLE_THUMBNAIL": "a thumbnail is always made",
    "ENABLE_YOUTUBE_UPLOAD": 'use "enable_youtube_upload": true in the plan',
    "ENVIRONMENT": "each deployment has a home or a project of its own; `--env-file` names a file of settings",
    "FAL_API_KEY": _NO_PROVIDER,
    "MINIMAX_API_KEY": _NO_PROVIDER,
    "MUSIC_BED_PATH": 'use "music": "song.mp3" in the plan',
    "PROFILING_ENABLED": "a job's summary has the times of each step; DEBUG=1 logs each command of the renderer",
    "SIMULATE_RENDER": "videos are always rendered",
    "SUNO_API_KEY": _NO_PROVIDER,
    "TTS_PROVIDER": "use NARRATORS",
    "TTS_VOICE": "use voice in the plan",
    "WORKER_REPLICAS": "use ASSET_WORKERS",
    "YOUTUBE_API_KEY": "YouTube takes no uploads with an API key; run `sutradhar youtube login`",
    "YOUTUBE_CHANNEL_ID": "videos go to the channel that `sutradhar youtube login` signs in to",
    "YOUTUBE_CLIENT_ID": _CLIENT_FILE,
    "YOUTUBE_CLIENT_SECRET": _CLIENT_FILE,
}
_PREFIXES: Mapping[str, str] = {
    "BRATGEN_": "nothing here reads it",
    "PUBSUB_": "TOPIC_PREFIX names the topics",
    "YOUTUBE_": "run `sutradhar youtube login`; .env.example lists the settings of YouTube",
}
_READ_BY_OTHERS = frozenset({"PUBSUB_EMULATOR_HOST"})
_CLOSE, _VERY_CLOSE = 0.8, 0.92
"""The least similarity of an unknown name to a known one, 0 to 1: in our own file, and in an environment that is full
    of other names."""


def load_env_file(path: Path = Path(".env")) -> list[str]:
    """Set each variable of ``path`` that the environment lacks; return notices about lines without effect."""
    try:
        text = decode_text(path.read_bytes())
    except FileNotFoundError:
        return []
    except PlanTextError as exc:
        return [f"{path} {exc}; it was not read"]
    except OSError:
        return [f"{path} cannot be read"]
    logging.getLogger("dotenv").setLevel(logging.ERROR)  # the notices below replace its warnings
    load_dotenv(stream=io.StringIO(text), override=False)
    notes = []
    known, old = list_variables(), list_other_names()
    for line in parse_stream(io.StringIO(text)):
        if line.error or (line.key and line.value is None):
            notes.append(f"{path}, line {line.original.line}, is not NAME=value and was left out")
        elif line.key and line.key not in (*known, *old) and (near := get_close_matches(line.key, known, 1, _CLOSE)):
            notes.append(f"{path} sets {line.key}, which nothing reads; did you mean {near[0]}?")
    return notes


def find_idle_variables(env: Mapping[str, str] | None = None) -> str | None:
    """Return one notice about all variables that only other systems or the other backend read, or None.

    ``env``: None is the environment of this process.
    """
    env = process_environment() if env is None else env
    known = list_variables()
    others = [name for name in sorted(env) if env[name] and name not in (*known, *list_other_names(), *_READ_BY_OTHERS)]
    idle = [(name, why) for name in others if (why := _explain_idle(name, known))]
    idle += find_settings_of_other("gcp" if env.get("BACKEND", "").strip() == "gcp" else "local", env).items()
    if not idle:
        return None
    reasons = "; ".join(f"{name}: {why}" for name, why in idle)
    return f"these variables are set and do nothing here: {reasons}"


def _explain_idle(name: str, known: Collection[str]) -> str | None:
    prefix = next((prefix for prefix in _PREFIXES if name.startswith(prefix)), "")
    if reason := _INSTEAD.get(name) or _PREFIXES.get(prefix):
        return reason
    near = [other for other in known if other.replace("_", "") == name.replace("_", "")]
    near += [with_api] if (with_api := name.replace("_KEY", "_API_KEY")) in known else []
    near += get_close_matches(name, known, 1, _VERY_CLOSE)
    return f"did you mean {near[0]}?" if near else None
