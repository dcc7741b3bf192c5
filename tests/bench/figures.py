"""Collect the figures of one run. They are written after every part, so that none is lost."""

import json
import operator
from dataclasses import dataclass, field
from pathlib import Path

_RELATIONS = {"<=": operator.le, ">=": operator.ge}


@dataclass(frozen=True)
class Figure:
    what: str
    unit: str
    limit: str = ""
    """``<= 1.1`` or ``>= 10``; empty: no limit."""

    def is_reached(self, value: float) -> bool | None:
        if not self.limit:
            return None
        relation, number = self.limit.split()
        return bool(_RELATIONS[relation](value, float(number)))


# the limits are those of the design, section "Figures to reach"
FIGURES = {
    "wall_vs_encode_only_veryfast": Figure("Frames against encode-only, wall, veryfast", "x", "<= 1.10"),
    "wall_vs_encode_only_medium": Figure("The same, medium", "x", "<= 1.05"),
    "cpu_vs_encode_only_veryfast": Figure("Frames against encode-only, CPU seconds, veryfast", "x", "<= 1.18"),
    "cpu_vs_encode_only_medium": Figure("The same, medium", "x", "<= 1.08"),
    "cpu_ms_over_encode_only": Figure("CPU of frames and gate over encode-only, veryfast", "ms a frame", "<= 9"),
    "speedup_vs_moviepy": Figure("Whole video against MoviePy 2, frames per second, FINAL as it comes", "x", ">= 12"),
    "speedup_vs_moviepy_medium": Figure("The same, preset medium", "x", ">= 4.6"),
    "memory_vs_moviepy": Figure("Peak memory against MoviePy 2's, FINAL as it comes", "x", "<= 0.5"),
    "speedup_vs_zoompan8k_veryfast": Figure(
        "Frames against the zoompan-8k graph with x264's own threads, wall, veryfast", "x", ">= 1.5"
    ),
    "speedup_vs_zoompan8k_medium": Figure("The same, medium", "x", ">= 1.15"),
    "cpu_speedup_vs_zoompan8k_veryfast": Figure("The same by CPU seconds, veryfast", "x"),
    "cpu_speedup_vs_zoompan8k_medium": Figure("The same by CPU seconds, medium", "x"),
    "compose_fps": Figure("Composition alone, 1080p, one core", "frames/s", ">= 120"),
    "looks_fps": Figure("Composition with the slowest look of lyrics, 1080p, one core", "frames/s", ">= 60"),
    "looks_vs_plain": Figure("Plain captions against the slowest look, frames a second", "x", "<= 2"),
    "realtime_final": Figure("FINAL 1080p30, from request to checked video", "x real time", ">= 2.3"),
    "realtime_proxy": Figure("PROXY first look, from request to checked video", "x real time", ">= 8"),
    "rerender_unchanged": Figure("Rendered again unchanged, wall of the process", "share of the whole", "<= 0.008"),
    "rerender_unchanged_inside": Figure("The same without the interpreter's start", "share of the whole"),
    "rerender_one_scene": Figure("One image changed, wall of the process", "share of the whole", "<= 0.10"),
    "rerender_one_caption": Figure("One caption changed, wall of the process", "share of the whole", "<= 0.06"),
    "marks_share": Figure("Marks: XMP, content credentials, and reading them back", "share of wall", "<= 0.01"),
    "marks_cpu_share": Figure("The same by CPU seconds, with the marks of the thumbnails", "share of CPU", "<= 0.01"),
    "marks_peak_mb": Figure("Peak memory of signing a large video", "MB", "<= 100"),
    "audio_share": Figure("Audio: mix, ducking, loudness, AAC", "share of CPU", "<= 0.07"),
    "audio_wall_share": Figure("Audio, if it were not mixed while frames are encoded", "share of wall"),
    "gate_share": Figure("Quality gate", "share of wall", "<= 0.05"),
    "gate_cpu_share": Figure("Quality gate", "share of CPU", "<= 0.05"),
    "gate_decode_ms": Figure("CPU of the gate's decode, 1080p, with the packets' hashes", "ms a frame", "<= 2.2"),
    "jitter_rms_px": Figure("Jitter, worst of zoom, pan and push", "px RMS", "<= 0.005"),
    "jitter_worst_px": Figure("Worst single step of any move", "px", "<= 0.02"),
    "jitter_backward": Figure("Steps against the direction of the move", "steps", "<= 0"),
    "psnr_y_db": Figure("PSNR of composed Y before encoding, worst move", "dB", ">= 52"),
    "vmaf_default": Figure("VMAF of FINAL as it comes, against raw frames", "VMAF", ">= 96.5"),
    "vmaf_cpu_vs_faster18": Figure("CPU of FINAL as it comes against preset faster at CRF 18", "x", "<= 1.0"),
    "peak_mb_1080p": Figure("Peak memory of the process tree, 1080p", "MB", "<= 500"),
    "peak_mb_4k": Figure("Peak memory of the process tree, 4K", "MB", "<= 1100"),
    "memory_10min_over_1min": Figure("Peak memory, 10 min video against 1 min", "x", "<= 1.03"),
    "memory_5min_over_1min": Figure("Peak memory, 5 min video against 1 min", "x", "<= 1.03"),
    "job_wall_over_length": Figure("Whole job of 60 s, from a topic to the checked video", "x its length", "<= 0.75"),
    "job_wall_over_renderer": Figure("The same against its render alone, wall", "x", "<= 1.08"),
    "job_cpu_over_renderer": Figure("The same against its render alone, CPU seconds", "x", "<= 1.05"),
    "peak_mb_job": Figure("Peak memory of the whole job's process tree", "MB", "<= 700"),
    "tasks_4_over_1": Figure("Four tasks on four such machines against one", "share of wall", "<= 0.28"),
    "tasks_10_over_1": Figure("Ten tasks on ten such machines against one", "share of wall", "<= 0.14"),
    "tasks_same_frames": Figure("Four tasks decode to the same frames as one", "1 = yes", ">= 1"),
    "race_remotion": Figure("Race: wall of Remotion's CLI, as it comes, against our renderer", "x", ">= 6.5"),
    "race_remotion_fast": Figure("The same with our x264 preset and CRF", "x", ">= 6.5"),
    "race_hyperframes": Figure("Race: HyperFrames, as it comes", "x", ">= 8"),
    "race_hyperframes_fast": Figure("The same in draft quality, its fastest", "x", ">= 8"),
    "race_editly": Figure("Race: editly, as it comes", "x", ">= 4.8"),
    "race_editly_fast": Figure("The same with our x264 preset and CRF", "x", ">= 4.8"),
    "race_moviepy": Figure("Race: MoviePy 2, as it comes", "x", ">= 9"),
    "race_moviepy_fast": Figure("The same with our x264 preset and CRF", "x", ">= 9"),
    "race_zoompan_same": Figure("Race: zoompan-8k graph with x264's own threads, our x264 settings", "x", ">= 1.5"),
    "race_zoompan_medium": Figure("The same at medium CRF 18, against ours at medium", "x", ">= 1.15"),
    "race_zoompan_default": Figure("The same at its default quality, veryfast CRF 17", "x", ">= 1.9"),
    "race_job": Figure("Race: our whole job against our renderer, wall a second of video", "x", "<= 1.08"),
    "baseline_wall": Figure("FINAL against the build of commit 0550582, wall, same run", "x", "<= 0.62"),
    "baseline_cpu": Figure("The same by CPU seconds", "x"),
    "baseline_vmaf": Figure("VMAF of FINAL minus that of the same build, against ideal frames", "VMAF", ">= 0"),
    "baseline_size": Figure("Size of FINAL against that of the same build", "x", "<= 1.2"),
    "segments_size": Figure("Size as segments against one encode", "x", "<= 1.02"),
}


