"""The pipeline on the local stores, with a stub of YouTube as the destination."""

from datetime import timedelta
from pathlib import Path

from sutradhar.destinations.youtube import YouTubeDestination
from sutradhar.destinations.youtube.client import YouTubeClient
from sutradhar.domain.publishing.details import PublicationDetails
from sutradhar.domain.publishing.publication import Publication
from sutradhar.pipeline.publishing.due import publish_due
from sutradhar.pipeline.publishing.schedule import PublicationOrder, schedule_publication
from sutradhar.pipeline.publishing.store import get_publication
from tests.integration.local_pipeline import LocalPipeline
from tests.youtube_answers import ErrorWord
from tests.youtube_stub import Fault, Video, YouTubeStub

DETAILS = PublicationDetails(title="Tea", description="Words.", tags=("tea", "green tea"), playlist="PL123")


class Channel(LocalPipeline):
    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.youtube = YouTubeStub(self.clock.now, timedelta(minutes=10))
        destination = YouTubeDestination(lambda: YouTubeClient(lambda: self.youtube))
        self.services.providers.destinations["youtube"] = destination  # type: ignore[index] # a dict of the fake
        self.job_id = self.start_rendering().id
        self.finish()
        self.work()

    def order(self, minutes: float, details: PublicationDetails = DETAILS) -> Publication:
        order = PublicationOrder("youtube", details, self.clock.now() + timedelta(minutes=minutes))
        return schedule_publication(self.services, self.job(self.job_id), order)

    def run(self, minutes: int) -> None:
        """Let so many minutes pass, with a tick in each."""
        for _ in range(minutes):
            publish_due(self.services)
            self.work()
            self.clock.advance(60)
        self.youtube.settle()

    def get(self, publication: Publication) -> Publication:
        return get_publication(self.services, publication.id)

    def get_video(self) -> Video:
        (video,) = self.youtube.videos.values()
        return video

    def fail_once(self, call: str, fault: Fault | ErrorWord) -> None:
        faults = [fault]
        self.youtube.choose_fault = lambda name: faults.pop() if name == call and faults else ""
