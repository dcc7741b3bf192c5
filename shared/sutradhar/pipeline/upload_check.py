"""Check the files that users send. Decoding takes more memory than the API has, so each check is a message."""

import time
from collections.abc import Collection
from datetime import timedelta

from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.jobs.messages import CheckUpload
from sutradhar.domain.plan.upload import Upload
from sutradhar.pipeline.audit import note_check
from sutradhar.pipeline.services import Services, hold_lease
from sutradhar.pipeline.upload_pieces import count_received
from sutradhar.pipeline.upload_records import get_upload, read_uploads
from sutradhar.pipeline.uploads import check_in_process, delete_if_refused, update_unchecked
from sutradhar.ports.stores import MAX_LEASE
from sutradhar.telemetry import log

_ORDER_AGAIN = timedelta(minutes=1)
"""Age from which an unfinished check is ordered again when the caller asks: its message may be lost."""
CHECK_WAIT_SEC = 15.0
"""Seconds that the API waits for a check before it answers without the outcome: most take under two seconds."""
_FIRST_WAIT_SEC, _LONGEST_WAIT_SEC = 0.05, 0.5


def order_check(services: Services, upload_id: str, caller: ApiKey | None = None) -> Upload:
    """Order the check of the file that was sent. A repeat changes nothing.

    Raises:
        NotFound: there is no such upload.
        InvalidRequest: the file was not sent yet.
    """
    upload, now = get_upload(services, upload_id, caller), services.clock.now()
    if upload.is_checked or (upload.checking_since and now - upload.checking_since < _ORDER_AGAIN):
        return upload
    if not services.blobs.exists(upload.blob):
        raise InvalidRequest([FieldError("upload_id", _explain_missing(services, upload))])
    # send the message first: in the other order a crash in between would leave a check that no worker makes
    services.send([CheckUpload(upload_id=upload.id)])
    return update_unchecked(services, upload.id, lambda current: current.evolve(checking_since=now))


def _explain_missing(services: Services, upload: Upload) -> str:
    received = 0 if services.blobs.has_upload_urls else count_received(services, upload)
    if received:
        return f"{received} of {upload.size} bytes were sent to its URL so far; send the rest first"
    return "nothing was sent to its URL yet"


def check_upload(services: Services, message: CheckUpload) -> None:
    """Handle CheckUpload. It may come twice, late, or after a worker was killed: the first outcome is final."""
    upload = get_upload(services, message.upload_id)
    if upload.is_checked:
        delete_if_refused(services, upload)
    else:
        with hold_lease(services, f"check-{upload.id}", MAX_LEASE):
            upload = check_in_process(services, upload.id)
    note_check(services.documents, upload, services.clock.now())


def give_up_check(services: Services, upload_id: str, cause: BaseException) -> None:
    """Refuse a file whose check failed too often. The worker deletes the file; only the worker is allowed to."""
    reason = "could not be checked; send it again, or convert it to MP4, JPEG, PNG or MP3 first"
    upload = get_upload(services, upload_id)
    if upload.is_checked:
        return
    log("check_given_up", level="error", exc=cause, upload_id=upload_id)
    update_unchecked(services, upload_id, lambda current: current.evolve(refusal=reason))
    services.send([CheckUpload(upload_id=upload_id)])


def await_checks(services: Services, upload_ids: Collection[str], max_wait_sec: float) -> None:
    """Wait until every check of ``upload_ids`` has ended, for at most ``max_wait_sec``."""
    end, wait = time.monotonic() + max_wait_sec, _FIRST_WAIT_SEC
    while any(one.state == "checking" for one in read_uploads(services, upload_ids).values()):
        if time.monotonic() + wait > end:
            return
        time.sleep(wait)  # the worker is another function, which signals only by the record
        wait = min(wait * 1.5, _LONGEST_WAIT_SEC)
