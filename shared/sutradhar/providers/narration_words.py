"""The words of a narration as captions show them, beside what a voice is given to say for them."""

from collections.abc import Sequence

from sutradhar.domain.plan import Language
from sutradhar.domain.speech_text import spoken_words


class NarrationWords:
    """``shown``: the words of the text as written. ``said``: what is spoken for those of them that have a sound, each
    one word or several ("108": "one hundred and eight")."""

    def __init__(self, text: str, language: Language) -> None:
        spoken = spoken_words(text, language)
        self.shown = text.split()
        self.said = [said for said in spoken if said]
        self._is_said = [bool(said) for said in spoken]

    @property
    def text(self) -> str:
        """What the voice is given."""
        return " ".join(self.said)

    def spread(self, starts: Sequence[float | None]) -> list[float | None]:
        """Return the start of each word of ``shown``, from the ``starts`` of those of ``said``.

        A word that is not said, such as the "Rs." of "Rs. 500", begins with the next one.
        """
        found: list[float | None] = []
        following: float | None = None
        left = list(starts)
        for is_said in reversed(self._is_said):
            following = left.pop() if is_said else following
            found.append(following)
        return found[::-1]
