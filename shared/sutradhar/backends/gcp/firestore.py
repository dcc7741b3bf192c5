"""The Firestore client of this process, and the functions that all stores share."""

import hashlib
import threading
from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from urllib.parse import quote

from google.api_core import exceptions
from google.api_core.retry import Retry, if_exception_type
from google.cloud import firestore

from sutradhar.backends.gcp.record_memory import RecordMemory
from sutradhar.backends.gcp.retry import CALL_SEC, NO_RETRIES, RETRY, TOTAL_SEC, translate_errors
from sutradhar.domain.core.errors import BackendError

T = TypeVar("T")
CALL: dict[str, Any] = {"retry": RETRY, "timeout": CALL_SEC}
"""The options of every call with one answer."""
STREAM: dict[str, Any] = {"retry": NO_RETRIES, "timeout": CALL_SEC}
"""The options of every call with a stream of answers, inside ``Firestore.read``."""
BODY = ("body", "write")
"""The fields with a stored object itself; the others are for searching, and a job has up to hundreds of them."""
CONFLICT = (exceptions.FailedPrecondition, exceptions.Aborted, exceptions.AlreadyExists)
"""The errors of a conditional write if another process wrote in between."""
_MAX_ID_BYTES = 1500
"""The limit of a document's id (firebase.google.com/docs/firestore/quotas); `.`, `..` and `__*__` are not allowed
either."""


class Firestore:
    """One client, created when it is first used, since gunicorn loads the app before it forks."""

    def __init__(self, project: str, database: str) -> None:
        self.name = f"Firestore database {database} of project {project}"
        self._project, self._database = project, database
        self._lock = threading.Lock()
        self._client: firestore.Client | None = None
        self.memory = RecordMemory()

    @property
    def client(self) -> firestore.Client:
        """The client. Raise BackendError if this process has no credentials."""
        with self._lock:
            if self._client is None:
                with translate_errors(self.name):
                    client = firestore.Client(project=self._project, database=self._database)
                    # it opens its channel when it is first used, and threads that do so together open one each; all
                    # but the last one are closed, with the streams that are read from them (2.34.1)
                    _ = client._firestore_api  # noqa: SLF001 - no public call opens it without a request
                self._client = client
            return self._client

    def document(self, collection: str, name: str) -> Any:
        """Return the reference of a document. ``name`` may be any text, also an invention of a caller or a broken
        message."""
        return self.client.collection(collection).document(_id(name))

    def read(self, answers: Callable[[], Iterable[T]]) -> list[T]:
        """Return all ``answers`` of a stream; if it breaks off, read it from the start again.

        By themselves Google's clients continue in the middle of a query, without a pause and without an end, and do not
        repeat the reading of several documents.

        Raises:
            BackendError: Firestore cannot be reached or refuses the call.
        """
        with translate_errors(self.name):
            documents: list[T] = CALL["retry"](lambda: list(answers()))()
        return documents

    def require_unchanged(self, snapshot: Any) -> Any:
        """Return the condition of a write that no process has written to the document since ``snapshot``."""
        return self.client.write_option(last_update_time=snapshot.update_time)

    def close(self) -> None:
        """Close the connections of the client; the next call opens new ones."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None


def _id(name: str) -> str:
    """Return the id of the document for ``name``. No two names share one: quote() writes neither %2E, %5F nor %~."""
    quoted = quote(name, safe="@")
    if not quoted or len(quoted) > _MAX_ID_BYTES:
        return f"%~{hashlib.sha256(name.encode()).hexdigest()}"
    if quoted in (".", "..") or (quoted.startswith("__") and quoted.endswith("__")):
        return quoted.replace(".", "%2E").replace("_", "%5F")
    return quoted


_CONTENDED = (*CONFLICT, exceptions.NotFound)


def repeat_on_conflict(what: str, attempt: Callable[[], T]) -> T:
    """Return the result of ``attempt``, which reads and then writes on a condition, repeated while others write first.

    Call it inside ``translate_errors``, not around it, so that it sees the conflicts themselves.

    Raises:
        BackendError: ``attempt`` met a conflict for ``TOTAL_SEC``; it is retryable.
    """
    # after at most 0.01, 0.02, 0.04 ... 0.5 s, at random (google.api_core): out of step with the other writers
    repeat = Retry(
        predicate=if_exception_type(*_CONTENDED), initial=0.01, maximum=0.5, multiplier=2.0, timeout=TOTAL_SEC
    )
    try:
        result: T = repeat(attempt)()
    except exceptions.RetryError as exc:
        if isinstance(exc.cause, _CONTENDED):
            raise BackendError(f"{what} is written to by too many at once", retryable=True) from exc
        raise
    return result
