"""Lay out the video of a plan before it is made, so that one of its frames can be shown."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sutradhar.domain.assets.asset import SAMPLE_RATE, Asset, Word
from sutradhar.domain.assets.requests import AssetRequest
from sutradhar.domain.assets.slot import INTRO, OUTRO, SONG, Slot
from sutradhar.domain.core.errors import Conflict, ProviderError
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.own_media import ClipFile
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.scene import Scene
from sutradhar.domain.plan.speech_duration import estimate_speech_sec
from sutradhar.domain.plan.tracks import choose_speaker, list_further_narrations
from sutradhar.domain.plan.upload import Upload, find_uploads
from sutradhar.domain.song.analysis import SongFacts
from sutradhar.domain.text.words import split_words
from sutradhar.domain.video.frame_choice import (
    FrameChoice,
    SceneTimes,
    choose_frame,
    find_scene_times,
    find_shown_scene,
    keep_shown,
)
from sutradhar.domain.video.frame_request import CARD, refer_to_upload
from sutradhar.domain.video.scene_parts import choose_burned_language
from sutradhar.domain.video.timeline import Timeline
from sutradhar.domain.video.timeline_builder import build_timeline
from sutradhar.pipeline.audio_plans import needs_planner, write_song_plan
from sutradhar.pipeline.own_media import estimate_length, measure_clips
from sutradhar.pipeline.plan import list_required_assets
from sutradhar.pipeline.produce import find_finished_assets
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.upload_records import read_uploads

_UNKNOWN_SEC = 5.0
"""The length of a scene without a narration whose length nothing tells yet."""


@dataclass(frozen=True)
class FrameLayout:
    """A frame of a video that may not be made yet."""

    timeline: Timeline
    """The timeline of the video, with what this frame shows and nothing else."""
    number: int
    scene: int
    """The index of the scene that was asked for, or else of the one that the frame shows."""
    times: SceneTimes
    """The times of this scene."""
    missing: Sequence[Slot]
    """The images and narrations of the video that are not made yet: a card stands for an image, and a narration has its
    estimated length."""


def lay_out_frame(services: Services, job: Job | None, plan: RenderPlan, choice: FrameChoice) -> FrameLayout:
    """Lay the video of ``plan`` out with all that is made for it, by ``job``, whose plan may differ, or by any other.

    Raises:
        Conflict: the plan has no scenes yet.
        InvalidRequest: there is no such frame, or the video would be too long.
    """
    if not needs_planner(plan) and not plan.scenes:
        plan = write_song_plan(services, plan)
    if not plan.scenes:
        raise Conflict("the plan has no scenes yet; try again when the planner has written them")
    uploads = read_uploads(services, {use.upload_id for use in find_uploads(plan) if use.kind in ("image", "video")})
    assets = {**_show_uploads(plan, uploads), **_find_assets(services, job, plan)}
    missing = [slot for slot in _list_slots(plan) if slot not in assets]
    for slot in missing:
        if slot == SONG:
            assets[slot] = _make_song(services, plan)
        if slot.scene is None:
            continue
        assets[slot] = (
            _make_card(plan) if slot.role == "image" else _estimate_narration(plan, slot.scene, slot.language)
        )
    shown_plan = _keep_burned_captions(_drop_missing_files(services, plan, missing))
    bare = build_timeline(shown_plan, assets, ())
    if choice.at is None and choice.frame is None:
        scene = choice.scene or 0
        captioned = {scene} if scene < len(bare.clips) else set()
    else:
        number = choose_frame(bare, choice)
        scene = find_shown_scene(bare, number) if choice.scene is None else choice.scene
        captioned = {clip.scene for clip in keep_shown(bare, number).clips}
    timeline = build_timeline(shown_plan, assets, captioned)
    number = choose_frame(timeline, choice)
    return FrameLayout(keep_shown(timeline, number), number, scene, find_scene_times(timeline, scene), missing)


def _keep_burned_captions(plan: RenderPlan) -> RenderPlan:
    """Return ``plan`` without the captions that only stand in files beside the video."""
    burned = choose_burned_language(plan)
    languages = tuple(language for language in plan.subtitle_languages if language == burned)
    return plan.evolve(subtitle_languages=languages)


def _drop_missing_files(services: Services, plan: RenderPlan, missing: Sequence[Slot]) -> RenderPlan:
    lengths = measure_clips(services, plan)
    scenes = [
        _drop_file(scene, lengths.get(index)) if Slot.image(index) in missing else scene
        for index, scene in enumerate(plan.scenes)
    ]
    return plan.evolve(scenes=tuple(scenes))


def _show_uploads(plan: RenderPlan, uploads: Mapping[str, Upload]) -> dict[Slot, Asset]:
    """Return the user's own files in the scenes as they are, for those that are no assets yet."""
    assets = {}
    shown = [(Slot.image(index), scene.clip or scene.image) for index, scene in enumerate(plan.scenes)]
    for slot, own in [*shown, *_list_ends(plan)]:
        upload = uploads.get(own.upload) if own else None
        if upload and (facts := upload.facts):
            media, is_clip = refer_to_upload(upload.id), isinstance(own, ClipFile)
            assets[slot] = Asset(
                key="",
                kind="image",
                blob=media.blob,
                sha256=media.sha256,
                size=upload.size,
                provider="",
                width=facts.width,
                height=facts.height,
                clip_sec=facts.duration_sec if is_clip else None,
                is_video=is_clip,
            )
    return assets


