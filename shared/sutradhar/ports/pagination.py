"""What a page of a list ends with, so that the next one can begin there: opaque outside, safe in an address."""

import base64
import binascii
import json

from sutradhar.domain.core.errors import FieldError, InvalidRequest


def encode_cursor(created_at: str, job_id: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([created_at, job_id]).encode()).decode().rstrip("=")


def decode_cursor(after: str) -> tuple[str, str]:
    """What ``encode_cursor`` was given. Raises InvalidRequest."""
    try:
        created_at, job_id = json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
        return str(created_at), str(job_id)
    except (binascii.Error, ValueError, TypeError) as exc:
        raise InvalidRequest([FieldError("after", "is not the end of a page; use `after` of the page before")]) from exc
