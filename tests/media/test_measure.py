"""Real files with seeded defects are measured, and each defect breaks its own rule of the gate."""

import threading
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from gpu_renderer.core.ffmpeg_process import Cancelled
from gpu_renderer.verify.measure import is_index_first, measure
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.video.captions import Cue
from sutradhar.domain.video.file_facts import FileFacts
from sutradhar.domain.video.quality_gate import check
from sutradhar.domain.video.timeline import Camera, Clip, MediaRef, NarrationClip, Pose, Timeline
from tests.media.ffmpeg import run_ffmpeg

WIDTH, HEIGHT, FPS, SECONDS = 320, 180, 30, 6
BT709 = ("-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "tv")
FASTSTART = ("-movflags", "+faststart")
MOVING = "testsrc2=s=320x180:r=30,format=yuv420p"
VOICE = "sine=f=500:r=48000,volume=7.7dB"
"""A tone that, on both channels, measures -14 LUFS."""

TIMELINE = Timeline(
    fps=FPS,
    width=WIDTH,
    height=HEIGHT,
    frames=FPS * SECONDS,
    clips=(
        Clip(
            scene=0,
            start=0,
            frames=FPS * SECONDS,
            media=MediaRef(blob="b", sha256="0"),
            camera=Camera(start=Pose(x=0.5, y=0.5, zoom=1), end=Pose(x=0.5, y=0.5, zoom=1.15)),
        ),
    ),
    narrations=(NarrationClip(scene=0, start=9_600, samples=5 * 48_000, media=MediaRef(blob="v", sha256="0")),),
    music=None,
    captions={"en": (Cue(start=6, end=150, lines=("One",)),)},
)


def _encode(
    path: Path,
    *,
    frames: str = MOVING,
    audio: str | None = VOICE,
    tags: tuple[str, ...] = BT709,
    flags: tuple[str, ...] = FASTSTART,
) -> Path:
    audio_input = ["-f", "lavfi", "-i", audio] if audio else []
    audio_options = ["-c:a", "aac", "-b:a", "192k", "-ac", "2"] if audio else []
    video_options = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "18", "-threads", "1", "-pix_fmt", "yuv420p"]
    coding = [*video_options, *tags, *audio_options, *flags]
    run_ffmpeg("-f", "lavfi", "-i", frames, *audio_input, "-t", str(SECONDS), *coding, path)
    return path


