"""Bring the files that a frame shows to this machine, and keep those that were used last."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from cachetools import LRUCache

from gpu_renderer.core.segment_look import list_look_files
from gpu_renderer.core.segments import Segment
from gpu_renderer.preview.card import make_card
from sutradhar.domain.core.errors import NotFound, RenderError
from sutradhar.domain.plan.ends import name_scene
from sutradhar.domain.plan.upload import LONGEST_SIDE
from sutradhar.domain.video.frame_request import CARD, UPLOADS
from sutradhar.domain.video.timeline import Camera, Clip, MediaRef, Pose
from sutradhar.media.formats import MediaError
from sutradhar.media.shown_file import encode_shown_image, find_shown_video
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
        or too large to be fetched; these show a card, as those whose image is not made yet.

        Raises:
            RenderError: a file that a user sent cannot be shown, or a file of the brand is gone.
        """
        paths: dict[str, Path] = {}
        lost: list[int] = []
        clips = []
        for shown in segment.clips:
            file = self._fetch_file(shown.clip)
            if file is None and shown.clip.media != CARD:
                lost.append(shown.clip.scene)
            drawn = shown.evolve(clip=_show_card(shown.clip) if file is None else shown.clip)
            path, sha256 = file or self._write_card(segment)
            paths[sha256] = path
            media = drawn.clip.media.evolve(sha256=sha256)
            clips.append(drawn.evolve(clip=drawn.clip.evolve(media=media)))
        for media in list_look_files(segment.look):
            paths[media.sha256] = self._fetch_look_file(media)
        return segment.evolve(clips=tuple(clips)), paths, lost

    def _fetch_file(self, clip: Clip) -> tuple[Path, str] | None:
        """Return the local file of ``clip`` and the hash of its bytes; None: there is none, or it is too large.

        Raises:
            RenderError: a file that a user sent cannot be shown; names the scene.
        """
        media = clip.media
        if media == CARD:
            return None
        kept = self._files.get(media.sha256)
        if kept and kept[0].exists():  # the store may have deleted its own file meanwhile
            return kept
        target = self._folder / hashlib.sha256(media.sha256.encode()).hexdigest()
        try:
            size = self._blobs.size(media.blob)
            if size > self._files.maxsize / 2:
                return None
            path = self._blobs.fetch(media.blob, target)
        except NotFound:
            return None
        file = (path, media.sha256)
        if media.blob.startswith(UPLOADS):
            file = _prepare_upload(path, target.with_suffix(".shown"), clip)
            if path == target != file[0]:
                target.unlink()
        is_ours = file[0].parent == self._folder
        self._files.keep(media.sha256, file, file[0].stat().st_size if is_ours else 0)
        return file

    def _fetch_look_file(self, media: MediaRef) -> Path:
        kept = self._files.get(f"look {media.sha256}")
        if kept and kept[0].exists():
            return kept[0]
        try:
            path = self._blobs.fetch(media.blob, self._folder / f"look-{media.sha256}")
        except NotFound as exc:
            raise RenderError(
                "a font or the logo of the brand is no longer kept",
                stage="picture",
                advice="give the brand another file, and send the plan again",
            ) from exc
        is_ours = path.parent == self._folder
        self._files.keep(f"look {media.sha256}", (path, media.sha256), path.stat().st_size if is_ours else 0)
        return path

    def _write_card(self, segment: Segment) -> tuple[Path, str]:
        png, sha256 = make_card(segment.width, segment.height)
        path = self._folder / f"card-{sha256}.png"
        if not path.exists():
            path.write_bytes(png)
        return path, sha256


def _show_card(clip: Clip) -> Clip:
    return clip.evolve(media=CARD, camera=_HOLD, footage=None, fit="fill")


def _prepare_upload(path: Path, out: Path, clip: Clip) -> tuple[Path, str]:
    """Return the file that the asset of an upload will have, and the hash of its bytes."""
    try:
        if clip.footage is None:
            with path.open("rb") as file:
                out.write_bytes(encode_shown_image(file, LONGEST_SIDE)[0])
            shown = out
        else:
            shown = find_shown_video(path, out)
    except MediaError as exc:
        kind = "image" if clip.footage is None else "clip"
        raise RenderError(
            f"the {kind} of {name_scene(clip.scene)} cannot be used: it {exc.reason}",
            stage="picture",
            scene=clip.scene,
            advice="send another file",
        ) from exc
    with shown.open("rb") as file:
        return shown, hashlib.file_digest(file, "sha256").hexdigest()


class _Files(LRUCache[str, tuple[Path, str]]):
    """Files by the hash in their references, of at most ``maxsize`` bytes; the file that was not used for the longest
    time is deleted."""

    def __init__(self, maxsize: int) -> None:
        super().__init__(maxsize, getsizeof=lambda file: self._sizes.get(file[0], 0))
        self._sizes: dict[Path, int] = {}

    def keep(self, key: str, file: tuple[Path, str], size: int) -> None:
        """Keep ``file``, which has ``size`` bytes; 0: it is the store's own, and stays."""
        self._sizes[file[0]] = size
        self[key] = file

    def popitem(self) -> tuple[str, tuple[Path, str]]:
        key, file = super().popitem()
        if self._sizes.pop(file[0], 0):
            file[0].unlink(missing_ok=True)
        return key, file
