"""The picture of a film, with real worker processes and real ffmpeg."""

import hashlib
import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import pytest
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
from tests.child_processes import offspring
from tests.media.timelines import HEIGHT, HOLD, LOSSLESS, WIDTH, ZOOM_IN, film, photo, png, sources

PAN = Camera(start=Pose(x=0.44, y=0.5, zoom=1.15), end=Pose(x=0.56, y=0.5, zoom=1.15))


@pytest.fixture
def blobs(tmp_path) -> FileBlobStore:
    return FileBlobStore(tmp_path / "blobs")


@pytest.fixture
def workdir(tmp_path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@dataclass(frozen=True)
class Picture:
    blobs: tuple[str, ...]
    counts: SegmentCounts


def rendered(
    timeline: Timeline, blobs, workdir: Path, profile: Profile = LOSSLESS, max_segment_sec: float = 4.0, **more: object
) -> Picture:
    options = {"progress": lambda _frames: None, "cancel": threading.Event(), "workers": 2, **more}
    film = plan_segments(timeline, profile, max_segment_sec)
    return Picture(film.blobs, encode_segments(film, range(len(film.blobs)), blobs, workdir, **options))


def decoded(video: Path) -> np.ndarray:
    """Every frame of ``video``: (frames, w * h * 3 / 2) bytes of yuv420p."""
    argv = [ffmpeg_process.find_program("ffmpeg"), "-v", "error", "-i", str(video), "-f", "rawvideo", "-"]
    out = ffmpeg_process.run(argv, stage="test").stdout
    return np.frombuffer(out, np.uint8).reshape(-1, WIDTH * HEIGHT * 3 // 2)


def composed(timeline: Timeline, blobs, folder: Path, start: int, end: int) -> np.ndarray:
    part = segments.build_segment(timeline, start, end)
    found = sources(timeline, blobs, folder)
    frames = []
    with Compositor(timeline.width, timeline.height).open(part, found) as compose:
        for n in range(part.frames):
            frame = Frame(timeline.width, timeline.height)
            compose(n, frame)
            frames.append(frame.buffer)
    return np.array(frames)


def joined(picture: Picture, timeline: Timeline, blobs, workdir: Path) -> Path:
    parts = [blobs.fetch(name, workdir / "part") for name in picture.blobs]
    output = workdir / "film.mp4"
    return join_segments(parts, None, output, frames=timeline.frames, workdir=workdir, cancel=threading.Event())


def luma(frame: np.ndarray) -> np.ndarray:
    return frame[: WIDTH * HEIGHT].reshape(HEIGHT, WIDTH).astype(float)


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / np.mean((a - b) ** 2)))


def test_many_segments_are_one_film_to_the_bit(blobs, workdir):
    """Cut finely and made by two processes, or composed in one go by one compositor: the same decoded frames."""
    cues = (Cue(start=5, end=40, lines=("One film", "और एक कथा")), Cue(start=44, end=70, lines=("to the bit",)))
    timeline = film(blobs, cues=cues, watermark=Watermark())
    picture = rendered(timeline, blobs, workdir, max_segment_sec=0.4)
    assert picture.counts.total == 2 + 1 + 2 + 1 + 4
    whole = composed(timeline, blobs, workdir, 0, timeline.frames)
    found = decoded(joined(picture, timeline, blobs, workdir))
    assert found.shape == whole.shape
    assert hashlib.md5(found.tobytes()).hexdigest() == hashlib.md5(whole.tobytes()).hexdigest()


def test_what_is_stored_is_not_made_again(blobs, workdir):
    timeline = film(blobs)
    seen: list[int] = []
    first = rendered(timeline, blobs, workdir, progress=seen.append)
    assert (first.counts.reused, first.counts.encoded) == (0, 5)
    assert seen[0] == 0
    assert seen == sorted(seen)
    assert seen[-1] == timeline.frames
    dates = [blobs.fetch(name, workdir).stat().st_mtime_ns for name in first.blobs]
    seen.clear()
    again = rendered(timeline, blobs, workdir, progress=seen.append)
    assert again.blobs == first.blobs
    assert (again.counts.reused, again.counts.encoded) == (5, 0)
    assert seen == [timeline.frames]
    assert [blobs.fetch(name, workdir).stat().st_mtime_ns for name in again.blobs] == dates


