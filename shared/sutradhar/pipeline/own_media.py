"""Check a plan's use of the user's own files against the files, before any provider is asked or paid."""

from collections.abc import Iterator, Mapping, Sequence

from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.plan.choices import MAX_TOTAL_SEC
from sutradhar.domain.plan.ends import INTRO, OUTRO, name_scene
from sutradhar.domain.plan.limits import PlanLimits, estimate_scene_lengths, estimate_video_sec, measure_ends
from sutradhar.domain.plan.own_media import MIN_PART_SEC, ClipFile, measure_cropped_share
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.scene import Scene
from sutradhar.domain.plan.upload import KIND_NAMES, MediaInfo, MediaKind, Upload, UploadUse, find_uploads
from sutradhar.pipeline.audio_checks import find_wrong_audio, measure_own_audio, measure_scene_voices
from sutradhar.pipeline.based_on import widen_limits
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.upload_records import read_uploads

_MIN_SONG_SEC = 1.0
_ROUNDING_SEC = 0.1
"""Seconds by which an ``end_sec`` may lie behind the end, because players show rounded lengths."""
_FIELDS: Mapping[MediaKind, str] = {"video": "clip", "image": "image"}
"""The field of a scene that shows a file of each kind; an animated image is a video."""
_MAX_NAMED_SCENES = 5
"""The maximum number of scenes that one notice names."""


def check_own_media(services: Services, plan: RenderPlan, limits: PlanLimits, caller: ApiKey | None = None) -> None:
    """Refuse a plan that exceeds ``limits`` or asks for a part that its files do not have.

    Raises:
        InvalidRequest: names every field at fault.
    """
    uploads = check_files(services, plan, caller)
    clip_sec = _measure_clips(plan, uploads)
    excesses = [*limits.find_excesses(plan, clip_sec)]
    if excesses and plan.based_on:
        limits = widen_limits(services, plan, limits, caller)
        excesses = [*limits.find_excesses(plan, clip_sec)]
    wrong_audio = find_wrong_audio(plan, uploads, limits.max_total_sec)
    if errors := [*_find_wrong_parts(plan, uploads), *wrong_audio, *excesses]:
        raise InvalidRequest(errors)


def check_parts(services: Services, plan: RenderPlan, caller: ApiKey | None = None) -> None:
    """Refuse a plan that uses uploads wrongly, or asks for a part that its files do not have, whatever its limits.

    Raises:
        InvalidRequest: names every field at fault.
    """
    uploads = check_files(services, plan, caller)
    if errors := [*_find_wrong_parts(plan, uploads), *find_wrong_audio(plan, uploads, MAX_TOTAL_SEC)]:
        raise InvalidRequest(errors)


def check_files(services: Services, plan: RenderPlan, caller: ApiKey | None = None) -> Mapping[str, Upload]:
    """Return the uploads of a plan by their ids, as ``check_uploads`` does. Refuse one whose file is gone.

    Raises:
        InvalidRequest: names every field at fault.
    """
    uploads = check_uploads(services, plan, caller)
    errors = [  # checked before any call is paid for: the bucket deletes uploads after weeks
        FieldError(use.path, f"{uploads[use.upload_id].filename} is no longer kept; send it again")
        for use in find_uploads(plan)
        if not services.blobs.exists(uploads[use.upload_id].blob)
    ]
    if errors:
        raise InvalidRequest(errors)
    return uploads


def _measure_clips(plan: RenderPlan, uploads: Mapping[str, Upload]) -> dict[int, float]:
    """Return the length in seconds of every clip and recorded voice that sets the length of its scene, by the index of
    the scene; and of the intro and the outro, which a video with a song has not."""
    ends = {
        number: clip.part_sec(facts.duration_sec)
        for number, clip in _list_ends(plan)
        if (facts := _find_info(uploads, clip.upload))
    }
    clips = {
        i: scene.clip.part_sec(facts.duration_sec)
        for i, scene in enumerate(plan.scenes)
        if scene.clip and scene.duration_sec is None and not scene.narration
        if (facts := _find_info(uploads, scene.clip.upload))
    }
    return ends | clips | measure_scene_voices(plan, uploads)


def _list_ends(plan: RenderPlan) -> list[tuple[int, ClipFile]]:
    ends = ((INTRO, plan.intro), (OUTRO, plan.outro))
    return [] if plan.song else [(number, clip) for number, clip in ends if clip]


def check_uploads(services: Services, plan: RenderPlan, caller: ApiKey | None = None) -> Mapping[str, Upload]:
    """Return the uploads of a plan by their ids. Refuse one that the caller does not have, that is not ready, or that
    is of another kind.

    Raises:
        InvalidRequest: names every field at fault.
    """
    uploads = _read_uploads(services, plan)
    misuses = (find_misuse(use, uploads.get(use.upload_id), caller) for use in find_uploads(plan))
    if errors := [error for error in misuses if error]:
        raise InvalidRequest(errors)
    return uploads


def measure_clips(services: Services, plan: RenderPlan) -> dict[int, float]:
    """Return the length in seconds of every clip and recorded voice that sets the length of its scene, by the index of
    the scene; and of the intro and the outro, which a video with a song has not."""
    return _measure_clips(plan, _read_uploads(services, plan))


def estimate_length(services: Services, plan: RenderPlan) -> float:
    """Estimate the length in seconds of the video of ``plan``. The lengths of its clips, its song and its recordings
    are known."""
    uploads = _read_uploads(services, plan)
    own = measure_own_audio(plan, uploads)
    clips = _measure_clips(plan, uploads)
    return estimate_video_sec(plan, clips) if own is None else own + measure_ends(clips)


