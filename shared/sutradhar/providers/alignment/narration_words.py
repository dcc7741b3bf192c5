"""Map the words of a narration, as captions show them, to the words that a voice says."""

from collections.abc import Sequence

from sutradhar.domain.language.tags import Language
from sutradhar.domain.text.speech_text import split_spoken_words
from sutradhar.domain.text.words import join_words, split_words


class NarrationWords:
    """The words of a narration as written and as spoken.

    ``written_words``: the words of the text. ``spoken_words``: the spoken form of those that have a sound, each one
    word or several ("108": "one hundred and eight").
    """

    def __init__(self, text: str, language: Language) -> None:
        forms = split_spoken_words(text, language)
        self.written_words = split_words(text)
        self.spoken_words = [form for form in forms if form]
        self._is_audible = [bool(form) for form in forms]

    @property
    def text(self) -> str:
        """Return the text for the voice."""
        return join_words(self.spoken_words)

    def spread_starts(self, starts: Sequence[float | None]) -> list[float | None]:
        """Return the start of each of ``written_words`` by the ``starts`` of ``spoken_words``.

        A word that is not spoken, such as "Rs." in "Rs. 500", begins with the next one.
        """
        spread: list[float | None] = []
        following: float | None = None
        remaining = list(starts)
        for is_audible in reversed(self._is_audible):
            following = remaining.pop() if is_audible else following
            spread.append(following)
        return spread[::-1]
