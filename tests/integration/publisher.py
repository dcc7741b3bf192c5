"""The pipeline on the local stores, with a folder as the destination."""

from datetime import timedelta
from pathlib import Path

from sutradhar.destinations.folder import MANIFEST, FolderDestination
from sutradhar.domain.publishing.details import PublicationDetails
from sutradhar.domain.publishing.publication import Publication
from sutradhar.pipeline.publishing.due import publish_due
from sutradhar.pipeline.publishing.schedule import (
    PublicationOrder,
    schedule_publication,
)
from sutradhar.pipeline.publishing.store import get_publication
from tests.integration.local_pipeline import LocalPipeline

DETAILS = PublicationDetails(title="Tea: a story 🍵", description="Words.\n\nMore words.", tags=("tea",))


class FolderPipeline(LocalPipeline):
    """The pipeline with a folder as the destination."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.folder = home / "published"
        self.services.providers.destinations["folder"] = FolderDestination(self.folder)  # type: ignore[index] # a dict of the fake

    def end_render(self) -> None:
        self.finish()
        self.work()

    def tick(self, minutes: float = 0) -> int:
        """Let so much time pass, then claim what is due and work on it."""
        self.clock.advance(60 * minutes)
        claimed = publish_due(self.services)
        self.work()
        return claimed

    def list_published(self) -> list[Path]:
        return sorted(self.folder.glob(f"*/{MANIFEST}"))


class Publisher(FolderPipeline):
    """The pipeline with a folder as the destination, and one job whose render is running."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.job_id = self.start_rendering().id

    def order(self, minutes: float = 60, **changes: object) -> Publication:
        order = PublicationOrder("folder", DETAILS, self.clock.now() + timedelta(minutes=minutes), **changes)  # type: ignore[arg-type] # a test names its fields
        return schedule_publication(self.services, self.job(self.job_id), order)

    def state(self, publication: Publication) -> str:
        return get_publication(self.services, publication.id).state