@dataclass
class Figures:
    """Collect figures and write them to ``folder``."""

    folder: Path
    title: str
    notes: list[str] = field(default_factory=list)
    values: dict[str, float] = field(default_factory=dict)
    spreads: dict[str, str] = field(default_factory=dict)
    front: list[tuple[str, float, float]] = field(default_factory=list)
    """VMAF and CPU seconds by encoder setting."""

    def set(self, name: str, value: float, spread: object = "") -> None:
        if name not in FIGURES:
            raise KeyError(f"{name} has no row in tests/bench/figures.py")
        self.values[name], self.spreads[name] = float(value), str(spread)
        print(f"    {name} = {value:.4g} {FIGURES[name].unit} {f'({spread})' if spread else ''}", flush=True)

    def note(self, text: str) -> None:
        self.notes.append(text)

    def write(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        values = {
            name: {"value": round(self.values[name], 5), "unit": figure.unit}
            for name, figure in FIGURES.items()
            if name in self.values
        }
        (self.folder / "bench.json").write_text(json.dumps(values, indent=2) + "\n")
        (self.folder / "bench.md").write_text(self._table())

    def _table(self) -> str:
        lines = [f"# {self.title}", "", "| what | figure | spread | limit | reached |", "|---|---|---|---|---|"]
        for name, figure in FIGURES.items():
            limit = figure.limit.replace("<=", "≤").replace(">=", "≥")
            if name not in self.values:
                lines.append(f"| {figure.what} (`{name}`) | not measured | | {limit} | |")
                continue
            value = self.values[name]
            verdict = {True: "yes", False: "**no**", None: ""}[figure.is_reached(value)]
            figure_text = f"{value:.4g} {figure.unit}"
            lines.append(f"| {figure.what} (`{name}`) | {figure_text} | {self.spreads[name]} | {limit} | {verdict} |")
        if self.front:
            lines += ["", "| encoder | VMAF | CPU s |", "|---|---|---|"]
            lines += [f"| {name} | {vmaf:.2f} | {cpu:.1f} |" for name, vmaf, cpu in self.front]
        return "\n".join([*lines, "", *self.notes, ""])
