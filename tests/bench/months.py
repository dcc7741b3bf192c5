"""Play months of publications against their oracle, more than the tests do. Writes months.json to ``folder``."""

import json
import logging
from datetime import date
from pathlib import Path

from tests.month.month import Month
from tests.month.oracle import Oracle
from tests.month.owners import COUNTS, draw_month

_FIRST_DAYS = (date(2026, 10, 18), date(2027, 3, 1))
"""Their months have the end and the beginning of daylight saving in the United States."""
_SEEDS = 5


def measure_months(folder: Path, *, quick: bool) -> None:
    """Raise AssertionError if a month breaks a rule of publishing."""
    rows = []
    logging.disable(logging.CRITICAL)
    try:
        for first in _FIRST_DAYS:
            for seed in range(2, 3 if quick else 2 + _SEEDS):
                month = Month(seed, draw_month(seed, first, COUNTS))
                month.play()
                oracle = Oracle(month)
                row = {"first_day": first.isoformat(), "seed": seed, "problems": oracle.list_problems()}
                rows.append({**row, **oracle.count_ends()})
    finally:
        logging.disable(logging.NOTSET)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "months.json").write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    assert not any(row["problems"] for row in rows), rows
