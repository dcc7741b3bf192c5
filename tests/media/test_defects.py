"""A corpus of real films, made by ffmpeg from segments, speech and music: each seeded defect is caught by its own rule,
and what is good passes, whether everything is decoded or the parts were measured when they were made."""

import subprocess
import threading
import wave
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gpu_renderer.audio.audio_meter import measure_audio, read_narrations
from gpu_renderer.core.ffmpeg_process import find_program
from gpu_renderer.mux.concat import join_segments
from gpu_renderer.verify.measure import ExpectedContent, measure, measure_mix, measure_segment
from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.domain.video.quality_gate import check
from sutradhar.domain.video.timeline import Camera, Clip, Footage, MediaRef, NarrationClip, Pose, Timeline

RATE, FPS, PART = 48_000, 30, 75
FRAMES = 2 * PART
SECONDS = FRAMES / FPS
STARTS = (9_600, 129_600)
MOVING = "testsrc2=s=320x180:r=30,format=yuv420p"
HELD = f"{MOVING},loop=-1:1,setpts=N/30/TB"
GRAIN = "nullsrc=s=320x180:r=30,geq=random(1)*200:128:128,loop=-1:1,setpts=N/30/TB"
WIDE = Pose(x=0.5, y=0.5, zoom=1)
ZOOM = Camera(start=WIDE, end=Pose(x=0.5, y=0.5, zoom=1.15))
BT709 = ("-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "tv")


def speech(seed: int) -> np.ndarray:
    """2 s of noise in syllables of uneven length and level, as an envelope of speech has them."""
    rng = np.random.default_rng(seed)
    level = np.repeat(rng.choice([0.0, 0.1, 0.4, 1.0], 25), 2 * RATE // 25)
    smooth = np.convolve(level, np.hanning(960) / np.hanning(960).sum(), "same")
    return smooth * rng.normal(0, 0.12, len(smooth))


def heard(*, voices: tuple[int, ...] = (0, 1), late: float = 0.0, speed: float = 1.0) -> np.ndarray:
    """The mix: music that plays on, and the narrations named in ``voices``; all of it late, or at another speed."""
    at = np.arange(round(SECONDS * RATE)) / RATE
    mix = 0.012 * np.sin(2 * np.pi * 330 * at) * (1 + 0.5 * np.sin(2 * np.pi * 1.5 * at))
    for voice in voices:
        mix[STARTS[voice] : STARTS[voice] + 2 * RATE] += speech(voice)
    return np.interp((at - late) * speed, at, mix)


def wav(path: Path, samples: np.ndarray) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def sound(folder: Path, samples: np.ndarray) -> Path:
    source, path = wav(folder / "mix.wav", samples), folder / "sound.m4a"
    argv = [find_program("ffmpeg"), "-v", "error", "-y", "-i", source, "-ac", "2", "-c:a", "aac", "-b:a", "192k"]
    subprocess.run([*argv, "-movie_timescale", str(RATE), path], check=True)
    return path


def segments(folder: Path, picture: str) -> list[Path]:
    """Two files of half the film each, a closed group of pictures in each."""
    made = []
    for n in range(2):
        made.append(folder / f"segment-{n}.mp4")
        source = f"{picture},trim=start_frame={n * PART}:end_frame={(n + 1) * PART},setpts=PTS-STARTPTS"
        coded = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-threads", "1", "-pix_fmt", "yuv420p"]
        argv = [find_program("ffmpeg"), "-v", "error", "-y", "-f", "lavfi", "-i", source, *coded, *BT709, "-g", "240"]
        subprocess.run([*argv, "-video_track_timescale", "15360", made[-1]], check=True)
    return made


class Room:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.thumbnail = folder / "thumbnail.png"
        Image.new("RGB", (1280, 720), (40, 80, 120)).save(self.thumbnail)
        blobs = FileBlobStore(folder / "blobs")
        voices = []
        for n, start in enumerate(STARTS):
            blobs.put(f"voice-{n}", wav(folder / "voice.wav", speech(n)).read_bytes())
            voices.append(
                NarrationClip(scene=n, start=start, samples=2 * RATE, media=MediaRef(blob=f"voice-{n}", sha256=str(n)))
            )
        clip = Clip(scene=0, start=0, frames=FRAMES, media=MediaRef(blob="b", sha256="0"), camera=ZOOM)
        self.timeline = Timeline(
            fps=FPS,
            width=320,
            height=180,
            frames=FRAMES,
            clips=(clip,),
            narrations=tuple(voices),
            music=None,
            captions={},
        )
        self.expected = read_narrations(self.timeline, blobs, folder)
        self.picture, self.sound = segments(folder, MOVING), sound(folder, heard())

    def film(self, picture: list[Path], track: Path | None, folder: Path) -> tuple[Path, ExpectedContent]:
        never = threading.Event()
        path = join_segments(picture, track, folder / "film.mp4", frames=FRAMES, workdir=folder, cancel=never)
        sampled = [measure_segment(part, FPS, "h264") for part in picture]
        return path, ExpectedContent(
            sampled, measure_mix(track, measure_audio(track, SECONDS), -14.0) if track else None
        )

    def broken(self, film: Path, known: ExpectedContent | None, timeline: Timeline | None = None) -> set[str]:
        facts = measure(film, self.thumbnail, content=known, narrations=self.expected)
        return {finding.rule for finding in check(facts, timeline or self.timeline) if not finding.ok}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Room:
    return Room(tmp_path_factory.mktemp("room"))


def both(room: Room, tmp_path: Path, picture: list[Path], track: Path | None, timeline: Timeline) -> set[str]:
    """The rules that say no; the two ways of measuring must agree."""
    film, known = room.film(picture, track, tmp_path)
    once = measure(film, room.thumbnail, content=known, narrations=room.expected)
    whole = measure(film, room.thumbnail, narrations=room.expected)
    told = [{f.rule for f in check(facts, timeline) if not f.ok} for facts in (once, whole)]
    assert told[0] == told[1]
    return told[0] - {"loudness", "true peak"}  # this little mix is not levelled


SOUNDS = {
    "as it should be": (heard(), set()),
    "a narration missing while music plays on": (heard(voices=(0,)), {"narration heard"}),
    "late by 120 ms": (heard(late=0.12), {"audio in step"}),
    "early by 120 ms": (heard(late=-0.12), {"audio in step"}),
    "faster by 3 %": (heard(speed=1.03), {"audio in step"}),
    "cut short": (heard()[: 4 * RATE], {"audio length"}),
}


@pytest.mark.parametrize(("samples", "rules"), SOUNDS.values(), ids=SOUNDS)
def test_sound(samples: np.ndarray, rules: set[str], room: Room, tmp_path: Path) -> None:
    assert rules <= both(room, tmp_path, room.picture, sound(tmp_path, samples), room.timeline)
    if not rules:
        assert not both(room, tmp_path, room.picture, room.sound, room.timeline)


def test_no_sound_track(room: Room, tmp_path: Path) -> None:
    assert both(room, tmp_path, room.picture, None, room.timeline) == {"audio"}


NIGHT = f"{MOVING},lutyuv=y=28+val/12"
SMOOTH = "color=gray:s=1280x720:r=30,format=yuv420p,geq=lum='90+60*Y/H+25*cos(X/W*3)':cb=128:cr=128,loop=-1:1"
SLOW = (
    f"{SMOOTH},setpts=N/30/TB,scale=w='trunc(1280*(1+0.15*pow(t/20,2)*(3-2*t/20))/2)*2':h=-2:eval=frame:flags=bilinear,"
    "crop=1280:720,scale=320:180:flags=area"
)
PICTURES = {
    "a night scene": (NIGHT, set()),
    "a slow zoom over a smooth picture": (SLOW, set()),
    "a second of black over a join": (f"{MOVING},drawbox=c=black:t=fill:enable='between(t,2,3)'", {"black"}),
    "held throughout": (HELD, {"frozen"}),
    "grain held throughout": (GRAIN, {"frozen"}),
    # neither segment alone has it still for 2 s
    "held for 2.6 s over a join": (
        f"{MOVING},trim=end_frame=114,loop=loop=78:size=1:start=36,setpts=N/30/TB,trim=end_frame=150",
        {"frozen"},
    ),
}


@pytest.mark.parametrize(("picture", "rules"), PICTURES.values(), ids=PICTURES)
def test_picture(picture: str, rules: set[str], room: Room, tmp_path: Path) -> None:
    assert both(room, tmp_path, segments(tmp_path, picture), room.sound, room.timeline) == rules


def test_a_declared_hold_and_still_footage_pass(room: Room, tmp_path: Path) -> None:
    (clip,), held = room.timeline.clips, segments(tmp_path, HELD)
    for allowed in (clip.evolve(camera=Camera(start=WIDE, end=WIDE)), clip.evolve(footage=Footage())):
        assert not both(room, tmp_path, held, room.sound, room.timeline.evolve(clips=(allowed,)))


def test_a_tampered_film_is_decoded_whatever_was_known(room: Room, tmp_path: Path) -> None:
    film, known = room.film(room.picture, room.sound, tmp_path)
    good = film.read_bytes()
    spoilt = bytearray(good)
    middle = len(good) // 2
    spoilt[middle : middle + 3000] = bytes(3000)
    film.write_bytes(spoilt)
    assert "decodes" in room.broken(film, known)
    film.write_bytes(good[: len(good) * 6 // 10])
    assert {"decodes", "frames"} <= room.broken(film, known)
    # the same packets in another order, or one segment twice
    first, second = room.picture
    for parts in ((second, first), (first, first)):
        swapped, _ = room.film(list(parts), room.sound, tmp_path)
        altered = known.segments[0].evolve(samples=known.segments[0].samples.evolve(frames=1))
        assert "frames" not in room.broken(swapped, ExpectedContent([altered, known.segments[1]], known.audio))


def test_what_is_known_is_taken_for_an_untouched_film(room: Room, tmp_path: Path) -> None:
    """Or the tests above would only compare decoding with decoding."""
    film, known = room.film(room.picture, room.sound, tmp_path)
    altered = known.segments[0].evolve(samples=known.segments[0].samples.evolve(frames=1))
    assert "frames" in room.broken(film, ExpectedContent([altered, known.segments[1]], known.audio))
