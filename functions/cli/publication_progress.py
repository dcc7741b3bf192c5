"""Bring a publication to its end in this process, and show how far it is."""

import time
from datetime import timedelta

from functions.cli.console import console, print_note
from sutradhar import bootstrap
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.publishing.publication import Publication
from sutradhar.pipeline.publishing.due import publish_due
from sutradhar.pipeline.publishing.store import get_publication, list_newest_of

_LONGEST_WAIT = timedelta(minutes=10)
"""A publication that goes on later than this is left to `sutradhar serve`."""
_WORDS = {"scheduled": "begins", "waiting": "waits for its job", "uploading": "is being sent", "uploaded": "is there"}


def follow_publication(publication: Publication) -> Publication:
    """Work on a publication whose time has come until it has ended or has to wait for long, and return it then.

    A worker must run in this process (``run_worker``).
    """
    services = bootstrap.services()
    told_causes: set[str] = set()
    with console.status("") as line:
        while True:
            now = services.clock.now()
            is_free = publication.claimed_until is None
            # after a killed worker, the words are compared once more, ten minutes later: the server does that
            is_over = publication.has_ended and publication.is_reported
            if is_free and (is_over or publication.due_at is None or publication.due_at > now + _LONGEST_WAIT):
                return publication
            words = _WORDS.get(publication.state, publication.state)
            line.update(f"“{publication.details.title}” to {publication.destination}: {words}")
            if is_free and publication.due_at and publication.due_at <= now:
                publish_due(services)
            failure = publication.failure
            if failure and failure.cause not in told_causes and not publication.has_ended:
                told_causes.add(failure.cause)
                print_note(f"{failure.reason}: {failure.cause}; it is tried again by itself")
            time.sleep(0.1)  # the rate at which the line is drawn again
            publication = get_publication(services, publication.id)


def follow_publications(job: Job) -> None:
    """Work on the publications of a finished job whose time has come, as ``follow_publication`` does."""
    services = bootstrap.services()
    for publication in list_newest_of(services, job.id):
        if not publication.has_ended and publication.publish_at <= services.clock.now():
            follow_publication(publication)
