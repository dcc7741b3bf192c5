"""The quality gate accepts all videos that creators mean to be dark, still or quiet, and catches faults that are put
into the very same videos."""

import threading
from functools import cache
from pathlib import Path

import pytest

from gpu_renderer.render import render
from gpu_renderer.verify.measure import measure
from gpu_renderer.verify.source_samples import SourceSamples
from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.domain.video.quality_gate import check, describe_failures, list_notices
from sutradhar.domain.video.render_request import RenderRequest, RenderSummary
from sutradhar.domain.video.timeline import Timeline
from tests.media.ffmpeg import run_ffmpeg
from tests.media.good_videos import GOOD, VideoBuilder

NEVER = threading.Event()
BLACK = ("plain black", "stars", "a clip that begins black", "a black clip from its second second on")
QUIET = ("a silent song", "a clock that ticks", "one clap in silence")


class Cinema:
    """Render each good video once, in a folder that all tests of this module share."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.blobs = FileBlobStore(folder / "blobs")
        self.get_video = cache(self._render)

    def _render(self, name: str) -> tuple[Timeline, RenderSummary]:
        folder = self.folder / str(len(list(self.folder.iterdir())))
        folder.mkdir()
        timeline = GOOD[name](VideoBuilder(self.blobs, folder))
        request = RenderRequest(
            render_id=folder.name,
            job_id="j",
            prefix=folder.name,
            title="A video",
            mode="PROXY",
            timeline=timeline,
        )
        work = folder / "work"
        work.mkdir()
        summary = render(request, self.blobs, work, lambda *_: None, NEVER)
        assert summary is not None
        return timeline, summary

    def find_broken(self, timeline: Timeline, video: Path, summary: RenderSummary) -> set[str]:
        """Return the rules that ``video`` breaks if it is checked as the video of ``summary``."""
        thumbnail = self.blobs.fetch(summary.thumbnail.blob, self.folder / "thumbnail.png")
        sources = SourceSamples(
            timeline, lambda clip: self.blobs.fetch(clip.media.blob, self.folder / clip.media.sha256)
        )
        facts = measure(video, thumbnail, sources=sources)
        return {f.rule for f in check(facts.evolve(planned_lufs=summary.facts.planned_lufs), timeline) if not f.ok}


@pytest.fixture(scope="module")
def cinema(tmp_path_factory: pytest.TempPathFactory) -> Cinema:
    return Cinema(tmp_path_factory.mktemp("cinema"))


@pytest.mark.parametrize("name", GOOD)
def test_a_good_video_is_not_refused(cinema: Cinema, name: str) -> None:
    _, summary = cinema.get_video(name)
    assert describe_failures(summary.check_results) == ""


@pytest.mark.parametrize("name", [*BLACK, *QUIET])
def test_a_notice_names_what_only_the_sources_explain(cinema: Cinema, name: str) -> None:
    (notice,) = list_notices(cinema.get_video(name)[1].check_results)
    assert ("is black for" in notice) == (name in BLACK)
    assert ("LUFS instead of -14" in notice or "silent" in notice) == (name in QUIET)


def test_an_ordinary_video_has_no_notice(cinema: Cinema) -> None:
    assert list_notices(cinema.get_video("a photo")[1].check_results) == []


DEFECTS = {
    "black": ("drawbox=c=black:t=fill:enable='between(t,0.5,1.5)'", "anull"),
    "frozen": ("loop=loop=80:size=1:start=2,setpts=N/30/TB", "anull"),
    "loudness": ("null", "volume=-6dB"),
    "frames": ("trim=end_frame=60", "anull"),
}
SEEDED = {
    "black": ["a photo", "a white card with small words", "plain blue", "a screenshot", "a clip that stands still"],
    "frozen": ["a photo", "a screenshot", "two photos with a dip through black"],
    "loudness": ["a song with a silent opening", "a clock that ticks", "a whispered voice"],
    "frames": ["plain black", "a dim clip"],
}


@pytest.mark.parametrize(("rule", "name"), [(rule, name) for rule, names in SEEDED.items() for name in names])
def test_a_fault_in_a_good_video_is_caught(cinema: Cinema, tmp_path: Path, rule: str, name: str) -> None:
    timeline, summary = cinema.get_video(name)
    spoilt = tmp_path / "spoilt.mp4"
    source = cinema.blobs.fetch(summary.video.blob, tmp_path / "video.mp4")
    video_filter, audio_filter = DEFECTS[rule]
    codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-threads", "1", "-c:a", "aac", "-b:a", "192k", "-shortest"]
    muxing = ["-movflags", "+faststart", "-frames:v", str(timeline.frames)]
    run_ffmpeg("-i", source, "-vf", video_filter, "-af", audio_filter, *codecs, *muxing, spoilt)
    assert rule in cinema.find_broken(timeline, spoilt, summary)
