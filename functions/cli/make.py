"""Run `sutradhar make`: turn an idea or a plan into a finished video."""

from pathlib import Path
from typing import Annotated

import typer

from functions.cli.audit import describe_terminal_act, note_terminal_act
from functions.cli.console import console, handle_signals, print_failure, print_line, print_note, report_errors
from functions.cli.jobs import describe_job
from functions.cli.options import Out, PlanOptions, choose_providers, name_given_options, take_plan_options
from functions.cli.out_folder import choose_folder, deliver_files, deliver_refused, prepare_out
from functions.cli.output import AsJson, print_json
from functions.cli.plan_input import load_plan
from functions.cli.plan_question import ask_about_plan, can_ask
from functions.cli.publication_view import is_gone, print_outcome, print_schedule
from functions.cli.start import LOG_NAME, prepare_home
from functions.cli.waiting_job import print_ways_on, show_review
from gpu_renderer.core.segments import ENGINE_VERSION
from sutradhar import bootstrap, telemetry
from sutradhar.domain.billing.price import usd
from sutradhar.domain.core.audit import AuditEntry
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.job_status import summarize_fallbacks
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.publishing.publication import Publication
from sutradhar.domain.video.quality_gate import gate_versions
from sutradhar.pipeline.services import Services

Review = Annotated[
    bool,
    typer.Option(
        "--review", help="Show the plan, its narrations and the cost, and ask, before the rest is made and paid for."
    ),
]


@take_plan_options
def make(options: PlanOptions, out: Out = Path("out"), review: Review = False, as_json: AsJson = False) -> None:
    """Make a video and wait for it. After a stop or a failure the same command continues from the finished parts.

    Options beside --plan override the fields of the plan. With --json it prints the job's status with its `files`.
    With --json, or without a terminal, --review asks nothing: the job waits for `sutradhar approve`.
    """
    from sutradhar.pipeline.publishing.store import list_newest_of

    with report_errors():
        choose_providers(options.providers)
        prepare_home()
        folder = prepare_out(out)
        plan = load_plan(options)
        is_asked = not as_json and can_ask()
        with name_given_options(options.overrides):
            jobs = _make(plan.evolve(review=True) if review else plan, folder if is_asked else None)
        job = jobs[0]
        if job.state is JobState.AWAITING_APPROVAL:
            narrations = [] if is_asked else show_review(job, folder)
            print_ways_on(job)
            if as_json:
                print_json({**describe_job(job), "files": [str(path) for path in narrations]})
            return
        files = [path for one in jobs for path in _deliver(one, choose_folder(folder, one, job))]
        publications = [
            note
            for one in jobs
            if one.state is JobState.SUCCEEDED
            for note in list_newest_of(bootstrap.services(), one.id)
        ]
        if as_json:
            print_json({**describe_job(bootstrap.backend().jobs.get(job.id)), "files": [str(path) for path in files]})
        else:
            for path in files:
                print(path)
            _print_publications(publications)
        problems = [note for note in job.versions.values() if note.problem]
        is_whole = not problems and all(one.state is JobState.SUCCEEDED for one in jobs)
        if not is_whole or any(one.state == "failed" for one in publications):
            raise typer.Exit(1)


def _deliver(job: Job, folder: Path) -> list[Path]:
    """Deliver the files of one finished job to ``folder``, and return their paths. Print why another one has none; a
    video that the quality gate refused is delivered under another name."""
    if job.state is not JobState.SUCCEEDED:
        refused_video = _deliver_refused(job, folder)
        print_failure(job, refused_video)
        return [refused_video] if refused_video else []
    files, notes = deliver_files(job, bootstrap.backend(), folder)
    _print_cost(job)
    for text in notes:
        print_note(text)
    return files


