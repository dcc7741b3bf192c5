"""Run `sutradhar publication`: show, change, cancel and retry what is published or will be."""

import typer

from functions.cli.audit import note_terminal_act
from functions.cli.console import print_line, report_errors
from functions.cli.output import AsJson, print_json
from functions.cli.publication_input import (
    At,
    Description,
    JobOrPublication,
    Playlist,
    Priority,
    Privacy,
    Tag,
    Title,
    To,
    Zone,
    find_meant,
    gather_words,
    list_meant,
    name_options,
    require_priority,
)
from functions.cli.publication_view import print_publication_json, print_publications, print_schedule
from functions.cli.start import begin_command
from sutradhar import bootstrap
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.publishing.publication_answer import PublicationAnswer

app = typer.Typer(help="Show, change, cancel and retry publications.", no_args_is_help=True)


@app.command(no_args_is_help=True)
def show(ident: JobOrPublication, to: To = None, as_json: AsJson = False) -> None:
    """Show a publication, or the newest one of a job to each destination."""
    with report_errors():
        begin_command()
        publications = list_meant(bootstrap.services(), ident, to)
    if as_json:
        print_json({"publications": [PublicationAnswer.describe(one) for one in publications]})
    else:
        print_publications(publications)


@app.command(no_args_is_help=True)
def change(  # noqa: PLR0913, PLR0917 - Typer reads one argument for each option
    ident: JobOrPublication,
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
    """Change the words or the time of a publication; what is not given stays.

    A video that is there already is changed there. An empty text removes the description, the tags or the playlist.
    """
    from sutradhar.pipeline.publishing.orders import change_as_asked

    words = gather_words(title, description, tag, privacy, playlist)
    with report_errors(), name_options():
        begin_command()
        if not words and (at, zone, priority) == (None, None, None):
            raise InvalidRequest([FieldError("title", "or another option must be given: it says what changes")])
        require_priority(priority)
        services = bootstrap.services()
        one = find_meant(services, ident, to, lambda one: one.state not in ("failed", "canceled"))
        changed = change_as_asked(services, one.id, None, words, time_text=at, zone=zone, priority=priority)
        note_terminal_act("change_publication", changed.job_id, publication_id=changed.id)
    if as_json:
        print_publication_json(changed)
    elif changed.has_ended:
        print_line(f"{changed.id} is changed; `sutradhar serve` brings the new words to {changed.destination}.")
    else:
        print_schedule(changed)


@app.command(no_args_is_help=True)
def cancel(ident: JobOrPublication, to: To = None, as_json: AsJson = False) -> None:
    """Cancel a publication before its upload. Its video and its job stay."""
    from sutradhar.pipeline.publishing.schedule import cancel_publication

    with report_errors(), name_options():
        begin_command()
        services = bootstrap.services()
        one = find_meant(services, ident, to, lambda one: not one.has_ended)
        canceled = cancel_publication(services, one.id, None)
        note_terminal_act("cancel_publication", canceled.job_id, publication_id=canceled.id)
    if as_json:
        print_publication_json(canceled)
    else:
        print_line(f"{canceled.id} is canceled.")


@app.command(no_args_is_help=True)
def retry(ident: JobOrPublication, to: To = None, as_json: AsJson = False) -> None:
    """Try a failed publication again, from where it stopped; `sutradhar publish JOB` then does it at once."""
    from sutradhar.pipeline.publishing.schedule import retry_publication

    with report_errors(), name_options():
        begin_command()
        services = bootstrap.services()
        one = find_meant(services, ident, to, lambda one: one.state == "failed")
        publication = retry_publication(services, one.id, None)
        note_terminal_act("retry_publication", publication.job_id, publication_id=publication.id)
    if as_json:
        print_publication_json(publication)
    else:
        again = f"sutradhar publish {publication.job_id} --to {publication.destination}"
        print_line(f"{publication.id} is tried again by `sutradhar serve`; `{again}` does it now.")
