"""Claim publications and order the work on them. Any number of ticks may do so at the same time."""

import random
from collections.abc import Sequence
from datetime import datetime

from sutradhar.domain.core.errors import NotFound
from sutradhar.domain.jobs.messages import PublishVideo
from sutradhar.domain.publishing.publication import NotDue, Publication
from sutradhar.pipeline.publishing.store import PUBLICATIONS, change_stored
from sutradhar.pipeline.services import Services

CHUNK = 20
"""The publications that a tick claims before it looks for other ticks."""


def claim_publications(services: Services, publications: Sequence[Publication], now: datetime) -> int:
    """Claim the publications in their order and send the message of each; return how many this call got.

    A call that meets another tick goes on at another place, and reads 20 publications at once before it claims them.
    So five ticks share the work, and hardly do any of it twice.
    """
    claimed, rest, has_rival = 0, list(publications), False
    while rest:
        chunk, rest = rest[:CHUNK], rest[CHUNK:]
        if has_rival:
            stored = services.documents.get_many(PUBLICATIONS, [one.id for one in chunk])
            chunk = [one for one in stored.values() if one.is_claimable(now)]
        got = sum(_claim(services, one, now) for one in chunk)
        if got < len(chunk):
            has_rival = True
            # it only keeps two ticks apart
            start = random.randrange(len(rest) or 1)
            rest = rest[start:] + rest[:start]
        claimed += got
    return claimed


def _claim(services: Services, publication: Publication, now: datetime) -> bool:
    """Claim the publication and order the work on it; return whether this call got it."""
    try:
        claimed = change_stored(services, publication.id, lambda one: one.claim(now))
    except (NotDue, NotFound):
        return False
    services.send([PublishVideo(publication_id=claimed.id, token=claimed.token)])
    return True
