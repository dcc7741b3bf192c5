"""The port for small records that a caller owns and lists: deliveries of webhooks, uploads, lines of an audit.

A ``Kind`` names a collection and the model of its records. What a store searches by is taken from the record itself, so
the two cannot differ::

    DELIVERIES = Kind("delivery", Delivery, lambda delivery: Facts(delivery.id, delivery.owner, delivery.created_at))
    documents.create(DELIVERIES, delivery)
    page = documents.list(DELIVERIES, owner=caller.id)
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.core.record import Record
from sutradhar.domain.jobs.tallies import Tallies

R = TypeVar("R", bound=Record)

MAX_BYTES = 500_000
"""The most bytes of one record. Firestore takes 1 MiB for a document with all its fields."""


@dataclass(frozen=True)
class Facts:
    """The fields of a record by which a store finds it."""

    id: str
    owner: str
    created_at: datetime
    """The place in the list. ``id``, ``owner`` and this never change."""
    state: str = ""
    due_at: datetime | None = None
    """The time from which ``list_due`` returns the record; None: it waits for nothing."""
    expire_at: datetime | None = None
    """The time from which the store may delete the record; None: never."""


def _count_nothing(before: Record, after: Record) -> Tallies:  # noqa: ARG001 - most kinds count nothing
    return {}


@dataclass(frozen=True)
class Kind(Generic[R]):
    """A collection. ``name`` is part of what is stored, so it never changes."""

    name: str
    model: type[R]
    describe: Callable[[R], Facts]
    count: Callable[[R, R], Tallies] = _count_nothing
    """Return what an update from one record to another adds to the counts of the TallyStore."""

    @property
    def title(self) -> str:
        """The name in messages for people."""
        return self.name.replace("_", " ")


@dataclass(frozen=True)
class NewDocument(Generic[R]):
    """A record that is stored in the same write as something else. Its id must be new."""

    kind: Kind[R]
    record: R


@dataclass(frozen=True)
class DocumentPage(Generic[R]):
    """One page of a list."""

    records: Sequence[R]
    after: str | None
    """The pagination cursor at which the next page begins; None: this page is the last one."""


class DocumentStore(Protocol):
    """Every method raises BackendError if the store cannot be reached or refuses the call."""

    def create(self, kind: Kind[R], record: R) -> tuple[R, bool]:
        """Store a new record and return it with True. If the collection has its id already, return the stored record
        with False.

        Raises:
            InvalidRequest: the record has more than ``MAX_BYTES``.
        """
        ...

    def get(self, kind: Kind[R], document_id: str) -> R:
        """Return the record, also one whose ``expire_at`` has passed if it is not deleted yet.

        Raises:
            NotFound: there is no such record.
        """
        ...

    def get_many(self, kind: Kind[R], document_ids: Collection[str]) -> Mapping[str, R]:
        """Return the records that exist among ``document_ids``, by id."""
        ...

    def update(self, kind: Kind[R], document_id: str, change: Callable[[R], R]) -> R:
        """Write the record that the pure ``change`` makes of the stored one, and return it. If another process wrote in
        between, the store starts again, so ``change`` may run more than once. ``kind.count`` is added to the counts in
        the same write, so each change counts once.

        Raises:
            NotFound: there is no such record.
            ValueError: ``change`` changed the id, the owner or the time of creation.
            InvalidRequest: the record has more than ``MAX_BYTES``.
            Exception: every error that ``change`` raises; nothing is written then.
        """
        ...

    def delete(self, kind: Kind[R], document_id: str) -> bool:
        """Delete the record if it exists; return whether it did."""
        ...

    def list(
        self,
        kind: Kind[R],
        *,
        owner: str | None = None,
        state: str | None = None,
        before: datetime | None = None,
        limit: int = 20,
        after: str | None = None,
    ) -> DocumentPage[R]:
        """Return the newest records first, those of ``owner``, in ``state`` and created before ``before`` if these are
        given, from the pagination cursor ``after`` on. A record that is created between two calls does not move the
        records of the next page.

        The time that this takes does not grow with the number of records.

        Raises:
            InvalidRequest: ``after`` is no cursor.
        """
        ...

    def list_due(self, kind: Kind[R], before: datetime, limit: int = 100) -> Sequence[R]:
        """Return the records whose ``due_at`` is not after ``before``, the earliest first."""
        ...

    def count(self, kind: Kind[R], *, owner: str | None = None, state: str | None = None) -> int:
        """Return how many records there are, those of ``owner`` and in ``state`` if these are given."""
        ...

    def delete_expired(self, now: datetime) -> int:
        """Delete records of all kinds whose ``expire_at`` is before ``now``, at most 1000; return how many. Firestore
        deletes them by itself, within a day (firebase.google.com/docs/firestore/ttl), and this returns 0 there."""
        ...


def encode_record(kind: Kind[R], record: R) -> str:
    """Return the stored text of ``record``. Raise InvalidRequest if it has more than ``MAX_BYTES``."""
    text = record.to_record()
    size = len(text.encode())
    if size > MAX_BYTES:
        message = f"a stored {kind.name} may have {MAX_BYTES} bytes, and this one has {size}; make its texts shorter"
        raise InvalidRequest([FieldError("", message)])
    return text


def apply_change(kind: Kind[R], before: R, change: Callable[[R], R]) -> R:
    """Return what ``change`` makes of ``before``. Raise ValueError if it changed what must stay."""
    after = change(before)
    was, is_now = kind.describe(before), kind.describe(after)
    if (was.id, was.owner, was.created_at) != (is_now.id, is_now.owner, is_now.created_at):
        raise ValueError(f"the id, the owner and the time of creation of a {kind.name} never change")
    return after
