"""Clips of every kind, written by ffmpeg, decoded for a video: the right frame, place, colour, and an end."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from gpu_renderer.core.frame import Frame
from gpu_renderer.core.segments import Segment, SegmentClip
from gpu_renderer.image.clip_player import open_clip
from gpu_renderer.image.compositor import Compositor
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.video.timeline import CUT, Transition
from tests.media.clips import FPS, SIZE, X264, build_clip, levels, make_clip, make_counting_clip, play_clip
from tests.media.ffmpeg import run_ffmpeg
from tests.media.timelines import ZOOM_IN


def decoders() -> list[psutil.Process]:
    return [p for p in psutil.Process().children() if p.status() != psutil.STATUS_ZOMBIE and "ffmpeg" in p.name()]


@pytest.mark.parametrize("rate", [Fraction(24000, 1001), 25, Fraction(30000, 1001), 30, 60])
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_every_frame_is_the_one_shown_at_its_time(tmp_path: Path, rate: Fraction | int, name: str) -> None:
    clip = make_counting_clip(tmp_path / name, *X264, rate=rate, seconds=1.2)
    # Matroska stores whole milliseconds
    stamps = [Fraction(k) / rate if name == "a.mp4" else Fraction(round(k * 1000 / rate), 1000) for k in range(60)]

    def due(start: Fraction) -> list[int]:
        times = [start + Fraction(n, FPS) + Fraction(1, 1000) for n in range(18)]
        return [max(k for k, stamp in enumerate(stamps) if stamp <= time) for time in times]

    assert levels(play_clip(clip, 18)) == due(Fraction(0))
    assert levels(play_clip(clip, 18, start_sec=0.4)) == due(Fraction(4, 10))


def test_frames_of_changing_length_are_shown_for_their_time(tmp_path: Path) -> None:
    clip = make_counting_clip(tmp_path / "a.mkv", *X264, "-fps_mode", "passthrough", seconds=0.4)
    uneven = tmp_path / "uneven.mp4"
    make_clip(
        uneven,
        "-vf",
        "geq=lum='16+3*N':cb=128:cr=128,setpts='(N+gt(N,3)*6+gt(N,7))/30/TB'",
        *X264,
        "-fps_mode",
        "passthrough",
        source="color=black:s=64x36:r=30:d=0.4",
    )
    assert levels(play_clip(clip, 12)) == list(range(12))
    assert levels(play_clip(uneven, 18)) == [0, 1, 2, *[3] * 7, 4, 5, 6, 7, 7, 8, 9, 10]


def test_a_slowed_clip_shows_each_frame_longer(tmp_path: Path) -> None:
    clip = make_counting_clip(tmp_path / "a.mp4", *X264, seconds=1)
    whole = levels(play_clip(clip, 40, part_frames=40, when_over="hold", speed=0.75))
    assert whole == [int(n * 0.75 + 0.01) for n in range(40)]
    assert levels(play_clip(clip, 30, first=20, start_sec=0.2, speed=0.5)) == [6 + n // 2 for n in range(20, 30)]


def test_a_clip_shorter_than_its_place_starts_over_where_it_began(tmp_path: Path) -> None:
    clip = make_counting_clip(tmp_path / "a.mp4", *X264, seconds=0.5)
    assert levels(play_clip(clip, 40)) == [n % 15 for n in range(40)]
    assert levels(play_clip(clip, 25, start_sec=0.2)) == [6 + n % 9 for n in range(25)]


KINDS: dict[str, tuple[str, ...]] = {
    "b-frames.mp4": (*X264, "-preset", "veryfast", "-bf", "3", "-g", "12"),
    "open-gop.mp4": (*X264, "-preset", "veryfast", "-x264-params", "open-gop=1:bframes=3:keyint=12"),
    "uneven.mkv": ("-vf", "setpts=PTS+mod(N\\,3)*0.009/TB", "-fps_mode", "passthrough", *X264),
    "interlaced.ts": ("-c:v", "mpeg2video", "-flags", "+ilme+ildct", "-field_order", "tt", "-bf", "2"),
    "full-range.avi": ("-c:v", "mjpeg", "-q:v", "2", "-pix_fmt", "yuvj420p"),
    "ten-bit.mov": ("-c:v", "prores_ks", "-pix_fmt", "yuv422p10le"),
    "with-sound.mp4": ("-f", "lavfi", "-i", "sine=d=0.5", *X264),
    "odd-size.mp4": ("-vf", "scale=161:91,format=yuv444p", "-c:v", "libx264", "-preset", "ultrafast"),
    "palette.gif": (),
}


HOW: dict[str, dict[str, Any]] = {"hold": {}, "moving": {"camera": ZOOM_IN}, "fit": {"fit": "fit"}}


@pytest.mark.parametrize(
    ("name", "how"), [(name, "moving") for name in KINDS] + [("b-frames.mp4", "hold"), ("b-frames.mp4", "fit")]
)
def test_a_video_cut_anywhere_shows_the_same_frames(tmp_path: Path, name: str, how: str) -> None:
    """The second cut lies beyond the end of the clip, where it has started over."""
    clip = make_clip(tmp_path / name, *KINDS[name], source="testsrc2=s=160x90:r=30:d=0.5")
    whole = [frame.buffer.tobytes() for frame in play_clip(clip, 20, **HOW[how])]
    assert len(set(whole)) > 10
    for first in (7, 18):
        assert [frame.buffer.tobytes() for frame in play_clip(clip, 20, first=first, **HOW[how])] == whole[first:]


@pytest.mark.parametrize("name", ["open-gop.mp4", "uneven.mkv"])
def test_a_seek_into_a_long_clip_finds_the_same_frames_as_playing_up_to_them(tmp_path: Path, name: str) -> None:
    clip = make_clip(tmp_path / name, *KINDS[name], source="testsrc2=s=64x36:r=30:d=12")
    whole = [frame.buffer.tobytes() for frame in play_clip(clip, 345, size=(64, 36))]
    for first in (301, 330):
        frames = play_clip(clip, 345, first=first, size=(64, 36))
        assert [frame.buffer.tobytes() for frame in frames] == whole[first:]
    started = play_clip(clip, 10, start_sec=10.5, size=(64, 36))
    assert [frame.buffer.tobytes() for frame in started] == whole[315:325]


def flat(path: Path, color: str, *options: str, size: str = "160x90") -> tuple[int, ...]:
    """Return the Y, U, V of a clip of one colour in the video."""
    make_clip(path, *options, source=f"color={color}:s={size}:r=30:d=0.1")
    middle = play_clip(path, 1)[0].planes
    return tuple(int(plane[plane.shape[0] // 2, plane.shape[1] // 2]) for plane in middle)


RED_709 = (63, 102, 240)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("rgb.mp4", ("-c:v", "libx264rgb", "-qp", "0")),
        ("601.mp4", ("-vf", "scale=out_color_matrix=bt601", *X264, "-qp", "0")),
        ("tagged.mp4", ("-vf", "scale=out_color_matrix=bt709", *X264, "-qp", "0", "-colorspace", "bt709")),
        (
            "full.mkv",
            ("-c:v", "ffv1", "-vf", "scale=out_range=full:out_color_matrix=bt601,format=yuv444p", "-color_range", "pc"),
        ),
        ("packed.mov", ("-c:v", "rawvideo", "-pix_fmt", "uyvy422", "-vf", "scale=out_color_matrix=bt601")),
        ("palette.gif", ()),
    ],
)
def test_red_is_red_whatever_the_clip_stores(tmp_path: Path, name: str, options: tuple[str, ...]) -> None:
    assert np.allclose(flat(tmp_path / name, "red", *options), RED_709, atol=2)


def test_untagged_high_definition_is_taken_as_bt709(tmp_path: Path) -> None:
    options = ("-vf", "scale=out_color_matrix=bt709", *X264, "-qp", "0")
    assert np.allclose(flat(tmp_path / "hd.mp4", "red", *options, size="1280x720"), RED_709, atol=2)


@pytest.mark.parametrize(
    ("transfer", "white"),
    [("smpte2084", 0.5807), ("arib-std-b67", 0.75)],  # signal of 203 cd/m2, BT.2408-7 table 1
)
def test_hdr_becomes_an_image_with_white_near_white_and_black_black(
    tmp_path: Path, transfer: str, white: float
) -> None:
    colours = []
    for signal in (0.0, white, 1.0):
        path = tmp_path / f"{signal}.mp4"
        tags = f"log-level=error:colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc"
        level = f"format=yuv420p10le,geq=lum='{64 + round(876 * signal)}':cb=512:cr=512"
        encoder = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", tags, "-pix_fmt", "yuv420p10le")
        colours.append(flat(path, "black", "-vf", level, *encoder))
    black, reference, brightest = (values[0] for values in colours)
    assert black <= 18
    assert 185 <= reference <= 225
    assert reference < brightest <= 236
    assert all(abs(c - 128) <= 1 for values in colours for c in values[1:])


def test_a_wide_colour_of_hdr_keeps_its_hue(tmp_path: Path) -> None:
    tags = "log-level=error:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc"
    encoder = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", tags, "-pix_fmt", "yuv420p10le")
    level = "format=yuv420p10le,geq=lum=350:cb=480:cr=700"
    _, u, v = flat(tmp_path / "a.mp4", "black", "-vf", level, *encoder)
    assert v > 190
    assert u < 128


def test_a_turned_clip_is_shown_upright(tmp_path: Path) -> None:
    """Coded with its left half red and to be turned a quarter counterclockwise: the red half is then below."""
    lying = make_clip(
        tmp_path / "lying.mp4", "-vf", "drawbox=w=80:h=90:color=red:t=fill", *X264, source="color=blue:s=160x90:d=0.2"
    )
    turned = tmp_path / "turned.mp4"
    run_ffmpeg("-i", lying, "-c", "copy", "-metadata:s:v", "rotate=90", turned)
    v = play_clip(turned, 1, size=(90, 160))[0].planes[2].astype(int)
    assert v[-30:].mean() > 200
    assert v[:30].mean() < 128


def test_pixels_that_are_not_square_are_stretched(tmp_path: Path) -> None:
    """A square of 45 x 90 coded pixels that are twice as wide: fitted, it is a square in the middle."""
    clip = make_clip(tmp_path / "a.mp4", "-vf", "setsar=2", *X264, source="color=white:s=46x90:d=0.2")
    row = play_clip(clip, 1, fit="fit")[0].planes[0][45].astype(int)
    assert np.count_nonzero(row > 230) == pytest.approx(92, abs=4)


def test_fill_cuts_and_fit_shows_all_on_a_darkened_blur(tmp_path: Path) -> None:
    tall = make_clip(
        tmp_path / "a.mp4", "-vf", "drawbox=w=40:h=10:color=white:t=fill", *X264, source="color=gray:s=40x90:d=0.2"
    )
    filled = play_clip(tall, 1)[0].planes[0]
    assert filled.max() < 140  # the white top is cut off
    fitted = play_clip(tall, 1, fit="fit")[0].planes[0].astype(int)
    assert fitted[4, 80] > 220
    assert fitted[60, 80] == pytest.approx(126, abs=3)
    bars = np.hstack([fitted[:, :56], fitted[:, 104:]])
    assert bars.min() > 17
    assert bars.max() < 126
    assert np.abs(np.diff(bars, axis=0)).max() < 12


def test_a_camera_moves_over_a_clip_as_over_an_image(tmp_path: Path) -> None:
    """A dot drifts away from the middle as the zoom goes in, without a jump."""
    clip = make_clip(
        tmp_path / "a.mp4",
        "-vf",
        "drawbox=x=100:y=60:w=8:h=8:color=white:t=fill",
        *X264,
        source="color=black:s=320x180:r=30:d=1",
    )
    places = []
    for frame in play_clip(clip, 30, camera=ZOOM_IN):
        light = frame.planes[0].astype(float) - 16
        places.append((light.sum(axis=0) * np.arange(160)).sum() / light.sum())
    assert places[0] == pytest.approx(51.5, abs=0.3)
    steps = np.diff(places)
    assert places[-1] < places[0] - 5
    assert np.all(steps < 0.05)


def test_a_static_clip_is_decoded_to_the_very_bytes_of_ffmpeg(tmp_path: Path) -> None:
    """A video of the clip's own size, rate and colours is neither resampled nor changed."""
    clip = make_clip(tmp_path / "a.mp4", *X264, "-colorspace", "bt709", source="testsrc2=s=160x90:r=30:d=0.5")
    assert b"".join(frame.buffer.tobytes() for frame in play_clip(clip, 15)) == run_ffmpeg(
        "-i", clip, "-f", "rawvideo", "-"
    )


