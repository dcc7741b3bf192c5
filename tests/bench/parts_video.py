"""Figures of whole films: pace, renders again, memory, tasks, shares of sound and gate."""

import hashlib

from sutradhar.domain.video.captions import Cue
from sutradhar.domain.video.timeline import MediaRef, Timeline
from tests.bench import workload
from tests.bench.figures import Figures
from tests.bench.photographs import photograph
from tests.bench.videos import Bench, decoded_hash


def final(bench: Bench, figures: Figures) -> None:
    done = bench.first
    assert done.summary is not None
    film_sec = bench.film.duration_sec
    figures.set("realtime_final", film_sec / done.cost.wall)
    figures.set("peak_mb_1080p", done.cost.peak_mb, done.cost.largest_said)
    figures.note(f"FINAL as it comes: `{' '.join(done.summary.encoder_args)}`")
    stages = ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in done.summary.render_timings.items())
    figures.note(f"FINAL of {film_sec:g} s: {done.cost.wall:.1f} s wall, {done.cost.cpu:.1f} CPU s; {stages}")
    missed = [f"{f.rule}" for f in done.summary.check_results if not f.ok]
    figures.note(f"The quality gate {'refuses it: ' + ', '.join(missed) if missed else 'passes it'}.")


def proxy(bench: Bench, figures: Figures) -> None:
    timeline = workload.film(bench.ready, scenes=bench.scale.scenes, scene_sec=bench.scale.scene_sec, size=workload.HD)
    figures.set("realtime_proxy", timeline.duration_sec / bench.render(bench.request(timeline, "PROXY")).cost.wall)


def again(bench: Bench, figures: Figures) -> None:
    whole, film = bench.first, bench.film
    assert whole.summary is not None
    same = [bench.render(bench.request(film)) for _ in range(3)]
    middle = sorted(same, key=lambda done: done.cost.wall)[1]
    assert middle.summary is not None
    figures.set("rerender_unchanged", middle.cost.wall / whole.cost.wall, f"{middle.cost.wall:.2f} s")
    inside = middle.summary.render_timings["total"]
    figures.set("rerender_unchanged_inside", inside / whole.cost.wall, f"{inside:.2f} s")
    scene = bench.scale.scenes // 2
    for name, changed in (
        ("rerender_one_scene", _other_picture(bench, film, scene)),
        ("rerender_one_caption", _other_caption(film)),
    ):
        done = bench.render(bench.request(changed))
        assert done.summary is not None
        counts = done.summary.segments
        figures.set(name, done.cost.wall / whole.cost.wall, f"{done.cost.wall:.2f} s, {counts.encoded} segments made")


def _other_picture(bench: Bench, film: Timeline, scene: int) -> Timeline:
    data = photograph(bench.scale.scenes + scene + 1)
    bench.ready.blobs.put("bench/other.png", data)
    clips = tuple(
        clip.evolve(media=MediaRef(blob="bench/other.png", sha256=hashlib.sha256(data).hexdigest()))
        if clip.scene == scene
        else clip
        for clip in film.clips
    )
    return film.evolve(clips=clips)


def _other_caption(film: Timeline) -> Timeline:
    middle = len(film.burned_captions) // 2
    words = ("These words are other words",)
    cues: tuple[Cue, ...] = tuple(
        cue.evolve(lines=words, word_starts=()) if i == middle else cue for i, cue in enumerate(film.burned_captions)
    )
    return film.evolve(burned_captions=cues, captions={"en": cues})


def shares(bench: Bench, figures: Figures) -> None:
    whole = bench.first
    assert whole.summary is not None
    out = bench.scratch("shares")
    sound = bench.stage("mix", bench.film, out)
    figures.set("audio_share", sound.cpu / whole.cost.cpu, f"{sound.cpu:.2f} CPU s")
    figures.set("audio_wall_share", sound.wall / whole.cost.wall, f"{sound.wall:.2f} s alone")
    for stored, name in ((whole.summary.video, "gate.mp4"), (whole.summary.thumbnail, "gate.png")):
        (out / name).symlink_to(bench.store / stored.blob)
    gate = bench.stage("gate", bench.film, out)
    seconds = whole.summary.render_timings["gate"]
    figures.set("gate_share", seconds / whole.cost.wall, f"{seconds:.2f} s")
    figures.set("gate_cpu_share", gate.cpu / whole.cost.cpu, f"{gate.cpu:.2f} CPU s")


def memory(bench: Bench, figures: Figures) -> None:
    """1080p with x264's quickest preset, the ten pictures over and over: what grows with length would grow here too."""
    peaks = []
    for minutes in bench.scale.memory_min:
        scenes = max(round(minutes * 60 / bench.scale.scene_sec), 1)
        timeline = workload.film(bench.ready, scenes=scenes, scene_sec=bench.scale.scene_sec)
        # another watermark, so that no segment is found from before
        timeline = timeline.evolve(watermark=workload.Watermark(text=f"{minutes:g} minutes"))
        done = bench.render(bench.request(timeline), {"PRESET": "ultrafast"})
        peaks.append(done.cost.peak_mb)
        print(f"    {minutes:g} min: {done.cost.peak_mb:.0f} MB, {done.cost.wall:.0f} s", flush=True)
    shown = " / ".join(f"{peak:.0f}" for peak in peaks) + " MB"
    figures.set("memory_5min_over_1min", peaks[1] / peaks[0], shown)
    figures.set("memory_10min_over_1min", peaks[2] / peaks[0], shown)


def uhd(bench: Bench, figures: Figures) -> None:
    timeline = workload.film(bench.ready, scenes=2, scene_sec=bench.scale.uhd_sec, size=workload.UHD)
    done = bench.render(bench.request(timeline))
    figures.set("peak_mb_4k", done.cost.peak_mb, done.cost.largest_said)


def tasks(bench: Bench, figures: Figures) -> None:
    """Four machines, one after the other on this one: the film takes as long as the slowest share, and the ending."""
    whole, count = bench.first, 4
    assert whole.summary is not None
    apart = Bench(bench.scale, bench.scratch("machines"))
    request = apart.request(workload.film(apart.ready, scenes=bench.scale.scenes, scene_sec=bench.scale.scene_sec))
    runs = [
        apart.render(request, {"CLOUD_RUN_TASK_INDEX": str(index), "CLOUD_RUN_TASK_COUNT": str(count)})
        for index in range(count)
    ]
    last = runs[-1].summary
    if last is None:
        raise RuntimeError("no task ended the film")
    ending = last.render_timings["join"] + last.render_timings["gate"]
    walls = [run.cost.wall for run in runs[:-1]] + [runs[-1].cost.wall - ending]
    shown = ", ".join(f"{wall:.1f}" for wall in walls) + f" and {ending:.1f} s against {whole.cost.wall:.1f} s"
    figures.set("tasks_4_over_1", (max(walls) + ending) / whole.cost.wall, shown)
    hashes = {decoded_hash(b.store / s.video.blob) for b, s in ((bench, whole.summary), (apart, last))}
    figures.set("tasks_same_frames", float(len(hashes) == 1))
