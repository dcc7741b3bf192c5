"""Bring the files that a frame shows to this machine, and keep those that were used last."""

from collections.abc import Sequence
from pathlib import Path

from cachetools import LRUCache

from gpu_renderer.core.segments import Segment, SegmentClip
from gpu_renderer.preview.card import make_card
from sutradhar.domain.core.errors import NotFound
from sutradhar.domain.video.frame_request import CARD
from sutradhar.domain.video.timeline import Camera, MediaRef, Pose
from sutradhar.ports.stores import BlobStore

KEPT_BYTES = 512 * 1024 * 1024
"""Bytes of fetched files that are kept. On Cloud Run the folder is memory."""
_CENTER = Pose.constant(x=0.5, y=0.5, zoom=1.0)
_HOLD = Camera.constant(start=_CENTER, end=_CENTER)


class SourceFiles:
    """Local copies of blobs in ``folder``, by the hash of their bytes. A file of more than half of ``kept_bytes`` is
    not fetched, since a transition shows two of them."""

    def __init__(self, blobs: BlobStore, folder: Path, kept_bytes: int = KEPT_BYTES) -> None:
        self._blobs, self._folder, self._files = blobs, folder, _Files(kept_bytes)

    def fetch(self, segment: Segment) -> tuple[Segment, dict[str, Path], Sequence[int]]:
        """Return ``segment`` as it can be drawn now, its files by their hashes, and the scenes of which a file is gone
        or too large to be fetched; these show a card, as those whose image is not made yet."""
        paths: dict[str, Path] = {}
        lost: list[int] = []
        clips = []
        for shown in segment.clips:
            path = self._fetch_file(shown.clip.media)
            if path is None:
                if shown.clip.media != CARD:
                    lost.append(shown.clip.scene)
                shown, path = self._show_card(shown, segment)  # noqa: PLW2901 - the card takes the clip's place
            paths[shown.clip.media.sha256] = path
            clips.append(shown)
        return segment.evolve(clips=tuple(clips)), paths, lost

    def _fetch_file(self, media: MediaRef) -> Path | None:
        if media == CARD:
            return None
        path = self._files.get(media.sha256)
        if path and path.exists():  # the store may have deleted its own file meanwhile
            return path
        try:
            target = self._folder / media.sha256
            size = self._blobs.size(media.blob)
            if size > self._files.maxsize / 2:
                return None
            path = self._blobs.fetch(media.blob, target)
        except NotFound:
            return None
        self._files.keep(media.sha256, path, size if path == target else 0)
        return path

    def _show_card(self, shown: SegmentClip, segment: Segment) -> tuple[SegmentClip, Path]:
        png, sha256 = make_card(segment.width, segment.height)
        path = self._folder / f"card-{sha256}.png"
        if not path.exists():
            path.write_bytes(png)
        clip = shown.clip.evolve(media=CARD.evolve(sha256=sha256), camera=_HOLD, footage=None, fit="fill")
        return shown.evolve(clip=clip), path


class _Files(LRUCache[str, Path]):
    """Paths by hash, of at most ``maxsize`` bytes; the file that was not used for the longest time is deleted."""

    def __init__(self, maxsize: int) -> None:
        super().__init__(maxsize, getsizeof=lambda path: self._sizes.get(path, 0))
        self._sizes: dict[Path, int] = {}

    def keep(self, sha256: str, path: Path, size: int) -> None:
        """Keep ``path``, which has ``size`` bytes; 0: the file is the store's own, and stays."""
        self._sizes[path] = size
        self[sha256] = path

    def popitem(self) -> tuple[str, Path]:
        sha256, path = super().popitem()
        if self._sizes.pop(path, 0):
            path.unlink(missing_ok=True)
        return sha256, path
