"""The words and choices with which a video is published, and a change of some of them."""

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.plan.publication import Category, Description, PlaylistId, Privacy, Tags, Title


class PublicationDetails(Frozen):
    """The words and choices of a publication. A destination uses those that it knows."""

    title: Title
    description: Description = ""
    tags: Tags = ()
    privacy: Privacy = "public"
    """The privacy from the time of the publication on; before it, the video is private."""
    playlist: PlaylistId | None = None
    category: Category = "22"
    """The number of a category of YouTube; 22 is "People & Blogs" (videoCategories.list)."""
    made_for_kids: bool = False
    synthetic_media: bool | None = None
    """True if the video shows realistic scenes that never took place; None: what the marks in its file say about
    its images (support.google.com/youtube/answer/14328491)."""


class DetailsPatch(Frozen):
    """The fields of the details that change. A field that the caller leaves out keeps its value."""

    title: Title | None = None
    description: Description | None = None
    tags: Tags | None = None
    privacy: Privacy | None = None
    playlist: PlaylistId | None = None
    category: Category | None = None
    made_for_kids: bool | None = None
    synthetic_media: bool | None = None

    def apply(self, details: PublicationDetails) -> PublicationDetails:
        """Return ``details`` with the fields that the caller named. Null removes a playlist; elsewhere it is the
        default value."""
        changes = {name: getattr(self, name) for name in self.model_fields_set}
        defaults = {name: field.default for name, field in PublicationDetails.model_fields.items() if name != "title"}
        cleared = {
            name: defaults.get(name, getattr(details, name)) if value is None else value
            for name, value in changes.items()
        }
        return details.evolve(**cleared)
