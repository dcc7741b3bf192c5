"""Lay out a lyric video: the song is heard, the scenes are shown in turn and change on beats, and so are the words."""

from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from sutradhar.domain.assets.asset import SAMPLE_RATE, Asset
from sutradhar.domain.assets.slot import SONG, Slot
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.own_media import ClipFile
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.scene import Scene
from sutradhar.domain.plan.song import LyricLook
from sutradhar.domain.plan.speech_duration import MAX_VIDEO_SEC
from sutradhar.domain.song.analysis import SongFacts
from sutradhar.domain.video.captions import Cue
from sutradhar.domain.video.scene_parts import (
    TRANSITION_SEC,
    choose_burned_language,
    place_sound_effects,
    place_titles,
    refer_to,
)
from sutradhar.domain.video.shots import (
    build_move,
    count_part_frames,
    fill_scene,
    fit_camera,
    place_clip_audio,
)
from sutradhar.domain.video.song_cues import build_caption_cues, build_lyric_cues
from sutradhar.domain.video.song_cuts import choose_cuts, measure_energy
from sutradhar.domain.video.timeline import (
    CUT,
    Camera,
    Clip,
    ClipAudio,
    Footage,
    LyricCue,
    LyricTrack,
    Pose,
    SongTrack,
    SoundEffectClip,
    Timeline,
    Title,
    Transition,
    frame_to_sample,
)
from sutradhar.domain.video.visible_label import place_label

FADE_IN_SEC, FADE_OUT_SEC = 0.25, 1.0
"""Seconds over which a song fades where the video begins or ends inside it."""
_INSIDE_SEC = 0.1
"""Seconds between an end of the part and the end of the song, above which the part ends inside the song."""
_LOW_LOOKS: Container[LyricLook] = ("clean",)
"""The looks whose words stand below the place of titles."""
_TITLE_GAP_SEC, _HELD_GAP_SEC = 1.5, 4.0
"""The shortest time without words in which a title is shown; karaoke keeps its lines in gaps up to the second one."""
_DRIFT, _PUSH, _MOST_ZOOM = 0.015, 0.065, 0.32
"""The zoom of the camera in one second where the song is silent, what its loudest part adds, and the most of a shot."""
_DEFAULT_TRANSITION = Scene.model_fields["transition"].default
_CALM = 0.4
"""Below this energy the camera pans instead of zooming in every second shot."""


class _Shot(NamedTuple):
    """One showing of a scene, from frame ``start`` up to ``end``, its transitions included."""

    scene: int
    start: int
    end: int
    transition: Transition
    fade_out: int
    """Frames of the transition to the next shot."""


