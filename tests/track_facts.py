"""Add the facts about several audio tracks to the facts about a file."""

from sutradhar.domain.language.table import FACTS
from sutradhar.domain.video.file_facts import AudioTrackFacts, FileFacts
from sutradhar.domain.video.timeline import Timeline


def add_track_facts(facts: FileFacts, timeline: Timeline) -> FileFacts:
    """Return ``facts`` with the tracks of ``timeline``, each of which measures as the first one does."""
    if not timeline.audio_languages:
        return facts
    values = {name: getattr(facts, name) for name in AudioTrackFacts.model_fields}
    codes = [FACTS[track.language].code for track in timeline.list_audio_tracks() if track.language]
    return facts.evolve(
        audio_language=codes[0],
        is_default_audio=True,
        further_audio=tuple(AudioTrackFacts(**{**values, "audio_language": code}) for code in codes[1:]),
        caption_languages=tuple(FACTS[language].code for language in timeline.captions),
    )
