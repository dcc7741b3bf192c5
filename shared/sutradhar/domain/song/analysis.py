"""Define the analysis of a song. Times are in seconds from the start of the file."""

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.record import History, Record, keep_fields

ENERGY_STEP_SEC = 0.5
"""Seconds that one value of ``energy`` covers."""
MAX_PEAKS = 720
"""The most values of ``peaks``: one for each column of a wide drawing."""
ANALYSIS_VERSION = 1
"""Version of the analysis; raise it when the same file would get another result."""


class Section(Frozen):
    """A part of a song, such as a verse. Parts that sound alike have the same letter."""

    start_sec: float
    end_sec: float
    label: str
    """``A``, ``B`` ... in the order in which each kind is first heard."""
    energy: float
    """Mean energy, 0 to 1, relative to the loudest part of the song."""


class SongAnalysis(Record):
    """The music that is heard in a file."""

    history = History("analysis of a song", keep_fields)

    duration_sec: float
    """Seconds until the last sample that can be decoded."""
    loudness_lufs: float | None
    """Integrated loudness (EBU R 128); None: the file is silent."""
    tempo_bpm: float | None
    """Beats in a minute, of the longest part with a steady tempo; None: no beat is heard."""
    tempo_confidence: float = 0.0
    """0 to 1: how clear the beat is."""
    beats: tuple[float, ...] = ()
    downbeats: tuple[float, ...] = ()
    """The beats that begin a bar."""
    sections: tuple[Section, ...] = ()
    """They follow each other without gaps, from 0 to ``duration_sec``."""
    key: str | None = None
    """Such as ``A minor``; None: no key stands out."""
    energy: tuple[float, ...] = ()
    """One value of 0 to 1 for each ``ENERGY_STEP_SEC``."""
    peaks: tuple[float, ...] = ()
    """The highest sample, 0 to 1, of each of at most ``MAX_PEAKS`` equal parts of the song."""
    notices: tuple[str, ...] = ()
    """Sentences for the user that continue the file's name, such as "has no clear beat; ..."."""


class SongPart(Frozen):
    """A part of a song that could be a video of its own."""

    start_sec: float
    end_sec: float
    score: float
    """0 to 1; the best part has the highest."""
    reason: str
    """A short phrase for people, such as "the loudest part that is heard three times"."""


class SongFacts(Frozen):
    """The part of a song that a video plays. Times are in seconds from the start of that part."""

    start_sec: float
    """Start of the part in the file."""
    song_sec: float = 0.0
    """Length of the whole song, from the start of the file."""
    tempo_bpm: float | None
    beats: tuple[float, ...] = ()
    downbeats: tuple[float, ...] = ()
    sections: tuple[Section, ...] = ()
    energy: tuple[float, ...] = ()
    line_ends: tuple[int, ...] = ()
    """The numbers, from 0, of the asset's words that end a line of the lyrics, in rising order."""