def estimate_scenes(services: Services, plan: RenderPlan) -> list[float]:
    """Estimate the seconds of each scene of ``plan``. The scenes share a song, or a recording of the whole video."""
    uploads = _read_uploads(services, plan)
    lengths = estimate_scene_lengths(plan, _measure_clips(plan, uploads))
    own = measure_own_audio(plan, uploads)
    if own is None or not lengths:
        return lengths
    shares = lengths if all(lengths) else [1.0] * len(lengths)
    return [own * share / sum(shares) for share in shares]


def find_notices(services: Services, plan: RenderPlan) -> list[str]:
    """Return notices about the way in which ``plan`` uses the user's files."""
    uploads = _read_uploads(services, plan)
    # the logo of a brand keeps its transparency, of whose loss the check of an image tells
    logos = {use.upload_id for use in find_uploads(plan) if use.path == "brand" and use.kind == "image"}
    cropped: list[str] = []
    ducked: list[str] = []
    silent: list[str] = []
    ends = [(number, Scene(clip=clip)) for number, clip in _list_ends(plan)]
    for i, scene in [*enumerate(plan.scenes), *ends]:
        file = scene.clip or scene.image
        upload = uploads.get(file.upload) if file else None
        if file is None or upload is None or upload.facts is None:
            continue
        facts, name = upload.facts, f"{name_scene(i)} ({upload.filename})"
        cropped_share = (
            measure_cropped_share((facts.width, facts.height), plan.size[0] / plan.size[1]) if facts.height else 0.0
        )
        if file.fit == "fill" and cropped_share > 0.5:
            cropped.append(f"{name_scene(i)} ({upload.filename}, {cropped_share:.0%})")
        if scene.clip and scene.clip.sound is None and scene.narration and facts.has_audio:
            ducked.append(name)
        if scene.clip and scene.clip.sound in ("keep", "duck") and facts.has_audio is False:
            silent.append(name)
    return [
        *(
            f"{upload.filename} {notice}"
            for upload in uploads.values()
            if upload.facts and upload.id not in logos
            for notice in upload.facts.notices
        ),
        *_group_scenes(
            cropped,
            'more than half of the file is cut off to fill the frame; "fit": "fit" shows it whole,'
            ' and "focus" chooses what stays',
        ),
        *_group_scenes(
            ducked,
            'the clip\'s own sound is heard low under the narration; "sound": "drop" leaves it out,'
            ' and "keep" plays it in full',
        ),
        *_group_scenes(silent, "the clip has no sound that could be heard"),
    ]


def _group_scenes(scenes: Sequence[str], message: str) -> Iterator[str]:
    if scenes:
        rest = f" and {len(scenes) - _MAX_NAMED_SCENES} more" if len(scenes) > _MAX_NAMED_SCENES else ""
        yield f"{', '.join(scenes[:_MAX_NAMED_SCENES])}{rest}: {message}"


def _read_uploads(services: Services, plan: RenderPlan) -> Mapping[str, Upload]:
    return read_uploads(services, {use.upload_id for use in find_uploads(plan)})


def _find_info(uploads: Mapping[str, Upload], upload_id: str) -> MediaInfo | None:
    upload = uploads.get(upload_id)
    return upload.facts if upload else None


def find_misuse(use: UploadUse, upload: Upload | None, caller: ApiKey | None) -> FieldError | None:
    """Return the reason why the plan cannot use the upload in this field; None if it can."""
    if upload is None or (caller and not caller.may_see(upload.owner)):
        return FieldError(use.path, f"there is no upload {use.upload_id}; send it first (POST /uploads)")
    info = upload.facts
    if info is None:
        return FieldError(use.path, upload.explain_unready())
    if use.kind == "audio" and info.kind == "video":
        return FieldError(use.path, f"{upload.filename} is a video without sound") if info.has_audio is False else None
    if info.kind != use.kind:
        field = _FIELDS.get(info.kind) if use.in_scene else None
        advice = f"; name it as {field} instead" if field else ""
        return FieldError(
            use.path, f"must be {KIND_NAMES[use.kind]}; {upload.filename} is {KIND_NAMES[info.kind]}{advice}"
        )
    return None


def _find_wrong_parts(plan: RenderPlan, uploads: Mapping[str, Upload]) -> Iterator[FieldError]:
    for i, scene in enumerate(plan.scenes):
        if scene.clip:
            yield from find_wrong_part(f"scenes[{i}].clip", scene.clip, uploads[scene.clip.upload])
    for name, end in (("intro", plan.intro), ("outro", plan.outro)):
        if end:
            yield from find_wrong_part(name, end, uploads[end.upload])
        if end and end.when_short:
            yield FieldError(f"{name}.when_short", f"has no meaning: the {name} is as long as its clip; leave it out")
    song = _find_info(uploads, plan.music.upload) if plan.music.upload else None
    if plan.music.upload and song and plan.music.start_sec > song.duration_sec - _MIN_SONG_SEC:
        name = uploads[plan.music.upload].filename
        yield FieldError(
            "music.start_sec",
            f"is {plan.music.start_sec:g}, and {name} ends at {song.duration_sec:.1f} s; start sooner",
        )


def find_wrong_part(path: str, clip: ClipFile, upload: Upload) -> Iterator[FieldError]:
    """Yield the reasons why ``upload``, which is ready, does not have the part that ``clip`` names."""
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
