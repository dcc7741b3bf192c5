"""Segments are joined by stream copy: every frame once, evenly spaced, tagged, with the index in front."""

import itertools
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from gpu_renderer.core import ffmpeg_process
from gpu_renderer.encode.encoders import build_profile
from gpu_renderer.encode.segment_store import encode_segments, plan_segments
from gpu_renderer.mux.concat import join_segments
from gpu_renderer.mux.subtitles import write_tracks
from gpu_renderer.verify.measure import is_index_first
from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.video.captions import Cue
from sutradhar.domain.video.render_settings import RendererSettings
from sutradhar.domain.video.timeline import Timeline
from tests.media.ffmpeg import run_ffmpeg
from tests.media.timelines import FPS, make_timeline

TICKS = 512


@pytest.fixture
def blobs(tmp_path: Path) -> FileBlobStore:
    return FileBlobStore(tmp_path / "it's blobs")


@pytest.fixture
def workdir(tmp_path: Path) -> Path:
    folder = tmp_path / "it's a work dir"
    folder.mkdir()
    return folder


def encode_parts(timeline: Timeline, blobs: FileBlobStore, workdir: Path) -> list[Path]:
    plan = plan_segments(timeline, build_profile("libx264", "PROXY", RendererSettings()))
    everything = range(len(plan.blobs))
    encode_segments(
        plan, everything, blobs, workdir, progress=lambda _frames: None, cancel=threading.Event(), workers=2
    )
    return [blobs.fetch(name, workdir / "part") for name in plan.blobs]


def aac(path: Path, seconds: float) -> Path:
    source = f"sine=frequency=440:sample_rate=48000:duration={seconds}"
    run_ffmpeg("-f", "lavfi", "-i", source, "-ac", "2", "-c:a", "aac", path)
    return path


def probe(video: Path, *what: str) -> dict[str, Any]:
    argv = [ffmpeg_process.find_program("ffprobe"), "-v", "error", "-of", "json", *what, str(video)]
    probed: dict[str, Any] = json.loads(ffmpeg_process.run(argv, stage="test").stdout)
    return probed


def test_a_joined_video_has_every_frame_evenly_spaced_and_all_tags(blobs: FileBlobStore, workdir: Path) -> None:
    timeline = make_timeline(blobs, bodies=(20, 14, 31))
    audio = aac(workdir / "audio.m4a", timeline.duration_sec)
    output = join_segments(
        encode_parts(timeline, blobs, workdir),
        audio,
        workdir / "video.mp4",
        frames=timeline.frames,
        workdir=workdir,
        cancel=threading.Event(),
    )
    assert int(probe(output, "-show_entries", "stream=nb_frames")["streams"][0]["nb_frames"]) == timeline.frames
    assert is_index_first(output)
    packets = probe(output, "-select_streams", "v:0", "-show_entries", "packet=pts,dts")["packets"]
    shown = sorted(int(packet["pts"]) for packet in packets)
    assert shown == [n * TICKS for n in range(timeline.frames)]
    stored = [int(packet["dts"]) for packet in packets]
    assert [b - a for a, b in itertools.pairwise(stored)] == [TICKS] * (timeline.frames - 1)
    video, track = probe(output, "-show_streams")["streams"]
    assert (video["codec_name"], video["pix_fmt"], video["r_frame_rate"]) == ("h264", "yuv420p", f"{FPS}/1")
    tags = ("color_range", "color_space", "color_transfer", "color_primaries")
    assert [video[name] for name in tags] == ["tv", "bt709", "bt709", "bt709"]
    assert (track["codec_name"], track["sample_rate"], track["channels"]) == ("aac", "48000", 2)
    for stream in (video, track):
        assert float(stream["start_time"]) == 0
        assert float(stream["duration"]) == pytest.approx(timeline.duration_sec, abs=1 / 48)


def test_a_joined_video_decodes_to_the_end_without_a_message(blobs: FileBlobStore, workdir: Path) -> None:
    timeline = make_timeline(blobs, bodies=(20, 14))
    output = join_segments(
        encode_parts(timeline, blobs, workdir),
        None,
        workdir / "video.mp4",
        frames=timeline.frames,
        workdir=workdir,
        cancel=threading.Event(),
    )
    argv = [ffmpeg_process.find_program("ffmpeg"), "-v", "warning", "-xerror", "-i", str(output), "-f", "null", "-"]
    assert ffmpeg_process.run(argv, stage="test").stderr == ""


def test_every_segment_opens_with_a_keyframe(blobs: FileBlobStore, workdir: Path) -> None:
    timeline = make_timeline(blobs, bodies=(20, 14))
    for part in encode_parts(timeline, blobs, workdir):
        frames = probe(part, "-show_entries", "frame=key_frame,pict_type", "-select_streams", "v:0")["frames"]
        assert frames[0]["key_frame"] == 1
        assert frames[0]["pict_type"] == "I"


def test_a_lost_segment_is_noticed(blobs: FileBlobStore, workdir: Path) -> None:
    timeline = make_timeline(blobs, bodies=(20, 14))
    parts = encode_parts(timeline, blobs, workdir)
    with pytest.raises(RenderError, match="the timeline has 43") as caught:
        join_segments(
            parts[:-1], None, workdir / "f.mp4", frames=timeline.frames, workdir=workdir, cancel=threading.Event()
        )
    assert caught.value.stage == "join"
    assert "segments/" in caught.value.advice


def test_a_damaged_segment_is_an_error_of_this_stage(blobs: FileBlobStore, workdir: Path) -> None:
    timeline = make_timeline(blobs, bodies=(20, 14))
    parts = encode_parts(timeline, blobs, workdir)
    parts[1] = workdir / "damaged.mp4"
    parts[1].write_bytes(b"nothing to see")
    with pytest.raises(RenderError) as caught:
        join_segments(parts, None, workdir / "f.mp4", frames=timeline.frames, workdir=workdir, cancel=threading.Event())
    assert caught.value.stage == "join"


def test_a_video_is_joined_in_a_folder_of_any_name(blobs: FileBlobStore, workdir: Path) -> None:
    timeline = make_timeline(blobs, bodies=(6, 6))
    parts, audio = encode_parts(timeline, blobs, workdir), aac(workdir / "audio.m4a", timeline.duration_sec)
    captions = timeline.evolve(captions={"en": (Cue(start=0, end=9, lines=("Hello",)),)})
    for name in ("Goa #1", "what?", "100%20d %s", "मेरी फ़ोटो 🙏", '-it\'s "here"; a:b', "back\\slash"):
        folder = workdir / name
        folder.mkdir()
        joined = join_segments(
            parts,
            audio,
            folder / "video.mp4",
            frames=timeline.frames,
            workdir=folder,
            cancel=threading.Event(),
            tracks=write_tracks(captions, folder),
        )
        streams = probe(joined, "-show_entries", "stream=codec_type")["streams"]
        assert [stream["codec_type"] for stream in streams] == ["video", "audio", "subtitle"], name