def _list_ends(plan: RenderPlan) -> list[tuple[Slot, ClipFile]]:
    """Return the intro and the outro of ``plan``, which a video with a song has not."""
    ends = ((INTRO, plan.intro), (OUTRO, plan.outro))
    return [] if plan.song else [(slot, clip) for slot, clip in ends if clip]


def _list_slots(plan: RenderPlan) -> Iterator[Slot]:
    """Yield the slots of all that the layout needs."""
    if plan.song:
        yield SONG
    yield from (slot for slot, _ in _list_ends(plan))
    for index, scene in enumerate(plan.scenes):
        yield Slot.image(index)
        if scene.narration:
            yield Slot.narration(index)
        yield from (Slot.narration(index, language) for language in list_further_narrations(plan, index))


def _drop_file(scene: Scene, clip_sec: float | None) -> Scene:
    """Return ``scene`` without the part and the place of its own file, which do not fit the card. The scene keeps its
    length; ``clip_sec``: that of its clip."""
    seconds = scene.duration_sec or (None if scene.narration else clip_sec or _UNKNOWN_SEC)
    return scene.evolve(clip=None, image=None, duration_sec=seconds)


def _find_assets(services: Services, job: Job | None, plan: RenderPlan) -> Mapping[Slot, Asset]:
    """Return what is made for ``plan``: what the job itself has, and for changed parts what any job has made."""
    own = {request.slot: request for request in job.requests} if job else {}
    finished = (job.assets or find_finished_assets(services, job)) if job else {}
    if job and own and _leave_captions_out(plan) == _leave_captions_out(job.current_plan):
        return finished
    try:
        requests = list_required_assets(services, plan)
    except ProviderError:  # no provider can make a part of it; the rest can be shown
        return {slot: asset for slot, asset in finished.items() if job and _is_unchanged(job.current_plan, plan, slot)}
    changed = [one for one in requests if one.slot not in own or own[one.slot].spec != one.spec]
    others = services.assets.get_many([one.key for one in changed])
    return {
        **{one.slot: finished[one.slot] for one in _leave_out(requests, changed) if one.slot in finished},
        **{one.slot: others[one.key] for one in changed if one.key in others},
    }


def _leave_captions_out(plan: RenderPlan) -> RenderPlan:
    """Return ``plan`` without what changes frames and no asset."""
    return plan.evolve(brand_look=None, render=plan.render.evolve(burn_captions=None, caption_style="plain"))


def _leave_out(requests: Sequence[AssetRequest], changed: Sequence[AssetRequest]) -> Sequence[AssetRequest]:
    slots = {one.slot for one in changed}
    return [one for one in requests if one.slot not in slots]


def _is_unchanged(before: RenderPlan, after: RenderPlan, slot: Slot) -> bool:
    if slot.scene is None or max(slot.scene + 1, len(before.scenes)) > len(after.scenes):
        return False
    return before.scenes[slot.scene] == after.scenes[slot.scene]


def _make_song(services: Services, plan: RenderPlan) -> Asset:
    """Return a song of the estimated length, of which neither beats nor words are known."""
    seconds = estimate_length(services, plan)
    samples, facts = round(seconds * SAMPLE_RATE), SongFacts(start_sec=0.0, tempo_bpm=None)
    return Asset(key="", kind="music", blob="", sha256="", size=0, provider="", samples=samples, song=facts)


def _make_card(plan: RenderPlan) -> Asset:
    width, height = plan.size
    return Asset(
        key="", kind="image", blob=CARD.blob, sha256=CARD.sha256, size=0, provider="", width=width, height=height
    )


def _estimate_narration(plan: RenderPlan, index: int, further: Language | None) -> Asset:
    """Return a narration of the estimated length, whose words share it by their letters.

    Args:
        further: the language of a further audio track; None: the plan's own.
    """
    scene, language = plan.scenes[index], further or plan.spoken_language
    text = scene.translations.get(further, scene.narration) if further else scene.narration
    seconds = estimate_speech_sec(text, language, plan.delivery.speed, choose_speaker(plan, language).voice)
    texts = split_words(text)
    letters = sum(len(one) + 1 for one in texts)
    words, start = [], 0.0
    for one in texts:
        end = start + seconds * (len(one) + 1) / letters
        words.append(Word(text=one, start=start, end=end, timing_source="estimate"))
        start = end
    return Asset(
        key="",
        kind="narration",
        blob="",
        sha256="",
        size=0,
        provider="",
        samples=round(seconds * SAMPLE_RATE),
        words=tuple(words),
    )
