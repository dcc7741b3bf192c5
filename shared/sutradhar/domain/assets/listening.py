"""Define the times of sung words, and the note about an analysis of a user's file that is not finished."""

import hashlib
import re
from datetime import datetime

from sutradhar.domain.assets.asset import Word
from sutradhar.domain.core.record import History, Record, keep_fields
from sutradhar.domain.language.tags import Language

ALIGNMENT_VERSION = 1
"""Version of the alignment; raise it when the same song and lyrics would get other times."""
MAX_FILE_SEC = 3600.0
"""The longest file that a worker listens to: it has nine minutes for it."""
_HEX = r"[0-9a-f]{16}"
_ANALYSIS_ID = re.compile(rf"analysis-({_HEX})")
_ALIGNMENT_ID = re.compile(rf"alignment-({_HEX})-({_HEX})")


class LyricAlignment(Record):
    """The words of each line of lyrics with their times, in seconds from the start of the file."""

    history = History("alignment of lyrics", keep_fields)

    language: Language
    lines: tuple[tuple[Word, ...], ...]
    notices: tuple[str, ...] = ()
    """Sentences for the user about the lyrics."""


class ListeningNote(Record):
    """Something that is to be heard in a file, or that no worker could hear. It is deleted when that is stored."""

    history = History("note of an analysis", keep_fields)

    at: datetime
    """The time of the order, or of the failure."""
    cause: str = ""
    """The reason of the failure; empty: a worker is at work."""
    advice: str = ""


def hash_lyrics(lyrics: str, language: Language) -> str:
    """Return the part of an alignment's id that stands for the lyrics."""
    text = f"{ALIGNMENT_VERSION}/{language}/{lyrics}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def name_analysis_id(upload_id: str) -> str:
    """Return the id of the analysis of an upload."""
    return f"analysis-{upload_id.removeprefix('up-')}"


def name_alignment_id(upload_id: str, lyrics_hash: str) -> str:
    """Return the id of the alignment of lyrics with an upload."""
    return f"alignment-{upload_id.removeprefix('up-')}-{lyrics_hash}"


def read_analysis_id(analysis_id: str) -> str | None:
    """Return the id of the upload that ``analysis_id`` is about; None: there is no such id."""
    match = _ANALYSIS_ID.fullmatch(analysis_id)
    return f"up-{match[1]}" if match else None


def read_alignment_id(alignment_id: str) -> tuple[str, str] | None:
    """Return the upload and the hash of the lyrics that ``alignment_id`` is about; None: there is no such id."""
    match = _ALIGNMENT_ID.fullmatch(alignment_id)
    return (f"up-{match[1]}", match[2]) if match else None