@pytest.fixture(scope="module")
def thumbnail(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("thumbnail") / "thumbnail.png"
    Image.new("RGB", (1280, 720), (40, 80, 120)).save(path)
    return path


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # ffmpeg would take this name for a protocol or a pattern without the prefix file:
    return _encode(tmp_path_factory.mktemp("videos") / "concat:good %03d.mp4")


def _find_broken_rules(facts: FileFacts, timeline: Timeline = TIMELINE) -> set[str]:
    return {f.rule for f in check(facts, timeline) if not f.ok}


def test_a_good_video_passes_and_is_measured_to_the_frame(good: Path, thumbnail: Path) -> None:
    facts = measure(good, thumbnail)
    assert _find_broken_rules(facts) == set()
    assert (facts.frames, facts.width, facts.height, facts.fps) == (180, WIDTH, HEIGHT, 30.0)
    assert facts.duration_sec == pytest.approx(6.0, abs=0.001)
    assert facts.audio_sec == pytest.approx(6.0, abs=0.03)
    assert facts.integrated_lufs == pytest.approx(-14.0, abs=0.5)
    assert (facts.thumbnail_width, facts.thumbnail_height) == (1280, 720)
    assert facts.thumbnail_bytes == thumbnail.stat().st_size
    assert FileFacts.model_validate_json(facts.model_dump_json()) == facts


DEFECTS = {
    "a lost audio track": ({"audio": None}, {"audio"}),
    "a silent audio track": ({"audio": "anullsrc=r=48000:cl=stereo"}, {"loudness", "narration heard"}),
    "sound lost half way": ({"audio": f"{VOICE},volume=0:enable='gt(t,1.5)'"}, {"narration heard"}),
    "sound that stops early": ({"audio": f"{VOICE},atrim=0:5.5"}, {"audio length"}),
    "sound that is too loud": ({"audio": f"{VOICE},volume=16dB"}, {"loudness", "true peak"}),
    "sound at 44.1 kHz": ({"flags": ("-ar", "44100", *FASTSTART)}, {"audio format"}),
    "a second of black": (
        {"frames": f"{MOVING},drawbox=c=black:t=fill:enable='between(t,2,3)'"},
        {"black"},
    ),
    "a frame held for 3 s": ({"frames": f"{MOVING},loop=loop=90:size=1:start=45,setpts=N/30/TB"}, {"frozen"}),
    "a frame held to the end": ({"frames": f"{MOVING},trim=0:3,tpad=stop_mode=clone:stop_duration=4"}, {"frozen"}),
    "another size": ({"frames": "testsrc2=s=240x180:r=30"}, {"frame size"}),
    "another rate": ({"frames": "testsrc2=s=320x180:r=25"}, {"frame rate", "frames"}),
    "a missing second": ({"frames": f"{MOVING},trim=0:5"}, {"frames", "video length"}),
    "no colour tags": ({"tags": ()}, {"colour tags"}),
    "tags of standard definition": (
        {"tags": tuple(part.replace("bt709", "smpte170m") for part in BT709)},
        {"colour tags"},
    ),
    "the index at the end": ({"flags": ()}, {"fast start"}),
    "full chroma": ({"flags": ("-pix_fmt", "yuv444p", *FASTSTART)}, {"pixel format"}),
    "an old codec": ({"flags": ("-c:v", "mpeg4", "-q:v", "3", *FASTSTART)}, {"video codec"}),
}


@pytest.mark.parametrize(("tracks", "rules"), DEFECTS.values(), ids=DEFECTS)
def test_a_seeded_defect_is_caught_by_its_rule(
    tracks: dict[str, Any], rules: set[str], tmp_path: Path, thumbnail: Path
) -> None:
    assert _find_broken_rules(measure(_encode(tmp_path / "video.mp4", **tracks), thumbnail)) == rules


def test_another_container_is_reported_from_mp4(good: Path, thumbnail: Path, tmp_path: Path) -> None:
    other = tmp_path / "video.mov"
    run_ffmpeg("-i", f"file:{good}", "-c", "copy", "-f", "mov", other)
    assert {"container", "fast start"} <= _find_broken_rules(measure(other, thumbnail))


SMOOTH = "color=gray:s=1280x720:r=30,format=yuv420p,geq=lum='90+60*Y/H+25*cos(X/W*3)':cb=128:cr=128,loop=-1:1"


def test_a_very_slow_zoom_over_a_smooth_frame_is_no_freeze(tmp_path: Path, thumbnail: Path) -> None:
    """The zoom by 15 % would take 20 s and is shown from its slowest part on; a quarter of the rate, to be quick."""
    zoom = f"{SMOOTH},scale=w='trunc(1280*(1+0.15*pow(t/20,2)*(3-2*t/20))/2)*2':h=-2:eval=frame:flags=bilinear"
    video = _encode(tmp_path / "video.mp4", frames=f"{zoom},crop=1280:720,fps=8", audio=None)
    assert measure(video, thumbnail).frozen == ()


def test_a_held_frame_is_a_freeze_however_grainy(tmp_path: Path, thumbnail: Path) -> None:
    grain = "nullsrc=s=320x180:r=30,geq=random(1)*200:128:128,loop=-1:1,setpts=N/30/TB"
    (frozen,) = measure(_encode(tmp_path / "video.mp4", frames=grain, audio=None), thumbnail).frozen
    assert frozen.start < 0.5  # x264 takes some frames to settle
    assert frozen.end == pytest.approx(6.0, abs=0.05)


def test_a_declared_hold_passes(tmp_path: Path, thumbnail: Path) -> None:
    pose = Pose(x=0.5, y=0.5, zoom=1)
    timeline = TIMELINE.evolve(clips=(TIMELINE.clips[0].evolve(camera=Camera(start=pose, end=pose)),))
    facts = measure(_encode(tmp_path / "video.mp4", frames=f"{MOVING},loop=-1:1,setpts=N/30/TB"), thumbnail)
    assert _find_broken_rules(facts, timeline) == set()
    assert _find_broken_rules(facts) == {"frozen"}


def test_a_truncated_video_fails_with_its_damage_reported(good: Path, thumbnail: Path, tmp_path: Path) -> None:
    truncated = tmp_path / "video.mp4"
    truncated.write_bytes(good.read_bytes()[: good.stat().st_size * 6 // 10])
    facts = measure(truncated, thumbnail)
    assert {"decodes", "frames"} <= _find_broken_rules(facts)
    assert facts.frames < 170


def test_a_video_with_bytes_changed_fails(good: Path, thumbnail: Path, tmp_path: Path) -> None:
    content = bytearray(good.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 4000] = bytes(4000)
    spoilt = tmp_path / "video.mp4"
    spoilt.write_bytes(content)
    assert "decodes" in _find_broken_rules(measure(spoilt, thumbnail))


@pytest.mark.parametrize("content", [b"", b"not a video at all" * 100, b"\0\0\0\x18ftypisom\0\0\2\0isomiso2"])
def test_what_is_no_video_is_an_error_of_the_gate(content: bytes, thumbnail: Path, tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes(content)
    with pytest.raises(RenderError, match=r"the video cannot be read: .*ffprobe") as caught:
        measure(path, thumbnail)
    assert caught.value.stage == "gate"
    assert not is_index_first(path)


def test_a_video_without_a_frame_is_an_error_of_the_gate(good: Path, thumbnail: Path, tmp_path: Path) -> None:
    audio = tmp_path / "video.mp4"
    run_ffmpeg("-i", f"file:{good}", "-vn", "-c", "copy", audio)
    with pytest.raises(RenderError, match="no video track"):
        measure(audio, thumbnail)


def test_a_damaged_thumbnail_fails(good: Path, thumbnail: Path, tmp_path: Path) -> None:
    truncated = tmp_path / "thumbnail.png"
    truncated.write_bytes(thumbnail.read_bytes()[:600])
    assert _find_broken_rules(measure(good, truncated)) == {"thumbnail size"}


def test_measuring_can_be_cancelled(good: Path, thumbnail: Path) -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        measure(good, thumbnail, cancel)
