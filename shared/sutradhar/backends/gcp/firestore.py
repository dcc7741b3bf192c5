"""The Firestore client of this process, and what all stores share."""

import hashlib
import threading
from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from urllib.parse import quote

from google.api_core import exceptions
from google.api_core.retry import Retry, if_exception_type
from google.cloud import firestore

from sutradhar.backends.gcp.retry import CALL_SEC, ONCE, RETRY, TOTAL_SEC, errors
from sutradhar.domain.core.errors import BackendError

T = TypeVar("T")
CALL: dict[str, Any] = {"retry": RETRY, "timeout": CALL_SEC}
"""For every call with one answer."""
STREAM: dict[str, Any] = {"retry": ONCE, "timeout": CALL_SEC}
"""For every call with many answers, inside ``Firestore.read``."""
CONFLICT = (exceptions.FailedPrecondition, exceptions.Aborted, exceptions.AlreadyExists)
"""Somebody else wrote in between."""
_MAX_ID_BYTES = 1500
"""Of a document's id (firebase.google.com/docs/firestore/quotas); `.`, `..` and `__*__` are not allowed either."""


class Firestore:
    """One client, made when it is first used: gunicorn loads the app before it forks."""

    def __init__(self, project: str, database: str) -> None:
        self.name = f"Firestore database {database} of project {project}"
        self._project, self._database = project, database
        self._lock = threading.Lock()
        self._client: firestore.Client | None = None

    @property
    def client(self) -> firestore.Client:
        with self._lock:
            if self._client is None:
                with errors(self.name):
                    self._client = firestore.Client(project=self._project, database=self._database)
            return self._client

    def document(self, collection: str, name: str) -> Any:
        """``name`` may be anything, also what a caller of the API or a broken message made up."""
        return self.client.collection(collection).document(_id(name))

    def read(self, answers: Callable[[], Iterable[T]]) -> list[T]:
        """All of a stream's ``answers``; when it breaks off, all of it again. Of themselves Google's clients go on in
        the middle of a query, without a pause and for ever, and do not try again to read several documents."""
        with errors(self.name):
            found: list[T] = CALL["retry"](lambda: list(answers()))()
        return found

    def unchanged_since(self, snapshot: Any) -> Any:
        """The condition of a write: nobody has written to the document after ``snapshot`` of it."""
        return self.client.write_option(last_update_time=snapshot.update_time)

    def close(self) -> None:
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None


def _id(name: str) -> str:
    """No two names share one: quote() writes neither %2E, %5F nor %~."""
    quoted = quote(name, safe="@")
    if not quoted or len(quoted) > _MAX_ID_BYTES:
        return f"%~{hashlib.sha256(name.encode()).hexdigest()}"
    if quoted in (".", "..") or (quoted.startswith("__") and quoted.endswith("__")):
        return quoted.replace(".", "%2E").replace("_", "%5F")
    return quoted


_CONTENDED = (*CONFLICT, exceptions.NotFound)


def repeat_on_conflict(what: str, attempt: Callable[[], T]) -> T:
    """Return the result of ``attempt``, which reads and then writes on a condition, repeated while others write first.

    Call it inside ``errors``, not around it, so that it sees the conflicts themselves.

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
