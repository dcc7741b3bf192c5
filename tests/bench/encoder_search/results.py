"""Keep what was measured in a file, setting by setting, so that a search can stop and go on."""

import json
from dataclasses import dataclass, field
from pathlib import Path

Rows = dict[str, dict[str, float]]
"""Figures of one setting: by piece, then by name."""


@dataclass
class Results:
    """Figures of all settings measured so far, in ``path``."""

    path: Path
    rows: dict[str, Rows] = field(default_factory=dict)
    pace: float = 1.0
    """The CPU time of the reference in this slice of the search, as a share of that in the first slice."""

    @classmethod
    def read(cls, path: Path) -> "Results":
        return cls(path, json.loads(path.read_text()) if path.exists() else {})

    def start_slice(self, reference: Rows, name: str) -> None:
        """Note the pace of this slice by ``reference``, the setting ``name`` measured again; CPU seconds of other
        slices can be compared with those of this one then."""
        if known := self.rows.get(name):
            self.pace = sum(row["encode"] for row in reference.values()) / sum(row["encode"] for row in known.values())

    def add(self, name: str, rows: Rows) -> None:
        """Add the figures of the setting ``name`` and write the file."""
        self.rows[name] = {
            piece: {key: round(value / self.pace, 3) for key, value in row.items()} for piece, row in rows.items()
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(self.rows, indent=1) + "\n")
