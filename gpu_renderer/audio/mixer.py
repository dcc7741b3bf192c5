"""Mix narrations, sound effects, clips' own audio, music and songs, and choose how loud each of them is."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import numpy.typing as npt

from gpu_renderer.audio.audio_source import TOLERANCE, AudioSource, Excerpt
from gpu_renderer.audio.audio_stream import AudioStream
from gpu_renderer.audio.clip_audio import ClipTrack, open_clip_tracks
from gpu_renderer.audio.ducking import (
    CROSSFADE_SAMPLES,
    Interval,
    LoopedAudio,
    detect_speech,
    ducking_gain,
    edge_fades,
    interpolate,
    merge_intervals,
    speech_to_music_ratio,
)
from gpu_renderer.audio.loudness import (
    BLOCK,
    HOP,
    Audio,
    Curve,
    Levels,
    levelling_gain,
    max_momentary_loudness,
    measure_loudness,
)
from gpu_renderer.audio.narration_runs import NarrationRun, join_narrations, level_run, measure_recordings
from gpu_renderer.audio.placed_audio import LevelCurve, PlacedAudio
from gpu_renderer.audio.song_audio import SongAudio
from gpu_renderer.core.ffmpeg_process import Cancelled
from gpu_renderer.core.video_source import VideoSource, probe_clip
from sutradhar.domain.plan.ends import name_scene
from sutradhar.domain.video.quality_gate import LOUDNESS_LUFS as LOUDNESS
from sutradhar.domain.video.timeline import (
    ClipAudio,
    MusicTrack,
    NarrationClip,
    SongTrack,
    SoundEffectClip,
    Timeline,
)
from sutradhar.ports.stores import BlobStore

CEILING = -2.0
"""dBTP, 1 dB below the promised peak: AAC overshoots by up to 0.9 dB (measured)."""

_MAX_GAIN_DB = 20.0
"""The most by which a recording is raised; a quieter one is mostly noise."""
_UNDER_SPEECH_DB = 13.0
"""The distance that music keeps below speech; 12 is promised."""
_USUALLY_UNDER_DB, _DUCK_DB = 18.0, 6.0
"""The distance of even music below an even voice that speaks, and the least by which the music is lowered."""
_HEADROOM_DB = 1.0
"""Free space for the music under a peak of the voice."""
_MAX_RESERVE_DB = 6.0
"""The most by which voices are limited harder for the gain of the mix; they could not make up for more."""
_MAX_LIMITED_DB = 3.0
"""The most that the limiter may take from clips if no other audio is heard."""
_ROUNDS = 8
_SETTLED_DB = 0.1
"""A change below this ends the rounds in which the gains are chosen."""


class Mixer:
    """The audio of ``timeline``, which can be levelled and read again and again.

    Each narration is brought to ``LOUDNESS``, so that a change of narrator is not a change of level. Music and effects
    are set relative to the voice as it comes out of the mix: limiting lowers a peaky voice but not the music, and a
    very quiet voice is not raised all the way.

    Raises:
        Cancelled, RenderError: as AudioSource; the error names the narration, the music or the effect.
    """

    def __init__(
        self, timeline: Timeline, blobs: BlobStore, workdir: Path, cancel: threading.Event, opened: ExitStack
    ) -> None:
        self.samples, self.cancel = timeline.samples, cancel
        self.loudness = float("-inf")
        """Loudness in LUFS that the last levelling predicts from the levels of the sources; -inf for silence."""
        self.ceiling = 0.0
        """dBTP of the last levelling."""
        self._blobs, self._workdir, self._opened = blobs, workdir, opened
        self._count = -(-self.samples // HOP)
        self._narrations: list[tuple[NarrationRun, AudioSource, Levels]] = []
        self._open_narrations(timeline.narrations)
        self._effect = LevelCurve(self._count)
        self._effects = self._place_effects(timeline.sound_effects)
        self._videos: dict[str, VideoSource] = {}
        self._under: list[PlacedAudio] = []
        self._clips = open_clip_tracks(
            timeline.clip_audio, self._open_clip, LOUDNESS, _MAX_GAIN_DB, CEILING - _HEADROOM_DB
        )
        kept = [track for track in self._clips if not track.clip.ducked]
        self._effects += [self._place_clip(track, track.base) for track in kept]
        self._foreground = [track.span for track in kept]
        self._song = self._open_song(timeline.song) if timeline.song else None
        self._music = timeline.music
        if self._music:
            crossfade = self._music.crossfade
            excerpt = Excerpt(self._music.source_start) if crossfade is not None else None
            song = self._open(self._music, "music", "the music", excerpt=excerpt)
            first = min(self._music.start // HOP, self._count - 1)
            self._loop = LoopedAudio(song, CROSSFADE_SAMPLES if crossfade is None else crossfade, start=first * HOP)
            levels = self._loop.levels(self._count - first)
            self._music_levels = Levels(np.pad(levels.power, (first, 0)), np.pad(levels.peak, (first, 0)))
            loudness = measure_loudness(self._music_levels.power)
            self._music_db = min(LOUDNESS - loudness, _MAX_GAIN_DB) if np.isfinite(loudness) else 0.0

    def _open_song(self, track: SongTrack) -> SongAudio:
        self._stop_if_cancelled()
        blob, path = track.media.blob, self._workdir / "song"
        stream = AudioStream(self._blobs, blob, track.source_start, track.samples, path, "the song", self.cancel)
        source = self._opened.enter_context(stream)
        self._foreground.append((0, -(-track.samples // HOP)))
        return SongAudio(track, source, source.levels(), self._count, LOUDNESS)

    def _open(
        self,
        clip: NarrationRun | MusicTrack | SoundEffectClip,
        name: str,
        what: str,
        scene: int | None = None,
        excerpt: Excerpt | None = None,
    ) -> AudioSource:
        self._stop_if_cancelled()
        path = self._workdir / f"{name}.wav"
        source = AudioSource(self._blobs, clip.media.blob, clip.samples, path, what, scene, self.cancel, excerpt)
        return self._opened.enter_context(source)

    def _open_clip(self, clip: ClipAudio, number: int) -> AudioSource:
        self._stop_if_cancelled()
        if clip.media.sha256 not in self._videos:
            file = self._blobs.fetch(clip.media.blob, self._workdir / f"clip-{clip.media.sha256}")
            self._videos[clip.media.sha256] = probe_clip(file, clip.scene)
        video = self._videos[clip.media.sha256]
        excerpt = Excerpt(clip.source_start, video.start_time, video.indexed, video.path)
        path, what = self._workdir / f"clip-{number:03d}", f"the sound of the clip of {name_scene(clip.scene)}"
        samples = min(clip.samples, clip.period)
        source = AudioSource(self._blobs, clip.media.blob, samples, path, what, clip.scene, self.cancel, excerpt)
        return self._opened.enter_context(source)

    def _place_clip(self, track: ClipTrack, gain: Curve) -> PlacedAudio:
        placed = PlacedAudio(track.clip.start, track.audio, gain)
        if not track.clip.ducked:
            self._effect.add(track.levels, placed)
        return placed

    def _open_narrations(self, clips: tuple[NarrationClip, ...]) -> None:
        """Open the narrations and find the milliseconds of the video in which they speak."""
        speech: list[Interval] = []
        files: dict[str, Path] = {}
        for run in join_narrations(clips):
            scene, excerpt = run.clips[0].scene, None
            if run.is_part:
                excerpt = Excerpt(run.source_start, file=files.get(run.media.blob), most_missing=TOLERANCE)
            source = self._open(run, f"voice-{scene:02d}", run.name, scene, excerpt)
            files[run.media.blob] = source.file
            levels = source.levels()
            self._narrations.append((run, source, levels))
            first = run.start // HOP
            speech += [(first + on, first + off + 1) for on, off in detect_speech(levels.power)]
        self._recordings = measure_recordings((run, levels) for run, _, levels in self._narrations)
        self._speech = [(on, min(off, self._count)) for on, off in merge_intervals(speech) if on < self._count]

    def _place_narrations(self, ceiling: float) -> None:
        """Bring each narration to ``LOUDNESS`` with its peaks under ``ceiling``."""
        self._voices, self._voice = [], LevelCurve(self._count)
        for run, source, levels in self._narrations:
            gain = level_run(run, levels, self._recordings[run.media.blob], LOUDNESS, _MAX_GAIN_DB, ceiling)
            self._voices.append(PlacedAudio(run.start, source, gain))
            self._voice.add(levels, self._voices[-1])

    def _place_effects(self, effects: tuple[SoundEffectClip, ...]) -> list[PlacedAudio]:
        placed: list[PlacedAudio] = []
        opened: dict[tuple[str, int], tuple[AudioSource, Levels]] = {}
        for i, effect in enumerate(effects):
            key = (effect.media.blob, effect.samples)
            if key not in opened:  # the same effect is often heard again
                source = self._open(effect, f"effect-{i:03d}", f"effects[{i}]")
                opened[key] = source, source.levels()
            source, levels = opened[key]
            headroom = CEILING - 20 * float(np.log10(max(levels.peak.max(initial=0.0), 1e-9)))
            gain_db = min(LOUDNESS + effect.volume_db - max_momentary_loudness(levels.power), _MAX_GAIN_DB, headroom)
            gain = 10 ** (gain_db / 20) * edge_fades(effect.start, effect.samples, self.samples)
            placed.append(PlacedAudio(effect.start, source, gain))
            self._effect.add(levels, placed[-1])
        return placed

    def level(self, target: float, ceiling: float) -> None:
        """Choose every gain so that the mix has ``target`` LUFS, no true peak over ``ceiling`` dBTP, and the music far
        enough below the voice during speech.

        Each voice is limited on its own, so low that the limiter of the mix, which would move the music with the words,
        has little to do. Three values depend on each other: how far that lowers the voice, how loud the music may then
        be, and how much louder the mix has to become. So they are computed in rounds until they no longer change.
        """
        self.ceiling = ceiling
        usual = max(_DUCK_DB, _USUALLY_UNDER_DB + self._music.volume_db) if self._music else 0.0
        depths = np.full(len(self._speech), usual)
        self._balance_db = reserve = 0.0
        for _ in range(_ROUNDS):
            self._place_narrations(ceiling - reserve - _HEADROOM_DB)
            self._music_gain, music = self._duck_music(depths, usual)
            clips = self._duck_clips(depths - usual)
            balance = 10 ** (self._balance_db / 20)
            below = music.power + clips.power * balance**2
            power = self._voice.power + self._effect.power * balance**2 + below
            peak = self._voice.peak + self._effect.peak * balance + music.peak + clips.peak * balance
            if self._song:
                power, peak = power + self._song.power, peak + self._song.peak
            mix = Levels(power, peak)
            self._master = levelling_gain(mix, self._limit_target(target, mix, ceiling), ceiling)
            self.loudness = measure_loudness(power * self._master[:-1] * self._master[1:])
            reference_gain = 20 * float(np.log10(self._master.max()))
            error = self._measure_voice_error(reference_gain) - self._balance_db
            louder = min(reference_gain, _MAX_RESERVE_DB)
            deeper = np.maximum(depths + self._measure_excess(below) + error, usual)
            changes = [error, louder - reserve, *(deeper - depths)]
            if max(map(abs, changes)) < _SETTLED_DB:
                break
            depths, reserve, self._balance_db = deeper, louder, self._balance_db + error

    def _measure_voice_error(self, reference_gain: float) -> float:
        """Return by how many dB the voice in the mix differs from ``LOUDNESS``, relative to audio that the limiter
        leaves alone, which gets ``reference_gain`` dB."""
        power = self._voice.power * self._master[:-1] * self._master[1:]
        loudness = measure_loudness(power[power > 0])  # of the narrations one after the other, as each was measured
        return loudness - reference_gain - LOUDNESS if np.isfinite(loudness) else 0.0

    def _measure_excess(self, music: Curve) -> npt.NDArray[np.float64]:
        """Return by how many dB ``music`` (power, clips included) is too loud during each interval of speech."""
        if not (self._music or self._under):
            return np.zeros(len(self._speech))
        ratios = [speech_to_music_ratio(self._voice.power, music, self._master, on, off) for on, off in self._speech]
        return _UNDER_SPEECH_DB - np.array(ratios)

    def _limit_target(self, target: float, mix: Levels, ceiling: float) -> float:
        """Return ``target``, or less for a song of large dynamics, or if only clips are heard: their quiet audio is
        raised by a limited gain."""
        if self._song:
            return self._song.limit_target(target, mix, ceiling)
        if self._music or self._narrations or not self._clips:
            return target
        return min(target, measure_loudness(mix.power) + _MAX_LIMITED_DB)

    def _duck_clips(self, deeper: npt.NDArray[np.float64]) -> LevelCurve:
        """Lower the clips during each interval of speech by ``deeper`` dB more than usual, and return their sum."""
        total = LevelCurve(self._count)
        self._under = []
        for track in self._clips:
            if track.clip.ducked:
                usual = max(_DUCK_DB, _USUALLY_UNDER_DB + track.clip.volume_db)
                lowered = [*zip(self._speech, usual + deeper, strict=True)]
                if self._song:
                    lowered.append(((0, self._count), usual))
                gain = track.gain_under_speech(lowered)
                placed = self._place_clip(track, gain)
                total.add(track.levels, placed)
                self._under.append(placed)
        return total

    def _duck_music(self, depths: npt.NDArray[np.float64], usual: float) -> tuple[Curve, Levels]:
        """Return the gain of the music, ``depths`` dB lower during speech, and its levels with that gain."""
        if not self._music:
            return np.zeros(0, np.float32), Levels(np.zeros(1, np.float32), np.zeros(1, np.float32))
        lowered = [*zip(self._speech, depths, strict=True), *((span, usual) for span in self._foreground)]
        gain = ducking_gain(self.samples, lowered, self._music)
        gain *= 10 ** ((self._music_db + self._balance_db) / 20)
        power = self._music_levels.power * gain[:-1] * gain[1:]
        return gain, Levels(power, self._music_levels.peak * np.maximum(gain[:-1], gain[1:]))

    def blocks(self) -> Iterator[Audio]:
        """Yield the mix as it was levelled, in blocks of ``BLOCK`` samples; the last is shorter."""
        for start in range(0, self.samples, BLOCK):
            self._stop_if_cancelled()
            block = np.zeros((min(BLOCK, self.samples - start), 2), np.float32)
            if self._music:
                block += self._loop.read(start, len(block)) * interpolate(self._music_gain, start, len(block))
            for effect in [*self._effects, *self._under]:
                effect.mix(block, start, 10 ** (self._balance_db / 20))
            for voice in self._voices:
                voice.mix(block, start)
            if self._song:
                self._song.placed.mix(block, start)
            block *= interpolate(self._master, start, len(block))
            yield block

    def _stop_if_cancelled(self) -> None:
        if self.cancel.is_set():
            raise Cancelled
