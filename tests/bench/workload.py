"""Make the standard workload: photo-like stills under slow moves, with crossfades, captions, narration and music."""

import hashlib
import io
import time
import wave
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.domain.assets.asset import SAMPLE_RATE
from sutradhar.domain.plan.choices import RenderMode
from sutradhar.domain.plan.options import Watermark
from sutradhar.domain.video.captions import Cue, build_cues
from sutradhar.domain.video.render_request import RenderRequest
from sutradhar.domain.video.timeline import (
    CUT,
    Camera,
    Clip,
    MediaRef,
    MusicTrack,
    NarrationClip,
    Pose,
    Timeline,
    Transition,
    frame_to_sample,
)
from sutradhar.ports.providers import Speech
from sutradhar.providers.media.wav import to_wav
from sutradhar.providers.offline.espeak_ng import EspeakNarrator
from sutradhar.providers.offline.procedural.music import ProceduralComposer
from tests.bench.photographs import make_photograph

FPS, FADE, SCENE_SEC, SCENES = 30, 15, 12, 10
UHD, FULL_HD, HD = (3840, 2160), (1920, 1080), (1280, 720)

_WIDE, _CLOSE = Pose(x=0.5, y=0.5, zoom=1.0), Pose(x=0.52, y=0.47, zoom=1.2)
_LEFT, _RIGHT = Pose(x=0.46, y=0.5, zoom=1.15), Pose(x=0.54, y=0.5, zoom=1.15)
MOVES = (
    Camera(start=_WIDE, end=_CLOSE),
    Camera(start=_LEFT, end=_RIGHT),
    Camera(start=_CLOSE, end=_WIDE),
    Camera(start=_RIGHT, end=_LEFT),
)
NARRATION = (
    "Long ago, when the first cup was poured, a traveller sat down by the window and began to tell a story.",
    "It rose from the plain on a pillar of fire, and everybody who stood there forgot to breathe for a moment.",
    "The road was long and full of stones, but the engine sang, and the hills came closer with every hour.",
    "She had waited for this day since she was a child, and now the whole sky was hers to look at.",
    "Every point of light is a city of stars, and behind each of them there are a thousand more.",
    "At home the cat had kept the chair warm, and looked up as if nobody had ever been away.",
    "In the smallest things there is a pattern, and who looks long enough begins to read it.",
    "Brick upon brick they built the wall, and left one door in it for the one who would return.",
    "The eye that sees all this is itself a landscape, with rivers that nobody has ever sailed.",
    "And when the last word was said, the stones by the river went on with the story by themselves.",
)


@dataclass(frozen=True)
class Material:
    """The material of the videos, in a store: (blob, sha256) of each image, recorded narrations, the music."""

    blobs: FileBlobStore
    images: tuple[tuple[str, str], ...]
    speeches: tuple[tuple[str, str, Speech], ...]
    music_track: MusicTrack


def prepare(home: Path, scenes: int = SCENES) -> Material:
    """Make the material for ``scenes`` different scenes in the local store of ``home``."""
    blobs = FileBlobStore(home / "blobs")

    def put(name: str, data: bytes) -> tuple[str, str]:
        blobs.put(name, data)
        return name, hashlib.sha256(data).hexdigest()

    with ThreadPoolExecutor(2) as pool:
        images = tuple(pool.map(lambda i: put(f"bench/image-{i}.png", make_photograph(i)), range(scenes)))
    recordings = [EspeakNarrator().narrate(text, "en", "F") for text in NARRATION[:scenes]]
    speeches = tuple((*put(f"bench/voice-{i}.wav", speech.wav), speech) for i, speech in enumerate(recordings))
    music = ProceduralComposer().compose("calm", 0)
    blob, sha256 = put("bench/music.wav", music.wav)
    return Material(
        blobs,
        images,
        speeches,
        MusicTrack(media=MediaRef(blob=blob, sha256=sha256), samples=music.samples, volume_db=-12.0),
    )


def make_timeline(
    ready: Material,
    *,
    scenes: int = SCENES,
    scene_sec: float = SCENE_SEC,
    size: tuple[int, int] = FULL_HD,
    images: Sequence[tuple[str, str]] | None = None,
    with_audio: bool = True,
) -> Timeline:
    """Return a timeline of ``scenes`` × ``scene_sec``; more scenes than there is material for use it again."""
    images = images or ready.images
    frames = round(scene_sec * FPS)
    clips: list[Clip] = []
    narrations: list[NarrationClip] = []
    burned: list[Cue] = []
    for i in range(scenes):
        start = i * frames
        # a scene goes on under the transition to the next one
        tail = FADE if i + 1 < scenes else 0
        blob, sha256 = images[i % len(images)]
        clips.append(
            Clip(
                scene=i,
                start=start,
                frames=frames + tail,
                media=MediaRef(blob=blob, sha256=sha256),
                camera=MOVES[i % len(MOVES)],
                transition=Transition(kind="crossfade", frames=FADE) if i else CUT,
            )
        )
        narration_blob, narration_sha256, speech = ready.speeches[i % len(ready.speeches)]
        at = frame_to_sample(start + FADE, FPS)
        samples = min(speech.samples, frame_to_sample(start + frames, FPS) - at)
        if samples < speech.samples:
            narration_blob, narration_sha256 = _shorten(ready, speech, samples)
        narrations.append(
            NarrationClip(
                scene=i, start=at, samples=samples, media=MediaRef(blob=narration_blob, sha256=narration_sha256)
            )
        )
        words = [word for word in speech.words if word.end <= samples / SAMPLE_RATE]
        burned += build_cues(words, offset=at / SAMPLE_RATE, fps=FPS, max_frame=start + frames)
    last = scenes * frames
    shown = tuple(cue.evolve(end=min(cue.end, last)) for cue in burned if cue.start < min(cue.end, last))
    return Timeline(
        fps=FPS,
        width=size[0],
        height=size[1],
        frames=last,
        clips=tuple(clips),
        narrations=tuple(narrations) if with_audio else (),
        music=ready.music_track if with_audio else None,
        captions={"en": shown},
        burned_captions=shown,
        watermark=Watermark(),
    )


def _shorten(ready: Material, speech: Speech, samples: int) -> tuple[str, str]:
    with wave.open(io.BytesIO(speech.wav)) as opened:
        data = to_wav(np.frombuffer(opened.readframes(samples), np.int16))
    sha256 = hashlib.sha256(data).hexdigest()
    ready.blobs.put(f"bench/{sha256}.wav", data)
    return f"bench/{sha256}.wav", sha256


def make_request(timeline: Timeline, mode: RenderMode, name: str) -> RenderRequest:
    return RenderRequest(
        render_id=name,
        job_id="bench",
        prefix=f"renders/{name}-{time.time_ns()}",
        title="The standard workload",
        mode=mode,
        timeline=timeline,
    )
