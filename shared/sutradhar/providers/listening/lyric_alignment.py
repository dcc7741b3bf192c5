"""Find when the words of lyrics are sung: times that the lyrics have, then the recogniser's, then beats."""

from pathlib import Path

from sutradhar.domain.language.tags import Language
from sutradhar.domain.song.analysis import SongAnalysis
from sutradhar.domain.song.lyrics import Lyrics
from sutradhar.ports.listening import AlignedLyrics
from sutradhar.providers.listening.lyric_beats import lay_words
from sutradhar.providers.listening.lyric_voice import SongVoice, read_voice
from sutradhar.providers.listening.lyric_words import LyricTargets, finish_words, read_targets

MAX_SEC = 1800.0
"""Words are looked for in this much of a song."""
_OTHER_SONG = (
    "the song does not seem to say these words; they are shown on its beats, in order."
    " Check that the lyrics are those of this song, or give LRC with times"
)
_OTHER_SPEECH = (
    "the recording does not seem to say these words; they are spread over the time in which a voice is heard."
    " Check that the words are those of this recording, or give LRC with times"
)


def align_song(
    path: Path, lyrics: Lyrics, language: Language, analysis: SongAnalysis, whisper_model: Path | None = None
) -> AlignedLyrics:
    """See ``Listener.align_lyrics``.

    Raises:
        MediaError: the file has no sound.
    """
    targets = read_targets(lyrics, language)
    notices: list[str] = []
    duration = analysis.duration_sec
    behind = sum(start is not None and start >= duration for start, _ in targets.windows)
    if behind:
        notices.append(
            f"{behind} of the {len(targets.windows)} lines of the lyrics begin after the end of the song, at"
            f" {duration:.1f} s; they are shown in its last moment. Check that the lyrics are those of this song"
        )
    if any(word.start is None for word in targets.words):
        voice = read_voice(path, min(duration + 1, MAX_SEC))
        notices += _find_words(targets, voice, language, analysis, whisper_model)
        lay_words(targets, voice, analysis)
    return AlignedLyrics(lines=finish_words(targets, duration), notices=tuple(notices))


def _find_words(
    targets: LyricTargets,
    voice: SongVoice,
    language: Language,
    analysis: SongAnalysis,
    whisper_model: Path | None,
) -> list[str]:
    """Look for the words that have no time; return notices."""
    if language == "en":
        from sutradhar.providers.listening.lyric_search import search_words

        is_said = search_words(targets, voice)
    elif whisper_model is not None:
        from sutradhar.providers.listening.lyric_whisper import search_by_whisper

        is_said = search_by_whisper(targets, voice, language, whisper_model)
    else:
        return []
    if is_said or all(start is not None for start, _ in targets.windows):
        return []
    return [_OTHER_SONG if analysis.beats else _OTHER_SPEECH]
