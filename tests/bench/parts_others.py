"""Compare ours with others on the same workload: the encoder alone, the zoompan graph, MoviePy."""

import json
import sys
from collections import defaultdict
from pathlib import Path

import psutil

from sutradhar.domain.video.render_settings import RendererSettings
from tests.bench import measure, workload, zoompan
from tests.bench.figures import Figures
from tests.bench.measure import Cost, Spread, compare_rounds
from tests.bench.race.description import describe_video
from tests.bench.videos import Bench, encoder_arguments

_MOVIEPY = Path(sys.prefix) / "moviepy" / "bin" / "python"
"""An environment of its own, made by ``.ci/setup bench``."""
_SHARED_OPTIONS = ("crf", "x264-params", "pix_fmt")


def list_encode_commands(bench: Bench, preset: str | None) -> dict[str, list[list[str]]]:
    """Return the commands for each arrangement of processes and threads that may be the best; two run at once."""
    raw = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{bench.cut.width}x{bench.cut.height}"]
    options = encoder_arguments(preset)

    def command(source: str, threads: str, name: str) -> list[str]:
        chosen = [part for key, value in {**options, "threads": threads}.items() for part in (f"-{key}", value)]
        read = [*raw, "-framerate", str(workload.FPS), "-i", source]
        return ["ffmpeg", "-v", "error", "-nostdin", "-y", *read, *chosen, str(bench.scratch("encoded") / name)]

    halves = [str(bench.raw / f"{i}.yuv") for i in range(2)]
    return {
        "one process, x264's own threads": [command(f"concat:{'|'.join(halves)}", "0", f"{preset}.mp4")],
        "two processes of one thread": [command(half, "1", f"{preset}-{i}.mp4") for i, half in enumerate(halves)],
    }


def measure_against_limits(bench: Bench, figures: Figures) -> None:
    """Encode frames only, from an empty cache, round after round: the encoder alone, ours, the zoompan graph."""
    raw = bench.raw
    print(f"    raw frames: {sum(path.stat().st_size for path in raw.iterdir()) / 1e9:.1f} GB", flush=True)
    costs: dict[tuple[str, str], list[Cost]] = defaultdict(list)
    out = bench.scratch("limits")
    for number in range(bench.scale.rounds):
        for preset in ("veryfast", "medium"):
            for name, commands in list_encode_commands(bench, preset).items():
                costs[preset, name].append(measure.run(*commands))
            ours = bench.stage("encode", bench.cut, out, RendererSettings(preset=preset))
            costs[preset, "ours"].append(ours)
            # it is one process, so x264's own threads are its best arrangement; ours runs two processes of one thread
            options = {**encoder_arguments(preset), "threads": "0"}
            graph = zoompan.build_zoompan_command(bench.cut, bench.store, out, options, out / "zoompan.mp4")
            log = bench.folder / "zoompan.log"
            costs[preset, "zoompan"].append(measure.run(["env", "-C", str(out), *graph], log=log))
            for (preset_name, name), rounds in costs.items():
                if preset_name == preset:
                    last = rounds[-1]
                    line = f"{last.wall:.1f} s wall, {last.cpu:.1f} CPU s, {last.peak_mb:.0f} MB"
                    print(f"    round {number + 1}, {preset}, {name}: {line}", flush=True)
            _set(
                figures,
                preset,
                {name: rounds for (preset_name, name), rounds in costs.items() if preset_name == preset},
                bench.cut.frames,
            )
            figures.write()
    _measure_segments_size(bench, figures, out)
    cut = bench.cut
    figures.note(
        f"Encode-only, ours and the zoompan graph: the first {len(cut.clips)} scenes, {cut.duration_sec:g} s, since a"
        " raw video of 120 s would take 11 GB. Ours starts from nothing: interpreter, worker processes, images, join."
        " The raw frames lie in the page cache. Ratios are taken round by round; the figure is their median."
    )


def _measure_segments_size(bench: Bench, figures: Figures, out: Path) -> None:
    """Compare the bytes of FINAL, which is encoded in segments, with those of one encode of all its frames."""
    (one_process,) = list_encode_commands(bench, None)["one process, x264's own threads"]
    measure.run(one_process)
    bench.stage("encode", bench.cut, out)
    size, encoded = (path.stat().st_size for path in (out / "video.mp4", Path(one_process[-1])))
    figures.set("segments_size", size / encoded, f"{size / 1e6:.2f} MB, FINAL as it comes")


def _set(figures: Figures, preset: str, costs: dict[str, list[Cost]], frames: int) -> None:
    ours, zoomed = costs.pop("ours"), costs.pop("zoompan")
    best = min(costs, key=lambda name: Spread(tuple(c.wall for c in costs[name])).median)
    least = costs[best]
    wall = compare_rounds([c.wall for c in ours], [c.wall for c in least])
    cpu = compare_rounds([c.cpu for c in ours], [c.cpu for c in least])
    figures.set(f"wall_vs_encode_only_{preset}", wall.median, f"{wall}; best: {best}")
    figures.set(f"cpu_vs_encode_only_{preset}", cpu.median, f"{cpu}; best: {best}")
    if preset == "veryfast":
        extra = Spread(tuple((a.cpu - b.cpu) * 1000 / frames for a, b in zip(ours, least, strict=True)))
        figures.set("cpu_ms_over_encode_only", extra.median, extra)
    faster = compare_rounds([c.wall for c in zoomed], [c.wall for c in ours])
    figures.set(f"speedup_vs_zoompan8k_{preset}", faster.median, faster)
    cheaper = compare_rounds([c.cpu for c in zoomed], [c.cpu for c in ours])
    figures.set(f"cpu_speedup_vs_zoompan8k_{preset}", cheaper.median, cheaper)


def measure_against_moviepy(bench: Bench, figures: Figures) -> None:
    """Both render a video with audio; ours also levels it, renders a thumbnail and checks the stored file."""
    whole = bench.first
    assert whole.summary is not None
    ours = whole.summary.frames / whole.cost.wall
    theirs, cost = _run_moviepy(bench, encoder_arguments())
    figures.set("speedup_vs_moviepy", ours / theirs, f"{ours:.1f} against {theirs:.2f} frames/s")
    shown = f"{whole.cost.peak_mb:.0f} against {cost.peak_mb:.0f} MB"
    figures.set("memory_vs_moviepy", whole.cost.peak_mb / cost.peak_mb, shown)
    medium = bench.render(bench.request(bench.cut), {"PRESET": "medium"})
    ours = bench.cut.frames / medium.cost.wall
    theirs, _ = _run_moviepy(bench, encoder_arguments("medium"))
    figures.set("speedup_vs_moviepy_medium", ours / theirs, f"{ours:.1f} against {theirs:.2f} frames/s")


def _run_moviepy(bench: Bench, options: dict[str, str]) -> tuple[float, Cost]:
    """Return frames per second and the cost."""
    short = workload.make_timeline(bench.ready, scenes=2, scene_sec=bench.scale.short_sec)
    out = bench.scratch("moviepy")
    settings = {
        "video": describe_video(short, bench.store, out),
        "preset": options["preset"],
        "options": [part for key in _SHARED_OPTIONS if key in options for part in (f"-{key}", options[key])],
        "output": str(out / "video.mp4"),
    }
    (out / "settings.json").write_text(json.dumps(settings))
    program = [str(_MOVIEPY), str(Path(__file__).with_name("moviepy_video.py")), str(out / "settings.json")]
    cost = measure.run(program, log=bench.folder / "moviepy.log")
    return short.frames / cost.wall, cost


def describe_machine() -> str:
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else ():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return f"{psutil.cpu_count()} cores, {model}"
