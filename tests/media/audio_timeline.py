"""Make audio, put it on a timeline, mix it, and decode it as a player does."""

import io
import threading
import wave
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from gpu_renderer.audio.loudness import BLOCK, Audio, measure_levels, measure_loudness
from gpu_renderer.audio.mixdown import mix_audio
from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.domain.video.timeline import (
    ClipAudio,
    MediaRef,
    MusicTrack,
    NarrationClip,
    SongTrack,
    SoundEffectClip,
    Timeline,
)
from tests.media.ffmpeg import run_ffmpeg

Samples = npt.NDArray[np.float64]
RATE = 48_000
NEVER = threading.Event()


def wav(samples: Samples, rate: int = RATE, width: int = 2) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(np.round(samples * 32767).astype("<i2").tobytes())
    return out.getvalue()


def speech(seconds: float, level: float = 0.4) -> Samples:
    """Return a voice of 125 Hz, below 3 kHz, in syllables, with the crest factor of speech."""
    t = np.arange(round(seconds * RATE)) / RATE
    buzz = sum(np.cos(2 * np.pi * 125 * n * t + 0.9 * n * n) / n**0.7 for n in range(1, 25))
    syllables = np.abs(np.sin(np.pi * 3.7 * t)) ** 0.6 * (0.65 + 0.35 * np.sin(2 * np.pi * 0.9 * t))
    samples = buzz * syllables
    return np.asarray(samples / np.abs(samples).max() * level)


def tone(frequency: float, seconds: float, level: float = 0.2) -> Samples:
    """Return a sine as (samples, 2)."""
    wave_ = level * np.sin(2 * np.pi * frequency * np.arange(round(seconds * RATE)) / RATE)
    return np.stack([wave_, wave_], axis=1)


class AudioTimeline:
    """Narrations, music, effects and clips on a timeline, and their mix."""

    def __init__(self, root: Path) -> None:
        self.blobs, self.work = FileBlobStore(root / "blobs"), root / "work"
        self.work.mkdir()
        self.narrations: list[NarrationClip] = []
        self.music: MusicTrack | None = None
        self.effects: list[SoundEffectClip] = []
        self.clips: list[ClipAudio] = []
        self.lead: SongTrack | None = None

    def sing(
        self, data: bytes, seconds: float, start_sec: float = 0.0, fade_in: float = 0.0, fade_out: float = 0
    ) -> None:
        """Set the song of a lyric video, which plays for ``seconds`` from ``start_sec`` of its file on."""
        self.blobs.put("lead", data)
        self.lead = SongTrack(
            media=MediaRef(blob="lead", sha256=""),
            samples=round(seconds * RATE),
            source_start=round(start_sec * RATE),
            fade_in=round(fade_in * RATE),
            fade_out=round(fade_out * RATE),
        )

    def read_out(self, recording: Samples, parts: Sequence[tuple[int, int, int]]) -> None:
        """Add parts of one recording: each is its first sample in the video, that in the file, and its length."""
        self.blobs.put("recording", wav(recording))
        media = MediaRef(blob="recording", sha256="")
        self.narrations += [
            NarrationClip(scene=scene, start=start, source_start=source_start, samples=samples, media=media)
            for scene, (start, source_start, samples) in enumerate(parts)
        ]

    def say(self, start: int, samples: Samples) -> None:
        """Add a narration from sample ``start`` of the video on."""
        scene = len(self.narrations)
        self.blobs.put(f"voice-{scene}", wav(samples))
        self.narrations.append(
            NarrationClip(
                scene=scene, start=start, samples=len(samples), media=MediaRef(blob=f"voice-{scene}", sha256="")
            )
        )

    def play(self, samples: Samples, volume_db: float = -12.0) -> None:
        """Set the music."""
        self.blobs.put("bed", wav(samples))
        self.music = MusicTrack(media=MediaRef(blob="bed", sha256=""), samples=len(samples), volume_db=volume_db)

    def add(self, start: int, samples: Samples, volume_db: float = -6.0) -> None:
        """Add a sound effect from sample ``start`` of the video on."""
        name = f"effect-{len(self.effects)}"
        self.blobs.put(name, wav(samples))
        self.effects.append(
            SoundEffectClip(
                start=start, samples=len(samples), media=MediaRef(blob=name, sha256=""), volume_db=volume_db
            )
        )

    def song(self, data: bytes, seconds: float, start_sec: float = 0.0, crossfade_sec: float = 0.0) -> None:
        """Add a user's own song, which plays for ``seconds`` from ``start_sec`` on."""
        self.blobs.put("song", data)
        self.music = MusicTrack(
            media=MediaRef(blob="song", sha256=""),
            samples=round(seconds * RATE),
            volume_db=-12.0,
            source_start=round(start_sec * RATE),
            crossfade=round(crossfade_sec * RATE),
        )

    def show(
        self,
        path: Path,
        seconds: float,
        start: float = 0.0,
        source_start: float = 0.0,
        period: float = 0.0,
        *,
        ducked: bool = False,
        volume_db: float = 0.0,
        fade: float = 0.01,
    ) -> None:
        """Add a clip from second ``start`` of the video on."""
        self.blobs.put(path.name, path.read_bytes())
        self.clips.append(
            ClipAudio(
                scene=len(self.clips),
                start=round(start * RATE),
                samples=round(seconds * RATE),
                media=MediaRef(blob=path.name, sha256=path.name),
                source_start=round(source_start * RATE),
                period=round((period or seconds) * RATE),
                volume_db=volume_db,
                ducked=ducked,
                fade_in=round(fade * RATE),
                fade_out=round(fade * RATE),
            )
        )

    def timeline(self, frames: int, fps: int = 30) -> Timeline:
        return Timeline(
            fps=fps,
            width=1280,
            height=720,
            frames=frames,
            clips=(),
            narrations=tuple(self.narrations),
            music=self.music,
            captions={},
            sound_effects=tuple(self.effects),
            clip_audio=tuple(self.clips),
            song=self.lead,
        )

    def mix(self, frames: int, fps: int = 30) -> Path:
        return mix_audio(self.timeline(frames, fps), self.blobs, self.work, NEVER)[0]


def decode_file(path: Path) -> Samples:
    raw = run_ffmpeg("-i", path, "-f", "f32le", "-")
    return np.frombuffer(raw, "<f4").reshape(-1, 2).astype(np.float64)


def blocks(samples: Samples) -> Iterator[Audio]:
    return (samples[at : at + BLOCK].astype(np.float32) for at in range(0, len(samples), BLOCK))


def loudness(samples: Samples) -> float:
    return measure_loudness(measure_levels(blocks(samples)).power)
