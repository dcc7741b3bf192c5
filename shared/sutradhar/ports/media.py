"""Read the files that users upload."""

from pathlib import Path
from typing import BinaryIO, Protocol

from sutradhar.domain.plan.focus import Point
from sutradhar.domain.plan.upload import MediaInfo
from sutradhar.ports.providers import ImageFile


class MediaReader(Protocol):
    """Reads files by their bytes alone; names and announced media types play no part.

    Raises:
        InvalidRequest: each method, if the file is incomplete or of another kind.
    """

    def probe(self, file: BinaryIO) -> MediaInfo:
        """Return what kind of file it is and its facts. Of a large file only the necessary parts are read."""
        ...

    def image(self, path: Path, longest: int) -> ImageFile:
        """Return the image in ``path`` upright, with no side longer than ``longest`` pixels."""
        ...

    def video(self, path: Path, out: Path) -> Path:
        """Return a file with the video in ``path``: ``path`` itself, or ``out`` if it had to be converted."""
        ...

    def find_face(self, path: Path, *, is_video: bool) -> Point | None:
        """Return the middle of the faces in an upright image, or in a video; None if there is none."""
        ...

    def find_moments(self, path: Path) -> tuple[float, ...]:
        """Return at most eight times, in seconds, from which the video in ``path`` is best to watch, best first."""
        ...

    def draw_color(self, color: str, width: int, height: int) -> ImageFile:
        """Return a PNG of one flat ``color``, such as ``#8ace00``."""
        ...

    def draw_preview(self, file: BinaryIO, facts: MediaInfo) -> bytes:
        """Return a small image of the checked file as WebP, at most 512 pixels a side: of sound its waveform."""
        ...
