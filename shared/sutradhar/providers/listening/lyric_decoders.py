"""Ask pocketsphinx for the words of lyrics: freely with a language model of them, and word by word along a line."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from sutradhar.providers.alignment.readings import Reading
from sutradhar.providers.alignment.small_decoder import RecognisedWord, make_decoder, recognise_words
from sutradhar.providers.alignment.text_model import write_text_model
from sutradhar.providers.listening.lyric_voice import Floats


class TextRecogniser:
    """Recognises the words of a text, in the order of the text above all."""

    def __init__(self, readings: Sequence[Sequence[Reading]]) -> None:
        from pocketsphinx import NGramModel

        self._decoder = make_decoder(readings)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "lyrics.lm"
            file.write_text(write_text_model([word for ways in readings if ways for word in ways[0]]))
            self._decoder.add_lm("lyrics", NGramModel(self._decoder.config, self._decoder.logmath, str(file)))
        self._decoder.activate_search("lyrics")

    def recognise(self, samples: Floats, offset: float) -> list[RecognisedWord]:
        """Return the words in ``samples``, which begin ``offset`` seconds into the song."""
        return recognise_words(self._decoder, samples, offset)


class LineAligner:
    """Finds each word of a line in a sound that has that line."""

    def __init__(self, readings: Sequence[Sequence[Reading]]) -> None:
        # the search for a better path in the lattice loses the end of some lines (3 of 20, pocketsphinx 5.1.1)
        self._decoder = make_decoder(readings, bestpath=False)

    def align(
        self, samples: Floats, readings: Sequence[Sequence[Reading]], offset: float
    ) -> list[RecognisedWord | None] | None:
        """Return the place of each word of a line, None for one without a sound; None if they do not fit the sound."""
        ways = [words[0] if words else [] for words in readings]
        sequence = [word for way in ways for word in way]
        if not sequence or len(samples) < 1600:
            return None
        grammar = f"#JSGF V1.0; grammar line; public <line> = {' '.join(sequence)};"
        try:
            self._decoder.add_jsgf_string("line", grammar)
            self._decoder.activate_search("line")
        except RuntimeError:
            return None
        recognised = recognise_words(self._decoder, samples, offset)
        if [one.word for one in recognised] != sequence:
            return None
        places: list[RecognisedWord | None] = []
        at = 0
        for way in ways:
            places.append(
                RecognisedWord(way[0], recognised[at].start, recognised[at + len(way) - 1].end, 1.0) if way else None
            )
            at += len(way)
        return places
