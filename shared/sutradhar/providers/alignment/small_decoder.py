"""Make a pocketsphinx decoder that knows the words of one text only.

To add a language model takes 8.7 s of CPU with the whole dictionary (134,000 words), and 1 ms with that of a text
(pocketsphinx 5.1.1, measured).
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sutradhar.providers.alignment.pocketsphinx import add_words
from sutradhar.providers.alignment.readings import Reading


def make_decoder(readings: Sequence[Sequence[Reading]], **options: Any) -> Any:
    """Return a decoder with the words of ``readings``, all their pronunciations, and no search yet.

    Args:
        options: pocketsphinx's own, such as ``bestpath=False``.
    """
    from pocketsphinx import Decoder, get_model_path

    words = {word for ways in readings for way in ways for word in way}
    with tempfile.TemporaryDirectory() as folder:
        dictionary = Path(folder) / "words.dict"
        with Path(get_model_path("en-us/cmudict-en-us.dict")).open(encoding="utf-8") as entries:
            lines = [entry for entry in entries if entry.partition(" ")[0].partition("(")[0] in words]
        dictionary.write_text("".join(lines), encoding="utf-8")
        decoder = Decoder(lm=None, dict=str(dictionary), loglevel="FATAL", **options)
    add_words(decoder, readings)
    return decoder
