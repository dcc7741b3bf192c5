"""Real videos are encoded by ffmpeg from segments, speech and music: each seeded defect breaks its own rule, and a good
video passes, both when everything is decoded and when the parts were measured as they were encoded."""

import threading
import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from gpu_renderer.audio.audio_meter import measure_audio, read_narrations
from gpu_renderer.mux.concat import join_segments
from gpu_renderer.verify.measure import ExpectedContent, measure, measure_mix, measure_segment
from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.domain.video.quality_gate import check
from sutradhar.domain.video.timeline import Camera, Clip, Footage, MediaRef, NarrationClip, Pose, Timeline
from tests.media.ffmpeg import run_ffmpeg

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


def speech(seed: int) -> NDArray[np.float64]:
    """Return 2 s of noise in syllables of uneven length and level, as an envelope of speech has them."""
    rng = np.random.default_rng(seed)
    level = np.repeat(rng.choice([0.0, 0.1, 0.4, 1.0], 25), 2 * RATE // 25)
    smooth = np.convolve(level, np.hanning(960) / np.hanning(960).sum(), "same")
    return smooth * rng.normal(0, 0.12, len(smooth))


def mix_audio(*, narrations: tuple[int, ...] = (0, 1), late: float = 0.0, speed: float = 1.0) -> NDArray[np.float64]:
    """Return a mix of music that plays on and the numbered ``narrations``; all of it late, or at another speed."""
    at = np.arange(round(SECONDS * RATE)) / RATE
    mix = 0.012 * np.sin(2 * np.pi * 330 * at) * (1 + 0.5 * np.sin(2 * np.pi * 1.5 * at))
    for narration in narrations:
        mix[STARTS[narration] : STARTS[narration] + 2 * RATE] += speech(narration)
    return np.interp((at - late) * speed, at, mix)


def wav(path: Path, samples: NDArray[np.float64]) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def encode_audio(folder: Path, samples: NDArray[np.float64]) -> Path:
    source, path = wav(folder / "mix.wav", samples), folder / "sound.m4a"
    run_ffmpeg("-i", source, "-ac", "2", "-c:a", "aac", "-b:a", "192k", "-movie_timescale", str(RATE), path)
    return path


def encode_segments(folder: Path, source: str) -> list[Path]:
    """Encode two files of half the video each, a closed group of pictures in each."""
    paths = []
    for n in range(2):
        paths.append(folder / f"segment-{n}.mp4")
        part = f"{source},trim=start_frame={n * PART}:end_frame={(n + 1) * PART},setpts=PTS-STARTPTS"
        codec = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-threads", "1", "-pix_fmt", "yuv420p"]
        timing = ["-g", "240", "-video_track_timescale", "15360"]
        run_ffmpeg("-f", "lavfi", "-i", part, *codec, *BT709, *timing, paths[-1])
    return paths


class DefectHarness:
    """A good video of two scenes, its parts, and the check of variants of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.thumbnail = folder / "thumbnail.png"
        Image.new("RGB", (1280, 720), (40, 80, 120)).save(self.thumbnail)
        blobs = FileBlobStore(folder / "blobs")
        narrations = []
        for n, start in enumerate(STARTS):
            blobs.put(f"voice-{n}", wav(folder / "voice.wav", speech(n)).read_bytes())
            narrations.append(
                NarrationClip(scene=n, start=start, samples=2 * RATE, media=MediaRef(blob=f"voice-{n}", sha256=str(n)))
            )
        clip = Clip(scene=0, start=0, frames=FRAMES, media=MediaRef(blob="b", sha256="0"), camera=ZOOM)
        self.timeline = Timeline(
            fps=FPS,
            width=320,
            height=180,
            frames=FRAMES,
            clips=(clip,),
            narrations=tuple(narrations),
            music=None,
            captions={},
        )
        self.expected = read_narrations(self.timeline, blobs, folder)
        self.frames, self.audio = encode_segments(folder, MOVING), encode_audio(folder, mix_audio())

    def join(self, frames: list[Path], track: Path | None, folder: Path) -> tuple[Path, ExpectedContent]:
        never = threading.Event()
        path = join_segments(frames, track, folder / "video.mp4", frames=FRAMES, workdir=folder, cancel=never)
        sampled = [measure_segment(part, FPS) for part in frames]
        return path, ExpectedContent(
            sampled, measure_mix(track, measure_audio(track, SECONDS), -14.0) if track else None
        )

    def find_broken_rules(
        self, video: Path, content: ExpectedContent | None, timeline: Timeline | None = None
    ) -> set[str]:
        facts = measure(video, self.thumbnail, content=content, narrations=self.expected)
        return {result.rule for result in check(facts, timeline or self.timeline) if not result.ok}


@pytest.fixture(scope="module")
def harness(tmp_path_factory: pytest.TempPathFactory) -> DefectHarness:
    return DefectHarness(tmp_path_factory.mktemp("defects"))


def measure_both_ways(
    harness: DefectHarness, tmp_path: Path, frames: list[Path], track: Path | None, timeline: Timeline
) -> set[str]:
    """Return the broken rules; the two ways of measuring must agree."""
    video, content = harness.join(frames, track, tmp_path)
    once = measure(video, harness.thumbnail, content=content, narrations=harness.expected)
    whole = measure(video, harness.thumbnail, narrations=harness.expected)
    broken = [{f.rule for f in check(facts, timeline) if not f.ok} for facts in (once, whole)]
    assert broken[0] == broken[1]
    return broken[0] - {"loudness", "true peak"}  # this small mix is not levelled


AUDIO = {
    "as it should be": (mix_audio(), set()),
    "a narration missing while music plays on": (mix_audio(narrations=(0,)), {"narration heard"}),
    "late by 120 ms": (mix_audio(late=0.12), {"audio in step"}),
    "early by 120 ms": (mix_audio(late=-0.12), {"audio in step"}),
    "faster by 3 %": (mix_audio(speed=1.03), {"audio in step"}),
    "cut short": (mix_audio()[: 4 * RATE], {"audio length"}),
}


@pytest.mark.parametrize(("samples", "rules"), AUDIO.values(), ids=AUDIO)
def test_faults_of_the_audio(
    samples: NDArray[np.float64], rules: set[str], harness: DefectHarness, tmp_path: Path
) -> None:
    assert rules <= measure_both_ways(
        harness, tmp_path, harness.frames, encode_audio(tmp_path, samples), harness.timeline
    )
    if not rules:
        assert not measure_both_ways(harness, tmp_path, harness.frames, harness.audio, harness.timeline)


def test_no_audio_track(harness: DefectHarness, tmp_path: Path) -> None:
    assert measure_both_ways(harness, tmp_path, harness.frames, None, harness.timeline) == {"audio"}


NIGHT = f"{MOVING},lutyuv=y=28+val/12"
SMOOTH = "color=gray:s=1280x720:r=30,format=yuv420p,geq=lum='90+60*Y/H+25*cos(X/W*3)':cb=128:cr=128,loop=-1:1"
SLOW = (
    f"{SMOOTH},setpts=N/30/TB,scale=w='trunc(1280*(1+0.15*pow(t/20,2)*(3-2*t/20))/2)*2':h=-2:eval=frame:flags=bilinear,"
    "crop=1280:720,scale=320:180:flags=area"
)
VIDEOS = {
    "a night scene": (NIGHT, set()),
    "a slow zoom over a smooth image": (SLOW, set()),
    "a second of black over a join": (f"{MOVING},drawbox=c=black:t=fill:enable='between(t,2,3)'", {"black"}),
    "held throughout": (HELD, {"frozen"}),
    "grain held throughout": (GRAIN, {"frozen"}),
    # neither segment alone holds it for 2 s
    "held for 2.6 s over a join": (
        f"{MOVING},trim=end_frame=114,loop=loop=78:size=1:start=36,setpts=N/30/TB,trim=end_frame=150",
        {"frozen"},
    ),
}


@pytest.mark.parametrize(("source", "rules"), VIDEOS.values(), ids=VIDEOS)
def test_faults_of_the_frames(source: str, rules: set[str], harness: DefectHarness, tmp_path: Path) -> None:
    assert (
        measure_both_ways(harness, tmp_path, encode_segments(tmp_path, source), harness.audio, harness.timeline)
        == rules
    )


def test_a_declared_hold_and_still_footage_pass(harness: DefectHarness, tmp_path: Path) -> None:
    (clip,), parts = harness.timeline.clips, encode_segments(tmp_path, HELD)
    for allowed in (clip.evolve(camera=Camera(start=WIDE, end=WIDE)), clip.evolve(footage=Footage())):
        assert not measure_both_ways(harness, tmp_path, parts, harness.audio, harness.timeline.evolve(clips=(allowed,)))


def test_a_tampered_video_is_decoded_although_its_parts_were_measured(harness: DefectHarness, tmp_path: Path) -> None:
    video, content = harness.join(harness.frames, harness.audio, tmp_path)
    good = video.read_bytes()
    spoilt = bytearray(good)
    middle = len(good) // 2
    spoilt[middle : middle + 3000] = bytes(3000)
    video.write_bytes(spoilt)
    assert "decodes" in harness.find_broken_rules(video, content)
    video.write_bytes(good[: len(good) * 6 // 10])
    assert {"decodes", "frames"} <= harness.find_broken_rules(video, content)
    # the same packets in another order, or one segment twice
    first, second = harness.frames
    for parts in ((second, first), (first, first)):
        swapped, _ = harness.join(list(parts), harness.audio, tmp_path)
        altered = content.segments[0].evolve(samples=content.segments[0].samples.evolve(frames=1))
        assert "frames" not in harness.find_broken_rules(
            swapped, ExpectedContent([altered, content.segments[1]], content.audio)
        )


def test_the_measurements_of_the_parts_count_for_an_untouched_video(harness: DefectHarness, tmp_path: Path) -> None:
    """Without this, the tests above would only compare decoding with decoding."""
    video, content = harness.join(harness.frames, harness.audio, tmp_path)
    altered = content.segments[0].evolve(samples=content.segments[0].samples.evolve(frames=1))
    assert "frames" in harness.find_broken_rules(video, ExpectedContent([altered, content.segments[1]], content.audio))
