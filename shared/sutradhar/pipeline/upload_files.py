"""Open the file of an upload for the worker that makes an asset of it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sutradhar.domain.assets.asset import Provenance
from sutradhar.domain.core.errors import InvalidRequest, NotFound, ProviderError
from sutradhar.domain.plan.upload import Upload
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.upload_records import get_upload


@contextmanager
def open_upload(services: Services, upload_id: str) -> Iterator[tuple[Upload, Path]]:
    """Yield the upload and a local copy of its file.

    Raises:
        ProviderError: the file is gone, or the block raises InvalidRequest because it cannot be used.
    """
    name = f"the upload {upload_id}"
    try:
        upload = get_upload(services, upload_id, with_deleted=True)
        name = f"the file {upload.filename}"
        with tempfile.TemporaryDirectory() as folder:
            yield upload, services.blobs.fetch(upload.blob, Path(folder) / "file")
    except (NotFound, InvalidRequest) as exc:
        reason = "is no longer kept"
        if isinstance(exc, InvalidRequest):
            reason = "; ".join(error.message for error in exc.errors)
        raise ProviderError(
            f"{name} cannot be used: it {reason}",
            provider="upload",
            retryable=False,
            advice="send the file again and name the new upload in a new job",
        ) from exc


def describe_upload(upload: Upload) -> Provenance:
    return Provenance(model="upload", licence="the user's own", source=upload.filename)
