"""Define the options of the commands that publish, and find the publication that a user means."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from functions.cli.jobs import complete_job
from functions.cli.options import read_whole
from sutradhar import bootstrap
from sutradhar.domain.core.errors import FieldError, InvalidRequest, NotFound
from sutradhar.domain.publishing.publication import Publication
from sutradhar.pipeline.publishing.store import PUBLICATIONS, get_publication, list_newest_of
from sutradhar.pipeline.services import Services


def complete_destination(incomplete: str) -> list[str]:
    """Return the destinations whose name begins with ``incomplete``, for the completion of a shell."""
    return [name for name in sorted(bootstrap.services().providers.destinations) if name.startswith(incomplete)]


def complete_publication(incomplete: str) -> list[tuple[str, str]]:
    """Return the newest jobs and publications whose id begins with ``incomplete``, each with its title."""
    if not incomplete.startswith("pub"):
        return complete_job(incomplete)
    try:
        newest = bootstrap.backend().documents.list(PUBLICATIONS, limit=20).records
    except Exception:  # a message of ours in the middle of a typed line helps no user
        return []
    return [(one.id, f"{one.state}: {one.details.title}") for one in newest if one.id.startswith(incomplete)]


At = Annotated[
    str | None,
    typer.Option(metavar="TIME", help='Such as "2026-12-24 18:30", or with an offset "2026-12-24 18:30+05:30".'),
]
Zone = Annotated[
    str | None, typer.Option(metavar="ZONE", help="The IANA zone of --at, such as Asia/Kolkata. Default: SCHEDULE_TZ.")
]
Title = Annotated[str | None, typer.Option(help="At most 100 characters. Default: the video's title.")]
Description = Annotated[str | None, typer.Option(help="Chapters and credits are added. Default: the plan's.")]
Tag = Annotated[list[str] | None, typer.Option(help="Once for each tag. Default: the plan's.")]
Privacy = Annotated[str | None, typer.Option(help="public, unlisted or private. Default: public.")]
Playlist = Annotated[str | None, typer.Option(metavar="ID", help="The id of a playlist of the channel.")]
Priority = Annotated[
    int | None,
    typer.Option(parser=read_whole, metavar="NUMBER", help="A higher one gets a day's quota first, -100 to 100."),
]
To = Annotated[
    str | None,
    typer.Option(metavar="DESTINATION", help="folder, youtube ...", autocompletion=complete_destination),
]
JobOrPublication = Annotated[
    str,
    typer.Argument(
        metavar="ID", help="A job, or a publication that `calendar` lists.", autocompletion=complete_publication
    ),
]
_OPTIONS = {"iso_datetime": "--at", "timezone": "--zone", "destination": "--to", "tags": "--tag"}


def gather_words(
    title: str | None, description: str | None, tags: list[str] | None, privacy: str | None, playlist: str | None
) -> dict[str, Any]:
    """Return the words that are given. An empty text takes the playlist or the description away."""
    texts = {"title": title, "description": description, "privacy": privacy, "playlist": playlist}
    words: dict[str, Any] = {name: text for name, text in texts.items() if text is not None}
    if tags:
        words["tags"] = tuple(tag for tag in tags if tag)
    if playlist == "":
        words["playlist"] = None
    return words


@contextmanager
def name_options() -> Iterator[None]:
    """Let errors name the option on the command line in place of a field of the API."""
    try:
        yield
    except InvalidRequest as exc:
        raise InvalidRequest([FieldError(_name_option(error.path), error.message) for error in exc.errors]) from exc


def _name_option(path: str) -> str:
    field = path.partition("[")[0]
    return field if field.isupper() else _OPTIONS.get(field, f"--{field}")  # settings have capitals


def require_priority(priority: int | None) -> None:
    """Raise InvalidRequest for a priority that is out of range."""
    if priority is not None and not -100 <= priority <= 100:
        raise InvalidRequest([FieldError("priority", f"must be from -100 to 100 (got {priority})")])


def choose_destination(services: Services, name: str | None) -> str:
    """Return ``name``, or the only destination that is set up. Raise InvalidRequest if there is another number.

    The folder that every home has counts only if there is no other destination.
    """
    if name is not None:
        return name
    missing = {one.name: one.explain_missing_setup() for one in services.providers.destinations.values()}
    ready = sorted(name for name, text in missing.items() if not text)
    if len(ready) > 1 and bootstrap.settings().publishing.folder is None:
        ready.remove("folder")
    if len(ready) == 1:
        return ready[0]
    if ready:
        raise InvalidRequest([FieldError("destination", f"must be given: {', '.join(ready)}")])
    ways = "; ".join(f"{name}: {text}" for name, text in missing.items())
    raise InvalidRequest([FieldError("destination", f"has no destination to choose from yet: {ways}")])


def list_meant(services: Services, text: str, destination: str | None) -> list[Publication]:
    """Return the publication of the id ``text``, or the newest ones of that job, one for each destination.

    Raises:
        NotFound: there is none.
    """
    if text.startswith("pub-"):
        return [get_publication(services, text)]
    services.jobs.get(text)
    publications = [one for one in list_newest_of(services, text) if destination in (None, one.destination)]
    if not publications:
        where = f" to {destination}" if destination else ""
        raise NotFound(f"the job {text} has no publication{where}; `sutradhar publish {text}` makes one")
    return publications


def find_meant(
    services: Services, text: str, destination: str | None, suits: Callable[[Publication], bool]
) -> Publication:
    """Return the publication that a user means: of several of a job, the only one that ``suits`` the command.

    Raises:
        NotFound: there is none.
        InvalidRequest: a job has several.
    """
    publications = list_meant(services, text, destination)
    fitting = [one for one in publications if suits(one)] or publications
    if len(fitting) > 1:
        names = ", ".join(f"{one.destination} ({one.id}, {one.state})" for one in fitting)
        raise InvalidRequest([FieldError("destination", f"must be given, since the job goes to {names}")])
    return fitting[0]
