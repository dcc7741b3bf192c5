"""A file of the user's own, and what it turned out to be."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from sutradhar.domain.base import Frozen
from sutradhar.domain.plan import RenderPlan

MediaKind = Literal["video", "image", "audio"]
MAX_BYTES = 200_000_000


class MediaFacts(Frozen):
    """What was found in a file. Sizes in pixels, as it is shown; 0 where there is nothing of the kind."""

    kind: MediaKind
    width: int = 0
    height: int = 0
    duration_sec: float = 0.0
    notices: tuple[str, ...] = ()
    """What of the file is left out or shown otherwise, in sentences for its user."""
    has_audio: bool | None = None
    """Whether a video has sound; None: the file was looked at before this was noted."""


class Upload(Frozen):
    """``size`` in bytes, as it was announced and then kept to."""

    id: str
    filename: str
    content_type: str
    size: int
    owner: str = ""
    """The API key that sent it."""
    created_at: datetime
    facts: MediaFacts | None = None
    """None: the file is not there yet, or was not looked at."""

    @property
    def blob(self) -> str:
        return f"uploads/{self.id}"

    def shown(self) -> dict[str, Any]:
        """As the API shows it."""
        return {
            "upload_id": self.id, "filename": self.filename, "content_type": self.content_type, "size": self.size,
            "state": "ready" if self.facts else "pending", "created_at": self.created_at.isoformat(),
            **(self.facts.model_dump() if self.facts else {}),
        }  # fmt: skip


def named_in(plan: RenderPlan) -> Iterator[tuple[str, str, MediaKind]]:
    """Yield every upload that ``plan`` names: the field, the id, and the kind that it has to be. Any file with sound
    is good for ``audio``."""
    for i, scene in enumerate(plan.scenes):
        if scene.clip:
            yield f"scenes[{i}].clip.upload", scene.clip.upload, "video"
        if scene.image:
            yield f"scenes[{i}].image.upload", scene.image.upload, "image"
    for i, character in enumerate(plan.characters):
        if character.image:
            yield f"characters[{i}].image.upload", character.image.upload, "image"
    if plan.music.upload:
        yield "music.upload", plan.music.upload, "audio"
