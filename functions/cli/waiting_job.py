"""Tell a user that a job waits for approval, and give out its narrations to listen to."""

from collections.abc import Mapping
from pathlib import Path

from functions.cli.console import print_line
from sutradhar import bootstrap
from sutradhar.domain.assets.asset import Asset
from sutradhar.domain.billing.price import usd
from sutradhar.domain.jobs.job import Job


def show_waiting_job(job: Job, folder: Path) -> list[Path]:
    """Write the narrations of ``job`` into ``folder``, tell the cost of the rest and how to go on; return the files."""
    from sutradhar.pipeline.review import read_plan

    view = read_plan(bootstrap.services(), job.id)
    files = _write_narrations(job, view.narrations, folder)
    print_line(f"{job.id} waits for your approval. Its narrations:")
    for path in files:
        print_line(f"  {path}")
    if view.cost.lines:
        print_line(f"The rest would cost about {usd(view.cost.expected_cost):.4f} USD.")
    print_line(f"`sutradhar approve {job.id}` lets it go on; then the same `make` command finishes it.")
    print_line(f"`sutradhar cancel {job.id}` stops it. PATCH /render/{job.id}/plan changes the plan.")
    return files


def _write_narrations(job: Job, narrations: Mapping[int, Asset], folder: Path) -> list[Path]:
    blobs, files = bootstrap.backend().blobs, []
    for scene, asset in sorted(narrations.items()):
        path = folder / f"{job.id}-narration-{scene + 1:02d}.wav"
        path.write_bytes(blobs.get(asset.blob))
        files.append(path)
    return files
