"""Change a plan that waits for approval: the fields that may be changed, and the record of a change."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, JsonValue, ValidationError

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.core.utc_time import UtcTime
from sutradhar.domain.plan.choices import CameraMove, LanguageCode, Mood, TransitionKind
from sutradhar.domain.plan.field_messages import describe_error, join_path
from sutradhar.domain.plan.options import Delivery, MusicAutomation, VisibleLabel, VoiceName, Watermark
from sutradhar.domain.plan.own_media import ClipFile, ImageFile
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.scene import SoundCue, TitleText
from sutradhar.domain.plan.shorthand import (
    read_label,
    read_languages,
    read_on_screen,
    read_watermark,
    refuse_double_languages,
)
from sutradhar.domain.plan.song import MAX_SPOKEN_CHARS, Color, Cut, LyricLook
from sutradhar.domain.song.lyrics import MAX_LYRICS_CHARS
from sutradhar.domain.text.text_fields import DisplayText, NarrationText, SingleLineText


class MusicPatch(Frozen):
    mood: Mood | None = None
    enabled: bool = True
    volume_db: float = Field(default=-12.0, ge=-40, le=0)
    automation: MusicAutomation = ()


class SongPatch(Frozen):
    """New values of the plan's song, which stays the same file."""

    start_sec: float | None = None
    end_sec: float | None = None
    best: bool = False
    lyrics: Annotated[str, Field(max_length=MAX_LYRICS_CHARS)] = ""
    """The times of its words are found again, unless the lyrics have them."""
    look: LyricLook = "clean"
    color: Color | None = None
    cut: Cut = "auto"


class RecordingPatch(Frozen):
    """New values of the recording for the whole video, which stays the same file."""

    start_sec: float = 0.0
    end_sec: float | None = None
    text: Annotated[str, Field(max_length=MAX_SPOKEN_CHARS)] = ""
    clean: bool = True


class ScenePatch(Frozen):
    """The new values of one scene."""

    index: int = Field(ge=0)
    """The index of the scene, from 0."""
    narration: NarrationText = ""
    """A new narration drops the translations, unless the same change gives them."""
    translations: Annotated[Mapping[LanguageCode, NarrationText], BeforeValidator(refuse_double_languages)] = {}
    image_prompt: Annotated[SingleLineText, Field(max_length=1000)] = ""
    """The scene shows a drawn image of this instead of a file."""
    image: ImageFile | None = None
    """The scene shows this file instead of what it showed. None: it shows a drawn image again, of the last
    ``image_prompt`` that it had."""
    clip: ClipFile | None = None
    """As ``image``, for a clip."""
    duration_sec: float | None = None
    transition: TransitionKind = "crossfade"
    camera: CameraMove | None = None
    sounds: tuple[SoundCue, ...] = ()
    title: Annotated[TitleText | None, BeforeValidator(read_on_screen)] = None
    lower_third: Annotated[TitleText | None, BeforeValidator(read_on_screen)] = None


class PlanPatch(Frozen):
    """The new values of a plan. A field that is left out keeps its value; so do the fields that are left out inside
    ``delivery``, ``music``, ``song``, ``narration_audio``, ``watermark`` and ``label``."""

    title: Annotated[DisplayText, Field(max_length=120)] | None = None
    description: Annotated[SingleLineText, Field(max_length=5000)] = ""
    tags: tuple[Annotated[SingleLineText, Field(max_length=100)], ...] = ()
    subtitle_languages: Annotated[tuple[LanguageCode, ...], BeforeValidator(read_languages)] = ()
    voice: VoiceName = "F"
    delivery: Delivery = Delivery.constant()
    style: Annotated[SingleLineText, Field(max_length=200)] = ""
    music: MusicPatch = MusicPatch.constant()
    song: SongPatch = SongPatch.constant()
    narration_audio: RecordingPatch = RecordingPatch.constant()
    watermark: Annotated[Watermark | None, BeforeValidator(read_watermark)] = None
    label: Annotated[VisibleLabel | None, BeforeValidator(read_label)] = None
    scenes: tuple[ScenePatch, ...] = ()
    """The scenes that change, each with its ``index``. The number and the order of the scenes stay."""

    @classmethod
    def parse(cls, body: object) -> Self:
        """Return the change in ``body`` (decoded JSON). Raise InvalidRequest: every wrong field, by name."""
        if not isinstance(body, Mapping):
            example = '{"scenes": [{"index": 0, "narration": "..."}]}'
            raise InvalidRequest([FieldError("", f"the body must be a JSON object, such as {example}")])
        try:
            return cls.model_validate(body)
        except ValidationError as exc:
            raise InvalidRequest([_make_error(error) for error in exc.errors(include_url=False)]) from exc


