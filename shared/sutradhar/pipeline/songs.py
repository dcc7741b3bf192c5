"""Store a user's song as an asset: the part that a video plays, its beats, and the times of its words."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence

from sutradhar.domain.assets.asset import SAMPLE_RATE, Alignment, Asset, Word
from sutradhar.domain.assets.requests import UPLOAD_PROVIDER
from sutradhar.domain.assets.specs import SongSpec
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.plan.choices import MAX_TOTAL_SEC
from sutradhar.domain.plan.song import MIN_SONG_SEC
from sutradhar.domain.song.analysis import SongAnalysis
from sutradhar.domain.song.best_part import LONGEST_SHARE, choose_best_parts
from sutradhar.domain.song.cut_part import cut_analysis
from sutradhar.pipeline.audio_cache import load_alignment, load_analysis
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.upload_assets import note_asset
from sutradhar.pipeline.upload_files import describe_upload, open_upload
from sutradhar.ports.stores import Lease

_MAX_TARGET_SEC = MAX_TOTAL_SEC / LONGEST_SHARE


def store_song(services: Services, key: str, spec: SongSpec, lease: Lease) -> Asset:
    """Store the part of a song that ``spec`` names as the asset ``key``.

    Raises:
        ProviderError: the file is gone, or cannot be used.
        InvalidRequest: the lyrics cannot be read.
        LeaseHeld: another worker hears the song.
    """
    with open_upload(services, spec.upload) as (upload, path):
        analysis = load_analysis(services, upload, path)
        start, end = choose_part(spec, analysis)
        alignment = load_alignment(services, upload, path, spec.lyrics, spec.language)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        size, blob = path.stat().st_size, f"assets/{upload.id}/{digest}.audio"
        services.blobs.put_file(blob, path)
    words, line_ends = cut_lines(alignment.lines, start, end)
    asset = Asset(
        key=key,
        kind="music",
        blob=blob,
        sha256=digest,
        size=size,
        provider=str(UPLOAD_PROVIDER),
        samples=round((end - start) * SAMPLE_RATE),
        words=words,
        alignment=_find_main_source(words),
        song=cut_analysis(analysis, start, end).evolve(line_ends=line_ends),
        notices=(
            *(f"{upload.filename} {notice}" for notice in analysis.notices),
            *alignment.notices,
            *_explain_left_out(alignment.lines, len(line_ends)),
        ),
        provenance=describe_upload(upload),
    )
    note_asset(services, upload.id, key)
    services.assets.save(asset, lease)
    return asset


def choose_part(spec: SongSpec, analysis: SongAnalysis) -> tuple[float, float]:
    """Return the start and the end, in seconds, of the part of the song that is played.

    Raises:
        InvalidRequest: the song has no such part.
    """
    if spec.best_sec is not None:
        # a part may be longer than its target
        target = spec.best_sec if analysis.duration_sec <= MAX_TOTAL_SEC else min(spec.best_sec, _MAX_TARGET_SEC)
        best = choose_best_parts(analysis, target, 1)[0]
        return best.start_sec, best.end_sec
    start, length = spec.start_sec or 0.0, analysis.duration_sec
    end = length if spec.end_sec is None else min(spec.end_sec, length)
    if end - start < MIN_SONG_SEC:
        raise InvalidRequest([FieldError("song", f"ends at {length:.1f} s, too soon for a part from {start:g} s")])
    return start, end


def cut_lines(
    lines: Iterable[Sequence[Word]], start_sec: float, end_sec: float
) -> tuple[tuple[Word, ...], tuple[int, ...]]:
    """Return the words that are sung for the greater part between ``start_sec`` and ``end_sec``, with times from
    ``start_sec`` on, and the numbers of those that end a line."""
    words: list[Word] = []
    line_ends: list[int] = []
    for line in lines:
        sung = [word for word in line if start_sec <= (word.start + word.end) / 2 < end_sec]
        for word in sung:
            start, end = max(word.start, start_sec), min(word.end, end_sec)
            words.append(word.evolve(start=round(start - start_sec, 3), end=round(end - start_sec, 3)))
        if sung:
            line_ends.append(len(words) - 1)
    return tuple(words), tuple(line_ends)


def _explain_left_out(lines: Sequence[Sequence[Word]], shown: int) -> tuple[str, ...]:
    """Return the notice about the lines of which no word is sung in the part; ``shown``: how many lines have one."""
    left_out = sum(1 for line in lines if line) - shown
    if left_out <= 0:
        return ()
    return (f"{left_out} of {shown + left_out} lines of the lyrics are sung outside the part and are not shown",)


def _find_main_source(words: Sequence[Word]) -> Alignment | None:
    """Return the source of the times of most words; None: there are no words."""
    counts = Counter(word.timing_source for word in words)
    return counts.most_common(1)[0][0] if counts else None
