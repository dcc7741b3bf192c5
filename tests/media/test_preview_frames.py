"""Preview frames are those of a real render, and what has not changed is not drawn again."""

import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from gpu_renderer.core.frame import Frame
from gpu_renderer.core.segments import build_segment
from gpu_renderer.image.compositor import Compositor
from gpu_renderer.image.still import to_rgb
from gpu_renderer.preview.drawer import FrameDrawer
from gpu_renderer.preview.service import FrameService
from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.video.captions import Cue
from sutradhar.domain.video.frame_request import CARD, FrameRequest
from sutradhar.domain.video.timeline import Footage, Timeline, Title
from tests.media.clips import X264, make_clip
from tests.media.renderer_harness import RendererHarness
from tests.media.test_everything import make_full_timeline
from tests.media.test_segment_store import decode_frames, encode_timeline
from tests.media.timelines import HEIGHT, WIDTH, make_timeline

EVERY = 5
"""One of so many frames is compared: a frame of a clip starts a decoder of its own."""


@pytest.fixture
def blobs(tmp_path: Path) -> FileBlobStore:
    return FileBlobStore(tmp_path / "home" / "blobs")


@pytest.fixture
def service(blobs: FileBlobStore, tmp_path: Path) -> FrameService:
    folder = tmp_path / "fetched"
    folder.mkdir()
    return FrameService(blobs, folder)


def ask(timeline: Timeline, frame: int, **more: object) -> FrameRequest:
    return FrameRequest(timeline=timeline, frame=frame).evolve(**more)


def read_image(data: bytes) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def test_each_frame_is_that_of_the_render(blobs: FileBlobStore, service: FrameService, tmp_path: Path) -> None:
    """The video has clips, all kinds of transitions, titles, highlighted captions and a watermark. Its segments are
    encoded without loss by the renderer's own workers, and decoded."""
    timeline = make_full_timeline(RendererHarness(tmp_path / "home"), (WIDTH, HEIGHT), tmp_path)
    workdir = tmp_path / "work"
    workdir.mkdir()
    encoded = encode_timeline(timeline, blobs, workdir)
    rendered = [frame for name in encoded.blobs for frame in decode_frames(blobs.fetch(name, workdir))]
    assert len(rendered) == timeline.frames
    for number in range(0, timeline.frames, EVERY):
        drawn = service.draw_frame(ask(timeline, number))
        assert np.array_equal(drawn.buffer, rendered[number]), number


def test_a_clip_is_sought_earlier_than_in_a_render_and_shows_the_same_frames(
    blobs: FileBlobStore, service: FrameService, tmp_path: Path
) -> None:
    data = make_clip(tmp_path / "c.mp4", *X264, "-g", "15", source="testsrc2=s=160x90:r=30:d=4").read_bytes()
    whole = make_timeline(blobs, images=[data], bodies=(110,), fade=0)
    timeline = whole.evolve(clips=(whole.clips[0].evolve(footage=Footage(start_sec=0.1)),))
    path = blobs.fetch(timeline.clips[0].media.blob, tmp_path)
    rendered = Frame(WIDTH, HEIGHT)
    segment = build_segment(timeline, 0, timeline.frames)
    with Compositor(WIDTH, HEIGHT).open(segment, {timeline.clips[0].media.sha256: path}) as compose:
        for number in range(0, timeline.frames, 9):
            compose(number, rendered)
            assert np.array_equal(service.draw_frame(ask(timeline, number)).buffer, rendered.buffer), number


def test_a_png_has_the_pixels_of_the_frame_and_a_jpeg_nearly(blobs: FileBlobStore, service: FrameService) -> None:
    timeline = make_timeline(blobs)
    frame = to_rgb(service.draw_frame(ask(timeline, 10)))
    png, jpeg = (service.answer(ask(timeline, 10, format=kind)).data for kind in ("png", "jpeg"))
    assert np.array_equal(read_image(png), frame)
    assert jpeg.startswith(b"\xff\xd8")
    error = read_image(jpeg).astype(np.float64) - frame
    assert 10 * np.log10(255**2 / np.square(error).mean()) > 36


def test_a_width_makes_it_smaller_and_never_larger(blobs: FileBlobStore, service: FrameService) -> None:
    timeline = make_timeline(blobs)
    sizes = [read_image(service.answer(ask(timeline, 0, width=width)).data).shape for width in (160, 64, 5000)]
    assert sizes == [(90, 160, 3), (36, 64, 3), (HEIGHT, WIDTH, 3)]


