"""The models of the calls about songs and their lyrics."""

from typing import Annotated, Literal, Self

from pydantic import Field

from functions.api.links import make_url
from sutradhar.domain.assets.asset import Alignment, Word
from sutradhar.domain.assets.listening import LyricAlignment
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import MAX_TOTAL_SEC, LanguageCode
from sutradhar.domain.plan.own_media import UploadId
from sutradhar.domain.plan.song import MIN_SONG_SEC
from sutradhar.domain.song.analysis import ENERGY_STEP_SEC, Section, SongAnalysis, SongPart
from sutradhar.domain.song.best_part import choose_best_parts
from sutradhar.domain.song.lyrics import MAX_LYRICS_CHARS
from sutradhar.domain.song.write_lrc import write_lrc
from sutradhar.pipeline.audio_orders import AudioOrder

OrderState = Literal["pending", "ready", "failed"]
_DEFAULT_TARGET_SEC = 30.0


class AnalysisBody(Frozen):
    upload_id: UploadId
    """An upload that has sound: an audio file, or a video."""


class AnalysisQuery(Frozen):
    target_sec: float = Field(default=_DEFAULT_TARGET_SEC, ge=MIN_SONG_SEC, le=MAX_TOTAL_SEC, allow_inf_nan=False)
    """The length in seconds of the video for which ``best`` has parts."""


class AlignmentBody(Frozen):
    upload_id: UploadId
    """An upload that has sound: an audio file, or a video."""
    lyrics: Annotated[str, Field(max_length=MAX_LYRICS_CHARS)]
    """Plain text, LRC (also with a time for each word) or SRT. Times that it has stay as they are."""
    language: LanguageCode | None = None
    """The language that is sung; null: that of the lyrics."""


class AudioLinks(Frozen):
    self: str
    upload: str


class AnalysisAnswer(Frozen):
    """The analysis of a song. Times are in seconds from the start of the file; there are none until it is ready."""

    analysis_id: str
    upload_id: str
    state: OrderState
    links: AudioLinks
    problem: str = ""
    """The reason of a failure, and what to do."""
    duration_sec: float | None = None
    loudness_lufs: float | None = None
    """Integrated loudness (EBU R 128); null: the file is silent."""
    tempo_bpm: float | None = None
    """Null: no beat is heard; ``notices`` says so."""
    tempo_confidence: float | None = None
    """0 to 1."""
    key: str | None = None
    """Such as ``A minor``; null: no key stands out."""
    beats: tuple[float, ...] = ()
    downbeats: tuple[float, ...] = ()
    """The beats that begin a bar."""
    sections: tuple[Section, ...] = ()
    """They follow each other without gaps; those that sound alike have the same letter."""
    energy: tuple[float, ...] = ()
    """0 to 1, one value for each ``energy_step_sec``."""
    energy_step_sec: float = ENERGY_STEP_SEC
    peaks: tuple[float, ...] = ()
    """The highest sample, 0 to 1, of each of many equal parts of the song: its waveform."""
    best: tuple[SongPart, ...] = ()
    """The parts of about ``target_sec`` that fit a video best, the best one first."""
    notices: tuple[str, ...] = ()

    @classmethod
    def describe(cls, order: AudioOrder[SongAnalysis], target_sec: float = _DEFAULT_TARGET_SEC) -> Self:
        facts = dict(order.result) if order.result else {}
        notices = tuple(f"{order.upload.filename} {notice}" for notice in facts.pop("notices", ()))
        return cls(
            analysis_id=order.id,
            upload_id=order.upload.id,
            state=find_state(order),
            links=make_links(f"/audio/analyses/{order.id}", order),
            problem=describe_problem(order),
            best=choose_best_parts(order.result, target_sec) if order.result else (),
            notices=notices,
            **facts,
        )


class SungWord(Frozen):
    text: str
    start_sec: float
    end_sec: float
    how: Alignment
    """The source of the times: ``given`` in the lyrics, ``speech``: found in the voice, ``beats``: shared out by the
    beats, ``estimate``: by the length of the word."""
    confidence: float
    """0 to 1."""

    @classmethod
    def describe(cls, word: Word) -> Self:
        return cls(
            text=word.text,
            start_sec=word.start,
            end_sec=word.end,
            how=word.timing_source,
            confidence=round(word.confidence, 3),
        )


class SungLine(Frozen):
    text: str
    words: tuple[SungWord, ...]


class AlignmentAnswer(Frozen):
    """The times of lyrics, in seconds from the start of the file; there are none until it is ready."""

    alignment_id: str
    upload_id: str
    state: OrderState
    links: AudioLinks
    problem: str = ""
    """The reason of a failure, and what to do."""
    language: Language | None = None
    lines: tuple[SungLine, ...] = ()
    lrc: str = ""
    """The lyrics as LRC with a time for each word, for ``song.lyrics`` of a plan, or to change by hand first."""
    notices: tuple[str, ...] = ()

    @classmethod
    def describe(cls, order: AudioOrder[LyricAlignment]) -> Self:
        alignment = order.result
        return cls(
            alignment_id=order.id,
            upload_id=order.upload.id,
            state=find_state(order),
            links=make_links(f"/lyrics/alignments/{order.id}", order),
            problem=describe_problem(order),
            language=alignment.language if alignment else None,
            lines=tuple(
                SungLine(text=" ".join(word.text for word in line), words=tuple(map(SungWord.describe, line)))
                for line in (alignment.lines if alignment else ())
            ),
            lrc=write_lrc(alignment.lines) if alignment else "",
            notices=alignment.notices if alignment else (),
        )


def find_state(order: AudioOrder[SongAnalysis] | AudioOrder[LyricAlignment]) -> OrderState:
    """Return the state of an order."""
    if order.result:
        return "ready"
    return "failed" if order.note and order.note.cause else "pending"


def describe_problem(order: AudioOrder[SongAnalysis] | AudioOrder[LyricAlignment]) -> str:
    """Return the reason of a failure, and what to do; empty: there is none."""
    note = order.note
    return "; ".join(part for part in (note.cause, note.advice) if part) if note else ""


def make_links(path: str, order: AudioOrder[SongAnalysis] | AudioOrder[LyricAlignment]) -> AudioLinks:
    """Return the URLs of what was heard, which is at ``path``, and of its upload."""
    return AudioLinks(self=make_url(path), upload=make_url(f"/uploads/{order.upload.id}"))
