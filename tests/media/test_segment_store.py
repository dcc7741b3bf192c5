"""Segments are encoded by real worker processes and real ffmpeg, and drawn as the timeline says."""

import hashlib
import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray
from PIL import Image

from gpu_renderer.core import ffmpeg_process, segments
from gpu_renderer.core.frame import Frame
from gpu_renderer.encode.encoders import Profile, build_profile
from gpu_renderer.encode.segment_store import encode_segments, plan_segments
from gpu_renderer.encode.worker_pool import SegmentScheduler
from gpu_renderer.image.camera import crop_at
from gpu_renderer.image.compositor import Compositor
from gpu_renderer.image.still import to_planes
from gpu_renderer.mux.concat import join_segments
from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.plan.options import Watermark
from sutradhar.domain.video.captions import Cue
from sutradhar.domain.video.render_request import SegmentCounts
from sutradhar.domain.video.render_settings import RendererSettings
from sutradhar.domain.video.timeline import Camera, Pose, Timeline
from tests.child_processes import list_child_processes
from tests.media.ffmpeg import run_ffmpeg
from tests.media.memory import measure_growth
from tests.media.timelines import HEIGHT, HOLD, LOSSLESS, WIDTH, ZOOM_IN, fetch_sources, make_timeline, photo, png

PAN = Camera(start=Pose(x=0.44, y=0.5, zoom=1.15), end=Pose(x=0.56, y=0.5, zoom=1.15))


@pytest.fixture
def blobs(tmp_path: Path) -> FileBlobStore:
    return FileBlobStore(tmp_path / "blobs")