def build_song_timeline(
    plan: RenderPlan, assets: Mapping[Slot, Asset], captioned_scenes: Container[int] | None = None
) -> Timeline:
    """Lay out the video of a plan with a song. ``captioned_scenes``: no words are shown if it is empty.

    Raises:
        InvalidRequest: the part of the song is longer than ``MAX_VIDEO_SEC``.
    """
    song = assets[SONG]
    assert plan.song
    assert song.song
    fps = plan.render.fps
    frames = max(song.samples * fps // SAMPLE_RATE, 1)
    if frames > MAX_VIDEO_SEC * fps:
        message = f"plays for {frames / fps:.0f} s; at most {MAX_VIDEO_SEC:.0f} s: choose a part with end_sec or best"
        raise InvalidRequest([FieldError("song", message)])
    wants_words = captioned_scenes is None or any(n in captioned_scenes for n in range(len(plan.scenes)))
    lyrics = build_lyric_cues(song.words, song.song.line_ends, fps, frames) if wants_words else ()
    layout = _SongLayout(plan, assets, song.song)
    for shot in _list_shots(plan, song.song, lyrics, frames):
        layout.add_shot(shot)
    captions = _choose_captions(plan, lyrics)
    is_drawn = lyrics and choose_burned_language(plan)
    return Timeline(
        fps=fps,
        width=plan.size[0],
        height=plan.size[1],
        frames=frames,
        clips=tuple(layout.clips),
        narrations=(),
        music=None,
        captions=captions,
        language=plan.spoken_language,
        song=_place_song(plan, song, song.song, frame_to_sample(frames, fps)),
        lyrics=LyricTrack(look=plan.song.look, cues=lyrics) if is_drawn else None,
        titles=tuple(_place_titles(plan, layout.clips, lyrics if is_drawn else (), frames)),
        sound_effects=tuple(layout.sound_effects),
        clip_audio=tuple(layout.clip_audio),
        watermark=plan.watermark,
        label=place_label(plan, frames),
        # the words of the song stand where their own look says, and titles keep clear of those
        look=plan.look.evolve(caption_place="bottom") if plan.look else None,
        looped_scenes=tuple(sorted(layout.looped)),
        held_scenes=tuple(sorted(layout.held)),
    )


class _SongLayout:
    """Place one shot after the other. A clip that is shown again goes on where it stopped."""

    def __init__(self, plan: RenderPlan, assets: Mapping[Slot, Asset], facts: SongFacts) -> None:
        self._plan, self._assets, self._facts, self._fps = plan, assets, facts, plan.render.fps
        self._scenes = [_adapt_scene(scene) for scene in plan.scenes]
        self.clips: list[Clip] = []
        self.clip_audio: list[ClipAudio] = []
        self.sound_effects: list[SoundEffectClip] = []
        self.looped: set[int] = set()
        self.held: set[int] = set()
        """Scenes whose clip is shorter than a shot, by what fills it."""
        self._resume_sec: dict[int, float] = {}
        """The second of each scene's clip at which it goes on."""

    def add_shot(self, shot: _Shot) -> None:
        scene, image = self._scenes[shot.scene], self._assets[Slot.image(shot.scene)]
        own = scene.image or scene.clip
        clip = Clip(
            scene=shot.scene,
            start=shot.start,
            frames=shot.end - shot.start,
            media=refer_to(image),
            camera=self._choose_camera(scene, image, shot),
            footage=self._choose_footage(scene, image, shot),
            transition=shot.transition,
            fit=own.fit if own else "fill",
        )
        if all(shot.scene != earlier.scene for earlier in self.clips):
            first = frame_to_sample(shot.start, self._fps)
            self.sound_effects += place_sound_effects(scene, shot.scene, first, (), self._assets)
        self.clips.append(clip)
        if audio := place_clip_audio(scene, image, clip, self._fps, fade_out=shot.fade_out):
            asked = self._plan.scenes[shot.scene].clip
            self.clip_audio.append(audio.evolve(ducked=bool(asked and asked.sound == "duck")))

    def _choose_camera(self, scene: Scene, image: Asset, shot: _Shot) -> Camera:
        """Return a move that is as strong as the music. Zooms in and out take turns; where it is calm, so do pans."""
        own, aspect = scene.image or scene.clip, self._plan.size[0] / self._plan.size[1]
        if scene.camera or scene.color or image.is_video or (own and own.fit == "fit"):
            return fit_camera(build_move(scene.camera or "hold"), scene, image, aspect)
        first, last = shot.start / self._fps, shot.end / self._fps
        energy, number = measure_energy(self._facts, first, last), len(self.clips)
        zoom = min((_DRIFT + _PUSH * energy) * (last - first), _MOST_ZOOM)
        wide, near = Pose(x=0.5, y=0.5, zoom=1.0), Pose(x=0.5, y=0.48, zoom=1.0 + max(zoom, 0.02))
        start, end = (wide, near) if number % 2 == 0 else (near, wide)
        if energy < _CALM and number % 2:
            away = min(zoom, 0.06) * (1 if number % 4 == 1 else -1)
            start, end = Pose(x=0.5 - away, y=0.5, zoom=1.15), Pose(x=0.5 + away, y=0.5, zoom=1.15)
        return fit_camera(Camera(start=start, end=end), scene, image, aspect)

    def _choose_footage(self, scene: Scene, image: Asset, shot: _Shot) -> Footage | None:
        part = count_part_frames(scene, image, self._fps)
        if scene.clip is None or image.clip_sec is None or part is None:
            return Footage() if image.is_video else None
        frames = shot.end - shot.start
        if part < frames:
            footage = fill_scene(scene, image, part, frames, slack=0)
            clip = self._plan.scenes[shot.scene].clip
            if clip and clip.when_short in (None, "trim"):
                (self.looped if footage.when_over == "loop" else self.held).add(shot.scene)
            return footage
        first_sec, seconds = scene.clip.start_sec, frames / self._fps
        last_sec = first_sec + part / self._fps - seconds
        at = self._resume_sec.get(shot.scene, _find_opening(scene.clip, image, last_sec))
        at = at if at <= last_sec + 0.5 / self._fps else first_sec
        self._resume_sec[shot.scene] = at + seconds
        left = max(part - round((at - first_sec) * self._fps), frames)
        return Footage(start_sec=round(at, 6), part_frames=left, when_over="hold")


def _list_shots(plan: RenderPlan, facts: SongFacts, lyrics: Sequence[LyricCue], frames: int) -> Iterator[_Shot]:
    """Yield the shots of the video. A transition that is no cut has its middle on the beat."""
    fps = plan.render.fps
    assert plan.song
    line_starts = [cue.words[0].start / fps for cue in lyrics]
    cuts = choose_cuts(facts, frames / fps, plan.song.cut, line_starts)
    edges = [0, *(round(cut * fps) for cut in cuts), frames]
    if len(plan.scenes) == 1 and not _looks_new_each_time(plan.scenes[0]):
        edges = [0, frames]
    lengths = [end - start for start, end in pairwise(edges)]
    transitions = [CUT]
    for number in range(1, len(lengths)):
        kind = plan.scenes[number % len(plan.scenes)].transition
        longest = min(lengths[number - 1], lengths[number]) // 2
        size = min(round(TRANSITION_SEC * fps), longest)
        is_cut = kind in ("cut", _DEFAULT_TRANSITION) or size < 2
        transitions.append(CUT if is_cut else Transition(kind=kind, frames=size))
    for number, (start, end) in enumerate(pairwise(edges)):
        before, after = transitions[number], transitions[number + 1] if number + 1 < len(transitions) else CUT
        yield _Shot(
            scene=number % len(plan.scenes),
            start=start - before.frames // 2,
            end=end + after.frames - after.frames // 2,
            transition=before,
            fade_out=after.frames,
        )


def _looks_new_each_time(scene: Scene) -> bool:
    """Return whether a cut from a showing of the scene to the next showing can be seen: an image that moves."""
    return not (scene.color or scene.clip or scene.camera or (scene.image and scene.image.fit == "fit"))


def _adapt_scene(scene: Scene) -> Scene:
    """Return ``scene`` with what a song changes: its clip is heard only if the plan says so, and starts again where a
    scene would end with it."""
    clip = scene.clip
    if clip is None:
        return scene
    return scene.evolve(
        clip=clip.evolve(
            sound="keep" if clip.sound in ("keep", "duck") else "drop",
            when_short="loop" if clip.when_short in (None, "trim") else clip.when_short,
        )
    )


def _find_opening(clip: ClipFile, image: Asset, last_sec: float) -> float:
    """Return the second of the clip at which its first shot begins: its best moment, unless the plan names a part."""
    if clip.start_sec or clip.end_sec is not None:
        return clip.start_sec
    return next((moment for moment in image.moments if moment <= last_sec), clip.start_sec)


def _choose_captions(plan: RenderPlan, lyrics: Sequence[LyricCue]) -> Mapping[Language, tuple[Cue, ...]]:
    language = plan.spoken_language
    return {language: build_caption_cues(lyrics)} if lyrics and language in plan.subtitle_languages else {}


def _place_song(plan: RenderPlan, song: Asset, facts: SongFacts, samples: int) -> SongTrack:
    """Return the song as it is heard: it fades where the video begins or ends inside it."""
    assert plan.song
    end_sec = facts.start_sec + song.samples / SAMPLE_RATE
    ends_inside = end_sec < facts.song_sec - _INSIDE_SEC
    return SongTrack(
        media=refer_to(song),
        samples=min(samples, song.samples),
        source_start=round(facts.start_sec * SAMPLE_RATE),
        fade_in=round(FADE_IN_SEC * SAMPLE_RATE) if facts.start_sec > _INSIDE_SEC else 0,
        fade_out=min(round(FADE_OUT_SEC * SAMPLE_RATE), samples // 2) if ends_inside else 0,
    )


def _place_titles(plan: RenderPlan, clips: Sequence[Clip], lyrics: Sequence[LyricCue], frames: int) -> Iterator[Title]:
    """Yield the titles: each from the first showing of its scene on, whatever is shown then, up to the next title.

    Words in the middle of the frame leave no room for a title: it stands in the first gap between the lines, if there
    is one.
    """
    assert plan.song
    look, fps = plan.song.look, plan.render.fps
    first_shown: dict[int, Clip] = {}
    for clip in clips:
        first_shown.setdefault(clip.scene, clip.evolve(frames=frames - clip.start))
    titled = [n for n in sorted(first_shown) if plan.scenes[n].title or plan.scenes[n].lower_third]
    if titled:
        scenes = tuple(plan.scenes[n] for n in titled)
        ends = [*(first_shown[n].start for n in titled[1:]), frames]
        for title in place_titles(plan.evolve(scenes=scenes), [first_shown[n] for n in titled]):
            if look in _LOW_LOOKS:
                yield title
                continue
            end = next(end for end in ends if end > title.start)
            least = round((_HELD_GAP_SEC if look == "karaoke" else _TITLE_GAP_SEC) * fps)
            if gap := _find_gap(lyrics, title.start, end, least):
                yield title.evolve(start=gap[0], end=min(gap[0] + title.end - title.start, gap[1]))


def _find_gap(lyrics: Sequence[LyricCue], first: int, end: int, least: int) -> tuple[int, int] | None:
    """Return the first frames from ``first`` up to ``end`` that no line covers, at least ``least`` of them."""
    for cue in lyrics:
        if min(cue.start, end) - first >= least:
            return first, min(cue.start, end)
        first = max(first, cue.end)
    return (first, end) if end - first >= least else None
