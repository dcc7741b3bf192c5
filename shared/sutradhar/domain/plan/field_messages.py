"""Describe errors in the fields of a plan in a user's words."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from sutradhar.domain.core.errors import FieldError

_EXAMPLES: Mapping[str, str] = {
    "image": '{"upload": "ID"} with the id of an upload',
    "clip": '{"upload": "ID"} with the id of an upload',
    "title": '{"text": "Goa, 2026"}',
    "lower_third": '{"text": "Asha", "subtext": "Guide"}',
    "music": '{"mood": "calm"}, or false for none',
    "watermark": '{"text": "My channel"}, or null for none',
    "render": '{"mode": "PROXY"}',
    "publish": '{"destination": "folder"}',
    "delivery": '{"speed": 0.9}',
    "translations": '{"hi": "..."}',
    "metadata": '{"customer": "42"}',
    "scenes": '[{"narration": "...", "image_prompt": "..."}]',
    "characters": '["Meera"] in a scene, [{"name": "Meera", "look": "..."}] in the plan',
    "sounds": '[{"text": "thunder"}]',
    "automation": '[{"at_sec": 4, "gain_db": -6}]',
    "tags": '["goa", "travel"]',
    "subtitle_languages": '["en"], or [] for none',
}
_ITEM_EXAMPLES: Mapping[str, str] = {
    "publish": '{"destination": "folder"}',
    "scenes": '{"narration": "...", "image_prompt": "..."}',
    "characters": '{"name": "Meera", "look": "..."}',
    "sounds": '{"text": "thunder"}',
    "automation": '{"at_sec": 4, "gain_db": -6}',
}
_NOUNS: Mapping[str, str] = {
    "subtitle_languages": "languages",
    "metadata": "entries",
    "translations": "languages",
    "automation": "levels",
}
_INSTEAD: Mapping[str, Mapping[str, str]] = {
    "plan": {
        "duration": "length_sec",
        "length": "length_sec",
        "seconds": "length_sec",
        "text": "prompt",
        "story": "prompt",
        "script": "prompt, or scenes",
        "narration": "prompt, or scenes",
        "voiceover": "prompt, or scenes",
        "mood": "music.mood",
        "song": "music",
        "audio": "music",
        "images": "scenes",
        "slides": "scenes",
        "segments": "scenes",
        "shots": "scenes",
        "photos": "scenes",
        "clips": "scenes",
        "subtitles": "subtitle_languages",
        "captions": "subtitle_languages",
        "resolution": "render.resolution",
        "quality": "render.quality",
        "mode": "render.mode",
        "fps": "render.fps",
        "settings": "render",
        "ratio": "aspect",
        "format": "aspect",
        "orientation": "aspect",
        "name": "title",
        "lang": "language",
        "locale": "language",
        "gender": "voice",
        "speaker": "voice",
        "narrator": "voice",
        "speed": "delivery.speed",
        "subject": "topic",
        "schedule": "publish",
        "youtube": "publish",
        "logo": "watermark",
    },
    "scenes": {
        "duration": "duration_sec",
        "length": "duration_sec",
        "seconds": "duration_sec",
        "text": "narration",
        "script": "narration",
        "voiceover": "narration",
        "dialogue": "narration",
        "speech": "narration",
        "audio": "narration",
        "caption": "narration",
        "video": "clip",
        "photo": "image",
        "picture": "image",
        "prompt": "image_prompt",
        "visual": "image_prompt",
        "visuals": "image_prompt",
        "description": "image_prompt",
        "camera_movement": "camera",
        "camera_move": "camera",
        "motion": "camera",
        "overlay": "title",
        "heading": "title",
        "sfx": "sounds",
        "sound_effects": "sounds",
        "translation": "translations",
    },
    "clip": {
        "file": "upload",
        "path": "upload",
        "start": "start_sec",
        "end": "end_sec",
        "volume": "volume_db",
        "audio": "sound",
        "mute": "sound",
        "crop": "focus",
    },
    "image": {"file": "upload", "path": "upload", "crop": "focus"},
    "music": {
        "file": "upload",
        "path": "upload",
        "start": "start_sec",
        "volume": "volume_db",
        "gain_points": "automation",
        "levels": "automation",
        "style": "mood",
        "genre": "mood",
    },
    "watermark": {"corner": "position", "transparency": "opacity"},
    "publish": {
        "at": "iso_datetime",
        "time": "iso_datetime",
        "datetime": "iso_datetime",
        "publish_at": "iso_datetime",
        "scheduled_at": "iso_datetime",
        "zone": "timezone",
        "tz": "timezone",
        "visibility": "privacy",
        "privacy_status": "privacy",
        "playlist_id": "playlist",
        "category_id": "category",
        "to": "destination",
        "platform": "destination",
    },
}
"""Names that people and chat models write instead of a field's own name, by the part of the plan."""
_UNNEEDED = frozenset({"scene", "id", "number", "index", "order"})
"""Fields in which chat models number scenes; the order of the list replaces them."""
_NOISE = frozenset({"the", "video", "scene", "background", "total", "target", "in", "default", "s", "clip", "on"})
"""Words in a name that do not help to find the field: ``video_title``, ``background_music``."""
_ADVICE_TO_SHOW = ("write image_prompt", "write image", "write clip")
_KINDS: Mapping[str, str] = {
    "string": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "finite": "a number",
}
_LONGEST_SHOWN = 60


def make_field_error(error: Mapping[str, Any], names: Mapping[str, Iterable[str]]) -> FieldError:
    """Return the FieldError for one error of pydantic's ``ValidationError.errors()``.

    ``names``: the fields of each part of a plan ("plan", "scenes", "music").
    """
    path = join_path(error["loc"])
    if error["type"] == "extra_forbidden":
        return FieldError(path, f"is not a field of the plan; {_advise_instead(path, names)}")
    return FieldError(path, describe_error(error, path))


