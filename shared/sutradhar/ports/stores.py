"""Where things are kept."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Protocol

from sutradhar.domain.assets.asset import Asset
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.messages import Message

Change = Callable[[Job], tuple[Job, Sequence[Message]]]


@dataclass(frozen=True)
class Lease:
    """The right to work on ``name`` until ``expires``. ``token`` only grows, so a late holder is told apart."""

    name: str
    token: int
    expires: datetime


@dataclass(frozen=True)
class Page:
    jobs: Sequence[Job]
    after: str | None
    """Where the next page begins; None: this is the last one."""


MAX_LEASE = timedelta(minutes=10)
"""Longer than a function may run (540 s, terraform/functions.tf): a lease of this length outlasts whoever holds it, so
that nobody takes over, and pays for once more, what is still being made."""


class LeaseStore(Protocol):
    def acquire(self, name: str, ttl: timedelta) -> Lease:
        """Raises LeaseHeld while somebody else's is alive."""
        ...

    def release(self, lease: Lease) -> None:
        """Give it back early; nothing happens if it is no longer ours."""
        ...


class JobStore(Protocol):
    def create(self, job: Job) -> tuple[Job, bool]:
        """Store a new job. If the id is taken, the job that is there and False."""
        ...

    def get(self, job_id: str) -> Job:
        """Raises NotFound."""
        ...

    def update(self, job_id: str, change: Change) -> tuple[Job, Sequence[Message]]:
        """The one write path: read, apply the pure ``change``, write if nobody else wrote in between, else again.

        ``change`` may run more than once. Raises NotFound, and whatever ``change`` raises (nothing is written then).
        """
        ...

    def list_unfinished(self, touched_before: datetime) -> Sequence[Job]:
        """Jobs with work owed that nobody has written to since, oldest first, at most 500."""
        ...

    def list_latest(self, limit: int = 20, after: str | None = None) -> Page:
        """The newest jobs first, from where a page before this one ended. A job made meanwhile moves nothing.

        The time it takes does not grow with the number of jobs. Raises InvalidRequest for an ``after`` of nobody's.
        """
        ...

    def count_by_state(self) -> Mapping[JobState, int]:
        """Return how many jobs ever entered each state; for FAILED, only jobs that were not retried since. The write of
        a job also counts it, so each counts once."""
        ...


class AssetStore(Protocol):
    def get(self, key: str) -> Asset | None: ...

    def get_many(self, keys: Iterable[str]) -> Mapping[str, Asset]:
        """Those of ``keys`` that exist."""
        ...

    def save(self, asset: Asset, lease: Lease) -> None:
        """Record a finished asset. Raises StaleLease if somebody took ``lease``'s name after it."""
        ...


class BlobStore(Protocol):
    """Names are relative paths with forward slashes. A blob is there whole or not at all."""

    def put(self, name: str, data: bytes) -> None:
        """Replaces what was there."""
        ...

    def put_file(self, name: str, path: Path) -> None: ...

    def put_new(self, name: str, data: bytes) -> bool:
        """Store it unless there is something of that name; whether it was stored. Of many who try, one succeeds."""
        ...

    def copy(self, name: str, target: str) -> None:
        """``target`` becomes what ``name`` is, without the bytes coming here. Raises NotFound."""
        ...

    def get(self, name: str) -> bytes:
        """Raises NotFound."""
        ...

    def open(self, name: str) -> BinaryIO:
        """Raises NotFound. Seekable, and reads no more than is asked for; the caller closes it."""
        ...

    def fetch(self, name: str, path: Path) -> Path:
        """A local file with the blob's bytes, at ``path`` or, where the store is local, its own. Raises NotFound."""
        ...

    def url(self, name: str, ttl: timedelta, download_name: str = "") -> str | None:
        """Where anybody may read the blob until ``ttl`` is over, saved as ``download_name``; None if the store has no
        such addresses. Does not look whether the blob is there."""
        ...

    def upload_url(self, name: str, content_type: str, size: int, origin: str | None = None) -> str | None:
        """Return the URL at which a caller may put ``size`` bytes that become the blob, in one PUT or in pieces
        (cloud.google.com/storage/docs/resumable-uploads), within a week; None if the store has no such URLs.
        ``origin``: the origin of the web page that will send them."""
        ...

    def delete(self, name: str) -> None:
        """A blob that is not there stays so."""
        ...

    def exists(self, name: str) -> bool: ...

    def size(self, name: str) -> int:
        """Raises NotFound."""
        ...