def test_a_changed_scene_makes_its_own_segments_anew_and_no_other(blobs, workdir):
    pictures = [png(photo(i)) for i in range(4)]
    before = rendered(film(blobs, pictures=pictures, bodies=(12, 12, 12, 12)), blobs, workdir)
    pictures[1] = png(photo(50))
    after = rendered(film(blobs, pictures=pictures, bodies=(12, 12, 12, 12)), blobs, workdir)
    assert (after.counts.total, after.counts.encoded) == (7, 3)
    same = [a == b for a, b in zip(before.blobs, after.blobs, strict=True)]
    assert same == [True, False, False, False, True, True, True]


def test_the_same_segment_twice_in_a_film_is_made_once(blobs, workdir):
    one = png(photo(1))
    timeline = film(blobs, pictures=[one, one], bodies=(15, 15), fade=0, camera=HOLD)
    picture = rendered(timeline, blobs, workdir)
    assert picture.counts.encoded == 1
    assert picture.blobs[0] == picture.blobs[1]
    assert len(decoded(joined(picture, timeline, blobs, workdir))) == 30


def test_the_same_film_gives_the_same_bytes(tmp_path, workdir):
    made = []
    for name in ("a", "b"):
        blobs = FileBlobStore(tmp_path / name)
        timeline = film(blobs, bodies=(20, 14))
        picture = rendered(timeline, blobs, workdir, build_profile("libx264", "FINAL", RendererSettings()))
        made.append([blobs.get(part) for part in picture.blobs])
    assert made[0] == made[1]


def test_a_crossfade_goes_evenly_from_one_picture_to_the_other(blobs, workdir):
    black, white = (png(np.full((90, 160, 3), value, np.uint8)) for value in (0, 255))
    timeline = film(blobs, pictures=[black, white], bodies=(5, 5), fade=9)
    levels = [luma(frame).mean() for frame in composed(timeline, blobs, workdir, 0, timeline.frames)]
    assert levels[:5] == [16] * 5
    assert levels[-5:] == [235] * 5
    expected = [16 + 219 * (k + 1) / 10 for k in range(9)]
    np.testing.assert_allclose(levels[5:14], expected, atol=0.5)


@pytest.mark.parametrize("camera", [ZOOM_IN, PAN])
def test_frames_are_what_an_exact_resampler_makes_of_the_ideal_crop(blobs, workdir, camera):
    """The oracle is Pillow's Lanczos with a fractional box, in float: another implementation of the same picture."""
    smooth = np.asarray(Image.fromarray(photo(3, 60, 36)).resize((480, 288), Image.Resampling.BICUBIC))
    timeline = film(blobs, pictures=[png(smooth)], bodies=(40,), camera=camera)
    frames = composed(timeline, blobs, workdir, 0, 40)
    plane = Image.fromarray(to_planes(smooth)[0].astype(np.float32))
    for n in (0, 13, 20, 39):
        shown = crop_at(camera, n, 40, (480, 288), WIDTH / HEIGHT)
        box = (shown.left, shown.top, shown.right, shown.bottom)
        ideal = np.asarray(plane.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS, box=box), float)
        inner = np.s_[4:-4, 4:-4]
        assert psnr(luma(frames[n])[inner], ideal[inner]) > 52