def join_path(loc: Iterable[int | str]) -> str:
    """Return the path of a field, such as ``scenes[0].clip.upload``. ``loc``: as pydantic's errors give it."""
    path = ""
    for part in loc:
        if isinstance(part, int):
            path += f"[{part}]"
        elif not part.startswith("function-"):
            path += f".{part}" if path else part
    return path


def describe_error(error: Mapping[str, Any], path: str = "") -> str:  # noqa: PLR0911 - one for each kind of error
    """Describe one error of pydantic with the limit and the given value."""
    kind, limits, value = str(error["type"]), error.get("ctx", {}), error.get("input")
    name = path.rpartition(".")[2]
    field, _, item = name.partition("[")
    match kind:
        case "value_error":
            return str(error["msg"]).removeprefix("Value error, ")
        case "missing":
            return "is required"
        case "greater_than_equal" | "greater_than":
            return f"must be {_describe_minimum(limits)}{_quote_value(value)}"
        case "less_than_equal" | "less_than":
            return f"must be {_describe_maximum(limits)}{_quote_value(value)}"
        case "literal_error":
            return f"must be {str(limits['expected']).replace(chr(39), '')}{_quote_value(value)}"
        case "string_too_long" | "too_long":
            count = len(value) if isinstance(value, Sequence | Mapping) else limits["actual_length"]
            noun = "characters" if isinstance(value, str) else _NOUNS.get(field, field)
            return f"must have at most {limits['max_length']} {noun} (got {count})"
        case "string_pattern_mismatch":
            example = ", such as 20M or 800k" if "kKM" in str(limits["pattern"]) else ""
            return f"is not written as it should be{example}{_quote_value(value)}"
        case "tuple_type" | "list_type":
            return f"must be a list{_give_example(field, item)}{_quote_value(value)}"
        case "model_type" | "model_attributes_type" | "dict_type" | "mapping_type" | "dataclass_type":
            return f"must be an object{_give_example(field, item)}{_quote_value(value)}"
    expected = _KINDS.get(kind.partition("_")[0])
    return f"must be {expected}{_quote_value(value)}" if expected else str(error["msg"])


def _advise_instead(path: str, names: Mapping[str, Iterable[str]]) -> str:
    """Return the advice for an unknown name: the field to write instead, or to remove it."""
    parent, _, name = path.rpartition(".")
    part = parent.rpartition(".")[2].partition("[")[0] or "plan"
    meant, fields = _INSTEAD.get(part, {}), list(names.get(part, ()))
    words = re.findall(r"[^\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).casefold())
    if part == "scenes" and words and _UNNEEDED.issuperset(words):
        return "the order of the scenes says it; remove it"
    telling = [word for word in words if word not in _NOISE]
    for candidate in ("_".join(words), "_".join(telling), "".join(telling), *telling):
        advised = meant.get(candidate) or next((n for n in fields if candidate in (n, n.removesuffix("_sec"))), None)
        advised = advised or next(iter(get_close_matches(candidate, fields, 1, 0.8)), None)
        if advised:
            return f"write {advised}"
    return "remove it or check its spelling"


NOTHING_GIVEN = "give a topic, a prompt, scenes, a song or a recorded narration"
_SOURCES = ("topic", "prompt", "scenes", "song", "narration_audio")
_SHOWN = ("image_prompt", "image", "clip", "color")


def find_missing_parts(body: Mapping[str, Any], errors: Sequence[FieldError]) -> Iterator[FieldError]:
    """Yield an error for each rule about several fields that ``body`` breaks; pydantic checks these rules only if every
    single field is valid."""
    paths = {error.path for error in errors}
    if "" in paths:
        return
    if not any(body.get(name) or name in paths for name in _SOURCES):
        yield FieldError("", NOTHING_GIVEN)
    renamed_parents = {error.path.rpartition(".")[0] for error in errors if error.message.endswith(_ADVICE_TO_SHOW)}
    scenes = body.get("scenes")
    for i, scene in enumerate(scenes if isinstance(scenes, list | tuple) else ()):
        place = f"scenes[{i}]"
        wrong = {path.removeprefix(f"{place}.").partition(".")[0] for path in paths if path.startswith(f"{place}.")}
        if isinstance(scene, Mapping) and wrong and place not in paths | renamed_parents:
            shown = [name for name in _SHOWN if scene.get(name) or name in wrong]
            if len(shown) != 1 and not wrong & {*_SHOWN}:
                names_given = " and ".join(shown) or "none"
                message = f"a scene shows one thing: give image_prompt, image, clip or color (got {names_given})"
                yield FieldError(place, message)


def _describe_minimum(limits: Mapping[str, Any]) -> str:
    return f"at least {_format_limit(limits['ge'])}" if "ge" in limits else f"more than {_format_limit(limits['gt'])}"


def _describe_maximum(limits: Mapping[str, Any]) -> str:
    return f"at most {_format_limit(limits['le'])}" if "le" in limits else f"less than {_format_limit(limits['lt'])}"


def _format_limit(limit: float) -> str:
    return str(int(limit)) if limit == int(limit) else f"{limit:g}"


def _give_example(field: str, item: str) -> str:
    example = _ITEM_EXAMPLES.get(field) if item else _EXAMPLES.get(field)
    return f", such as {example}" if example else ""


def _quote_value(value: object) -> str:
    if value is None or isinstance(value, bool):
        return f" (got {'null' if value is None else str(value).lower()})"
    if isinstance(value, Mapping):
        return " (got an object)"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return " (got a list)"
    shown = repr(value)
    return f" (got {shown})" if len(shown) <= _LONGEST_SHOWN else f" (got {len(str(value))} characters)"
