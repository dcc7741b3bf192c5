"""Give the publications that are due to workers. Cloud Scheduler calls this every minute; late, double and parallel
calls are harmless, since each publication is claimed by one of them."""

from collections import defaultdict

from sutradhar.domain.jobs.tallies import Tally
from sutradhar.domain.publishing.publication import Publication
from sutradhar.pipeline.publishing.choice import MAX_DUE, choose_due
from sutradhar.pipeline.publishing.claims import claim_publications
from sutradhar.pipeline.publishing.store import PUBLICATIONS
from sutradhar.pipeline.services import Services


def publish_due(services: Services) -> int:
    """Claim all publications that are due and order the work on them; return their number."""
    claimed = claim_due(services)
    services.tallies.add({Tally("publish_ticks_total"): 1})  # an alert watches for its silence
    return claimed


def claim_due(services: Services) -> int:
    """Do as ``publish_due`` does between two ticks, for a publication that shall not wait for the next one."""
    now = services.clock.now()
    due = services.documents.list_due(PUBLICATIONS, now, MAX_DUE)
    claimed = 0
    by_destination: dict[str, list[Publication]] = defaultdict(list)
    for publication in due:
        by_destination[publication.destination].append(publication)
    for name, publications in by_destination.items():
        chosen = choose_due(services, services.providers.destinations.get(name), publications, now)
        claimed += claim_publications(services, chosen, now)
    return claimed