def _make(plan: RenderPlan, review_folder: Path | None) -> list[Job]:
    """Return the job for ``plan`` when it has finished, or waits for approval, and the jobs of its other languages.
    ``review_folder``: the user is asked for the approval, and finds the narrations there; None: the user is not
    asked."""
    from functions.cli.job_progress import watch_job
    from functions.cli.progress_view import ProgressView
    from functions.cli.publication_progress import follow_publications
    from functions.cli.version_progress import follow_versions
    from functions.dev import local_runtime
    from sutradhar.pipeline.brands.apply import apply_brand
    from sutradhar.pipeline.own_media import estimate_length

    telemetry.write_to(bootstrap.settings().home / LOG_NAME)
    with handle_signals(), local_runtime.run_worker():
        services = bootstrap.services()
        plan = apply_brand(services, plan)  # now: the video that an earlier brand made is another one
        job = _begin(plan)
        view = ProgressView(console, estimate_length(services, plan))
        while True:
            job = watch_job(job, view)
            if job.state is JobState.SUCCEEDED:
                follow_publications(job)
            if job.state.is_terminal:
                return [job, *follow_versions(job)]
            if review_folder is None:
                return [job]
            show_review(job, review_folder)
            if not ask_about_plan(job):
                return [job]


def _begin(plan: RenderPlan) -> Job:
    """Return the job for ``plan``: one that was stopped or failed, or else a new one."""
    from functions.cli.version_progress import retry_versions
    from sutradhar.pipeline.submit import is_made_for, retry, submit

    services = bootstrap.services()
    latest = services.jobs.list_latest(100).jobs
    earlier = (job for job in latest if is_made_for(job, plan, services.defaults) and not job.files_deleted_at)
    before = next(earlier, None)
    if before and before.error and before.error.refused_by == gate_versions(ENGINE_VERSION):
        print_line(
            f"{before.id} made this plan before, and the quality gate refused its video; it would refuse it again."
        )
        return before
    if before and before.state is JobState.SUCCEEDED and retry_versions(before):
        print_line(f"{before.id} made this video before; its other languages go on.")
        return before
    if before and before.state is JobState.SUCCEEDED and _has_publications(services, before, plan):
        print_line(f"{before.id} made this video before; it is not published twice.")
        return before
    if before and before.state is JobState.FAILED:
        print_line(f"Continuing {before.id}, which had failed.")
        job = retry(services, before.id)
        note_terminal_act("retry_render", job.id)
        return job
    if before and not before.state.is_terminal:
        print_line(f"Continuing {before.id}.")
        return before
    limits = bootstrap.settings().terminal_limits
    return submit(services, plan, limits=limits, describe=_describe_order)[0]


def _has_publications(services: Services, job: Job, plan: RenderPlan) -> bool:
    """Return whether the publications that ``plan`` asks for are there already: the command that waited for them may
    have been stopped. One that was canceled, or whose files were deleted from its folder, is not there."""
    from sutradhar.pipeline.publishing.store import list_newest_of

    there = [one for one in list_newest_of(services, job.id) if one.state != "canceled" and not is_gone(one)]
    asked_for = {one.destination for one in plan.with_defaults(services.defaults).publications}
    return bool(asked_for) and asked_for <= {one.destination for one in there}


def _describe_order(job: Job) -> AuditEntry:
    from sutradhar.pipeline.audit import list_order_facts

    return describe_terminal_act("create_render", job.id, **list_order_facts(job))


def _deliver_refused(job: Job, folder: Path) -> Path | None:
    """Deliver a video that the quality gate refused, so that the user can watch it; return its path."""
    from sutradhar.pipeline.dispatch import render_prefix

    prefix, blobs = render_prefix(job), bootstrap.backend().blobs
    if not job.error or job.error.stage != "quality gate" or not blobs.exists(f"{prefix}/video.mp4"):
        return None
    return deliver_refused(blobs, prefix, folder)


def _print_publications(publications: list[Publication]) -> None:
    """Tell what became of the publications that the plan asks for, and what has to run for later ones."""
    for publication in publications:
        if publication.has_ended or publication.publish_at <= bootstrap.backend().clock.now():
            print_outcome(publication)
        else:
            print_schedule(publication)


def _print_cost(job: Job) -> None:
    from sutradhar.pipeline.billing.accounts import read_job_account

    paid = read_job_account(bootstrap.backend().records, job.id)
    for line in summarize_fallbacks(job.assets):
        print_note(line)
    if paid.charges:
        print_line(f"Paid to providers: {usd(paid.spent):.4f} USD (estimated {usd(job.estimated_micros):.4f}).")
