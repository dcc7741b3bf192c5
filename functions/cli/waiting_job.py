"""Show a user the plan of a job that waits for approval, with its narrations to listen to and the cost of the rest."""

from collections.abc import Mapping
from pathlib import Path

from functions.cli.console import console, print_line
from functions.cli.estimate_table import make_estimate_table
from functions.cli.output import add_row, format_time, make_table
from sutradhar import bootstrap
from sutradhar.domain.assets.asset import SAMPLE_RATE, Asset
from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.plan.plan import RenderPlan


def show_review(job: Job, folder: Path) -> list[Path]:
    """Write the narrations of ``job`` into ``folder``, print its plan and the cost of the rest; return the files."""
    from sutradhar.pipeline.review import read_plan

    view = read_plan(bootstrap.services(), job.id)
    narrations = {Slot.narration(scene): asset for scene, asset in sorted(view.narrations.items())}
    files = _write_narrations(job, {**narrations, **view.further_narrations}, folder)
    _print_scenes(job.current_plan, view.narrations)
    for path in files:
        print_line(f"  {path}")
    if view.cost.lines:
        print_line("The rest would cost:")
        console.print(make_estimate_table(view.cost))
    else:
        print_line("The rest costs nothing.")
    return files


def print_ways_on(job: Job) -> None:
    """Tell until when ``job`` waits, and how a user goes on with it."""
    until = f" until {format_time(job.waits_until)}" if job.waits_until else ""
    print_line(f"{job.id} waits for your approval{until}.")
    print_line(f"`sutradhar approve {job.id}` lets it go on; then the same `make` command finishes it.")
    print_line(f"`sutradhar cancel {job.id}` stops it. PATCH /render/{job.id}/plan changes the plan.")


def _print_scenes(plan: RenderPlan, narrations: Mapping[int, Asset]) -> None:
    print_line((plan.title or "The plan", "bold"))
    table = make_table("scene", "narration", "image", "seconds")
    for index, scene in enumerate(plan.scenes):
        narration = narrations.get(index)
        seconds = scene.duration_sec or (narration.samples / SAMPLE_RATE if narration else None)
        image = scene.image_prompt or ("your own clip" if scene.clip else "your own image")
        add_row(table, str(index + 1), scene.narration, image, f"{seconds:.1f}" if seconds else "")
    console.print(table)


def _write_narrations(job: Job, narrations: Mapping[Slot, Asset], folder: Path) -> list[Path]:
    blobs, files = bootstrap.backend().blobs, []
    folder.mkdir(parents=True, exist_ok=True)
    for slot, asset in narrations.items():
        language = f"-{slot.language}" if slot.language else ""
        path = folder / f"{job.id}-narration-{(slot.scene or 0) + 1:02d}{language}.wav"
        path.write_bytes(blobs.get(asset.blob))
        files.append(path)
    return files
