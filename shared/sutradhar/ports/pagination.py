"""The pagination cursor: the opaque end of one page of a list, at which the next page begins; safe in a URL."""

import base64
import binascii
import json

from sutradhar.domain.core.errors import FieldError, InvalidRequest


def encode_cursor(created_at: str, job_id: str) -> str:
    """Return the cursor of a page whose last job has this time of creation and this id."""
    return base64.urlsafe_b64encode(json.dumps([created_at, job_id]).encode()).decode().rstrip("=")


def decode_cursor(after: str) -> tuple[str, str]:
    """Return the time of creation and the id from which ``encode_cursor`` made the cursor ``after``.

    Raises:
        InvalidRequest: ``after`` is no cursor.
    """
    try:
        created_at, job_id = json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
        return str(created_at), str(job_id)
    except (binascii.Error, ValueError, TypeError) as exc:
        raise InvalidRequest([FieldError("after", "is not the end of a page; use `after` of the page before")]) from exc
