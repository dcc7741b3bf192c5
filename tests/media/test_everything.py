"""The real task renders a video with every feature, in every aspect."""

import json
from pathlib import Path

import pytest

from gpu_renderer.core import ffmpeg_process
from sutradhar.domain.jobs.messages import RenderFinished
from sutradhar.domain.plan.options import Watermark
from sutradhar.domain.video.captions import Cue
from sutradhar.domain.video.quality_gate import describe_failures
from sutradhar.domain.video.render_request import RenderSummary
from sutradhar.domain.video.timeline import Footage, Timeline, Title
from tests.media.ffmpeg import run_ffmpeg
from tests.media.renderer_harness import REQUEST_BLOB, RendererHarness, add_narration
from tests.media.timelines import make_timeline, photo, png, store_media


def make_clip(folder: Path, name: str, source: str, *options: str) -> bytes:
    path = folder / name
    run_ffmpeg("-f", "lavfi", "-i", source, *options, path)
    return path.read_bytes()


def make_full_timeline(harness: RendererHarness, size: tuple[int, int], folder: Path) -> Timeline:
    clip = make_clip(folder, "c.mp4", "testsrc2=s=192x144:r=25:d=1", "-pix_fmt", "yuv420p")
    images = [png(photo(0)), clip, png(photo(2, 200, 400)), clip]
    english = Cue(start=4, end=40, lines=("Every word stands out",), word_starts=(4, 10, 18, 30))
    hindi = Cue(start=48, end=110, lines=("भक्त प्रह्लाद की", "ज़्यादा लंबी कथा"), word_starts=(48, 55, 62, 70, 80, 95))
    timeline = make_timeline(
        harness.blobs, images=images, bodies=(30, 35, 30, 32), cues=(english, hindi), watermark=Watermark(), size=size
    )
    kinds = (("cut", None), ("dip", Footage()), ("wipe", None), ("crossfade", Footage(start_sec=0.4)))
    clips = tuple(
        c.evolve(transition=c.transition.evolve(kind=k), footage=f, fit="fit" if k == "dip" else "fill")
        for c, (k, f) in zip(timeline.clips, kinds, strict=True)
    )
    titles = (
        Title(start=0, end=28, text="प्रह्लाद", subtext="A story"),
        Title(start=45, end=70, text="Narada", subtext="ऋषि", place="lower_third"),
    )
    captions = {"en": (english,), "hi": (hindi,)}
    return add_narration(
        harness.blobs, timeline.evolve(clips=clips, titles=titles, caption_style="highlight", captions=captions)
    )


@pytest.mark.parametrize("size", [(320, 180), (180, 320), (180, 180)])
def test_a_video_with_everything_passes_its_gate(tmp_path: Path, size: tuple[int, int]) -> None:
    harness = RendererHarness(tmp_path / "home")
    request = harness.store_request(make_full_timeline(harness, size, tmp_path)).evolve(soft_captions=True)
    harness.blobs.put(REQUEST_BLOB, request.to_record().encode())
    code, stderr = harness.run()
    assert code == 0, stderr
    summary = RenderSummary.from_record(harness.blobs.get(request.summary_blob))
    assert describe_failures(summary.check_results) == ""
    video = harness.blobs.fetch(request.video_blob, tmp_path)
    argv = [ffmpeg_process.find_program("ffprobe"), "-v", "error", "-show_streams", "-of", "json", str(video)]
    streams = json.loads(ffmpeg_process.run(argv, stage="test").stdout)["streams"]
    assert [s["codec_name"] for s in streams] == ["h264", "aac", "mov_text", "mov_text"]
    assert [s["tags"]["language"] for s in streams[2:]] == ["eng", "hin"]


def test_a_broken_clip_is_named(tmp_path: Path) -> None:
    harness = RendererHarness(tmp_path / "home")
    timeline = make_full_timeline(harness, (320, 180), tmp_path)
    broken = store_media(harness.blobs, "images/1.png", b"")
    clips = [c.evolve(media=broken) if c.scene == 1 else c for c in timeline.clips]
    harness.store_request(timeline.evolve(clips=tuple(clips)))
    code, stderr = harness.run()
    assert code == 0, stderr
    last = harness.take_messages()[-1]
    assert isinstance(last, RenderFinished)
    error = last.error
    assert error is not None
    assert (error.stage, error.scene) == ("picture", 1)
    assert error.advice
