"""Map the words of a narration, as captions show them, to the words that a voice says."""

from collections.abc import Sequence

from sutradhar.domain.plan.plan import Language
from sutradhar.domain.text.speech_text import spoken_words


class NarrationWords:
    """``shown``: the words of the text as written. ``said``: the spoken form of those that have a sound, each one word
    or several ("108": "one hundred and eight")."""

    def __init__(self, text: str, language: Language) -> None:
        spoken = spoken_words(text, language)
        self.written_words = text.split()
        self.spoken_words = [said for said in spoken if said]
        self._is_said = [bool(said) for said in spoken]

    @property
    def text(self) -> str:
        """Return the text for the voice."""
        return " ".join(self.spoken_words)

    def spread_starts(self, starts: Sequence[float | None]) -> list[float | None]:
        """Return the start of each word of ``shown`` by the ``starts`` of the words in ``said``.

        A word that is not spoken, such as "Rs." in "Rs. 500", begins with the next one.
        """
        found: list[float | None] = []
        following: float | None = None
        left = list(starts)
        for is_said in reversed(self._is_said):
            following = left.pop() if is_said else following
            found.append(following)
        return found[::-1]