_SCENE_FIELDS = tuple(name for name in ScenePatch.model_fields if name != "index")
CHANGEABLE = (
    *(name for name in PlanPatch.model_fields if name != "scenes"),
    *(f"scenes[].{name}" for name in _SCENE_FIELDS),
)
"""The fields of a plan that may be changed."""
_SHOWN = ("image_prompt", "image", "clip")
"""The fields of a scene of which it has one: what it shows."""


class FieldChange(Frozen):
    path: str
    """The field, such as ``scenes[0].narration``."""
    before: JsonValue
    after: JsonValue


class PlanChange(Frozen):
    """One change of a plan."""

    changed_at: UtcTime
    changed_by: str
    """The id of the API key that changed it; empty: the caller needed no key."""
    fields: tuple[FieldChange, ...]


def change_fields(plan: RenderPlan, patch: PlanPatch, earlier: Sequence[PlanChange] = ()) -> RenderPlan:
    """Return ``plan``, which has its scenes, with the values of ``patch``. ``earlier``: the changes so far, the oldest
    first; a scene that gives up its file takes its last ``image_prompt`` from them.

    Raises:
        InvalidRequest: names every field at fault.
    """
    new = patch.model_dump(mode="json", exclude_unset=True)
    fields = plan.model_dump(mode="json", exclude={"notices", "brand_look"})
    scenes, errors, indexes = fields["scenes"], [], set[int]()
    for place, part in enumerate(new.pop("scenes", ())):
        index = part.pop("index")
        if index >= len(scenes) or index in indexes:
            problem = (
                "names a scene twice" if index in indexes else f"must be below {len(scenes)}, the number of scenes"
            )
            errors.append(FieldError(f"scenes[{place}].index", f"{problem} (got {index})"))
            continue
        indexes.add(index)
        if part.get("narration", scenes[index]["narration"]) != scenes[index]["narration"]:
            scenes[index]["translations"] = {}  # they translate the narration before
        _replace_shown(scenes[index], part, _find_prompt(earlier, index))
        scenes[index] |= part
    errors += [
        FieldError(name, f"the plan has no {name}, and a change cannot add one; make a new job with it")
        for name in ("song", "narration_audio")
        if name in new and fields[name] is None
    ]
    if errors:
        raise InvalidRequest(errors)
    for name, value in new.items():
        before = fields[name]
        fields[name] = {**before, **value} if isinstance(value, dict) and isinstance(before, dict) else value
    changed = RenderPlan.parse(fields)
    notices = tuple(dict.fromkeys((*plan.notices, *changed.notices)))
    return changed.evolve(notices=notices, brand_look=plan.brand_look)


def _replace_shown(scene: dict[str, Any], part: Mapping[str, Any], last_prompt: str) -> None:
    """Let ``scene`` give up what it shows if ``part`` gives it something else: a scene shows one thing."""
    if any(part.get(name) for name in _SHOWN):
        scene |= {"image_prompt": "", "image": None, "clip": None}
    elif any(name in part and scene[name] for name in ("image", "clip")):
        scene["image_prompt"] = last_prompt


def _find_prompt(earlier: Sequence[PlanChange], index: int) -> str:
    """Return the last ``image_prompt`` that a change took from the scene; empty: it never had one."""
    fields = (field for change in reversed(earlier) for field in change.fields)
    path = f"scenes[{index}].image_prompt"
    return next((str(field.before) for field in fields if field.path == path and field.before), "")


def list_changes(before: RenderPlan, after: RenderPlan) -> tuple[FieldChange, ...]:
    """Return the changed fields. Both plans have the same number of scenes."""
    old, new = (plan.model_dump(mode="json") for plan in (before, after))
    pairs: list[tuple[str, Any, Any]] = [
        (name, old[name], new[name]) for name in PlanPatch.model_fields if name != "scenes"
    ]
    for index, (old_scene, new_scene) in enumerate(zip(old["scenes"], new["scenes"], strict=True)):
        pairs += [(f"scenes[{index}].{name}", old_scene[name], new_scene[name]) for name in _SCENE_FIELDS]
    return tuple(FieldChange(path=path, before=a, after=b) for path, a, b in pairs if a != b)


def _make_error(error: Any) -> FieldError:
    path = join_path(error["loc"])
    if error["type"] == "extra_forbidden":
        return FieldError(path, f"cannot be changed; the fields that can are {', '.join(CHANGEABLE)}")
    return FieldError(path, describe_error(error, path))
