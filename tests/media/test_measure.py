"""Real files with seeded defects: each is measured as what it is, and the gate's rule for it says no."""

import subprocess
import threading
from pathlib import Path

import pytest
from PIL import Image

from gpu_renderer.core.ffmpeg_process import Cancelled, find_program
from gpu_renderer.verify.measure import is_index_first, measure
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.video.captions import Cue
from sutradhar.domain.video.file_facts import FileFacts
from sutradhar.domain.video.quality_gate import check
from sutradhar.domain.video.timeline import Camera, Clip, MediaRef, NarrationClip, Pose, Timeline

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


def _film(
    path: Path,
    *,
    picture: str = MOVING,
    sound: str | None = VOICE,
    tags: tuple[str, ...] = BT709,
    flags: tuple[str, ...] = FASTSTART,
) -> Path:
    heard = ["-f", "lavfi", "-i", sound] if sound else []
    kept = ["-c:a", "aac", "-b:a", "192k", "-ac", "2"] if sound else []
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "18", "-threads", "1", "-pix_fmt", "yuv420p"]
    argv = [find_program("ffmpeg"), "-v", "error", "-y", "-f", "lavfi", "-i", picture, *heard]
    subprocess.run([*argv, "-t", str(SECONDS), *coded, *tags, *kept, *flags, str(path)], check=True)
    return path


