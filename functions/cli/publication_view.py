"""Print publications for people."""

from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from functions.cli.console import print_line, print_note
from functions.cli.output import add_row, format_time, join_words, make_table, print_json, print_table, style_state
from functions.cli.running_servers import list_servers
from sutradhar import bootstrap
from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.publishing.publication import Publication
from sutradhar.domain.publishing.publication_answer import PublicationAnswer
from sutradhar.domain.publishing.schedule_time import read_zone
from sutradhar.pipeline.publishing.rates import read_rate
from sutradhar.pipeline.publishing.schedule import LOOK_AHEAD


def get_local_time(publication: Publication) -> datetime:
    """Return the time of the publication in its own zone."""
    return publication.publish_at.astimezone(read_zone(publication.zone))


def format_local_time(publication: Publication) -> str:
    """Return the time of the publication: ``Thu 24 December 2026, 18:30 (Asia/Kolkata)``."""
    return f"{get_local_time(publication):%a %-d %B %Y, %H:%M} ({publication.zone})"


def name_place(url: str) -> str:
    """Return the URL of a video, or the path of a folder of this machine."""
    parts = urlsplit(url)
    return str(Path(unquote(parts.path))) if parts.scheme == "file" else url


def is_gone(publication: Publication) -> bool:
    """Return whether the video was published into a folder of this machine and is not there any more."""
    is_local = publication.url.startswith("file:") and publication.state == "published"
    return is_local and not Path(name_place(publication.url)).exists()


def print_publication_json(publication: Publication) -> None:
    """Print what `GET /publications/ID` tells; its URLs are relative to the API."""
    print_json(PublicationAnswer.describe(publication))


def print_schedule(publication: Publication) -> None:
    """Tell when a publication happens, and what has to run for it."""
    print_line(
        f"{publication.id}: “{publication.details.title}” goes to {publication.destination} on"
        f" {format_local_time(publication)}."
    )
    for text in publication.notices:
        print_note(text)
    services = bootstrap.services()
    if bootstrap.settings().process.backend != "local":
        return
    job = services.jobs.get(publication.job_id)
    if not job.state.is_terminal:
        print_line(f"Its job {publication.job_id} is not finished yet; the publication waits for it.")
    when, size = "at that minute", job.result.size if job.result else None
    rate = read_rate(services, publication.destination)
    if lead_time := services.providers.destinations[publication.destination].get_lead_time(size or 0, rate):
        start = get_local_time(publication) - (LOOK_AHEAD if size is None else lead_time)
        when = f"from {start:%H:%M} until then, since the upload comes first"
    servers = list_servers(bootstrap.settings().home)
    if servers:
        print_line(f"The server on {servers[0].url} does it; it must run {when}.")
    else:
        print_line(f"`sutradhar serve` must run {when}: on this machine nothing else publishes it.")


def print_outcome(publication: Publication) -> None:
    """Tell what became of a publication: the place of its video on standard output, and the words about it beside."""
    for text in publication.notices:
        print_note(text)
    failure = publication.failure
    if publication.state == "published":
        print_line((f"“{publication.details.title}” is published on {publication.destination}.", "green"))
        print(name_place(publication.url))
    elif publication.state == "failed" and failure:
        print_line((f"{publication.id} failed ({failure.reason}):", "red"), " ", failure.cause)
        print_line(f"What to do: {failure.advice}")
        if failure.reason != "job_failed":  # then it goes on with its job
            print_line(f"`sutradhar publication retry {publication.id}` tries it again.")
    elif publication.state == "canceled":
        print_line(f"{publication.id} is canceled.")
    else:
        print_waiting(publication)


def print_waiting(publication: Publication) -> None:
    """Tell why a publication that is due is not made yet, and when it goes on."""
    job = bootstrap.services().jobs.get(publication.job_id)
    if job.state is JobState.AWAITING_APPROVAL:
        print_line(f"{publication.id} waits for its job, and the job for you: `sutradhar approve {job.id}`.")
        return
    why = f" after {publication.failure.cause}" if publication.failure else ""
    at = f" at {format_time(publication.due_at)}" if publication.due_at else ""
    is_local = bootstrap.settings().process.backend == "local"
    show = f"`sutradhar publication show {publication.id}` shows it"
    print_line(f"{publication.id} goes on{at}{why}. {'`sutradhar serve` must run then' if is_local else show}.")


def print_publications(publications: list[Publication]) -> None:
    """Print all about the publications, each in a table of its own."""
    for one in publications:
        table = make_table("publication", one.id)
        table.columns[1].overflow = "fold"  # the path of a folder is copied whole
        for name, value in _list_facts(one):
            if value:
                add_row(table, name, style_state(value) if name == "state" else value)
        print_table(table, "")


def _list_facts(one: Publication) -> list[tuple[str, str]]:
    details, failure = one.details, one.failure
    new_time = f"{format_time(one.requested_publish_at)}, once {one.destination} has taken it"
    return [
        ("job", one.job_id),
        ("to", one.destination),
        ("state", one.state),
        ("time", format_local_time(one)),
        ("published", format_time(one.published_at)),
        ("new time", new_time if one.requested_publish_at else ""),
        ("title", details.title),
        ("description", details.description),
        ("tags", join_words(details.tags)),
        ("privacy", details.privacy),
        ("playlist", details.playlist or ""),
        ("priority", str(one.priority) if one.priority else ""),
        ("place", name_place(one.url) if one.url else ""),
        ("failure", f"{failure.reason}: {failure.cause}" if failure else ""),
        ("what to do", failure.advice if failure else ""),
        ("next try", format_time(one.due_at) if failure and not one.has_ended else ""),
        ("notices", "\n".join(one.notices)),
    ]
