"""Run `sutradhar publish`: publish the video of a job now, or at a time."""

import typer

from functions.cli.audit import note_terminal_act
from functions.cli.console import handle_signals, print_line, report_errors
from functions.cli.jobs import JobId
from functions.cli.output import AsJson
from functions.cli.publication_input import (
    At,
    Description,
    Playlist,
    Priority,
    Privacy,
    Tag,
    Title,
    To,
    Zone,
    choose_destination,
    gather_words,
    name_options,
    require_priority,
)
from functions.cli.publication_view import print_outcome, print_publication_json, print_schedule
from functions.cli.start import begin_command
from sutradhar import bootstrap
from sutradhar.domain.core.errors import Conflict
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.publishing.publication import Publication
from sutradhar.pipeline.services import Services


def publish(  # noqa: PLR0913, PLR0917 - Typer reads one argument for each option
    job_id: JobId,
    to: To = None,
    at: At = None,
    zone: Zone = None,
    title: Title = None,
    description: Description = None,
    tag: Tag = None,
    privacy: Privacy = None,
    playlist: Playlist = None,
    priority: Priority = None,
    as_json: AsJson = False,
) -> None:
    """Publish the video of a job now and wait for that, or order it for the time --at.

    A job that is not finished is finished first. After a stop the same command goes on. With one destination that is
    set up, --to may be left out.
    """
    words = gather_words(title, description, tag, privacy, playlist)
    with report_errors("The publication stays ordered: run the same command again, or `sutradhar serve`, to go on."):
        begin_command()
        services = bootstrap.services()
        job = services.jobs.get(job_id)
        with name_options():
            require_priority(priority)
            destination = choose_destination(services, to)
            publication = None
            if not words and at is None:
                publication = _find_started(services, job, destination)
            if publication is None:
                publication = _order(services, job, destination, words, at, zone, priority or 0)
        is_now = publication.publish_at <= services.clock.now()
        if is_now and bootstrap.settings().process.backend == "local":
            publication = _carry_out(job, publication)
    if as_json:
        print_publication_json(publication)
    elif is_now:
        print_outcome(publication)
    else:
        print_schedule(publication)
    if publication.state == "failed":
        raise typer.Exit(1)


def _find_started(services: Services, job: Job, destination: str) -> Publication | None:
    """Return the publication that an earlier command ordered for now and that has not ended, and let it be tried now;
    None: there is none."""
    from sutradhar.pipeline.publishing.schedule import retry_publication
    from sutradhar.pipeline.publishing.store import list_publications_of

    newest = next(iter(list_publications_of(services, job.id, destination)[-1:]), None)
    if newest is None or newest.has_ended or newest.publish_at > services.clock.now():
        return None
    print_line(f"Continuing {newest.id}.")
    return retry_publication(services, newest.id, None)


def _order(
    services: Services,
    job: Job,
    destination: str,
    words: dict[str, object],
    at: str | None,
    zone: str | None,
    priority: int,
) -> Publication:
    from sutradhar.pipeline.brands.words import add_brand_words
    from sutradhar.pipeline.publishing.orders import order_publication

    words = add_brand_words(services, job, destination, words, words)
    place = zone or bootstrap.settings().publishing.zone
    try:
        publication = order_publication(services, job, destination, words, time_text=at, zone=place, priority=priority)
    except Conflict as exc:
        raise Conflict(f"{exc}; `sutradhar publication show {job.id}` shows it") from exc
    note_terminal_act("publish_job" if at is None else "schedule_job", job.id, publication_id=publication.id)
    return publication


def _carry_out(job: Job, publication: Publication) -> Publication:
    """Finish the job and publish its video, in this process."""
    from functions.cli.job_progress import finish_job
    from functions.cli.publication_progress import follow_publication
    from functions.dev import local_runtime

    with handle_signals(), local_runtime.run_worker():
        job = finish_job(job)
        return follow_publication(publication) if job.state.is_terminal else publication
