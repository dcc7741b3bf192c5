"""Put marks into finished files: XMP first, then content credentials over all of it if there is a signer."""

import errno
import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from sutradhar.domain.assets.marks import MarkFacts
from sutradhar.domain.core.errors import MarkError
from sutradhar.marks import containers
from sutradhar.marks.manifest import CREATED_LABELS, build_manifest
from sutradhar.marks.xmp import build_xmp
from sutradhar.ports.marks import MarkSigner

_SETTINGS = {
    "builder": {
        "thumbnail": {"enabled": False},
        "created_assertion_labels": list(CREATED_LABELS),
        "actions": {
            f"auto_{name}_action": {"enabled": False} for name in ("created", "opened", "placed")
        },  # the manifest has all of them
    },
    # the quality gate reads the stored file; nothing is asked of other servers
    "verify": {"verify_after_sign": False, "remote_manifest_fetch": False, "ocsp_fetch": False},
}
_IN_MEMORY = 100_000_000
"""A file of up to so many bytes is signed in memory, which takes a third less time; encoding it took more memory than
the two copies."""
_LARGE_FILES = {"core": {"backing_store_memory_threshold_in_mb": 1, "merkle_tree_chunk_size_in_kb": 4096}}
"""Larger files have their copies on the disk, and a hash for every 4 MB: 67 MB of memory, however long the file is. The
library's own way takes 450 MB for a file of 214 MB: a copy of it, and its media, which are hashed at once."""
_MARGIN = 1 << 20


def mark_video(path: Path, facts: MarkFacts, signer: MarkSigner | None) -> Path:
    """Put the marks into the MP4 file ``path`` and return the marked file: ``path`` itself, or a signed one beside it
    that replaces it.

    Raises:
        MarkError: it could not be signed.
        OSError: the disk is full.
    """
    containers.append_to_mp4(path, build_xmp(facts))
    if signer is None:
        return path
    signed = path.with_name(f"signed-{path.name}")
    with path.open("rb") as source, signed.open("w+b") as target:
        try:
            _sign(source, target, containers.MP4, facts, signer)
        except MarkError:
            _raise_if_full(signed.parent, path.stat().st_size)
            raise
    path.unlink()
    return signed


def mark_image(data: bytes, facts: MarkFacts, signer: MarkSigner | None) -> bytes:
    """Return the PNG or JPEG file ``data`` with the marks. Raise MarkError if it could not be signed."""
    media_type = containers.detect_type(BytesIO(data))
    insert: Callable[[bytes, bytes], bytes]
    insert = containers.insert_into_png if media_type == containers.PNG else containers.insert_into_jpeg
    marked = insert(data, build_xmp(facts))
    if signer is None:
        return marked
    target = BytesIO()
    _sign(BytesIO(marked), target, media_type, facts, signer)
    return target.getvalue()


def _sign(source: BinaryIO, target: BinaryIO, media_type: str, facts: MarkFacts, signer: MarkSigner) -> None:
    import c2pa

    errors: list[Exception] = []

    def sign(data: bytes) -> bytes:
        try:
            return signer.sign(data)
        except Exception as exc:
            errors.append(exc)  # the library reports only that there was one
            raise

    manifest: dict[str, Any] = build_manifest(facts, media_type)
    settings = _SETTINGS if _measure(source) <= _IN_MEMORY else {**_SETTINGS, **_LARGE_FILES}
    try:
        with (
            c2pa.Context.from_dict(settings) as context,
            c2pa.Signer.from_callback(sign, c2pa.C2paSigningAlg.ES256, signer.chain_pem) as own,
            c2pa.Builder.from_json(manifest, context) as builder,
        ):
            builder.sign(own, media_type, source, target)
    except c2pa.C2paError as exc:
        if errors:
            raise errors[0] from exc
        raise MarkError(f"the file could not be signed: {exc}; report this with the log") from exc


def _measure(file: BinaryIO) -> int:
    """Return the size of ``file`` in bytes, and go back to its start."""
    size = file.seek(0, 2)
    file.seek(0)
    return size


def _raise_if_full(folder: Path, size: int) -> None:
    """Raise OSError if the disk of ``folder`` has no room for ``size`` bytes: the library hides that error."""
    if shutil.disk_usage(folder).free < min(size, _MARGIN):
        raise OSError(errno.ENOSPC, "no space left on the device", str(folder))
