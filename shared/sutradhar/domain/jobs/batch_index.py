"""Write the index of a batch's results, and name the folders of its rows."""

import csv
import io
from collections.abc import Iterable

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.file_names import RESERVED
from sutradhar.domain.jobs.batch import BatchRow, RowState

INDEX_NAME = "index.csv"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A spreadsheet runs a cell that begins with one of these as a formula; the last four are the wide forms of the first
(owasp.org/www-community/attacks/CSV_Injection)."""
_MAX_NAME_CHARS, _MAX_NAME_BYTES = 60, 150


class IndexLine(Frozen):
    """One row of a batch as its index shows it."""

    row: int
    id: str
    state: RowState
    title: str = ""
    folder: str = ""
    """The folder with its files; empty: it has none."""
    job_id: str = ""
    duration_sec: float | None = None
    size_bytes: int | None = None
    paid_usd: float = 0.0
    error: str = ""
    status_url: str = ""
    video_url: str = ""


def write_index(lines: Iterable[IndexLine]) -> bytes:
    """Return the table of ``lines`` as CSV. It begins with a BOM, without which Excel reads Hindi wrongly."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(IndexLine.model_fields)
    for line in lines:
        writer.writerow([make_text_cell(value) for value in line.model_dump().values()])
    return text.getvalue().encode("utf-8-sig")


def make_text_cell(value: object) -> object:
    """Return a cell that no spreadsheet runs as a formula: an apostrophe before a text makes it one for Excel,
    LibreOffice and Google Sheets. Numbers stay numbers."""
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA_STARTS):
        return f"'{value}"
    return "" if value is None else value


def name_folder(row: BatchRow) -> str:
    """Return the name of the folder of a row, which no other row of its batch has: ``0017 goa`` for the id ``goa``."""
    number = f"{row.number:04d}"
    text = " ".join(RESERVED.sub(" ", row.row_id).split())[:_MAX_NAME_CHARS]
    text = text.encode()[:_MAX_NAME_BYTES].decode(errors="ignore").strip(" .")
    return number if not text or text == str(row.number) else f"{number} {text}"
