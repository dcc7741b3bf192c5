"""Measure the pace of the offline voices: ``python -m tests.paces LANGUAGE FILE`` with a narration on each line.

It prints the ``Pace`` for ``domain/language/paces.py``, and the error of the estimate for a line: the mean of all,
and the largest. The paces of 2026-11 were measured with espeak-ng 1.51 over 80 paragraphs of each language from the
translations of GNOME's help (Debian's gnome-user-docs 43), of LibreOffice (libreoffice-l10n 7.4: bn, kn, ml, pa, ne,
ar) and of Firefox (firefox-esr-l10n-ur 153), for bn, es, gu, mr, ta and te also over 70 narrations of our own stories.
The mean error of one text is 3 to 5 %.
"""

import sys
from pathlib import Path
from typing import cast

import numpy as np
import regex

from sutradhar.domain.assets.asset import SAMPLE_RATE
from sutradhar.domain.language.paces import Pace
from sutradhar.domain.language.table import FACTS
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import Voice
from sutradhar.domain.plan.speech_duration import count_speech_parts
from sutradhar.domain.text.speech_text import convert_to_speech
from sutradhar.providers.offline.espeak_ng import EspeakNarrator

MARGIN_SEC = 0.1
"""It is added to the constant, to err on the long side."""


def measure_pace(lines: list[str], language: Language) -> tuple[Pace, float, float]:
    """Return the pace, the mean error and the largest error, as shares of the spoken time."""
    narrator = EspeakNarrator()
    voices: tuple[Voice, Voice] = ("F", "M")
    parts, seconds = [], []
    for i, line in enumerate(lines):
        seconds.append(narrator.narrate(line, language, voices[i % 2]).samples / SAMPLE_RATE)
        counted = count_speech_parts(convert_to_speech(line, language), language)
        parts.append((counted.letters[language], counted.pauses, counted.stops, 1, counted.han))
    rows, spoken_sec = np.array(parts, float), np.array(seconds)
    # a pause that would have negative seconds is left out, one after the other
    columns = [0, 1, 2, 3, *([4] if rows[:, 4].any() else [])]
    while True:
        scaled = rows[:, columns] / spoken_sec[:, None]
        solution = np.linalg.lstsq(scaled, np.ones(len(spoken_sec)), rcond=None)[0]
        negative = [c for c, value in zip(columns, solution, strict=True) if value < 0]
        if not negative:
            break
        columns.remove(negative[-1])
    fitted = np.zeros(5)
    fitted[columns] = solution
    fitted[3] += MARGIN_SEC
    errors = rows @ fitted / spoken_sec - 1
    return Pace(*np.round(fitted, 4).tolist()), float(np.abs(errors).mean()), float(np.abs(errors).max())


def main() -> None:
    language, path = sys.argv[1:]
    if language not in FACTS:
        sys.exit(f"{language} is not in the table of languages")
    lines = [line for line in Path(path).read_text("utf-8").splitlines() if regex.search(r"\p{L}", line)]
    pace, mean, largest = measure_pace(lines, cast("Language", language))
    print(f"{pace}  lines: {len(lines)}, mean error {mean:.1%}, largest {largest:.0%}")


if __name__ == "__main__":
    main()
