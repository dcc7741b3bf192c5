"""The composite indexes that our queries need.

Terraform creates them, and a test compares the two: the emulator answers every query without any index, while Firestore
itself refuses a query that lacks its index.
"""

from collections.abc import Iterator
from itertools import combinations

_LIBRARY = (("owner", "ASCENDING"), ("shown_state", "ASCENDING"), ("language", "ASCENDING"), ("prefixes", "CONTAINS"))
"""The fields by which library.py filters jobs. Each combination has an index of its own: Firestore could also merge
smaller ones, but the time of that grows with the number of jobs."""


def _list_library_indexes() -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    for count in range(1, len(_LIBRARY) + 1):
        for fields in combinations(_LIBRARY, count):
            yield "jobs", (*fields, ("created_at", "DESCENDING"))


def _list_document_indexes() -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    """Yield the indexes of FirestoreDocumentStore: each combination of the filters of a list, and what is due."""
    filters = (("owner", "ASCENDING"), ("state", "ASCENDING"))
    for count in range(len(filters) + 1):
        for fields in combinations(filters, count):
            yield "documents", (("kind", "ASCENDING"), *fields, ("created_at", "DESCENDING"))
    yield "documents", (("kind", "ASCENDING"), ("due_at", "ASCENDING"))


INDEXES: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    # FirestoreJobStore.list_unfinished; list_latest needs only the index that every single field has
    ("jobs", (("over", "ASCENDING"), ("updated_at", "ASCENDING"))),
    *_list_library_indexes(),
    *_list_document_indexes(),
)
"""Each has a collection and its fields; ``CONTAINS`` is an index of the values in an array."""
TTL_FIELD = "expire_at"
TTL_COLLECTIONS = ("assets", "leases", "records", "documents")
UNINDEXED = (
    ("jobs", "body"),
    ("jobs", "entry"),
    ("jobs", "prefixes"),
    ("assets", "body"),
    ("records", "body"),
    ("documents", "body"),
    ("tallies", "totals"),
    ("day_tallies", "totals"),
)
"""Fields that no query searches by themselves: an index of them would only cost money."""
