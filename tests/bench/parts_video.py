"""Measure whole videos: pace, repeated renders, memory, tasks, and the shares of audio and quality gate."""

import hashlib
import json

from gpu_renderer.encode import encoders
from gpu_renderer.encode.segment_store import plan_segments
from sutradhar.domain.plan.options import Watermark
from sutradhar.domain.video.captions import Cue
from sutradhar.domain.video.render_settings import RendererSettings
from sutradhar.domain.video.timeline import MediaRef, Timeline
from tests.bench import workload
from tests.bench.figures import Figures
from tests.bench.measure import Spread
from tests.bench.photographs import make_photograph
from tests.bench.videos import Bench, hash_frames

_DECODED = 8
"""Segments of which the decode is measured alone."""


def measure_final(bench: Bench, figures: Figures) -> None:
    done = bench.first
    assert done.summary is not None
    video_sec = bench.video.duration_sec
    figures.set("realtime_final", video_sec / done.cost.wall)
    figures.set("peak_mb_1080p", done.cost.peak_mb, done.cost.largest_text)
    figures.note(f"FINAL as it comes: `{' '.join(done.summary.encoder_args)}`")
    stages = ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in done.summary.render_timings.items())
    figures.note(f"FINAL of {video_sec:g} s: {done.cost.wall:.1f} s wall, {done.cost.cpu:.1f} CPU s; {stages}")
    missed = [f"{f.rule}" for f in done.summary.check_results if not f.ok]
    figures.note(f"The quality gate {'refuses it: ' + ', '.join(missed) if missed else 'passes it'}.")


def measure_proxy(bench: Bench, figures: Figures) -> None:
    timeline = workload.make_timeline(
        bench.ready, scenes=bench.scale.scenes, scene_sec=bench.scale.scene_sec, size=workload.HD
    )
    figures.set("realtime_proxy", timeline.duration_sec / bench.render(bench.request(timeline, "PROXY")).cost.wall)


def measure_rerenders(bench: Bench, figures: Figures) -> None:
    whole, video = bench.first, bench.video
    assert whole.summary is not None
    same = [bench.render(bench.request(video)) for _ in range(3)]
    middle = sorted(same, key=lambda done: done.cost.wall)[1]
    assert middle.summary is not None
    figures.set("rerender_unchanged", middle.cost.wall / whole.cost.wall, f"{middle.cost.wall:.2f} s")
    inside = middle.summary.render_timings["total"]
    figures.set("rerender_unchanged_inside", inside / whole.cost.wall, f"{inside:.2f} s")
    scene = bench.scale.scenes // 2
    for name, changed in (
        ("rerender_one_scene", _replace_image(bench, video, scene)),
        ("rerender_one_caption", _replace_caption(video)),
    ):
        done = bench.render(bench.request(changed))
        assert done.summary is not None
        counts = done.summary.segments
        figures.set(
            name, done.cost.wall / whole.cost.wall, f"{done.cost.wall:.2f} s, {counts.encoded} segments encoded"
        )


def _replace_image(bench: Bench, video: Timeline, scene: int) -> Timeline:
    data = make_photograph(bench.scale.scenes + scene + 1)
    bench.ready.blobs.put("bench/other.png", data)
    clips = tuple(
        clip.evolve(media=MediaRef(blob="bench/other.png", sha256=hashlib.sha256(data).hexdigest()))
        if clip.scene == scene
        else clip
        for clip in video.clips
    )
    return video.evolve(clips=clips)


def _replace_caption(video: Timeline) -> Timeline:
    middle = len(video.burned_captions) // 2
    words = ("These words are other words",)
    cues: tuple[Cue, ...] = tuple(
        cue.evolve(lines=words, word_starts=()) if i == middle else cue for i, cue in enumerate(video.burned_captions)
    )
    return video.evolve(burned_captions=cues, captions={"en": cues})


