"""Read music and recorded voices on this machine: the one implementation of Listener."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.language.tags import Language
from sutradhar.domain.song.analysis import SongAnalysis
from sutradhar.domain.song.lyrics import Lyrics
from sutradhar.ports.listening import AlignedLyrics, Recording
from sutradhar.telemetry import log

if TYPE_CHECKING:
    from sutradhar.providers.alignment.whisper import Whisper


class LocalListener:
    """Implements Listener. Each method imports what it needs.

    Args:
        whisper_model: the folder of the user's own Whisper model; None: no text is recognised.
    """

    def __init__(self, whisper_model: Path | None = None) -> None:
        self._whisper_model = whisper_model

    @property
    def recognizes_speech(self) -> bool:
        return self._whisper is not None

    def analyze(self, path: Path) -> SongAnalysis:
        from sutradhar.media.formats import MediaError
        from sutradhar.providers.listening.music_analysis import analyze_music

        try:
            return analyze_music(path)
        except MediaError as exc:
            raise InvalidRequest([FieldError("file", str(exc))]) from exc

    def align_lyrics(self, path: Path, lyrics: Lyrics, language: Language, analysis: SongAnalysis) -> AlignedLyrics:
        from sutradhar.media.formats import MediaError
        from sutradhar.providers.listening.lyric_alignment import align_song

        try:
            return align_song(path, lyrics, language, analysis, self._whisper_model)
        except MediaError as exc:
            raise InvalidRequest([FieldError("file", str(exc))]) from exc

    def recognize_lyrics(self, path: Path, language: Language) -> Lyrics | None:
        if self._whisper_model is None:
            return None
        from sutradhar.media.formats import MediaError
        from sutradhar.providers.listening.lyric_alignment import MAX_SEC
        from sutradhar.providers.listening.lyric_voice import read_voice
        from sutradhar.providers.listening.lyric_whisper import recognise_lyrics

        try:
            return recognise_lyrics(read_voice(path, MAX_SEC), language, self._whisper_model)
        except MediaError as exc:
            raise InvalidRequest([FieldError("file", str(exc))]) from exc

    def read_recording(
        self, path: Path, start_sec: float, end_sec: float | None, text: str, language: Language, *, clean: bool
    ) -> Recording:
        from sutradhar.providers.listening.recording import read_recording

        return read_recording(path, (start_sec, end_sec), text, language, self._whisper, clean=clean)

    def recognize_speech(self, path: Path, start_sec: float, end_sec: float | None, language: Language) -> str | None:
        from sutradhar.providers.listening.recording import recognize_speech

        return recognize_speech(path, (start_sec, end_sec), language, self._whisper) if self._whisper else None

    @cached_property
    def _whisper(self) -> Whisper | None:
        """The user's own model; None: none is set, or it cannot be used."""
        if self._whisper_model is None:
            return None
        from sutradhar.providers.alignment.whisper import Whisper, find_problem

        if problem := find_problem(self._whisper_model):
            log("listener_without_model", level="warning", reason=problem)
            return None
        return Whisper(self._whisper_model)