def cut_off(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    return path


def test_a_truncated_clip_shows_its_frames_and_starts_over(tmp_path: Path) -> None:
    clip = cut_off(make_clip(tmp_path / "a.mp4", *X264, "-g", "5", "-movflags", "+faststart"))
    frames = [frame.buffer.tobytes() for frame in play_clip(clip, 40)]
    again = frames.index(frames[0], 1)
    assert 8 < again < 25
    assert frames[again:40] == frames[: 40 - again]
    assert [frame.buffer.tobytes() for frame in play_clip(clip, 40, first=33)] == frames[33:]


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "empty.mp4": (lambda path: path.write_bytes(b""), "it is empty"),
    "text.mp4": (lambda path: path.write_bytes(b"no video at all " * 99), "it is a text file"),
    "sound.m4a": (lambda path: make_clip(path, source="sine=d=0.2"), "it has no video track"),
    "playlist.mp4": (
        lambda path: path.write_text(
            f"ffconcat version 1.0\nfile {make_clip(path.parent / 'other.mp4', *X264).name}\n"
        ),
        "it is a playlist",
    ),
    "no-index.mp4": (lambda path: cut_off(make_clip(path, *X264)), "it is incomplete: its end is missing"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_is_not_a_clip_is_an_error_that_names_the_scene(tmp_path: Path, name: str) -> None:
    make, why = BROKEN[name]
    path = tmp_path / name
    make(path)
    with pytest.raises(RenderError, match="the clip of scene 4 cannot be used") as caught:
        play_clip(path)
    assert why in str(caught.value)
    assert (caught.value.scene, caught.value.stage, caught.value.retryable) == (3, "picture", False)
    assert "replace the clip" in caught.value.advice


def test_a_start_beyond_the_end_is_an_error(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mp4", *X264)
    with pytest.raises(RenderError, match=r"scene 4 has nothing to show at 1\.5 s") as caught:
        play_clip(clip, start_sec=1.5)
    assert "earlier start" in caught.value.advice


def test_other_bytes_than_those_stored_are_refused(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mp4", *X264)
    with pytest.raises(RenderError, match="not those that were stored"):
        open_clip(clip, "0" * 64, 3)


def two_clips(tmp_path: Path) -> tuple[Segment, dict[str, Path]]:
    paths = [
        make_clip(tmp_path / f"{i}.mp4", *X264, source=f"{source}=s=160x90:r=30:d=3")
        for i, source in enumerate(("testsrc", "testsrc2"))
    ]
    first, second = build_clip(paths[0], 60), build_clip(paths[1], 60)
    shots = (
        SegmentClip(clip=first, at=-40, transition=CUT),
        SegmentClip(clip=second, at=0, transition=Transition(kind="crossfade", frames=20)),
    )
    part = Segment(
        start=0,
        frames=20,
        fps=FPS,
        width=160,
        height=90,
        clips=shots,
        cues=(),
        caption_style="plain",
        titles=(),
        watermark=None,
    )
    return part, {one.clip.media.sha256: path for one, path in zip(shots, paths, strict=True)}


def test_a_transition_of_two_clips_runs_two_decoders_and_ends_them(tmp_path: Path) -> None:
    part, sources_by_hash = two_clips(tmp_path)
    frame = Frame(*SIZE)
    with Compositor(*SIZE).open(part, sources_by_hash) as compose:
        assert decoders() == []
        compose(0, frame)
        assert len(decoders()) == 2
    assert decoders() == []


def test_a_dip_decodes_one_clip_at_a_time(tmp_path: Path) -> None:
    part, sources_by_hash = two_clips(tmp_path)
    part = part.evolve(clips=(part.clips[0], part.clips[1].evolve(transition=Transition(kind="dip", frames=20))))
    frame = Frame(*SIZE)
    with Compositor(*SIZE).open(part, sources_by_hash) as compose:
        compose(0, frame)
        assert len(decoders()) == 1
        compose(19, frame)
    assert decoders() == []


def test_an_error_while_composing_leaves_no_decoder(tmp_path: Path) -> None:
    part, sources_by_hash = two_clips(tmp_path)
    with pytest.raises(ZeroDivisionError), Compositor(*SIZE).open(part, sources_by_hash) as compose:
        compose(0, Frame(*SIZE))
        raise ZeroDivisionError
    assert decoders() == []