def test_an_unchanged_frame_keeps_its_key_and_is_not_drawn_again(
    blobs: FileBlobStore, service: FrameService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key is the one of a segment of this frame only: what is shown at another time does not count."""
    cue = Cue(start=40, end=60, lines=("Another scene",))
    timeline = make_timeline(blobs)
    first = service.answer(ask(timeline, 10))
    changed = timeline.evolve(
        burned_captions=(cue,), titles=(Title(start=30, end=50, text="Later"),), frames=timeline.frames - 5
    )
    assert service.find_key(ask(changed, 10)) == first.key
    different = [ask(timeline, 11), ask(changed, 45), ask(timeline, 10, width=64), ask(timeline, 10, format="png")]
    assert len({first.key, *map(service.find_key, different)}) == 5
    monkeypatch.setattr(FrameDrawer, "draw", None)
    assert service.answer(ask(changed, 10)) == first
    folder = tmp_path / "other"
    folder.mkdir()
    other_instance = FrameService(blobs, folder)
    assert other_instance.answer(ask(timeline, 10)) == first


def test_a_changed_title_opens_no_image_again(
    blobs: FileBlobStore, service: FrameService, monkeypatch: pytest.MonkeyPatch
) -> None:
    timeline = make_timeline(blobs)
    service.answer(ask(timeline, 10))
    monkeypatch.setattr("gpu_renderer.image.compositor.load_image", None)
    before = service.draw_frame(ask(timeline, 10))
    after = service.draw_frame(ask(timeline.evolve(titles=(Title(start=0, end=20, text="New"),)), 10))
    assert not np.array_equal(before.buffer, after.buffer)


def test_an_image_that_is_not_made_yet_is_a_card_under_the_words(blobs: FileBlobStore, service: FrameService) -> None:
    whole = make_timeline(blobs, cues=[Cue(start=0, end=20, lines=("The words are there",))])
    clips = (whole.clips[0].evolve(media=CARD), *whole.clips[1:])
    answer = service.answer(ask(whole.evolve(clips=clips), 5, format="png"))
    pixels = read_image(answer.data)
    assert answer.lost_scenes == ()
    assert len(np.unique(pixels[: HEIGHT // 2].reshape(-1, 3), axis=0)) == 1
    assert pixels[HEIGHT * 2 // 3 :].max() > 230


def test_a_file_that_is_gone_is_named_and_shown_again_when_it_is_back(
    blobs: FileBlobStore, service: FrameService
) -> None:
    timeline = make_timeline(blobs)
    name = timeline.clips[1].media.blob
    data, request = blobs.get(name), ask(timeline, 40)
    service.draw_frame(ask(timeline.evolve(width=160, height=90), 40))
    blobs.delete(name)
    gone = service.answer(request)
    assert gone.lost_scenes == (1,)
    blobs.put(name, data)
    back = service.answer(request)
    assert (back.lost_scenes, back.data != gone.data) == ((), True)


def test_a_damaged_file_is_an_error_that_names_the_scene(blobs: FileBlobStore, service: FrameService) -> None:
    timeline = make_timeline(blobs)
    blobs.put(timeline.clips[2].media.blob, b"no image")
    with pytest.raises(RenderError, match="scene 3"):
        service.answer(ask(timeline, timeline.frames - 1))


def test_fetched_files_are_kept_within_a_size(
    blobs: FileBlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Google Cloud a file is copied into memory: the oldest copies go, and a file that is too large shows a card."""

    def fetch(self: FileBlobStore, name: str, path: Path) -> Path:
        path.write_bytes(self.get(name))
        return path

    monkeypatch.setattr(FileBlobStore, "fetch", fetch)
    timeline = make_timeline(blobs, fade=0)
    sizes = [blobs.size(clip.media.blob) for clip in timeline.clips]
    folder = tmp_path / "fetched"
    folder.mkdir()
    service = FrameService(blobs, folder, kept_bytes=2 * max(sizes))
    for clip in timeline.clips:
        assert service.answer(ask(timeline, clip.start)).lost_scenes == ()
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 2 * max(sizes)
    assert FrameService(blobs, folder, kept_bytes=1000).answer(ask(timeline, 1)).lost_scenes == (0,)
