"""Measure what the marks of a finished video cost: their time in a render, and the memory of signing a large file."""

import subprocess
import sys
from pathlib import Path

from sutradhar.domain.assets.marks import MarkedPart, MarkFacts
from sutradhar.domain.assets.slot import MUSIC, Slot
from sutradhar.domain.video.timeline import Timeline
from tests.bench.figures import Figures
from tests.bench.videos import Bench, Rendered
from tests.mark_certificates import make_folder
from tests.media.ffmpeg import run_ffmpeg

_LARGE_MB = 200
_SIGN = """
import re, sys, time
from pathlib import Path
from sutradhar.domain.assets.marks import MarkFacts
from sutradhar.marks.read import read_marks
from sutradhar.marks.write import mark_video
from tests.mark_certificates import make_signer
facts = MarkFacts(title="Large", source_type="composite", has_synthetic_media=False)
signer, started = make_signer(), time.perf_counter()
path = mark_video(Path(sys.argv[1]), facts, signer)
signed = time.perf_counter()
assert read_marks(path).state == "valid"
ended = time.perf_counter()
# not ru_maxrss, which begins with the peak of the process that started this one
peak = int(re.search("VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
print(signed - started, ended - signed, peak / 1000)
"""


def make_facts(timeline: Timeline) -> MarkFacts:
    """Return facts for the workload as if models had made all of it."""
    origin = {"source_type": "trainedAlgorithmicMedia", "provider": "openai", "model": "a-model"}
    images = [
        MarkedPart(slot=Slot.image(clip.scene), kind="image", sha256=clip.media.sha256, **origin)
        for clip in timeline.clips
    ]
    voices = [
        MarkedPart(slot=Slot.narration(clip.scene), kind="narration", sha256=clip.media.sha256, **origin)
        for clip in timeline.narrations
    ]
    music = [MarkedPart(slot=MUSIC, kind="music", sha256=t.media.sha256, **origin) for t in (timeline.music,) if t]
    return MarkFacts(
        title="The standard workload",
        source_type="trainedAlgorithmicMedia",
        has_synthetic_media=True,
        parts=(*images, *voices, *music),
    )


def measure_marks(bench: Bench, figures: Figures) -> None:
    """Join the stored segments again, without marks and with them: all else is reused."""
    whole = bench.first
    joined = sorted(_join_again(bench, None).cost.cpu for _ in range(3))[1]
    make_folder(bench.home)
    facts = make_facts(bench.video)
    marked = [_join_again(bench, facts.evolve(title=f"Title {n}")) for n in range(3)]  # a signature of its own each
    summaries = [done.summary for done in marked if done.summary]
    assert all(s.has_passed and s.marks and s.marks.state == "signed" for s in summaries)
    seconds = sorted(summary.render_timings["marks"] for summary in summaries)[1]
    size = summaries[0].video.size / 1e6
    figures.set("marks_share", seconds / whole.cost.wall, f"{seconds:.2f} of {whole.cost.wall:.1f} s, {size:.0f} MB")
    cpu = sorted(done.cost.cpu for done in marked)[1] - joined
    figures.set("marks_cpu_share", cpu / whole.cost.cpu, f"{cpu:.2f} of {whole.cost.cpu:.1f} CPU s")
    _measure_large_file(bench.store / summaries[0].video.blob, bench.scratch("large"), figures)


def _join_again(bench: Bench, facts: MarkFacts | None) -> Rendered:
    """Join, mark and measure the video once more, as if none had been finished."""
    for folder in ("films", "measured"):
        for record in (bench.store / folder).glob("*.json"):
            record.unlink()
    return bench.render(bench.request(bench.video).evolve(marks=facts))


def _measure_large_file(video: Path, folder: Path, figures: Figures) -> None:
    """Sign a file of ``_LARGE_MB`` that repeats ``video``."""
    large = folder / "large.mp4"
    times = max(_LARGE_MB * 1_000_000 // video.stat().st_size, 1)
    run_ffmpeg("-stream_loop", str(times), "-i", video, "-c", "copy", "-movflags", "+faststart", large)
    size = large.stat().st_size / 1e6
    shown = subprocess.run([sys.executable, "-c", _SIGN, str(large)], capture_output=True, text=True, check=True)
    sign_sec, read_sec, peak_mb = map(float, shown.stdout.split())
    figures.set("marks_peak_mb", peak_mb, f"{size:.0f} MB: signed in {sign_sec:.2f} s, read in {read_sec:.2f} s")
