"""Judge a month by the stub's own records and the owners' deeds, without a look at the quota that was noted.

- YouTube refused nothing for a quota.
- An upload began only if the day had room for all that were known and have a right to it before this one.
- A publication that came late, or never, found the days full until then: the uploads that had begun on them, and those
  that waited with a right to it before this one, were 100.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from tests.month.month import Month
from tests.month.stories import Rank, Story, find_day, find_end, tell_stories
from tests.youtube_stub import PER_DAY

IN_TIME, SETTLED = timedelta(minutes=5), timedelta(hours=1)
"""The time by which an upload may be late; the longer one if it met a fault, or was ordered just before its time."""
CLOCKS = timedelta(minutes=1)
"""The clocks of the workers and of YouTube may differ by this much."""
ALMOST_FULL = 80
"""On a day with fewer uploads there was room for all."""
NOTICED = timedelta(minutes=20)
"""The time until a worker has begun what a tick chose, or until a tick looks at freed quota."""
FORGOTTEN = timedelta(days=3)
"""No publication waits so long after its time."""
EARLIEST = timedelta(hours=1)
"""No upload of the month begins so long before its time."""


class Oracle:
    def __init__(self, month: Month) -> None:
        self.month, self.stories = month, tell_stories(month)
        self._by_job = {story.job_id: story for story in self.stories}
        self._opened: dict[date, list[datetime]] = defaultdict(list)
        self._near: Counter[date] = Counter()
        for opening in month.youtube.openings:
            self._opened[find_day(opening.at)].append(opening.at)
            days = {find_day(opening.at - CLOCKS), find_day(opening.at + CLOCKS)}
            if len(days) > 1:
                self._near.update(days)
        self._candidates: dict[date, list[Story]] = defaultdict(list)
        for story in self.stories:
            day = find_day(min(rank[1] for _, rank in story.ranks) - EARLIEST)
            last = min([*story.openings[:1], story.ended_at, max(rank[1] for _, rank in story.ranks) + FORGOTTEN])
            while day <= find_day(last):
                self._candidates[day].append(story)
                day += timedelta(days=1)

    def list_problems(self) -> list[str]:
        """Return a sentence about each break of the rules."""
        problems = [f"YouTube refused a call beyond {name} at {at}" for at, name in self.month.youtube.refusals]
        for opening in self.month.youtube.openings:
            if len(self._opened[find_day(opening.at)]) > ALMOST_FULL:
                problems.extend(self._judge_opening(opening.at, self._by_job[opening.job_id]))
        for story in self.stories:
            problems.extend(self._judge_end(story))
        return problems

    def count_ends(self) -> Counter[str]:
        """Return how many publications came in time, late and never."""
        live = [story for story in self.stories if story.publication.state != "canceled"]
        return Counter("never" if not one.shown_at else "late" if is_late(one) else "in time" for one in live)

    def _judge_opening(self, at: datetime, story: Story) -> Iterator[str]:
        day = find_day(at)
        before = bisect_left(self._opened[day], at)
        rank, known = story.find_rank(at), at - NOTICED
        assert rank
        # only those that the tick knew, and that certainly begin on this day
        waiting = self._count_waiting(day, known, rank, find_end(day), at)
        if before + waiting >= PER_DAY:
            yield f"{story.job_id} {rank} began at {at} after {before} uploads, before {waiting} others"

    def _judge_end(self, story: Story) -> Iterator[str]:
        publication, shown_at = story.publication, story.shown_at
        if publication.state == "canceled":
            if story.openings:
                yield f"{story.job_id} was canceled, and its upload began"
            return
        if shown_at and shown_at < publication.publish_at:
            yield f"{story.job_id} was shown at {shown_at}, before {publication.publish_at}"
        if shown_at and not story.was_hindered:
            yield from self._judge_calls(story)
        if not is_late(story):
            return
        if shown_at is None and find_day(story.ended_at) <= find_day(publication.publish_at):
            yield f"{story.job_id} was given up at {story.ended_at}, before the day after {publication.publish_at}"
        if not any("uploads of today" in notice or "quota" in notice for notice in publication.notices):
            yield f"{story.job_id} is late without a notice: {publication.notices}"
        yield from self._judge_wait(story)

    def _judge_calls(self, story: Story) -> Iterator[str]:
        """See that captions took no quota from thumbnails and from the look at the time of the publication."""
        publication, video = story.publication, self.month.youtube.videos[story.publication.external_id]
        thumbnail_at = self.month.youtube.thumbnails.get(video.id)
        if thumbnail_at is None or thumbnail_at > video.uploaded_at + SETTLED:
            yield f"{story.job_id} was uploaded at {video.uploaded_at}, and got its thumbnail at {thumbnail_at}"
        assert story.shown_at
        if publication.published_at is None or publication.published_at > story.shown_at + SETTLED:
            yield f"{story.job_id} was shown at {story.shown_at}, and found so at {publication.published_at}"

    def _judge_wait(self, story: Story) -> Iterator[str]:
        """See that each of the days was full while the late publication waited."""
        at = max(story.publication.publish_at, story.last_deed_at)
        until = story.openings[-1] if story.openings else story.ended_at
        free = 0
        while at < until - NOTICED:
            rank, day = story.find_rank(at), find_day(at)
            assert rank
            taken = bisect_right(self._opened[day], at)
            waiting = self._count_waiting(day, at, rank, find_end(day) + EARLIEST, at)
            free = 0 if taken + waiting >= PER_DAY - self._near[day] else free + 1
            if free > (6 if story.was_hindered else 2):  # the one worker may be busy for 40 minutes
                yield f"{story.job_id} {rank} waited at {at}, with {taken} uploads and {waiting} others before it"
                return
            at += NOTICED

    def _count_waiting(self, day: date, known: datetime, rank: Rank, until: datetime, at: datetime) -> int:
        return sum(
            one.wants(at, rank, until) and (known == at or one.wants(known, rank, until))
            for one in self._candidates[day]
        )


def is_late(story: Story) -> bool:
    grace = SETTLED if story.was_hindered else IN_TIME
    latest = max(story.publication.publish_at, story.last_deed_at + SETTLED) + grace
    return story.shown_at is None or story.shown_at > latest
