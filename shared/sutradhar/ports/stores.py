"""The ports of the stores that keep jobs, assets, leases and files.

Every method of a store raises BackendError if the store cannot be reached or refuses the call.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from sutradhar.domain.assets.asset import Asset
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.library import LibraryEntry, LibraryFilter
from sutradhar.domain.jobs.messages import Message
from sutradhar.ports.documents import NewDocument
from sutradhar.ports.records import RecordChange, Values

Change = Callable[[Job], tuple[Job, Sequence[Message]]]
"""A pure function from the stored job to the job to store and the messages to send after it."""


Check = Callable[[Job], None]
"""A pure function that raises an error if something may not be done with the stored job."""


@dataclass(frozen=True)
class StoredBlob:
    """The facts about a blob that a store lists."""

    name: str
    size: int
    """In bytes."""
    changed_at: datetime
    """The time at which its bytes were written; on the local backend that of the first blob for a copy."""


@dataclass(frozen=True)
class Lease:
    """The right to work on ``name`` until ``expires``.

    ``token`` is a fencing token: it only grows with each lease of a name, so the store can refuse the write of a
    process whose lease has gone to another one."""

    name: str
    token: int
    expires: datetime


@dataclass(frozen=True)
class Page:
    """One page of the list of jobs."""

    jobs: Sequence[Job]
    after: str | None
    """The pagination cursor at which the next page begins; None: this page is the last one."""


@dataclass(frozen=True)
class EntryPage:
    """One page of the library."""

    entries: Sequence[LibraryEntry]
    after: str | None
    """The pagination cursor at which the next page begins; None: this page is the last one."""


MAX_COUNTED = 10_000
"""The most entries that Firestore counts: a count takes the longer, and costs the more, the more there are."""
MAX_LEASE = timedelta(minutes=10)
"""Longer than a function may run (540 s, terraform/functions.tf): a lease of this length outlasts the process that
holds it, so that no other process takes over, and pays a second time for, an asset that is still being made."""


class LeaseStore(Protocol):
    def acquire(self, name: str, ttl: timedelta) -> Lease:
        """Take the lease ``name`` for ``ttl``.

        Raises:
            LeaseHeld: another process holds it.
        """
        ...

    def release(self, lease: Lease) -> None:
        """Give ``lease`` back before it expires; nothing happens if another process holds it by now."""
        ...


class JobStore(Protocol):
    def create(
        self, job: Job, documents: Sequence[NewDocument[Any]] = (), records: RecordChange | None = None
    ) -> tuple[Job, bool]:
        """Store a new job, in the same write ``documents`` and ``records``, and return the job with True. If a job has
        this id already, write nothing and return that job with False.

        Raises:
            Exception: every error that ``records.change`` raises; nothing is written then.
        """
        ...

    def get(self, job_id: str) -> Job:
        """Return the job.

        Raises:
            NotFound: there is no such job.
        """
        ...

    def get_with(self, job_id: str, names: Sequence[str]) -> tuple[Job, Values]:
        """Return the job with the values of those records ``names`` that exist, in one call of the store.

        Raises:
            NotFound: there is no such job.
        """
        ...

    def update(self, job_id: str, change: Change) -> tuple[Job, Sequence[Message]]:
        """Write the job that ``change`` makes of the stored one; return it with the messages to send.

        This is the only way to write to a job. The store reads the job, applies the pure ``change``, and writes if no
        other process wrote in between; otherwise it starts again, so ``change`` may run more than once.

        Raises:
            NotFound: there is no such job.
            Exception: every error that ``change`` raises; nothing is written then.
        """
        ...

    def delete(self, job_id: str, check: Check | None = None) -> bool:
        """Delete the job and its entry in the library, if it exists; return whether it did (several that delete it at
        the same time may all be told so). The counts of ``count_by_state`` and the tallies stay.

        No other process writes to the job between ``check`` and the deletion. ``check`` may run more than once.

        Raises:
            Exception: every error that ``check`` raises; nothing is deleted then.
        """
        ...

    def list_unfinished(self, touched_before: datetime) -> Sequence[Job]:
        """Return the jobs that are not settled (``Job.is_settled``) and that no process has written to since
        ``touched_before``, oldest first, at most 500."""
        ...

    def list_waiting(self, until: datetime) -> Sequence[Job]:
        """Return the jobs that wait for approval no longer than ``until`` (``Job.waits_until``), the earliest first, at
        most 500."""
        ...

    def list_latest(self, limit: int = 20, after: str | None = None) -> Page:
        """Return the newest jobs first, from the pagination cursor ``after`` on. A job that is created between two
        calls does not move the jobs of the next page.

        The time that this takes does not grow with the number of jobs.

        Raises:
            InvalidRequest: ``after`` is no cursor.
        """
        ...

    def list_entries(self, matching: LibraryFilter, limit: int, after: str | None = None, skip: int = 0) -> EntryPage:
        """Return the library's entries of the jobs that match, the newest first, from the pagination cursor ``after``
        on and without the first ``skip`` of them. An entry is written together with its job.

        The time that this takes does not grow with the number of jobs, but with ``skip``. Firestore looks for a second
        word in 500 of the entries that have the first one at a time: such a page may have fewer entries than
        ``limit``, although ``after`` names a next one.

        Raises:
            InvalidRequest: ``after`` is no cursor.
        """
        ...

    def count_entries(self, matching: LibraryFilter) -> int | None:
        """Return how many jobs match. None: Firestore would have to count more than ``MAX_COUNTED`` one by one or, for
        several words, to read each."""
        ...

    def refresh_entries(self, position: str, now: datetime) -> str:
        """Write the entries of jobs whose last writer was a version without a library, some thousand jobs at a time.
        Return the position at which the next call continues; the first call gets an empty one."""
        ...

    def count_by_state(self) -> Mapping[JobState, int]:
        """Return how many jobs ever entered each state; for FAILED, only jobs that were not retried since. The write of
        a job also counts it, so each counts once."""
        ...


class AssetStore(Protocol):
    def get_many(self, keys: Iterable[str]) -> Mapping[str, Asset]:
        """Return the assets of those ``keys`` that exist, by key."""
        ...

    def save(self, asset: Asset, lease: Lease) -> None:
        """Record a finished asset.

        Raises:
            StaleLease: another process has taken the lease since ``lease``.
        """
        ...

    def delete(self, keys: Iterable[str]) -> None:
        """Delete the records of those ``keys`` that exist; their blobs stay."""
        ...


class BlobStore(Protocol):
    """Names are relative paths with forward slashes. A blob exists completely or not at all."""

    has_upload_urls: bool
    """Callers send the bytes of a file to this store itself (``upload_url``), not through the API."""

    def put(self, name: str, data: bytes) -> None:
        """Store ``data`` as the blob ``name``, in place of a blob of this name."""
        ...

    def put_file(self, name: str, path: Path) -> None:
        """Store the bytes of the local file ``path`` as the blob ``name``, in place of a blob of this name."""
        ...

    def put_new(self, name: str, data: bytes | Path) -> bool:
        """Store the blob unless one of this name exists; return whether it was stored. If several processes try this at
        the same time, one of them succeeds.

        Args:
            data: the bytes, or the local file that has them.
        """
        ...

    def copy(self, name: str, target: str) -> None:
        """Make the blob ``target`` equal to the blob ``name``, without a transfer of the bytes to this process.

        Raises:
            NotFound: there is no blob ``name``.
        """
        ...

    def get(self, name: str) -> bytes:
        """Return the bytes of the blob.

        Raises:
            NotFound: there is no such blob.
        """
        ...

    def open(self, name: str) -> BinaryIO:
        """Return a seekable file that reads no more of the blob than its caller asks for; the caller closes it.

        Raises:
            NotFound: there is no such blob.
        """
        ...

    def fetch(self, name: str, path: Path) -> Path:
        """Return a local file with the bytes of the blob: ``path`` or, if the store itself is local, the store's file.

        Raises:
            NotFound: there is no such blob.
        """
        ...

    def url(self, name: str, ttl: timedelta, download_name: str = "") -> str | None:
        """Return a URL at which any reader gets the blob during ``ttl``, and which a browser saves as
        ``download_name``; None if the store has no such URLs. This does not check that the blob exists."""
        ...

    def upload_url(self, name: str, content_type: str, size: int, origin: str | None = None) -> str | None:
        """Return the URL at which a caller may put ``size`` bytes that become the blob, in one PUT or in pieces
        (cloud.google.com/storage/docs/resumable-uploads), within a week; None if the store has no such URLs.
        ``origin``: the origin of the web page that will send them."""
        ...

    def delete(self, name: str) -> None:
        """Delete the blob if it exists."""
        ...

    def list(self, prefix: str) -> Iterator[StoredBlob]:
        """Yield the blobs whose names begin with ``prefix``, in the order of the UTF-8 bytes of their names.

        They are read page by page as the caller goes on, so a blob that is written or deleted meanwhile may be among
        them or not.
        """
        ...

    def exists(self, name: str) -> bool:
        """Return whether there is such a blob."""
        ...

    def size(self, name: str) -> int:
        """Return the size of the blob in bytes.

        Raises:
            NotFound: there is no such blob.
        """
        ...