def test_text_is_drawn_while_its_cue_lasts_and_only_where_it_is(blobs, workdir):
    cue = Cue(start=10, end=20, lines=("Words",))
    grey = png(np.full((90, 160, 3), 90, np.uint8))
    timeline = film(blobs, pictures=[grey], bodies=(30,), cues=(cue,))
    frames = composed(timeline, blobs, workdir, 0, 30)
    plain = frames[0]
    different = [n for n in range(30) if not np.array_equal(frames[n], plain)]
    assert different == list(range(10, 20))
    changed = luma(frames[10]) != luma(plain)
    assert not changed[: HEIGHT // 2].any()
    assert luma(frames[10]).max() > 200
    assert changed.mean() < 0.2


def test_a_watermark_is_on_every_frame_in_its_corner(blobs, workdir):
    grey = png(np.full((90, 160, 3), 60, np.uint8))
    mark = Watermark(text="Mark", position="bl", opacity=0.5)
    timeline = film(blobs, pictures=[grey, grey], bodies=(8, 8), fade=4, watermark=mark)
    frames = composed(timeline, blobs, workdir, 0, timeline.frames)
    changed = luma(frames[0]) != np.median(luma(frames[0]))
    assert changed[HEIGHT // 2 :, : WIDTH // 2].any()
    assert not changed[: HEIGHT // 2].any()
    assert not changed[:, WIDTH // 2 :].any()
    assert all(np.abs(luma(frame) - luma(frames[0])).max() <= 1 for frame in frames)


def test_a_broken_picture_names_its_scene_and_leaves_no_process(blobs, workdir):
    pictures = [png(photo(0)), png(photo(1))[:500], png(photo(2))]
    with pytest.raises(RenderError, match="the image of scene 2 cannot be used") as caught:
        rendered(film(blobs, pictures=pictures), blobs, workdir)
    assert caught.value.scene == 1
    assert offspring() == []


def test_a_broken_encoder_is_found_before_anything_is_composed(blobs, workdir):
    with pytest.raises(RenderError, match="libx264 does not work here"):
        rendered(film(blobs), blobs, workdir, Profile("libx264", (("preset", "no-such-preset"),)))


def test_cancelling_ends_every_worker_and_every_ffmpeg(blobs, workdir):
    cancel, running = threading.Event(), []

    def progress(frames: int) -> None:
        if frames and not cancel.is_set():
            running.extend(offspring())
            cancel.set()

    slow = Profile("libx264", (("preset", "veryslow"),))
    with pytest.raises(ffmpeg_process.Cancelled):
        rendered(film(blobs, bodies=(900, 900)), blobs, workdir, slow, progress=progress, cancel=cancel)
    names = {p.pid for p in running}
    assert len(names) >= 3  # two workers and at least one ffmpeg were at work
    _, alive = psutil.wait_procs(running, timeout=1)
    assert alive == []
    assert offspring() == []


def workers() -> list[psutil.Process]:
    """A worker that is about to start its ffmpeg is for a moment two processes of one name, so only our own count."""
    found = []
    for process in offspring():
        with suppress(psutil.NoSuchProcess):  # an ffmpeg may end between two looks at it
            if process.ppid() == os.getpid() and "gpu_renderer.encode.worker" in process.cmdline():
                found.append(process)
    return found


def test_the_last_worker_waits_until_there_is_room_for_it(blobs, workdir):
    room, seen = threading.Event(), []

    def progress(_frames: int) -> None:
        seen.append((room.is_set(), len(workers())))
        if len(seen) > 2:
            room.set()

    rendered(film(blobs, bodies=(900, 900)), blobs, workdir, progress=progress, room=room)
    assert max(count for there_was_room, count in seen if not there_was_room) == 1
    assert max(count for there_was_room, count in seen if there_was_room) == 2


def test_without_room_the_other_workers_make_it_all(blobs, workdir):
    picture = rendered(film(blobs), blobs, workdir, room=threading.Event())
    assert all(blobs.exists(name) for name in picture.blobs)
    assert offspring() == []


def test_a_worker_that_is_killed_is_an_error_worth_a_retry(blobs, workdir):
    killed = threading.Event()

    def progress(frames: int) -> None:
        if frames and not killed.is_set():
            killed.set()
            workers()[0].kill()

    with pytest.raises(RenderError, match="ended with -9") as caught:
        rendered(film(blobs, bodies=(600, 600)), blobs, workdir, progress=progress)
    assert caught.value.retryable
    assert offspring() == []


def test_memory_holds_no_more_pictures_than_a_transition_needs(blobs, workdir):
    timeline = film(blobs, bodies=(6,) * 6, fade=3)
    compositor = Compositor(WIDTH, HEIGHT)
    found = sources(timeline, blobs, workdir)
    frame = Frame(WIDTH, HEIGHT)
    for part in segments.split(timeline):
        with compositor.open(part, found) as compose:
            compose(0, frame)
        assert len(compositor._stills) <= 2


def test_workers_get_neighbours_and_every_segment_once():
    agenda = SegmentScheduler(10)
    first, second = agenda.take_next(None), agenda.take_next(None)
    assert (first, second) == (0, 5)
    taken = [first, second]
    while True:
        first, second = agenda.take_next(first), agenda.take_next(second)
        taken += [index for index in (first, second) if index is not None]
        if first is None and second is None:
            break
    assert sorted(taken) == list(range(10))
