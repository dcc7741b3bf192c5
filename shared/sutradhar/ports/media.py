"""Files of the user's own, opened."""

from pathlib import Path
from typing import BinaryIO, Protocol

from sutradhar.domain.plan.upload import MediaFacts
from sutradhar.ports.providers import ImageFile


class MediaReader(Protocol):
    """What a file is, is told by its bytes. All raise InvalidRequest for what is not whole, or of another kind."""

    def probe(self, file: BinaryIO) -> MediaFacts:
        """Of a large file no more is read and kept than has to be."""
        ...

    def image(self, path: Path, longest: int) -> ImageFile:
        """Upright, and no side longer than ``longest`` pixels."""
        ...

    def video(self, path: Path, out: Path) -> Path:
        """Return a file with the video in ``path``: ``path`` itself, or ``out`` if it had to be converted."""
        ...
