"""Videos of phones, recorders and browsers: the upload check finds the length that the renderer shows."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from gpu_renderer.core.video_source import count_frames, probe_clip
from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.plan.upload import MediaInfo
from sutradhar.media.audio import decode_audio
from sutradhar.providers.media.upload_reader import MediaFiles
from tests.media.clips import X264, levels, make_clip, make_counting_clip, play_clip

FPS = 30
SMALL = (64, 36)


def ffmpeg(*args: str) -> None:
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *args], check=True)


def look(path: Path) -> MediaInfo:
    """Return the facts of the upload check, with which the renderer must agree."""
    with path.open("rb") as file:
        facts = MediaFiles().probe(file)
    source = probe_clip(path, 0)
    assert facts.kind == "video"
    assert (facts.width, facts.height) == source.display_size
    assert count_frames(source, fps=FPS, start_sec=0) == pytest.approx(facts.duration_sec * FPS, abs=1)
    return facts


def read_numbers(path: Path, *seconds: float) -> list[int]:
    """Return the numbers of the frames of ``make_counting_clip`` at ``seconds``."""
    numbers = []
    for second in seconds:
        n = round(second * FPS)
        numbers += levels(play_clip(path, n + 1, first=n, size=SMALL, fps=FPS))
    return numbers


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.mp4", X264), ("a.mkv", X264), ("a.webm", ("-c:v", "libvpx")), ("a.mov", ("-c:v", "mjpeg"))],
)
def test_slides_of_five_seconds_stand_until_the_end(tmp_path: Path, name: str, codec: tuple[str, ...]) -> None:
    clip = tmp_path / name
    make_clip(clip, "-vf", "geq=lum='16+60*N':cb=128:cr=128", *codec, source="color=black:s=64x36:r=1/5:d=15")
    assert look(clip).duration_sec == pytest.approx(15, abs=0.1)
    assert read_numbers(clip, 1, 7, 14.9) == pytest.approx([0, 20, 40], abs=1)
    assert read_numbers(clip, 15.2) == pytest.approx([0], abs=1)  # from here on the clip starts again


def test_a_video_track_that_is_shorter_than_its_audio_holds_its_last_frame(tmp_path: Path) -> None:
    silent = make_counting_clip(tmp_path / "picture.mp4", *X264, seconds=1)
    clip = tmp_path / "a.mp4"
    ffmpeg("-i", str(silent), "-f", "lavfi", "-i", "sine=d=4", "-c:v", "copy", str(clip))
    facts = look(clip)
    assert facts.duration_sec == pytest.approx(4, abs=0.05)
    assert facts.has_audio is True
    assert read_numbers(clip, 0.5, 1.5, 3.9) == [15, 29, 29]


@pytest.mark.parametrize("name", ["a.ts", "a.flv", "a.mkv"])
def test_a_video_track_that_is_minutes_shorter_than_its_audio_is_whole(tmp_path: Path, name: str) -> None:
    silent = make_counting_clip(tmp_path / "picture.mp4", *X264, seconds=1)
    tone = ["-f", "lavfi", "-i", "sine=d=150", "-ar", "44100"]
    ffmpeg("-i", str(silent), *tone, "-c:v", "copy", str(tmp_path / name))
    assert look(tmp_path / name).duration_sec == pytest.approx(150, abs=0.1)
    assert read_numbers(tmp_path / name, 0.5, 3) == [15, 29]


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_a_recorder_that_stood_still_shows_its_last_frame(tmp_path: Path, name: str) -> None:
    """A recorder writes a frame only on a change: at 0, 1 and 2 s, and then none up to 9 s."""
    last = "setts=duration=if(eq(N\\,2)\\,114688\\,16384)"
    clip = make_clip(
        tmp_path / "a.mp4",
        "-vf",
        "geq=lum='16+3*N':cb=128:cr=128,select='lt(t,3)'",
        "-fps_mode",
        "vfr",
        *X264,
        "-bf",
        "0",
        "-bsf:v",
        last,
        source="color=black:s=64x36:r=1:d=9",
    )
    if name == "a.mkv":
        ffmpeg("-i", str(clip), "-c", "copy", str(tmp_path / name))
    assert look(tmp_path / name).duration_sec == pytest.approx(9, abs=0.05)
    assert read_numbers(tmp_path / name, 1.5, 2.5, 8.9) == [1, 2, 2]


def test_a_browsers_recording_without_a_length_is_as_long_as_its_frames(tmp_path: Path) -> None:
    """Chrome writes WebM to a pipe: no duration, no index; sizes of the clusters are unknown."""
    clip = tmp_path / "a.webm"
    video = ["-f", "lavfi", "-i", "color=black:s=64x36:r=30:d=2", "-vf", "geq=lum='16+3*N':cb=128:cr=128"]
    argv = ["ffmpeg", "-v", "error", *video, "-c:v", "libvpx", "-b:v", "1M", "-live", "1", "-f", "webm", "-"]
    clip.write_bytes(subprocess.run(argv, check=True, capture_output=True).stdout)
    assert look(clip).duration_sec == pytest.approx(2, abs=0.05)
    assert read_numbers(clip, 0, 1, 1.9) == pytest.approx([0, 30, 57], abs=1)


def test_a_fragmented_mp4_is_whole(tmp_path: Path) -> None:
    clip = make_counting_clip(
        tmp_path / "a.mp4", *X264, "-movflags", "+frag_keyframe+empty_moov+default_base_moof", seconds=2
    )
    assert look(clip).duration_sec == pytest.approx(2, abs=0.05)
    assert read_numbers(clip, 0, 1.9) == [0, 57]


def long_gop(path: Path, seconds: float = 4) -> Path:
    options = ("-preset", "veryfast", "-bf", "2", "-g", "250", "-keyint_min", "250", "-sc_threshold", "0")
    return make_counting_clip(path, *X264, *options, seconds=seconds)


@pytest.mark.parametrize("cut", [1.3, 1.0, 0.2])
def test_frames_that_a_phone_trimmed_off_stay_hidden(tmp_path: Path, cut: float) -> None:
    """The phone does not encode again: an edit list hides the frames before the cut."""
    ffmpeg("-ss", str(cut), "-i", str(long_gop(tmp_path / "whole.mp4", 2)), "-c", "copy", str(tmp_path / "a.mp4"))
    facts = look(tmp_path / "a.mp4")
    assert facts.duration_sec == pytest.approx(2 - cut, abs=0.05)
    assert read_numbers(tmp_path / "a.mp4", 0, facts.duration_sec - 0.05) == pytest.approx([30 * cut, 58], abs=1)


@pytest.mark.parametrize("share", [8, 3])
def test_a_stream_that_begins_inside_a_group_of_pictures_begins_with_its_first_key_frame(
    tmp_path: Path, share: int
) -> None:
    whole = make_counting_clip(tmp_path / "whole.ts", *X264, "-preset", "veryfast", "-g", "15", "-bf", "2", seconds=2)
    data = whole.read_bytes()
    (tmp_path / "a.ts").write_bytes(data[len(data) // 188 // share * 188 :])
    facts = look(tmp_path / "a.ts")
    first, last = read_numbers(tmp_path / "a.ts", 0, facts.duration_sec - 0.05)
    assert first % 15 == 0
    assert first > 0
    assert facts.duration_sec == pytest.approx((60 - first) / 30, abs=0.1)
    assert last == pytest.approx(58, abs=1)


@pytest.mark.parametrize(("name", "codec"), [("a.mkv", ("-c:v", "libvpx", "-b:v", "1M")), ("a.ts", X264)])
def test_a_call_whose_frames_change_their_size_runs_on(tmp_path: Path, name: str, codec: tuple[str, ...]) -> None:
    for i, size in enumerate(("64x36", "128x72", "96x54")):
        grey = f"geq=lum='16+3*(N+{30 * i})':cb=128:cr=128"
        make_clip(tmp_path / f"{i}{name}", "-vf", grey, *codec, source=f"color=black:s={size}:r=30:d=1")
    (tmp_path / "list").write_text("".join(f"file {i}{name}\n" for i in range(3)))
    ffmpeg("-f", "concat", "-i", str(tmp_path / "list"), "-c", "copy", str(tmp_path / name))
    assert look(tmp_path / name).duration_sec == pytest.approx(3, abs=0.1)
    times = (0.5, 0.97, 1.1, 1.5, 2.1, 2.4)
    assert read_numbers(tmp_path / name, *times) == pytest.approx([30 * second for second in times], abs=1.5)


def test_a_change_of_shape_is_noticed(tmp_path: Path) -> None:
    for i, size in enumerate(("64x36", "36x64")):
        make_clip(tmp_path / f"{i}.ts", *X264, source=f"color=red:s={size}:r=30:d=1.5")
    (tmp_path / "a.ts").write_bytes(b"")
    (tmp_path / "list").write_text("file 0.ts\nfile 1.ts\n")
    ffmpeg("-f", "concat", "-i", str(tmp_path / "list"), "-c", "copy", str(tmp_path / "a.ts"))
    assert "changes its shape from 64x36 to 36x64" in look(tmp_path / "a.ts").notices[0]


@pytest.mark.parametrize("at", [0.3, 0.5, 0.7])
def test_damaged_bytes_cost_only_their_own_frames(tmp_path: Path, at: float) -> None:
    clip = make_counting_clip(tmp_path / "a.mp4", *X264, "-g", "10", "-movflags", "+faststart", seconds=3)
    data = bytearray(clip.read_bytes())
    start = data.index(b"mdat") + int(len(data) * at)
    data[start : start + 30] = b"\x5a" * 30
    clip.write_bytes(data)
    assert look(clip).duration_sec == pytest.approx(3, abs=0.05)
    assert read_numbers(clip, 0, 2.4) == [0, 72]


def test_a_download_whose_rest_is_zeros_is_incomplete(tmp_path: Path) -> None:
    clip = make_clip(
        tmp_path / "a.mp4", *X264, "-g", "30", "-movflags", "+faststart", source="testsrc2=s=160x90:r=30:d=8"
    )
    data = clip.read_bytes()
    half = len(data) // 2
    clip.write_bytes(data[:half] + bytes(len(data) - half))
    with pytest.raises(InvalidRequest, match=r"is incomplete.*send the whole file"):
        look(clip)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.avi", ("-c:v", "mpeg4")),
        ("a.flv", X264),
        ("a.wmv", ("-c:v", "wmv2")),
        ("a.mkv", X264),
        ("a.mxf", ("-c:v", "mpeg2video", "-s", "320x180")),
        ("a.mp4", (*X264, "-movflags", "+frag_keyframe+empty_moov")),
    ],
)
def test_a_video_that_is_cut_off_in_its_first_half_is_incomplete(
    tmp_path: Path, name: str, options: tuple[str, ...]
) -> None:
    clip = make_clip(tmp_path / name, *options, source="testsrc2=s=320x180:r=25:d=6")
    look(clip)
    data = clip.read_bytes()
    clip.write_bytes(data[: len(data) * 4 // 10])
    with pytest.raises(InvalidRequest, match=r"is incomplete.*send the whole file"):
        look(clip)


def test_a_video_that_lacks_its_last_moment_is_taken_with_a_notice(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mkv", *X264, "-g", "10", source="testsrc2=s=160x90:r=30:d=6")
    data = clip.read_bytes()
    clip.write_bytes(data[: len(data) * 9 // 10])
    facts = look(clip)
    assert 4.5 < facts.duration_sec < 6
    assert "lacks its last" in facts.notices[0]


def middle(path: Path, second: float = 0.0, size: tuple[int, int] = (160, 90)) -> tuple[int, ...]:
    n = round(second * FPS)
    planes = play_clip(path, n + 1, first=n, size=size)[0].planes
    return tuple(int(plane[plane.shape[0] // 2, plane.shape[1] // 2]) for plane in planes)


RED, GREEN = (63, 102, 240), (173, 42, 26)


def two_tracks(path: Path, *options: str) -> Path:
    sources = [f"color={color}:s=160x90:r=30:d=1" for color in ("red", "lime")]
    inputs = [word for source in sources for word in ("-f", "lavfi", "-i", source)]
    ffmpeg(*inputs, "-map", "0", "-map", "1", *X264, *options, str(path))
    return path


def test_of_several_tracks_the_default_one_is_shown(tmp_path: Path) -> None:
    first = two_tracks(tmp_path / "a.mkv", "-disposition:v:0", "default", "-disposition:v:1", "0")
    second = two_tracks(tmp_path / "b.mkv", "-disposition:v:0", "0", "-disposition:v:1", "default")
    assert (look(first).kind, look(second).kind) == ("video", "video")
    assert middle(first) == pytest.approx(RED, abs=4)
    assert middle(second) == pytest.approx(GREEN, abs=4)


def test_a_cover_before_the_video_is_not_shown(tmp_path: Path) -> None:
    make_clip(tmp_path / "cover.png", "-frames:v", "1", source="color=lime:s=200x200:d=1")
    make_clip(tmp_path / "v.mp4", *X264, source="color=red:s=160x90:r=30:d=1")
    inputs = ["-i", str(tmp_path / "cover.png"), "-i", str(tmp_path / "v.mp4")]
    ffmpeg(*inputs, "-map", "0", "-map", "1", "-c", "copy", "-disposition:v:0", "attached_pic", str(tmp_path / "a.mp4"))
    facts = look(tmp_path / "a.mp4")
    assert (facts.width, facts.height) == (160, 90)
    assert middle(tmp_path / "a.mp4") == pytest.approx(RED, abs=4)


def test_a_cameras_time_code_track_does_no_harm(tmp_path: Path) -> None:
    clip = make_counting_clip(tmp_path / "a.mov", *X264, "-timecode", "01:00:00:00", seconds=1)
    assert look(clip).duration_sec == pytest.approx(1, abs=0.05)
    assert read_numbers(clip, 0, 0.9) == [0, 27]


@pytest.mark.parametrize("target", ["pal-dv", "ntsc-dv"])
def test_a_camcorders_dv_is_shown_in_its_shape_and_without_combs(tmp_path: Path, target: str) -> None:
    pal = target.startswith("pal")
    box = "color=black:s=720x576:r=50:d=1,drawbox=x='8*t*50':w=120:h=576:color=white:t=fill,tinterlace=4"
    ffmpeg(
        "-f",
        "lavfi",
        "-i",
        box,
        "-vf",
        f"scale=720:{576 if pal else 480}:interl=1",
        "-flags",
        "+ilme+ildct",
        "-target",
        target,
        "-aspect",
        "4:3",
        str(tmp_path / "a.dv"),
    )
    facts = look(tmp_path / "a.dv")
    assert facts.width / facts.height == pytest.approx(4 / 3, rel=0.03)
    luma = play_clip(tmp_path / "a.dv", 11, first=10, size=(640, 480))[0].planes[0].astype(int)
    assert np.abs(luma[100:380:2] - luma[101:381:2]).mean() < 3


@pytest.mark.parametrize(("matrix", "corner"), [("-1,0,0,1", (0, -1)), ("0,1,-1,0", (0, -1)), ("0,-1,1,0", (-1, 0))])
def test_a_rotated_or_mirrored_video_is_shown_as_recorded(tmp_path: Path, matrix: str, corner: tuple[int, int]) -> None:
    """The red corner is top left in the coded frame; the track's matrix moves it."""
    box = "drawbox=w=32:h=18:color=white:t=fill"
    clip = make_clip(tmp_path / "a.mp4", "-vf", box, *X264, source="color=black:s=160x90:r=30:d=0.5")
    data = bytearray(clip.read_bytes())
    at = data.find(b"tkhd") + 4 + 4 + 20 + 8 + 8
    a, b, c, d = (int(number) << 16 & 0xFFFFFFFF for number in matrix.split(","))
    values = (a, b, 0, c, d, 0, 0, 0, 0x40000000)
    data[at : at + 36] = b"".join(value.to_bytes(4, "big") for value in values)
    clip.write_bytes(data)
    facts = look(clip)
    upright = matrix.startswith("0")
    assert (facts.width, facts.height) == ((90, 160) if upright else (160, 90))
    luma = play_clip(clip, 1, size=(90, 160) if upright else (160, 90))[0].planes[0]
    rows = luma[:4] if corner[0] == 0 else luma[-4:]
    assert (rows[:, :4] if corner[1] == 0 else rows[:, -4:]).mean() > 200


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (2, 1), (1, 2)])
@pytest.mark.parametrize("name", ["a.ts", "a.vob"])
def test_videos_that_were_copied_one_behind_the_other_are_shown_one_after_the_other(
    tmp_path: Path, name: str, order: tuple[int, int]
) -> None:
    """The time stamps begin again, go back, or jump hours ahead."""
    parts = []
    for number, (color, offset) in enumerate((("red", 0), ("lime", 0), ("red", 40_000))):
        codec = X264 if name == "a.ts" else ("-c:v", "mpeg2video", "-q:v", "2")
        sources = ["-f", "lavfi", "-i", f"color={color}:s=160x90:r=30:d=1", "-f", "lavfi", "-i", "sine=d=1"]
        ffmpeg(*sources, *codec, "-c:a", "mp2", "-output_ts_offset", str(offset), str(tmp_path / f"{number}{name}"))
        parts.append((tmp_path / f"{number}{name}").read_bytes())
    (tmp_path / name).write_bytes(b"".join(parts[number] for number in order))
    assert look(tmp_path / name).duration_sec == pytest.approx(2, abs=0.1)
    colours = [RED if number != 1 else GREEN for number in order]
    assert middle(tmp_path / name, 0.1) == pytest.approx(colours[0], abs=4)
    assert middle(tmp_path / name, 0.85) == pytest.approx(colours[0], abs=4)
    assert middle(tmp_path / name, 1.15) == pytest.approx(colours[1], abs=4)
    assert middle(tmp_path / name, 1.9) == pytest.approx(colours[1], abs=4)
    assert sum(map(len, decode_audio(tmp_path / name))) / 48_000 == pytest.approx(2, abs=0.15)
