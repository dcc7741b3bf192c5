"""Run `sutradhar make`: an idea or a plan becomes a finished video."""

import os
import shutil
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from functions.cli.console import console, errors, print_failure, stoppable
from functions.cli.options import (
    Aspect,
    Language,
    Length,
    Mode,
    PlanFile,
    Providers,
    Resolution,
    Seed,
    Style,
    Topic,
    Voice,
    choose_providers,
)
from functions.cli.plan_input import wanted_plan
from sutradhar import bootstrap, telemetry
from sutradhar.domain.job import Job, JobState
from sutradhar.domain.plan import RenderPlan
from sutradhar.domain.price import usd
from sutradhar.domain.view import stand_ins


def make(
    topic: Topic = None,
    plan_file: PlanFile = None,
    out: Annotated[Path, typer.Option(help="Where the files go.")] = Path("out"),
    language: Language = None,
    length: Length = 60,
    voice: Voice = "F",
    aspect: Aspect = "16:9",
    style: Style = "",
    seed: Seed = 0,
    resolution: Resolution = "1080p",
    mode: Mode = "FINAL",
    providers: Providers = None,
) -> None:
    """Make a video and wait for it. Started again after a stop or a failure, it goes on from what is already made."""
    with errors():
        choose_providers(providers)
        wanted = wanted_plan(topic, plan_file, language, length, voice, aspect, style, seed, resolution, mode)
        job = _make(wanted)
        if job.state is not JobState.SUCCEEDED:
            print_failure(job)
            raise typer.Exit(1)
        files = _deliver(job, out)
        _print_cost(job)
    for notice in job.notices:
        console.print(f"[yellow]note:[/] {escape(notice)}")
    for path in files:
        print(path)


def _make(wanted: RenderPlan) -> Job:
    from functions import local
    from functions.cli.progress_view import ProgressView
    from sutradhar.pipeline.produce import made

    telemetry.write_to(bootstrap.settings().home / "sutradhar.log")
    with stoppable(), local.at_work():
        services = bootstrap.services()
        job = _begin(wanted)
        # a job that an earlier process left may just have ended, so it is looked at once in any case
        with ProgressView(console, wanted.length_sec) as view:
            while True:
                job = services.jobs.get(job.id)
                view.show(job, made(services, job) if not job.assets else job.assets)
                if job.state.over:
                    return job
                time.sleep(0.2)  # the rate at which the picture on the terminal is drawn anew


def _begin(wanted: RenderPlan) -> Job:
    """The job for ``wanted``: the one that was stopped or failed, if there is one, else a new one."""
    from sutradhar.pipeline.submit import request_hash, retry, submit

    services = bootstrap.services()
    digest = request_hash(wanted)
    before = next((j for j in services.jobs.latest(100).jobs if j.request_hash == digest), None)
    if before and before.state is JobState.FAILED:
        console.print(f"Going on with {before.id}, which had failed.")
        return retry(services, before.id)
    if before and not before.state.over:
        console.print(f"Going on with {before.id}.")
        return before
    return submit(services, wanted, limits=bootstrap.settings().terminal_limits)[0]


def _deliver(job: Job, out: Path) -> list[Path]:
    """Copy the finished files to ``out``, each whole or not at all."""
    assert job.result is not None
    wanted = {
        "video.mp4": job.result.video, "thumbnail.png": job.result.thumbnail, "job_summary.json": job.result.summary,
        "provenance.json": job.result.provenance,
        **{f"captions.{language}.srt": files.srt for language, files in job.result.captions.items()},
        **{f"captions.{language}.vtt": files.vtt for language, files in job.result.captions.items()},
    }  # fmt: skip
    out.mkdir(parents=True, exist_ok=True)
    for name, blob in wanted.items():
        half = out / f".{name}.{os.getpid()}"
        try:
            shutil.copyfile(bootstrap.backend().blobs.fetch(blob, half), half)
            half.replace(out / name)
        finally:
            half.unlink(missing_ok=True)
    return [out / name for name in wanted]


def _print_cost(job: Job) -> None:
    from sutradhar.domain.ledger import job_account
    from sutradhar.pipeline.purchase import account

    paid = account(bootstrap.backend().records, job_account(job.id))
    for line in stand_ins(job.assets):
        console.print(f"[yellow]note:[/] {escape(line)}")
    if paid.charges:
        console.print(f"Paid to vendors: {usd(paid.spent):.4f} USD (estimated {usd(job.estimated):.4f}).")
