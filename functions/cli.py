"""`sutradhar`: the same entry points from a terminal."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from functions import keys
from functions.plan_file import wanted_plan
from functions.terminal import console, errors, stoppable
from sutradhar import bootstrap, telemetry
from sutradhar.domain.errors import NotInstalled
from sutradhar.domain.job import Job, JobState
from sutradhar.domain.plan import RenderPlan
from sutradhar.domain.price import usd
from sutradhar.domain.view import fraction_done, stand_ins, state_word

app = typer.Typer(
    help="An idea in, a finished video out: written, illustrated, narrated, captioned, scored and checked.",
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
)  # fmt: skip
app.add_typer(keys.app, name="keys")
Topic = Annotated[str | None, typer.Argument(help="What the video is about, in English or Hindi.")]
PlanFile = Annotated[Path | None, typer.Option("--plan", help="A RenderPlan as JSON; - reads it from standard input.")]
Language = Annotated[str | None, typer.Option(help="Of the narration: en or hi. Default: read off the topic.")]
Length = Annotated[int, typer.Option(help="Seconds of video to aim for.", min=5, max=600)]
Voice = Annotated[str, typer.Option(help="F, M, or a provider and its own voice: elevenlabs/ID.")]
Aspect = Annotated[str, typer.Option(help="16:9, 9:16 or 1:1.")]
Style = Annotated[str, typer.Option(help="Of the pictures, in words: watercolor, cinematic, paper cut ...")]
Seed = Annotated[int, typer.Option(help="Another number, other pictures and words.")]
Resolution = Annotated[str, typer.Option(help="720p, 1080p or 4k.")]
Providers = Annotated[
    str | None, typer.Option(help="Whom to buy from, in this order: openai,elevenlabs,gemini. Default: who has a key.")
]
Mode = Annotated[str, typer.Option(help="FINAL, or PROXY for a quick look in 720p.")]


class ServedBackend(StrEnum):
    LOCAL = "local"
    EMULATORS = "gcp-emulators"


@app.command()
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
        _choose(providers)
        wanted = wanted_plan(topic, plan_file, language, length, voice, aspect, style, seed, resolution, mode)
        job = _make(wanted)
        if job.state is not JobState.SUCCEEDED:
            _say_why(job)
            raise typer.Exit(1)
        files = _deliver(job, out)
        _say_cost(job)
    for notice in job.notices:
        console.print(f"[yellow]note:[/] {notice}")
    for path in files:
        print(path)


@app.command()
def plan(
    topic: Topic = None,
    plan_file: PlanFile = None,
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
    """Write the scenes and print them as a RenderPlan, ready to change and to give to `make --plan`. Makes nothing."""
    with errors():
        _choose(providers)
        telemetry.write_to(bootstrap.settings().home / "sutradhar.log")
        wanted = wanted_plan(topic, plan_file, language, length, voice, aspect, style, seed, resolution, mode)
        written = bootstrap.services().planner.plan(wanted).plan
        _say_estimate(written)
    print(json.dumps(written.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False, indent=2))


@app.command()
def upload(
    files: Annotated[list[Path], typer.Argument(help="Videos, pictures and sound files of your own.")],
) -> None:
    """Keep files for plans to name by the ids that are printed: `scenes[].clip`, `scenes[].image`, `music.upload`."""
    from sutradhar.pipeline.uploads import bring

    with errors():
        for path in files:
            found = bring(bootstrap.services(), path)
            facts = found.facts
            assert facts
            size = f"{facts.width}x{facts.height}" if facts.width else ""
            length = f"{facts.duration_sec:.1f} s" if facts.duration_sec else ""
            console.print(f"{path}: {facts.kind} {size} {length}".rstrip())
            print(found.id)


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="Of the HTTP API.")] = 8080,
    host: Annotated[
        str, typer.Option(help="Without API keys (`sutradhar keys add`) only this machine is let in.")
    ] = "127.0.0.1",
    backend: Annotated[
        ServedBackend, typer.Option(help="`gcp-emulators`: all of Google Cloud, emulated; it forgets everything.")
    ] = ServedBackend.LOCAL,
) -> None:
    """Serve the HTTP API (functions-framework) and do the work behind it, until Ctrl-C."""
    from functions import local
    from sutradhar.pipeline import access

    if backend is ServedBackend.EMULATORS:
        if host != "127.0.0.1":
            raise typer.BadParameter("the emulated cloud is on 127.0.0.1 only", param_hint="--host")
        with errors("Everything that was in the emulated cloud is gone."), stoppable():
            _serve_emulated(port)
    main_file = Path(__file__).with_name("main.py")
    where = [f"--source={main_file}", f"--host={host}", f"--port={port}"]
    argv = [sys.executable, "-m", "functions_framework", "--target=api", *where]
    env = {**os.environ, "SUTRADHAR_HOME": str(bootstrap.settings().home)}
    with errors(), stoppable(), local.at_work():
        server = subprocess.Popen(argv, env=env, start_new_session=True)
        let_in = "whoever has an API key" if access.keys(bootstrap.backend().records) else "this machine only"
        console.print(f"Sutradhar on http://{host}:{port} (Ctrl-C stops it), for {let_in} (`sutradhar keys`).")
        try:
            code = server.wait()
            raise typer.Exit(code or 1)
        finally:
            server.terminate()
            server.wait()


def _serve_emulated(port: int) -> None:
    try:
        from functions.emulated.cloud import EmulatedCloud
    except ModuleNotFoundError as exc:
        raise NotInstalled(f"{exc.name}, of the emulated cloud,", advice="pip install -e '.[emulators]'") from exc

    home = bootstrap.settings().home / "emulated"
    console.print("Bringing up Firestore, Pub/Sub, Cloud Storage, Cloud Run and seven functions ...")
    with EmulatedCloud(home, port, settings=bootstrap.settings().vendor_environment) as cloud:
        console.print(f"Sutradhar on {cloud.url} (Ctrl-C stops it). Logs: {home / 'logs'}")
        for name, value in sorted(cloud.env.items()):
            if name.endswith(("_HOST", "_ENDPOINT", "_PROJECT", "_BUCKET")):
                console.print(f"  {name}={value}", soft_wrap=True)
        threading.Event().wait()


@app.command()
def status(job_id: Annotated[str | None, typer.Argument(help="One job; without it, the newest ones.")] = None) -> None:
    """Show a job, or the newest jobs."""
    with errors():
        backend = bootstrap.backend()
        jobs = [backend.jobs.get(job_id)] if job_id else backend.jobs.latest().jobs
        table = Table("job", "title", "state", "done", "made")
        for job in jobs:
            ready = len(backend.assets.get_many(r.key for r in job.requests))
            title = (job.plan or job.wanted).title or job.wanted.topic or ""
            made = f"{ready} of {len(job.requests)}" if job.requests else ""
            table.add_row(job.id, title, state_word(job), f"{fraction_done(job, ready):.0%}", made)
        Console(highlight=False).print(table if jobs else 'No jobs yet: `sutradhar make "Prahlad"` makes the first.')
        if job_id and jobs[0].error:
            _say_why(jobs[0])


@app.command()
def doctor(
    providers: Annotated[bool, typer.Option("--providers", help="Ask each vendor whether its key works, too.")] = False,
) -> None:
    """Say what this machine has and lacks, and how to get it."""
    with errors():
        telemetry.write_to(bootstrap.settings().home / "sutradhar.log")
        found = [*bootstrap.checks(), *(bootstrap.provider_checks() if providers else ())]
    table = Table("", "what", "found", "to get it")
    for check in found:
        mark = "[green]✓[/]" if check.ok else "[red]✗[/]" if check.needed else "[yellow]–[/]"
        table.add_row(mark, check.name, check.detail, check.advice)
    Console(highlight=False).print(table)
    if not all(c.ok for c in found if c.needed):
        raise typer.Exit(1)


def _choose(providers: str | None) -> None:
    """As the environment would, before anything has read it."""
    if providers is not None:
        os.environ["PROVIDERS"] = providers


def _make(wanted: RenderPlan) -> Job:
    from functions import local
    from functions.progress import ProgressView
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
    return submit(services, wanted)[0]


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


def _say_estimate(written: RenderPlan) -> None:
    from sutradhar.pipeline.estimate import estimate

    found = estimate(bootstrap.services(), written)
    if found.lines:
        table = Table("what", "by", "about", "at most")
        for line in found.lines:
            table.add_row(
                line.slot, f"{line.provider} {line.model}", f"{usd(line.likely):.4f}", f"{usd(line.most):.4f}"
            )
        table.add_row("in all, in USD", "", f"{usd(found.likely):.4f}", f"{usd(found.most):.4f}")
        console.print(table)


def _say_cost(job: Job) -> None:
    from sutradhar.domain.ledger import job_account
    from sutradhar.pipeline.purchase import account

    paid = account(bootstrap.backend().records, job_account(job.id))
    for line in stand_ins(job.assets):
        console.print(f"[yellow]note:[/] {escape(line)}")
    if paid.charges:
        console.print(f"Paid to vendors: {usd(paid.spent):.4f} USD (estimated {usd(job.estimated):.4f}).")


def _say_why(job: Job) -> None:
    error = job.error
    if error is None:
        console.print(f"{job.id} was cancelled.")
        return
    where = f" in scene {error.scene + 1}" if error.scene is not None else ""
    console.print(f"[red]{job.id} failed at {error.stage}{where}:[/] {error.cause}")
    if error.kept:
        console.print(f"Kept: {error.kept}.")
    console.print(f"What to do: {error.advice or 'run the same command again'}")


def main() -> None:
    app()


if __name__ == "__main__":
    main()