@pytest.fixture
def workdir(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@dataclass(frozen=True)
class EncodedVideo:
    """The blobs of a video's segments, and how many were encoded."""

    blobs: tuple[str, ...]
    counts: SegmentCounts


def encode_timeline(
    timeline: Timeline,
    blobs: FileBlobStore,
    workdir: Path,
    profile: Profile = LOSSLESS,
    max_segment_sec: float = 4.0,
    **more: object,
) -> EncodedVideo:
    options: dict[str, Any] = {"progress": lambda _frames: None, "cancel": threading.Event(), "workers": 2, **more}
    plan = plan_segments(timeline, profile, max_segment_sec)
    return EncodedVideo(plan.blobs, encode_segments(plan, range(len(plan.blobs)), blobs, workdir, **options))


def decode_frames(video: Path) -> NDArray[np.uint8]:
    """Return every frame of ``video``: (frames, w * h * 3 / 2) bytes of yuv420p."""
    out = run_ffmpeg("-i", video, "-f", "rawvideo", "-")
    return np.frombuffer(out, np.uint8).reshape(-1, WIDTH * HEIGHT * 3 // 2)


def compose_frames(timeline: Timeline, blobs: FileBlobStore, folder: Path, start: int, end: int) -> NDArray[np.uint8]:
    part = segments.build_segment(timeline, start, end)
    files = fetch_sources(timeline, blobs, folder)
    frames = []
    with Compositor(timeline.width, timeline.height).open(part, files) as compose:
        for n in range(part.frames):
            frame = Frame(timeline.width, timeline.height)
            compose(n, frame)
            frames.append(frame.buffer)
    return np.array(frames)


def join_video(encoded: EncodedVideo, timeline: Timeline, blobs: FileBlobStore, workdir: Path) -> Path:
    parts = [blobs.fetch(name, workdir / "part") for name in encoded.blobs]
    output = workdir / "video.mp4"
    return join_segments(parts, None, output, frames=timeline.frames, workdir=workdir, cancel=threading.Event())


def luma(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return frame[: WIDTH * HEIGHT].reshape(HEIGHT, WIDTH).astype(float)


def psnr(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    return float(10 * np.log10(255**2 / np.mean((a - b) ** 2)))


def test_many_segments_are_one_video_to_the_bit(blobs: FileBlobStore, workdir: Path) -> None:
    """Two processes encode many small segments, and one compositor draws all frames: both give the same frames."""
    cues = (Cue(start=5, end=40, lines=("One video", "और एक कथा")), Cue(start=44, end=70, lines=("to the bit",)))
    timeline = make_timeline(blobs, cues=cues, watermark=Watermark())
    encoded = encode_timeline(timeline, blobs, workdir, max_segment_sec=0.4)
    assert encoded.counts.total == 2 + 1 + 2 + 1 + 4
    whole = compose_frames(timeline, blobs, workdir, 0, timeline.frames)
    frames = decode_frames(join_video(encoded, timeline, blobs, workdir))
    assert frames.shape == whole.shape
    assert hashlib.md5(frames.tobytes()).hexdigest() == hashlib.md5(whole.tobytes()).hexdigest()


def test_what_is_stored_is_not_made_again(blobs: FileBlobStore, workdir: Path) -> None:
    timeline = make_timeline(blobs)
    reports: list[int] = []
    first = encode_timeline(timeline, blobs, workdir, progress=reports.append)
    assert (first.counts.reused, first.counts.encoded) == (0, 5)
    assert reports[0] == 0
    assert reports == sorted(reports)
    assert reports[-1] == timeline.frames
    dates = [blobs.fetch(name, workdir).stat().st_mtime_ns for name in first.blobs]
    reports.clear()
    again = encode_timeline(timeline, blobs, workdir, progress=reports.append)
    assert again.blobs == first.blobs
    assert (again.counts.reused, again.counts.encoded) == (5, 0)
    assert reports == [timeline.frames]
    assert [blobs.fetch(name, workdir).stat().st_mtime_ns for name in again.blobs] == dates


def test_a_changed_scene_makes_its_own_segments_anew_and_no_other(blobs: FileBlobStore, workdir: Path) -> None:
    images = [png(photo(i)) for i in range(4)]
    before = encode_timeline(make_timeline(blobs, images=images, bodies=(12, 12, 12, 12)), blobs, workdir)
    images[1] = png(photo(50))
    after = encode_timeline(make_timeline(blobs, images=images, bodies=(12, 12, 12, 12)), blobs, workdir)
    assert (after.counts.total, after.counts.encoded) == (7, 3)
    same = [a == b for a, b in zip(before.blobs, after.blobs, strict=True)]
    assert same == [True, False, False, False, True, True, True]


def test_the_same_segment_twice_in_a_video_is_made_once(blobs: FileBlobStore, workdir: Path) -> None:
    one = png(photo(1))
    timeline = make_timeline(blobs, images=[one, one], bodies=(15, 15), fade=0, camera=HOLD)
    encoded = encode_timeline(timeline, blobs, workdir)
    assert encoded.counts.encoded == 1
    assert encoded.blobs[0] == encoded.blobs[1]
    assert len(decode_frames(join_video(encoded, timeline, blobs, workdir))) == 30


def test_the_same_video_gives_the_same_bytes(tmp_path: Path, workdir: Path) -> None:
    encoded_bytes = []
    for name in ("a", "b"):
        blobs = FileBlobStore(tmp_path / name)
        timeline = make_timeline(blobs, bodies=(20, 14))
        encoded = encode_timeline(timeline, blobs, workdir, build_profile("libx264", "FINAL", RendererSettings()))
        encoded_bytes.append([blobs.get(part) for part in encoded.blobs])
    assert encoded_bytes[0] == encoded_bytes[1]


def test_a_crossfade_goes_evenly_from_one_image_to_the_other(blobs: FileBlobStore, workdir: Path) -> None:
    black, white = (png(np.full((90, 160, 3), value, np.uint8)) for value in (0, 255))
    timeline = make_timeline(blobs, images=[black, white], bodies=(5, 5), fade=9)
    levels = [luma(frame).mean() for frame in compose_frames(timeline, blobs, workdir, 0, timeline.frames)]
    assert levels[:5] == [16] * 5
    assert levels[-5:] == [235] * 5
    expected = [16 + 219 * (k + 1) / 10 for k in range(9)]
    np.testing.assert_allclose(levels[5:14], expected, atol=0.5)


@pytest.mark.parametrize("camera", [ZOOM_IN, PAN])
def test_frames_are_what_an_exact_resampler_makes_of_the_ideal_crop(
    blobs: FileBlobStore, workdir: Path, camera: Camera
) -> None:
    """Compare with Pillow's Lanczos with a fractional box, in float: another implementation of the same crop."""
    smooth = np.asarray(Image.fromarray(photo(3, 60, 36)).resize((480, 288), Image.Resampling.BICUBIC))
    timeline = make_timeline(blobs, images=[png(smooth)], bodies=(40,), camera=camera)
    frames = compose_frames(timeline, blobs, workdir, 0, 40)
    plane = Image.fromarray(to_planes(smooth)[0].astype(np.float32))
    for n in (0, 13, 20, 39):
        shown = crop_at(camera, n, 40, (480, 288), WIDTH / HEIGHT)
        box = (shown.left, shown.top, shown.right, shown.bottom)
        ideal = np.asarray(plane.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS, box=box), float)
        inner = np.s_[4:-4, 4:-4]
        assert psnr(luma(frames[n])[inner], ideal[inner]) > 52


def test_text_is_drawn_while_its_cue_lasts_and_only_where_it_is(blobs: FileBlobStore, workdir: Path) -> None:
    cue = Cue(start=10, end=20, lines=("Words",))
    grey = png(np.full((90, 160, 3), 90, np.uint8))
    timeline = make_timeline(blobs, images=[grey], bodies=(30,), cues=(cue,))
    frames = compose_frames(timeline, blobs, workdir, 0, 30)
    plain = frames[0]
    drawn = [n for n in range(30) if not np.array_equal(frames[n], plain)]
    assert drawn == list(range(10, 20))
    changed = luma(frames[10]) != luma(plain)
    assert not changed[: HEIGHT // 2].any()
    assert luma(frames[10]).max() > 200
    assert changed.mean() < 0.2


def test_a_watermark_is_on_every_frame_in_its_corner(blobs: FileBlobStore, workdir: Path) -> None:
    grey = png(np.full((90, 160, 3), 60, np.uint8))
    mark = Watermark(text="Mark", position="bl", opacity=0.5)
    timeline = make_timeline(blobs, images=[grey, grey], bodies=(8, 8), fade=4, watermark=mark)
    frames = compose_frames(timeline, blobs, workdir, 0, timeline.frames)
    changed = luma(frames[0]) != np.median(luma(frames[0]))
    assert changed[HEIGHT // 2 :, : WIDTH // 2].any()
    assert not changed[: HEIGHT // 2].any()
    assert not changed[:, WIDTH // 2 :].any()
    assert all(np.abs(luma(frame) - luma(frames[0])).max() <= 1 for frame in frames)


def test_a_broken_image_names_its_scene_and_leaves_no_process(blobs: FileBlobStore, workdir: Path) -> None:
    images = [png(photo(0)), png(photo(1))[:500], png(photo(2))]
    with pytest.raises(RenderError, match="the image of scene 2 cannot be used") as caught:
        encode_timeline(make_timeline(blobs, images=images), blobs, workdir)
    assert caught.value.scene == 1
    assert list_child_processes() == []


def test_a_broken_encoder_is_named_and_leaves_no_process(blobs: FileBlobStore, workdir: Path) -> None:
    with pytest.raises(RenderError, match="libx264 does not work here"):
        encode_timeline(make_timeline(blobs), blobs, workdir, Profile("libx264", (("preset", "no-such-preset"),)))
    assert list_child_processes() == []


def test_cancelling_ends_every_worker_and_every_ffmpeg(blobs: FileBlobStore, workdir: Path) -> None:
    cancel, running = threading.Event(), []

    def progress(frames: int) -> None:
        if frames and not cancel.is_set():
            running.extend(list_child_processes())
            cancel.set()

    slow = Profile("libx264", (("preset", "veryslow"),))
    with pytest.raises(ffmpeg_process.Cancelled):
        encode_timeline(make_timeline(blobs, bodies=(900, 900)), blobs, workdir, slow, progress=progress, cancel=cancel)
    names = {p.pid for p in running}
    assert len(names) >= 3  # two workers and at least one ffmpeg were running
    _, alive = psutil.wait_procs(running, timeout=1)
    assert alive == []
    assert list_child_processes() == []


def workers() -> list[psutil.Process]:
    """Return the workers of this process.

    A worker that is about to start its ffmpeg is for a moment two processes of one name, so only child processes of
    this one count.
    """
    processes = []
    for process in list_child_processes():
        with suppress(psutil.NoSuchProcess):  # an ffmpeg may end between the two calls
            if process.ppid() == os.getpid() and "gpu_renderer.encode.worker" in process.cmdline():
                processes.append(process)
    return processes


def test_the_last_worker_starts_when_it_is_told_to(blobs: FileBlobStore, workdir: Path) -> None:
    signal, reports = threading.Event(), []

    def progress(_frames: int) -> None:
        reports.append((signal.is_set(), len(workers())))
        if len(reports) > 2:
            signal.set()

    encode_timeline(
        make_timeline(blobs, bodies=(900, 900)), blobs, workdir, progress=progress, start_last_worker=signal
    )
    assert max(count for is_signalled, count in reports if not is_signalled) == 1
    assert max(count for is_signalled, count in reports if is_signalled) == 2


def test_without_that_signal_the_other_workers_encode_all_segments(blobs: FileBlobStore, workdir: Path) -> None:
    encoded = encode_timeline(make_timeline(blobs), blobs, workdir, start_last_worker=threading.Event())
    assert all(blobs.exists(name) for name in encoded.blobs)
    assert list_child_processes() == []


def test_a_worker_that_is_killed_is_an_error_worth_a_retry(blobs: FileBlobStore, workdir: Path) -> None:
    killed = threading.Event()

    def progress(frames: int) -> None:
        if frames and not killed.is_set():
            killed.set()
            workers()[0].kill()

    with pytest.raises(RenderError, match="ended with -9") as caught:
        encode_timeline(make_timeline(blobs, bodies=(600, 600)), blobs, workdir, progress=progress)
    assert caught.value.retryable
    assert list_child_processes() == []


def test_memory_holds_no_more_images_than_a_transition_needs(blobs: FileBlobStore, workdir: Path) -> None:
    timeline = make_timeline(blobs, bodies=(6,) * 12, fade=3)
    compositor = Compositor(WIDTH, HEIGHT)
    files = fetch_sources(timeline, blobs, workdir)
    frame = Frame(WIDTH, HEIGHT)
    parts = segments.split(timeline)

    def compose_first_frame(index: int) -> None:
        with compositor.open(parts[index], files) as compose:
            compose(0, frame)

    # after the first transition two images are held; each further one that stayed would add half
    assert measure_growth(compose_first_frame, range(2), range(2, len(parts))) < 0.2


def test_workers_get_neighbours_and_every_segment_once() -> None:
    scheduler = SegmentScheduler(10)
    first, second = scheduler.take_next(None), scheduler.take_next(None)
    assert (first, second) == (0, 5)
    taken = [0, 5]
    while True:
        first, second = scheduler.take_next(first), scheduler.take_next(second)
        taken += [index for index in (first, second) if index is not None]
        if first is None and second is None:
            break
    assert sorted(taken) == list(range(10))
