"""Read each record and each blob's presence once while a batch is checked: its rows share brands and uploads."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, TypeVar, cast

from sutradhar.domain.core.record import Record
from sutradhar.pipeline.services import Services
from sutradhar.ports.backend import Backend
from sutradhar.ports.documents import DocumentStore, Kind
from sutradhar.ports.stores import BlobStore

R = TypeVar("R", bound=Record)


def read_once(services: Services) -> Services:
    """Return ``services`` whose documents are read once, and whose blobs are looked for once. What is written meanwhile
    may stay unseen, so use them for one check only."""
    return replace(services, backend=cast(Backend, _Backend(services.backend)))


class _Backend:
    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.documents = _Documents(backend.documents)
        self.blobs = _Blobs(backend.blobs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backend, name)


class _Documents:
    def __init__(self, documents: DocumentStore) -> None:
        self._documents = documents
        self._known: dict[tuple[str, str], Any] = {}

    def get_many(self, kind: Kind[R], document_ids: Collection[str]) -> Mapping[str, R]:
        if missing := [one for one in document_ids if (kind.name, one) not in self._known]:
            stored = self._documents.get_many(kind, missing)
            self._known |= {(kind.name, one): stored.get(one) for one in missing}
        known = {one: self._known[kind.name, one] for one in document_ids}
        return {one: record for one, record in known.items() if record is not None}

    def get(self, kind: Kind[R], document_id: str) -> R:
        if (record := self.get_many(kind, [document_id]).get(document_id)) is not None:
            return record
        return self._documents.get(kind, document_id)

    def update(self, kind: Kind[R], document_id: str, change: Callable[[R], R]) -> R:
        record = self._documents.update(kind, document_id, change)
        self._known[kind.name, document_id] = record  # such as the hash of a brand's logo, which is stored once
        return record

    def __getattr__(self, name: str) -> Any:
        return getattr(self._documents, name)


class _Blobs:
    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs
        self._known: dict[str, bool] = {}

    def exists(self, name: str) -> bool:
        if name not in self._known:
            self._known[name] = self._blobs.exists(name)
        return self._known[name]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._blobs, name)
