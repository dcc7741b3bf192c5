"""Check a plan's use of the user's own files against the files, before any provider is asked or paid."""

from collections.abc import Iterator, Mapping, Sequence

from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.plan.limits import PlanLimits, estimate_video_sec
from sutradhar.domain.plan.own_media import MIN_PART_SEC, ClipFile, measure_cropped_share
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.upload import MediaInfo, MediaKind, Upload, find_uploads
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.uploads import read_uploads

_MIN_SONG_SEC = 1.0
_ROUNDING_SEC = 0.1
"""Seconds by which an ``end_sec`` may lie behind the end, because players show rounded lengths."""
_KINDS: Mapping[MediaKind, str] = {"video": "a video", "image": "an image", "audio": "an audio file"}
_FIELDS: Mapping[MediaKind, str] = {"video": "clip", "image": "image"}
"""The field of a scene that shows a file of each kind; an animated image is a video."""
_MAX_NAMED_SCENES = 5
"""The maximum number of scenes that one notice names."""


def check(services: Services, plan: RenderPlan, limits: PlanLimits, caller: ApiKey | None = None) -> None:
    """Refuse a plan that exceeds ``limits`` or asks for a part that its files do not have.

    Raises:
        InvalidRequest: names every field at fault.
    """
    uploads = _uploads(services, plan)
    wrong = [
        error
        for path, upload_id, kind in find_uploads(plan)
        if (error := _refusal(path, upload_id, kind, uploads.get(upload_id), caller))
    ]
    if not wrong:
        wrong = [  # checked before any call is paid for: the bucket deletes uploads after weeks
            FieldError(path, f"{uploads[upload_id].filename} is no longer kept; send it again")
            for path, upload_id, _ in find_uploads(plan)
            if not services.blobs.exists(uploads[upload_id].blob)
        ]
    if not wrong:
        wrong = [*_find_wrong_parts(plan, uploads), *limits.find_excesses(plan, clip_seconds(plan, uploads))]
    if wrong:
        raise InvalidRequest(wrong)


def clip_seconds(plan: RenderPlan, uploads: Mapping[str, Upload]) -> dict[int, float]:
    """Return the length in seconds of every clip that sets the length of its scene, by the index of the scene."""
    return {
        i: scene.clip.part_sec(facts.duration_sec)
        for i, scene in enumerate(plan.scenes)
        if scene.clip and scene.duration_sec is None and not scene.narration
        if (facts := _facts(uploads, scene.clip.upload))
    }


def expect_length(services: Services, plan: RenderPlan) -> float:
    """Return the seconds that the video of ``plan`` will probably last; those of its clips are known."""
    return estimate_video_sec(plan, clip_seconds(plan, _uploads(services, plan)))


def find_notices(services: Services, plan: RenderPlan) -> list[str]:
    """Return notices about the way in which ``plan`` uses the user's files."""
    uploads = _uploads(services, plan)
    cropped: list[str] = []
    ducked: list[str] = []
    silent: list[str] = []
    for i, scene in enumerate(plan.scenes):
        used = scene.clip or scene.image
        upload = uploads.get(used.upload) if used else None
        if used is None or upload is None or upload.facts is None:
            continue
        facts, named = upload.facts, f"scene {i + 1} ({upload.filename})"
        lost = measure_cropped_share((facts.width, facts.height), plan.size[0] / plan.size[1]) if facts.height else 0.0
        if used.fit == "fill" and lost > 0.5:
            cropped.append(f"scene {i + 1} ({upload.filename}, {lost:.0%})")
        if scene.clip and scene.clip.sound is None and scene.narration and facts.has_audio:
            ducked.append(named)
        if scene.clip and scene.clip.sound in ("keep", "duck") and facts.has_audio is False:
            silent.append(named)
    return [
        *(
            f"{upload.filename} {notice}"
            for upload in uploads.values()
            if upload.facts
            for notice in upload.facts.notices
        ),
        *_group(
            cropped,
            'more than half of the file is cut off to fill the frame; "fit": "fit" shows it whole,'
            ' and "focus" chooses what stays',
        ),
        *_group(
            ducked,
            'the clip\'s own sound is heard low under the narration; "sound": "drop" leaves it out,'
            ' and "keep" plays it in full',
        ),
        *_group(silent, "the clip has no sound that could be heard"),
    ]


def _group(scenes: Sequence[str], message: str) -> Iterator[str]:
    if scenes:
        rest = f" and {len(scenes) - _MAX_NAMED_SCENES} more" if len(scenes) > _MAX_NAMED_SCENES else ""
        yield f"{', '.join(scenes[:_MAX_NAMED_SCENES])}{rest}: {message}"


def _uploads(services: Services, plan: RenderPlan) -> dict[str, Upload]:
    return read_uploads(services, {upload_id for _, upload_id, _ in find_uploads(plan)})


def _facts(uploads: Mapping[str, Upload], upload_id: str) -> MediaInfo | None:
    upload = uploads.get(upload_id)
    return upload.facts if upload else None


def _refusal(
    path: str, upload_id: str, kind: MediaKind, upload: Upload | None, caller: ApiKey | None
) -> FieldError | None:
    if upload is None or (caller and not caller.may_see(upload.owner)):
        return FieldError(path, f"there is no upload {upload_id}; send it first (POST /uploads)")
    facts = upload.facts
    if facts is None:
        return FieldError(path, upload.explain_unready())
    if kind == "audio" and facts.kind == "video":
        return FieldError(path, f"{upload.filename} is a video without sound") if facts.has_audio is False else None
    if facts.kind != kind:
        field = _FIELDS.get(facts.kind) if path.startswith("scenes[") else None
        advice = f"; name it as {field} instead" if field else ""
        return FieldError(path, f"must be {_KINDS[kind]}; {upload.filename} is {_KINDS[facts.kind]}{advice}")
    return None


def _find_wrong_parts(plan: RenderPlan, uploads: Mapping[str, Upload]) -> Iterator[FieldError]:
    for i, scene in enumerate(plan.scenes):
        if scene.clip:
            yield from _find_wrong_part(f"scenes[{i}].clip", scene.clip, uploads[scene.clip.upload])
    song = _facts(uploads, plan.music.upload) if plan.music.upload else None
    if plan.music.upload and song and plan.music.start_sec > song.duration_sec - _MIN_SONG_SEC:
        name = uploads[plan.music.upload].filename
        yield FieldError(
            "music.start_sec",
            f"is {plan.music.start_sec:g}, and {name} ends at {song.duration_sec:.1f} s; start sooner",
        )


def _find_wrong_part(path: str, clip: ClipFile, upload: Upload) -> Iterator[FieldError]:
    assert upload.facts
    length = upload.facts.duration_sec
    if clip.start_sec and clip.start_sec > length - MIN_PART_SEC:
        message = f"is {clip.start_sec:g}, and {upload.filename} ends at {length:.1f} s; start sooner"
        yield FieldError(f"{path}.start_sec", message)
    if clip.end_sec is not None and clip.end_sec > length + _ROUNDING_SEC:
        message = (
            f"is {clip.end_sec:g}, and {upload.filename} ends at {length:.1f} s; leave end_sec out to play all of it"
        )
        yield FieldError(f"{path}.end_sec", message)
