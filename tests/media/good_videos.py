"""Videos that look or sound faulty although their creators want them so: night photos, black cards, quiet songs.

Each is a timeline over files that are made here. The quality gate must pass all of them (test_good_videos.py).
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from sutradhar.domain.plan.choices import TransitionKind
from sutradhar.domain.plan.own_media import Fit
from sutradhar.domain.video.timeline import (
    CUT,
    Camera,
    Clip,
    Footage,
    MediaRef,
    MusicTrack,
    NarrationClip,
    SoundEffectClip,
    Timeline,
    Transition,
)
from sutradhar.ports.stores import BlobStore
from tests.media.audio_timeline import RATE, Samples, speech, tone, wav
from tests.media.ffmpeg import run_ffmpeg
from tests.media.timelines import CLOSE, FPS, HEIGHT, WIDE, WIDTH, photo, png

SECONDS = 3
ZOOM = Camera(start=WIDE, end=CLOSE)
Shot = tuple[bytes, bool]
"""A file, and True if it is a clip."""


@dataclass
class VideoBuilder:
    """Make the files of a video and put them on a timeline."""

    blobs: BlobStore
    folder: Path

    def store(self, data: bytes) -> tuple[str, str]:
        """Return the blob name and the hash of ``data``."""
        digest = hashlib.sha256(data).hexdigest()
        self.blobs.put(f"files/{digest}", data)
        return f"files/{digest}", digest

    def make_clip(self, source: str, *options: str, seconds: float = SECONDS) -> Shot:
        """Return a clip that ffmpeg makes of a lavfi ``source``."""
        path = self.folder / "clip.mp4"
        coded = ["-c:v", "libx264", "-preset", "ultrafast", "-threads", "1", *(options or ("-pix_fmt", "yuv420p"))]
        run_ffmpeg("-f", "lavfi", "-i", source, "-t", str(seconds), *coded, path)
        return path.read_bytes(), True

    def make_clip_behind_another(self, source: str) -> Shot:
        """Return a clip like ``make_clip``'s that is the second video track of its file, and the default one."""
        tracks = []
        for name, shown in (("first", "color=lime:s=320x180"), ("second", source)):
            tracks.append(self.folder / f"{name}.mp4")
            tracks[-1].write_bytes(self.make_clip(shown)[0])
        path = self.folder / "both.mp4"
        dispositions = ["-disposition:v:0", "0", "-disposition:v:1", "default"]
        run_ffmpeg("-i", tracks[0], "-i", tracks[1], "-map", "0", "-map", "1", "-c", "copy", *dispositions, path)
        return path.read_bytes(), True

    def timeline(
        self,
        *shots: Shot,
        size: tuple[int, int] = (WIDTH, HEIGHT),
        transition: TransitionKind = "crossfade",
        footage: Footage | None = None,
        fit: Fit = "fill",
        music: Samples | None = None,
        volume_db: float = -12.0,
        voice: Samples | None = None,
        effects: Sequence[tuple[int, Samples]] = (),
    ) -> Timeline:
        """Show each of ``shots`` for ``SECONDS``, with ten frames of ``transition`` between them."""
        clips, start = [], 0
        for n, (data, is_clip) in enumerate(shots):
            blob, digest = self.store(data)
            clips.append(
                Clip(
                    scene=n,
                    start=start,
                    frames=SECONDS * FPS,
                    media=MediaRef(blob=blob, sha256=digest),
                    camera=Camera(start=WIDE, end=WIDE) if is_clip else ZOOM,
                    transition=Transition(kind=transition, frames=10) if n else CUT,
                    footage=(footage or Footage()) if is_clip else None,
                    fit=fit,
                )
            )
            start += SECONDS * FPS - (10 if n + 1 < len(shots) else 0)
        narrations = []
        if voice is not None:
            blob, digest = self.store(wav(voice))
            narrations.append(
                NarrationClip(scene=0, start=9600, samples=len(voice), media=MediaRef(blob=blob, sha256=digest))
            )
        sound_effects = []
        for at, audio in effects:
            blob, digest = self.store(wav(audio))
            sound_effects.append(
                SoundEffectClip(start=at, samples=len(audio), media=MediaRef(blob=blob, sha256=digest))
            )
        track = None
        if music is not None:
            blob, digest = self.store(wav(music))
            track = MusicTrack(media=MediaRef(blob=blob, sha256=digest), samples=len(music), volume_db=volume_db)
        return Timeline(
            fps=FPS,
            width=size[0],
            height=size[1],
            frames=start,
            clips=tuple(clips),
            narrations=tuple(narrations),
            music=track,
            captions={},
            sound_effects=tuple(sound_effects),
        )


