"""Choose when each upload has to begin, so that all are there at their times although they share the workers."""

import heapq
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sutradhar.domain.publishing.publication import Publication

LONGEST_LEAD = timedelta(hours=6)
"""No upload begins earlier before its time: a wrong rate must not take the quota of days before."""


def find_starts(
    waiting: Sequence[Publication], get_lead: Callable[[int], timedelta], workers: int
) -> Mapping[str, datetime]:
    """Return the latest start of each upload by its publication's id.

    The uploads are laid from the last one back to the first one, each into the worker that is free latest. An upload
    that was ordered later begins earlier, so it leaves the starts of the others in its minute as they are.

    Args:
        get_lead: returns the time that an upload of so many bytes needs, if it is alone.
        workers: the uploads that go on at the same time.
    """
    margin = get_lead(0)
    # the end of the time in which each worker is free, as negative seconds: the first one is free latest
    free = [-datetime.max.replace(tzinfo=UTC).timestamp()] * workers
    starts: dict[str, datetime] = {}
    for one in sorted(waiting, key=lambda one: (-one.publish_at.timestamp(), one.created_at, one.id)):
        seconds = (get_lead(one.video_size or 0) - margin).total_seconds()
        start = min((one.publish_at - margin).timestamp(), -free[0]) - seconds
        start = max(start, (one.publish_at - LONGEST_LEAD).timestamp())
        if seconds:
            heapq.heapreplace(free, -start)
        starts[one.id] = datetime.fromtimestamp(start, UTC)
    return starts
