"""Show the progress of `sutradhar make`: a bar for each step, and the time left."""

from collections.abc import Mapping
from time import monotonic
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn
from rich.text import Text

from functions.cli.console import print_note
from functions.cli.time_left import TimeLeft
from sutradhar import bootstrap
from sutradhar.domain.assets.asset import Asset
from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.assets.specs import AssetKind
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.job_status import compute_progress

_ROWS: Mapping[AssetKind, str] = {"image": "images", "narration": "voice", "sound": "sounds", "music": "music"}
_STAGE_WORDS = {
    "picture": "video",
    "sound": "sound",
    "join": "joining",
    "thumbnail": "thumbnail",
    "gate": "checking the file",
    "done": "video",
}


class ProgressView:
    """Draw bars on a terminal; elsewhere print a line at the end of each step. Use it as a context manager and call
    ``show`` often."""

    def __init__(self, console: Console, video_sec: float) -> None:
        self._console, self._video_sec = console, video_sec
        self._bars = Progress(
            SpinnerColumn(finished_text="[green]✓"),
            TextColumn("{task.description:<18}"),
            BarColumn(bar_width=32),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}"),
            console=console,
        )
        self._rows: dict[str, TaskID] = {"plan": self._bars.add_task("story", total=1, note="")}
        self._live = Live(console=console, refresh_per_second=5, transient=False)
        self._left: TimeLeft | None = None
        self._reported: set[str] = set()
        self._noted: set[str] = set()

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def show(self, job: Job, finished_assets: Mapping[Slot, Asset]) -> None:
        """Show the state of the job, and print its new notices. ``finished_assets``: by slot."""
        for notice in job.notices:
            if notice not in self._noted:
                self._noted.add(notice)
                print_note(notice)
        now, done = monotonic(), compute_progress(job, len(finished_assets))
        self._left = self._left or TimeLeft(
            bootstrap.estimate_job(job.requested_plan, self._video_sec).wait_sec, now, done
        )
        self._row("plan", "story", int(job.plan is not None), 1)
        for kind, word in _ROWS.items():
            slots = [r.slot for r in job.requests if r.kind == kind]
            if slots:
                self._row(kind, word, sum(slot in finished_assets for slot in slots), len(slots))
        if job.state in (JobState.RENDERING, JobState.SUCCEEDED):
            at = job.progress
            ended = job.state is JobState.SUCCEEDED
            total = at.total if at else 1
            stage_words = "" if ended or at is None else _STAGE_WORDS.get(at.stage, at.stage)
            self._row("video", "video", total if ended else at.done if at else 0, total, stage_words)
        if self._console.is_terminal:
            self._live.update(self._draw(job, done, now))

    def _row(self, key: str, word: str, done: int, total: int, note: str = "") -> None:
        if key not in self._rows:
            self._rows[key] = self._bars.add_task(word, total=total, note=note)
        self._bars.update(self._rows[key], completed=done, total=total, note=note)
        if done == total and not self._console.is_terminal and key not in self._reported:
            self._reported.add(key)
            self._console.print(f"  {word}: done", highlight=False)

    def _draw(self, job: Job, done: float, now: float) -> RenderableType:
        if job.state.is_terminal or self._left is None:
            return self._bars
        left = self._left.seconds(done, now)
        return Group(self._bars, Text(f"  {done:4.0%}, about {_format_seconds(left)} left", style="dim"))


def _format_seconds(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
