"""Note when a job begins to use an upload, so that retention keeps the file."""

from contextlib import suppress

from sutradhar.domain.core.errors import FieldError, InvalidRequest, NotFound
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.upload import Upload, find_uploads
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.upload_records import update_upload


def claim_uploads(services: Services, plan: RenderPlan) -> None:
    """Note the use of every upload of ``plan`` by a new job. Raise InvalidRequest if one is deleted by now."""
    for use in find_uploads(plan):
        try:
            note_use(services, use.upload_id)
        except NotFound as exc:
            message = f"the upload {use.upload_id} is no longer kept; send it again"
            raise InvalidRequest([FieldError(use.path, message)]) from exc


def keep_uploads(services: Services, plan: RenderPlan) -> None:
    """Note the use of the uploads of ``plan`` that exist."""
    for use in find_uploads(plan):
        with suppress(NotFound):
            note_use(services, use.upload_id)


def note_use(services: Services, upload_id: str) -> None:
    """Note the use of the upload. Raise NotFound if it is deleted by now."""
    now = services.clock.now()

    def note(upload: Upload) -> Upload:
        if upload.deleting_since:
            raise NotFound(f"there is no upload {upload_id}")
        return upload.note_use(now)

    update_upload(services, upload_id, note)
