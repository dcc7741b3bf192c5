"""Order the analysis of a song and the times of its lyrics, and tell what became of the order.

The API only orders: listening takes more memory and time than it has. A worker handles the message, and stores the
outcome for the API and for every job with the same song.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Generic, TypeVar

from sutradhar.domain.assets.listening import (
    ListeningNote,
    LyricAlignment,
    hash_lyrics,
    name_alignment_id,
    name_analysis_id,
    read_alignment_id,
    read_analysis_id,
)
from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import FieldError, InvalidRequest, NotFound
from sutradhar.domain.jobs.messages import AlignLyrics, AnalyzeAudio, Message
from sutradhar.domain.language.detect import detect_language
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.upload import Upload
from sutradhar.domain.song.analysis import SongAnalysis
from sutradhar.pipeline.audio_cache import (
    ANALYSIS,
    delete_note,
    find_alignment,
    find_analysis,
    load_alignment,
    load_analysis,
    name_alignment,
    read_note,
    refuse_unheard,
    write_note,
)
from sutradhar.pipeline.audio_checks import check_lyrics
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.upload_check import CHECK_WAIT_SEC, await_checks
from sutradhar.pipeline.upload_records import get_upload
from sutradhar.telemetry import log

_ORDER_AGAIN = timedelta(minutes=1)
"""Age from which unfinished work is ordered again when a caller asks: its message may be lost. Nothing is done
twice."""
_KEEP_NOTE = timedelta(days=1)
_SEND_AGAIN = "send the file again, as MP3, M4A or WAV"
R = TypeVar("R")


@dataclass(frozen=True)
class AudioOrder(Generic[R]):
    """An order to listen to an upload, with its outcome. ``note``: None if there is a result."""

    id: str
    upload: Upload
    result: R | None
    note: ListeningNote | None = None


def order_analysis(services: Services, upload_id: str, caller: ApiKey | None = None) -> AudioOrder[SongAnalysis]:
    """Order the analysis of an upload unless it is known, and return it. A repeat orders nothing while it is made.

    Raises:
        NotFound: there is no such upload, or ``caller`` must not see it.
        InvalidRequest: the file is not ready, or has nothing that could be heard.
    """
    upload = _get_ready_upload(services, upload_id, caller)
    if result := find_analysis(services, upload):
        return AudioOrder(name_analysis_id(upload.id), upload, result)
    note = _order(services, upload, ANALYSIS, AnalyzeAudio(upload_id=upload.id))
    return AudioOrder(name_analysis_id(upload.id), upload, None, note)


def order_alignment(
    services: Services, upload_id: str, lyrics: str, language: Language | None = None, caller: ApiKey | None = None
) -> AudioOrder[LyricAlignment]:
    """Order the times of ``lyrics`` in an upload unless they are known, and return them.

    Args:
        lyrics: plain text, LRC or SRT.
        language: the language that is sung; None: that of the lyrics.

    Raises:
        NotFound: there is no such upload, or ``caller`` must not see it.
        InvalidRequest: the file is not ready, it has nothing that could be heard, or the lyrics cannot be read.
    """
    upload = _get_ready_upload(services, upload_id, caller)
    check_lyrics(lyrics, "lyrics")
    language = language or detect_language(lyrics)
    lyrics_hash = hash_lyrics(lyrics, language)
    alignment_id = name_alignment_id(upload.id, lyrics_hash)
    if result := find_alignment(services, upload, lyrics_hash):
        return AudioOrder(alignment_id, upload, result)
    message = AlignLyrics(upload_id=upload.id, lyrics=lyrics, language=language)
    note = _order(services, upload, name_alignment(lyrics_hash), message)
    return AudioOrder(alignment_id, upload, None, note)


def read_analysis(services: Services, analysis_id: str, caller: ApiKey | None = None) -> AudioOrder[SongAnalysis]:
    """Return an analysis that was ordered. Raise NotFound if it was not, or if ``caller`` must not see its upload."""
    missing = f"there is no analysis {analysis_id}; order it (POST /audio/analyze)"
    upload = _find_upload(services, read_analysis_id(analysis_id), caller, missing)
    return _read(analysis_id, upload, ANALYSIS, lambda: find_analysis(services, upload), services, missing)


def read_alignment(services: Services, alignment_id: str, caller: ApiKey | None = None) -> AudioOrder[LyricAlignment]:
    """Return an alignment that was ordered. Raise NotFound if it was not, or if ``caller`` must not see its upload."""
    missing = f"there is no alignment {alignment_id}; order it (POST /lyrics/align)"
    upload_id, lyrics_hash = read_alignment_id(alignment_id) or (None, "")
    upload = _find_upload(services, upload_id, caller, missing)
    name = name_alignment(lyrics_hash)
    return _read(alignment_id, upload, name, lambda: find_alignment(services, upload, lyrics_hash), services, missing)


def analyze_audio(services: Services, message: AnalyzeAudio) -> None:
    """Handle AnalyzeAudio. A repeat finds the stored analysis.

    Raises:
        NotFound: the upload was deleted.
        LeaseHeld: another worker hears the file.
    """
    _hear(services, message, ANALYSIS, lambda upload, path: load_analysis(services, upload, path))


def align_lyrics(services: Services, message: AlignLyrics) -> None:
    """Handle AlignLyrics. A repeat finds the stored times.

    Raises:
        NotFound: the upload was deleted.
        LeaseHeld: another worker hears the file.
    """
    lyrics, language = message.lyrics, message.language
    name = name_alignment(hash_lyrics(lyrics, language))
    _hear(services, message, name, lambda upload, path: load_alignment(services, upload, path, lyrics, language))


def give_up_listening(
    services: Services, message: AnalyzeAudio | AlignLyrics, cause: BaseException, advice: str = ""
) -> None:
    """Note that what the message asks for cannot be heard, and why. Do nothing if the upload was deleted."""
    try:
        upload = get_upload(services, message.upload_id)
    except NotFound:
        return
    log("listening_failed", level="warning", exc=cause, upload_id=upload.id)
    is_wrong = isinstance(cause, InvalidRequest)
    reason = "; ".join(error.message for error in cause.errors) if isinstance(cause, InvalidRequest) else str(cause)
    note = ListeningNote(at=services.clock.now(), cause=reason, advice=advice or (_SEND_AGAIN if is_wrong else ""))
    write_note(services, upload, _name_subject(message), note)


def forget_old_orders(services: Services) -> None:
    """Delete the notes of orders that were not finished within a day."""
    names = services.records.list_names("listening/")
    now = services.clock.now()
    texts = services.records.read(names) if names else {}
    old = [name for name, text in texts.items() if now - ListeningNote.from_record(text).at >= _KEEP_NOTE]
    if old:
        services.records.delete(old)


def _hear(
    services: Services, message: AnalyzeAudio | AlignLyrics, name: str, load: Callable[[Upload, Path], object]
) -> None:
    """Let ``load`` store what is heard, and delete the note. A failure that every worker would meet is noted at once: a
    person waits for the outcome."""
    upload = get_upload(services, message.upload_id)
    try:
        with tempfile.TemporaryDirectory() as folder:
            load(upload, services.blobs.fetch(upload.blob, Path(folder) / "file"))
    except InvalidRequest as exc:
        give_up_listening(services, message, exc)
    except NotFound:
        give_up_listening(services, message, NotFound(f"{upload.filename} is no longer kept"), "send the file again")
    else:
        delete_note(services, upload, name)


def _name_subject(message: AnalyzeAudio | AlignLyrics) -> str:
    if isinstance(message, AnalyzeAudio):
        return ANALYSIS
    return name_alignment(hash_lyrics(message.lyrics, message.language))


def _get_ready_upload(services: Services, upload_id: str, caller: ApiKey | None) -> Upload:
    """Return a checked upload that can be heard. Raise NotFound or InvalidRequest."""
    if get_upload(services, upload_id, caller).state == "checking":
        await_checks(services, [upload_id], CHECK_WAIT_SEC)
    upload = get_upload(services, upload_id, caller)
    refuse_unheard(upload)
    if not services.blobs.exists(upload.blob):
        raise InvalidRequest([FieldError("upload_id", f"{upload.filename} is no longer kept; send it again")])
    return upload


def _order(services: Services, upload: Upload, name: str, message: Message) -> ListeningNote:
    """Send the message unless it was sent a moment ago, and return the note about it."""
    now, note = services.clock.now(), read_note(services, upload, name)
    if note and not note.cause and now - note.at < _ORDER_AGAIN:
        return note
    note = ListeningNote(at=now)
    write_note(services, upload, name, note)
    services.send([message])
    return note


def _find_upload(services: Services, upload_id: str | None, caller: ApiKey | None, missing: str) -> Upload:
    try:
        if upload_id is not None:
            return get_upload(services, upload_id, caller)
    except NotFound:
        """Tell the same as for an id that does not exist."""
    raise NotFound(missing)


def _read(
    id_: str, upload: Upload, name: str, find: Callable[[], R | None], services: Services, missing: str
) -> AudioOrder[R]:
    result = find()
    note = None if result else read_note(services, upload, name)
    if not result and not note:
        result = find()  # the worker may have stored it, and deleted the note, between two readings
    if not result and not note:
        raise NotFound(missing)
    return AudioOrder(id_, upload, result, note)
