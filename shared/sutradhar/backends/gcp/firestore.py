"""The Firestore client of this process, and what all stores share."""

import random
import threading
import time
from typing import Any
from urllib.parse import quote

from google.api_core import exceptions
from google.cloud import firestore

from sutradhar.backends.gcp.retry import CALL_SEC, RETRY, TOTAL_SEC
from sutradhar.domain.errors import BackendError

CALL: dict[str, Any] = {"retry": RETRY, "timeout": CALL_SEC}
"""For every call."""
CONFLICT = (exceptions.FailedPrecondition, exceptions.Aborted, exceptions.AlreadyExists)
"""Somebody else wrote in between."""


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
                self._client = firestore.Client(project=self._project, database=self._database)
            return self._client

    def document(self, collection: str, name: str) -> Any:
        """``name`` may hold any characters; a document's id may not hold slashes."""
        return self.client.collection(collection).document(quote(name, safe="@"))

    def unchanged_since(self, snapshot: Any) -> Any:
        """The condition of a write: nobody has written to the document after ``snapshot`` of it."""
        return self.client.write_option(last_update_time=snapshot.update_time)

    def close(self) -> None:
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None


class Turns:
    """How often and how soon to try again after somebody else was quicker: at random, and not for ever."""

    def __init__(self, what: str) -> None:
        self._what, self._end, self._longest = what, time.monotonic() + TOTAL_SEC, 0.01

    def wait(self) -> None:
        """Raises BackendError when the time is over."""
        if time.monotonic() > self._end:
            raise BackendError(f"{self._what} is written to by too many at once", retryable=True)
        # not a wait for something, but out of step with the others
        time.sleep(random.uniform(0, self._longest))
        self._longest = min(2 * self._longest, 0.5)
