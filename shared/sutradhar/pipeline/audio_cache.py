"""Keep what was heard in the files of users: analyses of songs, and the times of sung words.

Both are kept by the bytes of the file, so that the same song is heard once, also for another part of it, another look
or another upload. They are deleted with the upload.
"""

from pathlib import Path

from sutradhar.domain.assets.listening import MAX_FILE_SEC, ListeningNote, LyricAlignment, hash_lyrics
from sutradhar.domain.core.errors import FieldError, InvalidRequest, NotFound
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.upload import KIND_NAMES, Upload, name_listening
from sutradhar.domain.song.analysis import ANALYSIS_VERSION, SongAnalysis
from sutradhar.domain.song.parse_lyrics import parse_lyrics
from sutradhar.pipeline.services import Services, hold_lease
from sutradhar.ports.stores import MAX_LEASE

ANALYSIS = f"analysis-{ANALYSIS_VERSION}"
"""The name of the analysis among all that was heard in a file."""
_NOTES = "listening/"


def name_alignment(lyrics_hash: str) -> str:
    """Return the name of an alignment among all that was heard in a file."""
    return f"lyrics-{lyrics_hash}"


def find_analysis(services: Services, upload: Upload) -> SongAnalysis | None:
    """Return the stored analysis of the file; None: there is none yet."""
    try:
        return SongAnalysis.from_record(services.blobs.get(_name_blob(upload, ANALYSIS)))
    except NotFound:
        return None


def find_alignment(services: Services, upload: Upload, lyrics_hash: str) -> LyricAlignment | None:
    """Return the stored alignment of the lyrics with this hash; None: there is none yet."""
    try:
        return LyricAlignment.from_record(services.blobs.get(_name_blob(upload, name_alignment(lyrics_hash))))
    except NotFound:
        return None


def load_analysis(services: Services, upload: Upload, path: Path) -> SongAnalysis:
    """Return the analysis of the file ``path``; make and store it if there is none.

    Raises:
        InvalidRequest: the file cannot be heard.
        LeaseHeld: another worker hears it.
    """
    if stored := find_analysis(services, upload):
        return stored
    with hold_lease(services, _name_lease(upload, ANALYSIS), MAX_LEASE):
        if stored := find_analysis(services, upload):
            return stored
        refuse_unheard(upload)
        analysis = services.providers.listener.analyze(path)
        services.blobs.put(_name_blob(upload, ANALYSIS), analysis.to_record().encode())
    return analysis


def load_alignment(services: Services, upload: Upload, path: Path, lyrics: str, language: Language) -> LyricAlignment:
    """Return the times of ``lyrics`` in the file ``path``; find and store them if they are not known.

    Args:
        lyrics: empty: they are recognised if a model is set up, else there are no lines.

    Raises:
        InvalidRequest: the file cannot be heard, or the lyrics cannot be read.
        LeaseHeld: another worker hears it.
    """
    lyrics_hash = hash_lyrics(lyrics, language)
    if stored := find_alignment(services, upload, lyrics_hash):
        return stored
    analysis = load_analysis(services, upload, path)
    name = name_alignment(lyrics_hash)
    with hold_lease(services, _name_lease(upload, name), MAX_LEASE):
        if stored := find_alignment(services, upload, lyrics_hash):
            return stored
        alignment = _align(services, path, lyrics, language, analysis)
        services.blobs.put(_name_blob(upload, name), alignment.to_record().encode())
    return alignment


def refuse_unheard(upload: Upload) -> None:
    """Raise InvalidRequest if no worker can hear the file."""
    if upload.facts is None:
        raise InvalidRequest([FieldError("upload_id", upload.explain_unready())])
    if not upload.has_audio:
        kind = "is a video without sound" if upload.facts.kind == "video" else f"is {KIND_NAMES[upload.facts.kind]}"
        raise InvalidRequest([FieldError("upload_id", f"{upload.filename} {kind}; send a file that has sound")])
    if upload.facts.duration_sec > MAX_FILE_SEC:
        minutes = upload.facts.duration_sec / 60
        message = (
            f"{upload.filename} is {minutes:.0f} min long; at most {MAX_FILE_SEC / 60:.0f} min can be heard; cut it"
        )
        raise InvalidRequest([FieldError("upload_id", message)])


def forget_listening(services: Services, content_id: str) -> None:
    """Delete all that was heard in a file, and the notes about it. A repeat deletes what is left."""
    for blob in list(services.blobs.list(name_listening(content_id))):
        services.blobs.delete(blob.name)
    if names := services.records.list_names(f"{_NOTES}{content_id}/"):
        services.records.delete(names)


def read_note(services: Services, upload: Upload, name: str) -> ListeningNote | None:
    """Return the note about what is not stored yet; None: it was not ordered."""
    key = _name_note(upload, name)
    text = services.records.read([key]).get(key)
    return ListeningNote.from_record(text) if text else None


def write_note(services: Services, upload: Upload, name: str, note: ListeningNote) -> None:
    key = _name_note(upload, name)
    services.records.update([key], lambda _before: {key: note.to_record()})


def delete_note(services: Services, upload: Upload, name: str) -> None:
    services.records.delete([_name_note(upload, name)])


def _align(services: Services, path: Path, lyrics: str, language: Language, analysis: SongAnalysis) -> LyricAlignment:
    listener = services.providers.listener
    parsed = parse_lyrics(lyrics) if lyrics.strip() else listener.recognize_lyrics(path, language)
    if parsed is None or not parsed.lines:
        return LyricAlignment(language=language, lines=())
    aligned = listener.align_lyrics(path, parsed, language, analysis)
    return LyricAlignment(language=language, lines=aligned.lines, notices=(*parsed.notices, *aligned.notices))


def _name_blob(upload: Upload, name: str) -> str:
    return f"{name_listening(upload.content_id)}{name}.json"


def _name_lease(upload: Upload, name: str) -> str:
    return f"listen-{upload.content_id}-{name}"


def _name_note(upload: Upload, name: str) -> str:
    return f"{_NOTES}{upload.content_id}/{name}"