def fill(colour: str | tuple[int, int, int], size: tuple[int, int] = (400, 240)) -> Shot:
    return _png(Image.new("RGB", size, colour))


def card(paper: str, ink: str, words: str = "The end", size: tuple[int, int] = (400, 240)) -> Shot:
    image = Image.new("RGB", size, paper)
    ImageDraw.Draw(image).text((size[0] // 2 - 20, size[1] // 2), words, fill=ink)
    return _png(image)


def night(low: int = 20, high: int = 26) -> Shot:
    """Return an image of noise between two levels of 255."""
    level = low + (high - low) * np.random.default_rng(1).random((24, 40))
    return _png(Image.fromarray(level.astype(np.uint8)).resize((400, 240)).convert("RGB"))


def moon() -> Shot:
    image = Image.new("RGB", (400, 240), (12, 12, 12))
    ImageDraw.Draw(image).ellipse((190, 110, 206, 126), fill=(255, 240, 200))
    return _png(image)


def stars() -> Shot:
    sky = np.zeros((240, 400, 3), np.uint8)
    rng = np.random.default_rng(2)
    sky[rng.integers(0, 240, 60), rng.integers(0, 400, 60)] = 255
    return _png(Image.fromarray(sky))


def screenshot() -> Shot:
    image = Image.new("RGB", (270, 585), "white")
    draw = ImageDraw.Draw(image)
    for y in range(20, 560, 12):
        draw.text((15, y), "the quick brown fox jumps over", fill=(30, 30, 30))
    return _png(image)


def drawing() -> Shot:
    image = Image.new("RGB", (400, 240), "white")
    ImageDraw.Draw(image).arc((60, 40, 340, 220), 0, 300, fill=(90, 90, 90))
    return _png(image)


def mist() -> Shot:
    ramp = np.linspace(180, 200, 400, dtype=np.float32)[None, :].repeat(240, 0)
    return _png(Image.fromarray(ramp.astype(np.uint8)).convert("RGB").filter(ImageFilter.GaussianBlur(8)))


def make_photo(seed: int = 0) -> Shot:
    return png(photo(seed)), False


def clicks(seconds: float = SECONDS) -> Samples:
    """Return a click of 2 ms in each second: a clock."""
    audio = np.zeros((round(seconds * RATE), 2))
    for at in range(0, len(audio), RATE):
        audio[at : at + 96] = 0.5
    return audio


def after_silence(silent: float, audio: Samples) -> Samples:
    return np.concatenate([np.zeros((round(silent * RATE), 2)), audio])


def loud() -> Samples:
    return np.sign(tone(220, 4, 1.0)) * 0.99


def _png(image: Image.Image) -> Shot:
    return png(np.asarray(image)), False


BLACK_THEN_BARS = "color=black:s=320x180:r=25:d=1.2[a];testsrc2=s=320x180:r=25:d=3[b];[a][b]concat=n=2"
BARS_THEN_BLACK = "testsrc2=s=320x180:r=25:d=1.4[a];color=black:s=320x180:r=25:d=3[b];[a][b]concat=n=2"
GAP = "testsrc2=s=320x180:r=25,drawbox=c=black:t=fill:enable='between(t,1,2)'"
DIM = "testsrc2=s=320x180:r=25,format=yuv420p,lutyuv=y=18+val/40"
STILL = "testsrc2=s=320x180:r=25,loop=-1:1,setpts=N/25/TB"
LETTERBOX = "testsrc2=s=320x60:r=25,pad=320:180:0:60"
UPRIGHT = "color=black:s=90x160:r=25"

SILENCE = np.zeros((4 * RATE, 2))
GOOD: Mapping[str, Callable[[VideoBuilder], Timeline]] = {
    "a photo": lambda m: m.timeline(make_photo()),
    "a black card with small words": lambda m: m.timeline(card("black", "white")),
    "a white card with small words": lambda m: m.timeline(card("white", "navy")),
    "plain blue": lambda m: m.timeline(fill((0, 0, 255))),
    "plain dark red": lambda m: m.timeline(fill((70, 0, 0))),
    "plain white": lambda m: m.timeline(fill("white")),
    "plain black": lambda m: m.timeline(fill("black")),
    "a night photo": lambda m: m.timeline(night()),
    "a darker night": lambda m: m.timeline(night(5, 12)),
    "a moon in a dark sky": lambda m: m.timeline(moon()),
    "stars": lambda m: m.timeline(stars()),
    "a screenshot": lambda m: m.timeline(screenshot()),
    "a thin drawing on white": lambda m: m.timeline(drawing()),
    "mist": lambda m: m.timeline(mist()),
    "two dark images with a crossfade": lambda m: m.timeline(moon(), card("black", "white")),
    "two dark images with a dip through black": lambda m: m.timeline(moon(), night(5, 12), transition="dip"),
    "two photos with a dip through black": lambda m: m.timeline(make_photo(1), make_photo(2), transition="dip"),
    "a photo, a black card, a photo": lambda m: m.timeline(make_photo(1), fill("black"), make_photo(2)),
    "a black card wiped into white": lambda m: m.timeline(fill("black"), fill("white"), transition="wipe"),
    "an upright black card": lambda m: m.timeline(card("black", "white"), size=(180, 320)),
    "a square white card": lambda m: m.timeline(card("white", "black"), size=(180, 180)),
    "a clip that begins black": lambda m: m.timeline(m.make_clip(BLACK_THEN_BARS)),
    "a clip that ends black": lambda m: m.timeline(m.make_clip(BARS_THEN_BLACK)),
    "a clip with a black second": lambda m: m.timeline(m.make_clip(GAP)),
    "a dim clip": lambda m: m.timeline(m.make_clip(DIM)),
    "a clip with a black second on its second track": lambda m: m.timeline(m.make_clip_behind_another(GAP)),
    "a dim clip in full range": lambda m: m.timeline(
        m.make_clip(f"{DIM},scale=out_range=pc", "-pix_fmt", "yuvj420p", "-color_range", "pc")
    ),
    "a clip that stands still": lambda m: m.timeline(m.make_clip(STILL)),
    "a clip that begins black and starts over": lambda m: m.timeline(m.make_clip(BLACK_THEN_BARS, seconds=1.6)),
    "a black clip from its second second on": lambda m: m.timeline(
        m.make_clip(BARS_THEN_BLACK), footage=Footage(start_sec=1.0)
    ),
    "a clip that ends black and stands": lambda m: m.timeline(
        m.make_clip(BARS_THEN_BLACK, seconds=2), footage=Footage(when_over="hold")
    ),
    "a short part of a clip, again and again": lambda m: m.timeline(
        m.make_clip(BARS_THEN_BLACK), footage=Footage(start_sec=1.0, part_frames=36)
    ),
    "an upright photo of the night, whole": lambda m: m.timeline(night(5, 12), size=(180, 320), fit="fit"),
    "a letterboxed clip": lambda m: m.timeline(m.make_clip(LETTERBOX)),
    "an upright black clip in a wide video": lambda m: m.timeline(m.make_clip(UPRIGHT), fit="fit"),
    "a very quiet song": lambda m: m.timeline(make_photo(), music=tone(330, 4, 0.0005)),
    "a silent song": lambda m: m.timeline(make_photo(), music=SILENCE),
    "a clock that ticks": lambda m: m.timeline(make_photo(), music=clicks()),
    "a song with a silent opening": lambda m: m.timeline(make_photo(), music=after_silence(2, tone(330, 3, 0.3))),
    "a song that is distorted": lambda m: m.timeline(make_photo(), music=loud()),
    "a voice over music as loud as it": lambda m: m.timeline(
        make_photo(), music=tone(330, 4, 0.3), volume_db=0.0, voice=speech(2.5)
    ),
    "a whispered voice": lambda m: m.timeline(make_photo(), voice=speech(2.5, 0.002)),
    "one clap in silence": lambda m: m.timeline(make_photo(), music=SILENCE, effects=[(RATE, clicks(0.2))]),
}