def measure_shares(bench: Bench, figures: Figures) -> None:
    whole = bench.first
    assert whole.summary is not None
    out = bench.scratch("shares")
    audio = bench.stage("mix", bench.video, out)
    figures.set("audio_share", audio.cpu / whole.cost.cpu, f"{audio.cpu:.2f} CPU s")
    figures.set("audio_wall_share", audio.wall / whole.cost.wall, f"{audio.wall:.2f} s alone")
    for stored, name in ((whole.summary.video, "gate.mp4"), (whole.summary.thumbnail, "gate.png")):
        (out / name).symlink_to(bench.store / stored.blob)
    gate = bench.stage("gate", bench.video, out)
    seconds = whole.summary.render_timings["gate"]
    figures.set("gate_share", seconds / whole.cost.wall, f"{seconds:.2f} s")
    figures.set("gate_cpu_share", gate.cpu / whole.cost.cpu, f"{gate.cpu:.2f} CPU s")
    figures.set("gate_decode_ms", *_measure_decode(bench))


def _measure_decode(bench: Bench) -> tuple[float, Spread]:
    """Return the CPU milliseconds a frame of decoding and measuring the first segments of the video."""
    plan = plan_segments(bench.video, encoders.build_profile("libx264", "FINAL", RendererSettings()))
    out = bench.scratch("decode")
    (out / "segments.json").write_text(json.dumps(plan.blobs[:_DECODED]))
    costs = []
    for _ in range(bench.scale.rounds):
        bench.stage("decode", bench.video, out)
        decoded = json.loads((out / "decode.json").read_text())
        costs.append(1000 * decoded["cpu_sec"] / decoded["frames"])
    spread = Spread(tuple(costs))
    return spread.median, spread


def measure_memory(bench: Bench, figures: Figures) -> None:
    """Render 1080p with x264's quickest preset from the same ten images: what grows with length would grow here too."""
    peaks = []
    for minutes in bench.scale.memory_min:
        scenes = max(round(minutes * 60 / bench.scale.scene_sec), 1)
        timeline = workload.make_timeline(bench.ready, scenes=scenes, scene_sec=bench.scale.scene_sec)
        # another watermark, so that no stored segment is reused
        timeline = timeline.evolve(watermark=Watermark(text=f"{minutes:g} minutes"))
        done = bench.render(bench.request(timeline), {"PRESET": "ultrafast"})
        peaks.append(done.cost.peak_mb)
        print(f"    {minutes:g} min: {done.cost.peak_mb:.0f} MB, {done.cost.wall:.0f} s", flush=True)
    shown = " / ".join(f"{peak:.0f}" for peak in peaks) + " MB"
    figures.set("memory_5min_over_1min", peaks[1] / peaks[0], shown)
    figures.set("memory_10min_over_1min", peaks[2] / peaks[0], shown)


def measure_uhd(bench: Bench, figures: Figures) -> None:
    timeline = workload.make_timeline(bench.ready, scenes=2, scene_sec=bench.scale.uhd_sec, size=workload.UHD)
    done = bench.render(bench.request(timeline))
    figures.set("peak_mb_4k", done.cost.peak_mb, done.cost.largest_text)


def measure_tasks(bench: Bench, figures: Figures) -> None:
    for count in (4, 10):
        _measure_tasks(bench, figures, count)


def _measure_tasks(bench: Bench, figures: Figures, count: int) -> None:
    """Run the tasks one after the other: a video takes as long as the slowest share, and the final steps."""
    whole = bench.first
    assert whole.summary is not None
    apart = Bench(bench.scale, bench.scratch(f"machines-{count}"))
    request = apart.request(
        workload.make_timeline(apart.ready, scenes=bench.scale.scenes, scene_sec=bench.scale.scene_sec)
    )
    runs = [
        apart.render(request, {"CLOUD_RUN_TASK_INDEX": str(index), "CLOUD_RUN_TASK_COUNT": str(count)})
        for index in range(count)
    ]
    last = runs[-1].summary
    if last is None:
        raise RuntimeError("no task completed the video")
    ending = last.render_timings["join"] + last.render_timings["gate"]
    walls = [run.cost.wall for run in runs[:-1]] + [runs[-1].cost.wall - ending]
    shown = ", ".join(f"{wall:.1f}" for wall in walls) + f" and {ending:.1f} s against {whole.cost.wall:.1f} s"
    figures.set(f"tasks_{count}_over_1", (max(walls) + ending) / whole.cost.wall, shown)
    if count == 4:
        hashes = {hash_frames(b.store / s.video.blob) for b, s in ((bench, whole.summary), (apart, last))}
        figures.set("tasks_same_frames", float(len(hashes) == 1))
