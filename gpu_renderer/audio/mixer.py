"""Everything that is heard in a film, and how loud each of it is."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from gpu_renderer.audio.audio_source import AudioSource, Excerpt
from gpu_renderer.audio.clip_audio import ClipTrack, RepeatedAudio, open_clip_tracks
from gpu_renderer.audio.ducking import (
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
    integrated_loudness,
    levelling_gain,
    max_momentary_loudness,
)
from gpu_renderer.core.ffmpeg_process import Cancelled
from gpu_renderer.core.video_source import VideoSource, probe_clip
from sutradhar.domain.video.quality_gate import LOUDNESS_LUFS as LOUDNESS
from sutradhar.domain.video.timeline import ClipAudio, MusicTrack, NarrationClip, SoundEffectClip, Timeline
from sutradhar.ports.stores import BlobStore

CEILING = -2.0
"""dBTP, 1 dB under what is promised: AAC was seen to overshoot by up to 0.9 dB."""

_MAX_GAIN_DB = 20.0  # a recording quieter than this is mostly noise
_UNDER_SPEECH_DB = 13.0  # the promise is 12
_USUALLY_UNDER_DB, _DUCK_DB = 18.0, 6.0  # of a bed and a voice that are both even
_HEADROOM_DB = 1.0  # for the bed under a voice's peak
_MOST_ROOM_DB = 6.0  # what goes beyond that, no voice could make up for
_MOST_ALONE_DB = 3.0  # the most that the limiter may take from clips that are heard alone
_ROUNDS = 8
_SETTLED_DB = 0.1


@dataclass(frozen=True)
class PlacedAudio:
    """A narration or an effect from sample ``start`` of the film, with its gain in each of its own milliseconds."""

    start: int
    recording: AudioSource | RepeatedAudio
    gain: Curve

    def mix(self, block: Audio, start: int, gain: float = 1.0) -> None:
        """Add what of it is heard in ``block``, which starts at sample ``start``."""
        a, b = max(self.start, start), min(self.start + self.recording.samples, start + len(block))
        if a < b:
            at, count = a - self.start, b - a
            heard = self.recording.read(at, count) * interpolate(self.gain, at, count) * np.float32(gain)
            block[a - start : b - start] += heard


class LevelCurve:
    """Power and peak in every millisecond of the film. So a mix is levelled before it is mixed: the powers of unlike
    sounds add up, and their peaks can do no more than that."""

    def __init__(self, count: int) -> None:
        self.power, self.peak = np.zeros(count, np.float32), np.zeros(count, np.float32)

    def add(self, levels: Levels, placed: PlacedAudio) -> None:
        gain, first = placed.gain, placed.start // HOP
        power = np.append(levels.power * gain[:-1] * gain[1:], 0)
        peak = np.append(levels.peak * np.maximum(gain[:-1], gain[1:]), 0)
        if placed.start % HOP:  # each millisecond of the sound lies in two of the film
            peak = np.maximum(peak, np.roll(peak, 1))
        a, b = max(first, 0), min(first + len(peak), len(self.peak))
        if a < b:
            self.power[a:b] += power[a - first : b - first]
            self.peak[a:b] += peak[a - first : b - first]


class Mixer:
    """The sounds of ``timeline``, which can be levelled and read again and again.

    Each narration is brought to ``LOUDNESS``, so that a change of narrator is no change of level. The bed and the
    effects are set against the voice as it comes out of the mix: limiting takes from a peaky voice what the bed would
    keep, and a very quiet voice is not raised all the way.

    Raises:
        Cancelled, RenderError: as Recording does; the error names the narration, the music or the effect.
    """

    def __init__(
        self, timeline: Timeline, blobs: BlobStore, workdir: Path, cancel: threading.Event, opened: ExitStack
    ) -> None:
        self.samples, self.cancel = timeline.samples, cancel
        self.loudness = float("-inf")
        """Loudness in LUFS that the last levelling predicts from the levels of the sources; -inf for silence."""
        self._blobs, self._workdir, self._opened = blobs, workdir, opened
        self._count = -(-self.samples // HOP)
        self._narrations: list[tuple[int, AudioSource, Levels]] = []
        self._read(timeline.narrations)
        self._effect = LevelCurve(self._count)
        self._effects = self._played(timeline.sound_effects)
        self._videos: dict[str, VideoSource] = {}
        self._under: list[PlacedAudio] = []
        self._clips = open_clip_tracks(
            timeline.clip_audio, self._open_clip, LOUDNESS, _MAX_GAIN_DB, CEILING - _HEADROOM_DB
        )
        kept = [track for track in self._clips if not track.sound.ducked]
        self._effects += [self._place_clip(track, track.base) for track in kept]
        self._foreground = [track.span for track in kept]
        self._bed = timeline.music
        if self._bed:
            excerpt = Excerpt(self._bed.source_start) if self._bed.crossfade is not None else None
            song = self._open(self._bed, "bed", "the music", excerpt=excerpt)
            self._loop = LoopedAudio(song) if self._bed.crossfade is None else LoopedAudio(song, self._bed.crossfade)
            self._music = self._loop.levels(self._count)
            loudness = integrated_loudness(self._music.power)
            self._music_db = min(LOUDNESS - loudness, _MAX_GAIN_DB) if np.isfinite(loudness) else 0.0

    def _open(
        self,
        source: NarrationClip | MusicTrack | SoundEffectClip,
        name: str,
        what: str,
        scene: int | None = None,
        excerpt: Excerpt | None = None,
    ) -> AudioSource:
        self._stop_if_cancelled()
        path = self._workdir / f"{name}.wav"
        recording = AudioSource(self._blobs, source.media.blob, source.samples, path, what, scene, self.cancel, excerpt)
        return self._opened.enter_context(recording)

    def _open_clip(self, sound: ClipAudio, number: int) -> AudioSource:
        self._stop_if_cancelled()
        if sound.media.sha256 not in self._videos:
            file = self._blobs.fetch(sound.media.blob, self._workdir / f"clip-{sound.media.sha256}")
            self._videos[sound.media.sha256] = probe_clip(file, sound.scene)
        video = self._videos[sound.media.sha256]
        excerpt = Excerpt(sound.source_start, video.start_time, video.indexed, video.path)
        path, what = self._workdir / f"clip-{number:03d}", f"the sound of the clip of scene {sound.scene + 1}"
        samples = min(sound.samples, sound.period)
        recording = AudioSource(self._blobs, sound.media.blob, samples, path, what, sound.scene, self.cancel, excerpt)
        return self._opened.enter_context(recording)

    def _place_clip(self, track: ClipTrack, gain: Curve) -> PlacedAudio:
        placed = PlacedAudio(track.sound.start, track.heard, gain)
        if not track.sound.ducked:
            self._effect.add(track.levels, placed)
        return placed

    def _read(self, voices: tuple[NarrationClip, ...]) -> None:
        speech: list[tuple[int, int]] = []
        for voice in voices:
            what = f"the narration of scene {voice.scene + 1}"
            recording = self._open(voice, f"voice-{voice.scene:02d}", what, voice.scene)
            levels = recording.levels()
            self._narrations.append((voice.start, recording, levels))
            first = voice.start // HOP
            speech += [(first + on, first + off + 1) for on, off in detect_speech(levels.power)]
        self._speech = [(on, min(off, self._count)) for on, off in merge_intervals(speech) if on < self._count]

    def _speak(self, ceiling: float) -> None:
        """Bring each narration to ``LOUDNESS`` with its peaks under ``ceiling``."""
        self._voices, self._voice = [], LevelCurve(self._count)
        for start, recording, levels in self._narrations:
            target = min(LOUDNESS, integrated_loudness(levels.power) + _MAX_GAIN_DB)
            self._voices.append(PlacedAudio(start, recording, levelling_gain(levels, target, ceiling)))
            self._voice.add(levels, self._voices[-1])

    def _played(self, effects: tuple[SoundEffectClip, ...]) -> list[PlacedAudio]:
        found: list[PlacedAudio] = []
        known: dict[tuple[str, int], tuple[AudioSource, Levels]] = {}
        for i, effect in enumerate(effects):
            one = (effect.media.blob, effect.samples)
            if one not in known:  # the same sound is often heard again
                recording = self._open(effect, f"effect-{i:03d}", f"effects[{i}]")
                known[one] = recording, recording.levels()
            recording, levels = known[one]
            headroom = CEILING - 20 * float(np.log10(max(levels.peak.max(initial=0.0), 1e-9)))
            gain_db = min(LOUDNESS + effect.volume_db - max_momentary_loudness(levels.power), _MAX_GAIN_DB, headroom)
            gain = 10 ** (gain_db / 20) * edge_fades(effect.start, effect.samples, self.samples)
            found.append(PlacedAudio(effect.start, recording, gain))
            self._effect.add(levels, found[-1])
        return found

    def level(self, target: float, ceiling: float) -> None:
        """Choose every gain, so that the mix has ``target`` LUFS, no true peak over ``ceiling`` dBTP, and the bed far
        enough under the voice wherever somebody speaks.

        Each voice is limited on its own, so low that the limiter of the mix, which would move the bed with the words,
        has little to do. How far that lowers the voice, how loud the bed may then be, and how much louder the mix has
        to become depend on each other; so this goes round until they no longer change.
        """
        usual = max(_DUCK_DB, _USUALLY_UNDER_DB + self._bed.volume_db) if self._bed else 0.0
        depths = np.full(len(self._speech), usual)
        self._beside_db = room = 0.0
        for _ in range(_ROUNDS):
            self._speak(ceiling - room - _HEADROOM_DB)
            self._bed_gain, bed = self._ducked(depths, usual)
            under = self._duck_clips(depths - usual)
            beside = 10 ** (self._beside_db / 20)
            below = bed.power + under.power * beside**2
            power = self._voice.power + self._effect.power * beside**2 + below
            peak = self._voice.peak + self._effect.peak * beside + bed.peak + under.peak * beside
            self._master = levelling_gain(Levels(power, peak), self._limit_target(target, power), ceiling)
            self.loudness = integrated_loudness(power * self._master[:-1] * self._master[1:])
            nominal = 20 * float(np.log10(self._master.max()))
            off = self._off(nominal) - self._beside_db
            louder = min(nominal, _MOST_ROOM_DB)
            deeper = np.maximum(depths + self._too_near(below) + off, usual)
            changes = [off, louder - room, *(deeper - depths)]
            if max(map(abs, changes)) < _SETTLED_DB:
                break
            depths, room, self._beside_db = deeper, louder, self._beside_db + off

    def _off(self, nominal: float) -> float:
        """How far from ``LOUDNESS`` the voice is in the mix, if what is never limited gets ``nominal`` dB."""
        heard = self._voice.power * self._master[:-1] * self._master[1:]
        loudness = integrated_loudness(heard[heard > 0])  # of the narrations one after the other, as each was measured
        return loudness - nominal - LOUDNESS if np.isfinite(loudness) else 0.0

    def _too_near(self, bed: Curve) -> npt.NDArray[np.float64]:
        """By how many dB the bed is above its place under each stretch of speech."""
        if not (self._bed or self._under):
            return np.zeros(len(self._speech))
        under = [speech_to_music_ratio(self._voice.power, bed, self._master, on, off) for on, off in self._speech]
        return _UNDER_SPEECH_DB - np.array(under)

    def _limit_target(self, target: float, power: Curve) -> float:
        """Return ``target``, or less where only clips are heard: their quiet sound is raised by a limited gain."""
        if self._bed or self._narrations or not self._clips:
            return target
        return min(target, integrated_loudness(power) + _MOST_ALONE_DB)

    def _duck_clips(self, deeper: npt.NDArray[np.float64]) -> LevelCurve:
        """Lower the clips under each stretch of speech, ``deeper`` than usual, and return their sum."""
        heard = LevelCurve(self._count)
        self._under = []
        for track in self._clips:
            if track.sound.ducked:
                usual = max(_DUCK_DB, _USUALLY_UNDER_DB + track.sound.volume_db)
                placed = self._place_clip(track, track.ducked(zip(self._speech, usual + deeper, strict=True)))
                heard.add(track.levels, placed)
                self._under.append(placed)
        return heard

    def _ducked(self, depths: npt.NDArray[np.float64], usual: float) -> tuple[Curve, Levels]:
        """The bed's gain, and what it comes to."""
        if not self._bed:
            return np.zeros(0, np.float32), Levels(np.zeros(1, np.float32), np.zeros(1, np.float32))
        lowered = [*zip(self._speech, depths, strict=True), *((span, usual) for span in self._foreground)]
        gain = ducking_gain(self.samples, lowered, self._bed)
        gain *= 10 ** ((self._music_db + self._beside_db) / 20)
        power = self._music.power * gain[:-1] * gain[1:]
        return gain, Levels(power, self._music.peak * np.maximum(gain[:-1], gain[1:]))

    def blocks(self) -> Iterator[Audio]:
        """The mix as it was levelled, in blocks of ``BLOCK`` samples; the last is shorter."""
        for start in range(0, self.samples, BLOCK):
            self._stop_if_cancelled()
            block = np.zeros((min(BLOCK, self.samples - start), 2), np.float32)
            if self._bed:
                block += self._loop.read(start, len(block)) * interpolate(self._bed_gain, start, len(block))
            for effect in [*self._effects, *self._under]:
                effect.mix(block, start, 10 ** (self._beside_db / 20))
            for voice in self._voices:
                voice.mix(block, start)
            block *= interpolate(self._master, start, len(block))
            yield block

    def _stop_if_cancelled(self) -> None:
        if self.cancel.is_set():
            raise Cancelled
