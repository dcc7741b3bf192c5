"""A small record for tests of the document store."""

from datetime import datetime

from sutradhar.domain.core.record import History, Record, keep_fields
from sutradhar.ports.documents import Facts, Kind


class Note(Record):
    history = History("note", keep_fields)

    id: str
    owner: str = "key-1"
    created_at: datetime
    state: str = "open"
    due_at: datetime | None = None
    expire_at: datetime | None = None
    text: str = ""


def describe_note(note: Note) -> Facts:
    return Facts(note.id, note.owner, note.created_at, note.state, note.due_at, note.expire_at)


NOTES = Kind("note", Note, describe_note)
OTHER_NOTES = Kind("other_note", Note, describe_note)


def make_note(name: str, created_at: datetime) -> Note:
    return Note(id=name, created_at=created_at)
