"""List, count and refresh the library's entries in Firestore: fields of each job's own document."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from google.api_core import exceptions
from google.cloud import firestore

from sutradhar.backends.gcp.firestore import CALL, CONFLICT, STREAM, Firestore
from sutradhar.backends.gcp.newest_first import order_newest
from sutradhar.backends.gcp.retry import translate_errors
from sutradhar.domain.core.errors import RecordError
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.library import LibraryEntry, LibraryFilter, list_entry_prefixes, make_entry
from sutradhar.ports.pagination import encode_cursor
from sutradhar.ports.stores import MAX_COUNTED, EntryPage

_FIELDS = {"owner": "owner", "state": "shown_state", "language": "language"}
"""The field of a document for each field of a filter."""
_ENTRY, _PREFIXES = "entry", "prefixes"
_MAX_EXAMINED = 500
"""The most documents that one page of a search for several words examines: Firestore compares only one of the words."""
_REFRESH_PAGE, _MAX_REFRESH_PAGES = 300, 10
_LAG = timedelta(minutes=15)
"""The longest time between the moment that a write names and its commit, with room: longer than a function may run."""


def make_entry_fields(job: Job) -> dict[str, Any]:
    """Return the fields of the document of ``job`` that the library needs."""
    entry = make_entry(job)
    return {
        "owner": entry.owner,
        "shown_state": entry.state,
        "language": entry.language,
        "entry_state": entry.job_state.value,
        "prefixes": list(list_entry_prefixes(entry)),
        "entry": entry.to_record(),
    }


def _order(store: Firestore, matching: LibraryFilter, after: str | None) -> Any:
    return order_newest(_select(store, matching), after, partial(store.document, "jobs"))


def list_entries(store: Firestore, matching: LibraryFilter, limit: int, after: str | None, skip: int) -> EntryPage:
    """Return a page of entries; see ``JobStore.list_entries``."""
    if len(matching.words) > 1:
        return _search_several(store, matching, limit, after, skip)
    # one entry more than requested tells whether there is another page
    query = _order(store, matching, after).offset(skip).limit(limit + 1).select([_ENTRY])
    entries = [_read_entry(snapshot) for snapshot in store.read(lambda: query.stream(**STREAM))]
    page = entries[:limit]
    return EntryPage(page, _end_page(page[-1]) if entries[limit:] else None)


def _search_several(store: Firestore, matching: LibraryFilter, limit: int, after: str | None, skip: int) -> EntryPage:
    """Search for the longest word, and keep the entries that have the others too."""
    others, page = set(matching.words[1:]), list[LibraryEntry]()
    batch, examined = limit + 1, 0
    while examined < _MAX_EXAMINED:
        query = _order(store, matching, after).limit(batch).select([_ENTRY, _PREFIXES])
        entries = [_read_searched(snapshot) for snapshot in store.read(partial(query.stream, **STREAM))]
        for entry, prefixes in entries:
            if others <= prefixes:
                if skip:
                    skip -= 1
                elif len(page) == limit:
                    return EntryPage(page, after)
                else:
                    page.append(entry)
            after = _end_page(entry)
        if len(entries) < batch:
            return EntryPage(page, None)
        examined, batch = examined + batch, 2 * batch
    return EntryPage(page, after)


def count_entries(store: Firestore, matching: LibraryFilter) -> int | None:
    """Return how many entries match; see ``JobStore.count_entries``."""
    if len(matching.words) > 1:
        return None
    # ordered, so that Firestore counts in the index that the list reads
    query = _order(store, matching, None).limit(MAX_COUNTED + 1).count()
    counted = store.read(lambda: query.get(**STREAM))
    total = int(counted[0][0].value)  # a count of nothing is 0.0
    return total if total <= MAX_COUNTED else None


def refresh_entries(store: Firestore, position: str, now: datetime) -> str:
    """Write the entries of jobs that a version without a library wrote to; see ``JobStore.refresh_entries``.

    The position is the time of the last write to a job. It stays ``_LAG`` behind the present, so that a write that is
    committed late is not missed.
    """
    for _ in range(_MAX_REFRESH_PAGES):
        query = store.client.collection("jobs").order_by("updated_at")
        if position:
            query = query.start_at({"updated_at": datetime.fromisoformat(position)})
        page = query.select(["state", "entry_state", "updated_at"]).limit(_REFRESH_PAGE)
        snapshots = store.read(partial(page.stream, **STREAM))
        for snapshot in snapshots:
            if snapshot.get("state") != (snapshot.to_dict() or {}).get("entry_state"):
                _refresh_entry(store, snapshot.reference)
        last = snapshots[-1].get("updated_at") if snapshots else now
        next_position = min(last, now - _LAG).isoformat()
        if len(snapshots) < _REFRESH_PAGE or next_position <= position:
            return max(position, next_position)
        position = next_position
    return position


def _refresh_entry(store: Firestore, reference: Any) -> None:
    """Write the entry of a job, unless another process writes to the job at the same time: its entry is new then."""
    with translate_errors(store.name):
        snapshot = reference.get(**CALL)
        if not snapshot.exists:
            return
        try:
            fields = make_entry_fields(Job.from_record(snapshot.get("body")))
            reference.update(fields, option=store.require_unchanged(snapshot), **CALL)
        except (RecordError, *CONFLICT, exceptions.NotFound):
            return  # another process wrote to it, or deleted it


def _select(store: Firestore, matching: LibraryFilter) -> Any:
    query: Any = store.client.collection("jobs")
    for name, value in matching.list_values().items():
        query = query.where(filter=firestore.FieldFilter(_FIELDS[name], "==", value))
    if matching.words:
        query = query.where(filter=firestore.FieldFilter("prefixes", "array_contains", matching.words[0]))
    return query


def _read_searched(snapshot: Any) -> tuple[LibraryEntry, set[str]]:
    """Return an entry with the beginnings of its words."""
    entry, prefixes = _read_entry(snapshot), (snapshot.to_dict() or {}).get(_PREFIXES)
    return entry, set(list_entry_prefixes(entry) if prefixes is None else prefixes)


def _read_entry(snapshot: Any) -> LibraryEntry:
    if text := (snapshot.to_dict() or {}).get(_ENTRY):
        return LibraryEntry.from_record(text)
    # a version without a library wrote it, and it was not refreshed yet
    return make_entry(Job.from_record(snapshot.reference.get(["body"], **CALL).get("body")))


def _end_page(entry: LibraryEntry) -> str:
    return encode_cursor(entry.created_at.isoformat(), entry.job_id)