@pytest.fixture(scope="module")
def thumbnail(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("thumbnail") / "thumbnail.png"
    Image.new("RGB", (1280, 720), (40, 80, 120)).save(path)
    return path


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # a name that ffmpeg would take for a protocol or a pattern, were it not told that it is a file
    return _film(tmp_path_factory.mktemp("films") / "concat:good %03d.mp4")


def _broken(facts: FileFacts, timeline: Timeline = TIMELINE) -> set[str]:
    return {f.rule for f in check(facts, timeline) if not f.ok}


def test_a_good_film_passes_and_is_measured_to_the_frame(good: Path, thumbnail: Path) -> None:
    facts = measure(good, thumbnail)
    assert _broken(facts) == set()
    assert (facts.frames, facts.width, facts.height, facts.fps) == (180, WIDTH, HEIGHT, 30.0)
    assert facts.duration_sec == pytest.approx(6.0, abs=0.001)
    assert facts.audio_sec == pytest.approx(6.0, abs=0.03)
    assert facts.integrated_lufs == pytest.approx(-14.0, abs=0.5)
    assert (facts.thumbnail_width, facts.thumbnail_height) == (1280, 720)
    assert facts.thumbnail_bytes == thumbnail.stat().st_size
    assert FileFacts.model_validate_json(facts.model_dump_json()) == facts


DEFECTS = {
    "a lost sound track": ({"sound": None}, {"audio"}),
    "a silent sound track": ({"sound": "anullsrc=r=48000:cl=stereo"}, {"loudness", "narration heard"}),
    "sound lost half way": ({"sound": f"{VOICE},volume=0:enable='gt(t,1.5)'"}, {"narration heard"}),
    "sound that stops early": ({"sound": f"{VOICE},atrim=0:5.5"}, {"audio length"}),
    "sound that is too loud": ({"sound": f"{VOICE},volume=16dB"}, {"loudness", "true peak"}),
    "sound at 44.1 kHz": ({"flags": ("-ar", "44100", *FASTSTART)}, {"audio format"}),
    "a second of black": (
        {"picture": f"{MOVING},drawbox=c=black:t=fill:enable='between(t,2,3)'"},
        {"black"},
    ),
    "a picture held for 3 s": ({"picture": f"{MOVING},loop=loop=90:size=1:start=45,setpts=N/30/TB"}, {"frozen"}),
    "a picture held to the end": ({"picture": f"{MOVING},trim=0:3,tpad=stop_mode=clone:stop_duration=4"}, {"frozen"}),
    "another size": ({"picture": "testsrc2=s=240x180:r=30"}, {"frame size"}),
    "another rate": ({"picture": "testsrc2=s=320x180:r=25"}, {"frame rate", "frames"}),
    "a missing second": ({"picture": f"{MOVING},trim=0:5"}, {"frames", "video length"}),
    "no colour tags": ({"tags": ()}, {"colour tags"}),
    "tags of standard definition": (
        {"tags": tuple(part.replace("bt709", "smpte170m") for part in BT709)},
        {"colour tags"},
    ),
    "the index at the end": ({"flags": ()}, {"fast start"}),
    "full chroma": ({"flags": ("-pix_fmt", "yuv444p", *FASTSTART)}, {"pixel format"}),
    "an old codec": ({"flags": ("-c:v", "mpeg4", "-q:v", "3", *FASTSTART)}, {"video codec"}),
}


@pytest.mark.parametrize(("made", "rules"), DEFECTS.values(), ids=DEFECTS)
def test_a_seeded_defect_is_caught_by_its_rule(
    made: dict[str, object], rules: set[str], tmp_path: Path, thumbnail: Path
) -> None:
    assert _broken(measure(_film(tmp_path / "film.mp4", **made), thumbnail)) == rules


def test_another_container_is_told_from_mp4(good: Path, thumbnail: Path, tmp_path: Path) -> None:
    other = tmp_path / "film.mov"
    subprocess.run(
        [find_program("ffmpeg"), "-v", "error", "-i", f"file:{good}", "-c", "copy", "-f", "mov", other], check=True
    )
    assert {"container", "fast start"} <= _broken(measure(other, thumbnail))


SMOOTH = "color=gray:s=1280x720:r=30,format=yuv420p,geq=lum='90+60*Y/H+25*cos(X/W*3)':cb=128:cr=128,loop=-1:1"


def test_a_very_slow_zoom_over_a_smooth_picture_is_no_freeze(tmp_path: Path, thumbnail: Path) -> None:
    """A zoom by 15 % that would take 20 s, from its slowest part on; a quarter of the rate, to be quick."""
    zoom = f"{SMOOTH},scale=w='trunc(1280*(1+0.15*pow(t/20,2)*(3-2*t/20))/2)*2':h=-2:eval=frame:flags=bilinear"
    film = _film(tmp_path / "film.mp4", picture=f"{zoom},crop=1280:720,fps=8", sound=None)
    assert measure(film, thumbnail).frozen == ()


def test_a_held_picture_is_a_freeze_however_grainy(tmp_path: Path, thumbnail: Path) -> None:
    grain = "nullsrc=s=320x180:r=30,geq=random(1)*200:128:128,loop=-1:1,setpts=N/30/TB"
    (frozen,) = measure(_film(tmp_path / "film.mp4", picture=grain, sound=None), thumbnail).frozen
    assert frozen.start < 0.5  # x264 takes some frames to settle
    assert frozen.end == pytest.approx(6.0, abs=0.05)


def test_a_declared_hold_passes(tmp_path: Path, thumbnail: Path) -> None:
    pose = Pose(x=0.5, y=0.5, zoom=1)
    held = TIMELINE.evolve(clips=(TIMELINE.clips[0].evolve(camera=Camera(start=pose, end=pose)),))
    facts = measure(_film(tmp_path / "film.mp4", picture=f"{MOVING},loop=-1:1,setpts=N/30/TB"), thumbnail)
    assert _broken(facts, held) == set()
    assert _broken(facts) == {"frozen"}


def test_a_truncated_film_fails_with_its_damage_told(good: Path, thumbnail: Path, tmp_path: Path) -> None:
    cut = tmp_path / "film.mp4"
    cut.write_bytes(good.read_bytes()[: good.stat().st_size * 6 // 10])
    facts = measure(cut, thumbnail)
    assert {"decodes", "frames"} <= _broken(facts)
    assert facts.frames < 170


def test_a_film_with_bytes_changed_fails(good: Path, thumbnail: Path, tmp_path: Path) -> None:
    content = bytearray(good.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 4000] = bytes(4000)
    spoilt = tmp_path / "film.mp4"
    spoilt.write_bytes(content)
    assert "decodes" in _broken(measure(spoilt, thumbnail))


@pytest.mark.parametrize("content", [b"", b"not a film at all" * 100, b"\0\0\0\x18ftypisom\0\0\2\0isomiso2"])
def test_what_is_no_film_is_an_error_of_the_gate(content: bytes, thumbnail: Path, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    with pytest.raises(RenderError, match=r"the video cannot be read: .*ffprobe") as caught:
        measure(path, thumbnail)
    assert caught.value.stage == "gate"
    assert not is_index_first(path)


def test_a_film_without_a_picture_is_an_error_of_the_gate(good: Path, thumbnail: Path, tmp_path: Path) -> None:
    sound = tmp_path / "film.mp4"
    subprocess.run(
        [find_program("ffmpeg"), "-v", "error", "-i", f"file:{good}", "-vn", "-c", "copy", sound], check=True
    )
    with pytest.raises(RenderError, match="no video track"):
        measure(sound, thumbnail)


def test_a_damaged_thumbnail_fails(good: Path, thumbnail: Path, tmp_path: Path) -> None:
    cut = tmp_path / "thumbnail.png"
    cut.write_bytes(thumbnail.read_bytes()[:600])
    assert _broken(measure(good, cut)) == {"thumbnail size"}


def test_measuring_can_be_cancelled(good: Path, thumbnail: Path) -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        measure(good, thumbnail, cancel)
