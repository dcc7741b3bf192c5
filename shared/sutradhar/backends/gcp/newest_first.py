"""List documents by the time of their creation."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from google.cloud import firestore

from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.ports.pagination import decode_cursor


def order_newest(query: Any, after: str | None, find_document: Callable[[str], Any]) -> Any:
    """Return ``query`` in the order of creation, the newest first, from the pagination cursor ``after`` on.

    ``find_document``: returns the reference of the document with an id.

    Raises:
        InvalidRequest: ``after`` is no cursor.
    """
    newest = firestore.Query.DESCENDING
    ordered = query.order_by("created_at", direction=newest).order_by("__name__", direction=newest)
    if not after:
        return ordered
    created_at, document_id = decode_cursor(after)
    try:
        start = datetime.fromisoformat(created_at).astimezone(UTC)
    except (ValueError, OverflowError) as exc:
        raise InvalidRequest([FieldError("after", "is not the end of a page")]) from exc
    return ordered.start_after({"created_at": start, "__name__": find_document(document_id)})
