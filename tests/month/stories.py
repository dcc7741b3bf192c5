"""Tell the story of each publication of a month from the owners' deeds and the stub's own records."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sutradhar.domain.publishing.publication import Publication
from tests.month.month import Month
from tests.month.owners import PACIFIC, Deed

NEVER = datetime.max.replace(tzinfo=PACIFIC)
Rank = tuple[int, datetime, str]


@dataclass
class Story:
    publication: Publication
    deeds: list[Deed]
    openings: list[datetime]
    """The calls that opened a session for it."""
    shown_at: datetime | None
    was_hindered: bool
    ended_at: datetime = NEVER
    """The time at which it was canceled or given up."""
    finished_at: datetime = field(init=False)
    """The time at which its job had a video."""
    ranks: list[tuple[datetime, Rank]] = field(init=False)
    """Its place in the order of publications, each with the time from which on it holds."""

    def __post_init__(self) -> None:
        self.ranks, priority, publish_at = [], 0, self.deeds[0].at
        self.finished_at = self.deeds[0].at if self.deeds[0].is_finished else NEVER
        for deed in self.deeds:
            if deed.act == "end_job":
                self.finished_at = deed.at
            if deed.act in ("order", "raise"):
                priority = deed.priority
            if deed.act in ("order", "move"):
                publish_at = deed.publish_at or deed.at
            self.ranks.append((deed.at, (-priority, publish_at, self.publication.id)))

    @property
    def job_id(self) -> str:
        return self.publication.job_id

    @property
    def last_deed_at(self) -> datetime:
        """The last time at which its owner ordered or changed it, or its job ended."""
        return self.deeds[-1].at

    def find_rank(self, at: datetime) -> Rank | None:
        """Return its rank at that time; None: it was not ordered yet."""
        index = bisect_right(self.ranks, at, key=lambda pair: pair[0])
        return self.ranks[index - 1][1] if index else None

    def wants(self, at: datetime, before: Rank, until: datetime) -> bool:
        """Return whether it waited at that time for an upload that begins before ``until``, with a right to it before
        the rank ``before``."""
        rank = self.find_rank(at)
        if rank is None or rank >= before or rank[1] >= until or self.ended_at <= at:
            return False
        # one that waits for its job after its time keeps no quota from others
        return (rank[1] > at or self.finished_at <= at) and (not self.openings or self.openings[0] > at)


def tell_stories(month: Month) -> list[Story]:
    openings: dict[str, list[datetime]] = {}
    for opening in month.youtube.openings:
        openings.setdefault(opening.job_id, []).append(opening.at)
    stories = []
    for publication in month.list_publications():
        job_id, video = publication.job_id, month.youtube.videos.get(publication.external_id)
        story = Story(
            publication=publication,
            deeds=month.done[job_id],
            openings=openings.get(job_id, []),
            shown_at=video.public_at if video else None,
            was_hindered=month.youtube.hindered[job_id] > 0,
        )
        if publication.state in ("canceled", "failed"):
            story.ended_at = publication.updated_at
        stories.append(story)
    return stories


def find_day(at: datetime) -> date:
    return at.astimezone(PACIFIC).date()


def find_end(day: date) -> datetime:
    following = day + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=PACIFIC)
