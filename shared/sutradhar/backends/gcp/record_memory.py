"""Remember the small records that this process wrote last, so that it can change them again without reading them."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_MOST_KNOWN = 1_000


@dataclass(frozen=True)
class StoredRecord:
    """A record as Firestore had it at ``update_time``."""

    body: str
    write_id: str
    """The name of the call that wrote it."""
    update_time: Any
    """The time of the write. A write on the condition that it is still the last one fails if it is not."""


class RecordMemory:
    """The records that this process wrote last, by name. Other processes may have changed them since."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._records: dict[str, StoredRecord] = {}

    def recall(self, names: Iterable[str]) -> Mapping[str, StoredRecord] | None:
        """Return all records ``names``; None if one is not known."""
        with self._lock:
            known = {name: self._records.get(name) for name in names}
        return None if None in known.values() else {name: record for name, record in known.items() if record}

    def remember(self, records: Mapping[str, StoredRecord]) -> None:
        with self._lock:
            for name, record in records.items():
                self._records.pop(name, None)
                self._records[name] = record  # the last of the dictionary
            while len(self._records) > _MOST_KNOWN:
                del self._records[next(iter(self._records))]

    def forget(self, names: Iterable[str]) -> None:
        with self._lock:
            for name in names:
                self._records.pop(name, None)
