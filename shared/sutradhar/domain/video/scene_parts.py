"""Place what every kind of video has on its timeline: transitions, titles, captions and sound effects."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from sutradhar.domain.assets.asset import SAMPLE_RATE, Asset, Word
from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.scene import Scene, TitleText
from sutradhar.domain.text.line_breaks import find_line_ends
from sutradhar.domain.video.captions import Cue, build_cues, build_translated_cues
from sutradhar.domain.video.timeline import (
    CUT,
    Clip,
    MediaRef,
    NarrationClip,
    SoundEffectClip,
    Title,
    Transition,
)

TRANSITION_SEC = 0.5
TITLE_SEC = 3.5
LOWER_THIRD_SEC, LOWER_THIRD_DELAY_SEC = 4.0, 0.5


def refer_to(asset: Asset) -> MediaRef:
    return MediaRef(blob=asset.blob, sha256=asset.sha256)


def place_narration(scene: int, start: int, speech: Asset) -> NarrationClip:
    """Return a whole recording as the narration of ``scene``, from sample ``start`` of the video on."""
    return NarrationClip(
        scene=scene,
        start=start,
        samples=speech.samples,
        media=refer_to(speech),
        is_captioned=bool(speech.words),
        pauses=place_pauses(speech.pauses, start, 0, speech.samples),
    )


def place_pauses(
    pauses: Sequence[tuple[float, float]], start: int, source_start: int, samples: int
) -> tuple[tuple[int, int], ...]:
    """Return the silences of a recording, of which ``samples`` from ``source_start`` on are heard from sample ``start``
    of the video on, in samples of the video."""
    spans = ((round(a * SAMPLE_RATE) - source_start, round(b * SAMPLE_RATE) - source_start) for a, b in pauses)
    inside = ((max(a, 0), min(b, samples)) for a, b in spans)
    return tuple((start + a, start + b) for a, b in inside if a < b)


def place_sound_effects(
    scene: Scene, index: int, first_sample: int, words: Sequence[Word], assets: Mapping[Slot, Asset]
) -> Iterator[SoundEffectClip]:
    """Yield the sound effects of a scene. ``first_sample``: the sample that counts as 0 in ``words``, or else the
    first of the scene."""
    for n, cue in enumerate(scene.sounds):
        asset = assets.get(Slot.sound_effect(index, n))
        if asset and asset.samples:  # it is missing if no provider had it
            start = first_sample + (round(words[cue.word].start * SAMPLE_RATE) if cue.word < len(words) else 0)
            yield SoundEffectClip(start=start, samples=asset.samples, media=refer_to(asset), volume_db=cue.volume_db)


def choose_transition(scene: Scene, index: int, fps: int) -> Transition:
    if index == 0 or scene.transition == "cut":
        return CUT
    return Transition(kind=scene.transition, frames=round(TRANSITION_SEC * fps))


def place_titles(plan: RenderPlan, clips: list[Clip], outro: Clip | None = None) -> Iterator[Title]:
    """Yield the titles; each stands only while its scene is on the screen alone."""
    fps = plan.render.fps
    for scene, clip, following in zip(plan.scenes, clips, [*clips[1:], outro], strict=True):
        first, end = clip.start + clip.transition.frames, following.start if following else clip.end
        texts: tuple[tuple[TitleText | None, Literal["title", "lower_third"], float, float], ...] = (
            (scene.title, "title", 0.0, TITLE_SEC),
            (scene.lower_third, "lower_third", LOWER_THIRD_DELAY_SEC, LOWER_THIRD_SEC),
        )
        for title, place, delay, seconds in texts:
            start = first + round(delay * fps)
            if title and start < end:
                until = min(start + round(seconds * fps), end)
                yield Title(start=start, end=until, text=title.text, subtext=title.subtext or "", place=place)


class Passage(NamedTuple):
    """The words that are spoken in one scene, or in the intro or the outro."""

    scene: int
    words: Sequence[Word]
    """Empty if they are not known."""
    offset_sec: float
    """The time of the video that counts as 0 in ``words``."""
    max_frame: int
    """Its captions end at this frame or before."""
    language: Language | None = None
    """The language of a further audio track, whose words they are; None: the plan's own."""


def build_captions(
    plan: RenderPlan, passages: Sequence[Passage], further: Mapping[Language, Sequence[Passage]]
) -> dict[Language, tuple[Cue, ...]]:
    """Return the cues by language. Captions follow the words of the audio track in their own language, if there is one,
    else those of ``passages``.

    Args:
        further: what is spoken in each further audio track, in the order of the scenes.
    """
    captions: dict[Language, tuple[Cue, ...]] = {}
    for language in list_caption_languages(plan):
        voiced = [passage for passage in further.get(language, passages) if passage.words]
        cues = [cue for passage in voiced for cue in _build_cues(plan, passage, language)]
        if cues:  # players and YouTube refuse a caption file without a line
            captions[language] = tuple(_separate_cues(cues))
    return captions


def _separate_cues(cues: Sequence[Cue]) -> Iterator[Cue]:
    """Yield the cues of all scenes without an overlap: where a recording goes on from scene to scene, the last word of
    one and the first of the next may be in the same frame."""
    end = 0
    for cue, following in zip(cues, [*cues[1:], None], strict=True):
        start = max(cue.start, end)
        latest = max(following.start, start + 1) if following else max(cue.end, start + 1)
        end = max(min(cue.end, latest), start + 1)
        moved = tuple(min(max(word, start), end - 1) for word in cue.word_starts)
        yield cue if (start, end) == (cue.start, cue.end) else cue.evolve(start=start, end=end, word_starts=moved)


def _build_cues(plan: RenderPlan, passage: Passage, language: Language) -> list[Cue]:
    words, offset, end = passage.words, passage.offset_sec, passage.max_frame
    scene = plan.scenes[passage.scene] if passage.scene >= 0 else None  # an intro and an outro have no text
    if language == (passage.language or plan.spoken_language):
        text = scene.narration if scene else ""
        if scene and passage.language:
            text = scene.translations.get(passage.language, text)
        ends = find_line_ends(text)
        return build_cues(words, offset=offset, fps=plan.render.fps, max_frame=end, line_ends=ends)
    text = "" if scene is None else scene.translations.get(language, "")
    return build_translated_cues(text, words, offset=offset, fps=plan.render.fps, max_frame=end) if text else []


def list_caption_languages(plan: RenderPlan) -> tuple[Language, ...]:
    """Return the languages in which every spoken scene has captions: the narration's own, and full translations."""
    narrated = [s for s in plan.scenes if s.narration]
    return tuple(
        language
        for language in plan.subtitle_languages
        if language == plan.spoken_language or all(s.translations.get(language) for s in narrated)
    )


def choose_burned_language(plan: RenderPlan) -> Language | None:
    """Return the language of the captions that are drawn into the frames; None: none are.

    In a video with several audio tracks they would fit one of them only, so there they must be asked for.
    """
    language = plan.render.burn_captions or ("none" if plan.audio_languages else plan.spoken_language)
    return None if language == "none" else language
