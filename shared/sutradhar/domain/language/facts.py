"""Define what is known of a language."""

from dataclasses import dataclass
from typing import Literal

from sutradhar.domain.language.scripts import SCRIPTS, Direction, Script, ScriptFacts
from sutradhar.domain.language.tags import Language

WordRule = Literal["spaces", "phrases"]
"""``spaces``: words stand between spaces. ``phrases``: a text has no spaces, and a line breaks between phrases."""
Reading = Literal["", "kana", "pinyin"]
"""``pinyin``: with numbers for the tones."""


@dataclass(frozen=True, eq=False)
class LanguageFacts:
    """One language: a row of the table."""

    tag: Language
    name: str
    """In English."""
    own_name: str
    """In the language itself."""
    code: str
    """The code of ISO 639-2/T, as MP4 requires it (ISO/IEC 14496-12, 8.4.2)."""
    script: Script
    names: tuple[str, ...] = ()
    """Other names that users write, in lower case, besides ``name``, ``own_name`` and ``code``."""
    sentence_ends: str = ".!?…"
    word_rule: WordRule = "spaces"
    line_chars: int = 42
    """The most characters (grapheme clusters) of a caption line."""
    chars_per_sec: float = 17.0
    """The most characters that a viewer reads in one second."""
    narrow_width: float = 1.0
    """The width of a Latin letter, a digit or a space, in characters of ``line_chars``."""
    reading_source: str = "Netflix Timed Text Style Guide"
    """The source of ``line_chars`` and ``chars_per_sec``. English and Hindi are a little slower than it allows (20 and
    22), as they have been. It has no guide for Urdu, Nepali and Sanskrit, which have the figures of Hindi."""
    digits: str = "0123456789"
    """The digits of the language's own script; all languages also read the European ones."""
    has_any_topic: bool = False
    """True: the offline planner has sentences about any topic in it, and not only stories."""
    espeak_voice: str = ""
    """The name of espeak-ng's voice; empty: it has none."""
    shaping: str = ""
    """The tag that HarfBuzz is told if the script's font has forms of letters that only this language uses."""
    reading: Reading = ""
    """The letters of a reading that espeak-ng needs in place of the text; empty: it reads the text."""
    espeak_point: str = ""
    """The word for the decimal point, if espeak-ng 1.51 leaves that out."""
    espeak_own_digits: bool = False
    """True: espeak-ng 1.51 reads the digits of the language's own script, and the European ones in English."""
    region: str = ""
    """The tag with the region that hosted voices are asked for first, such as ``hi-IN``."""
    youtube_tag: str | None = None
    """The tag that YouTube has for it (i18nLanguages.list), empty if it has none; None: it is ``tag``."""
    words_per_sec: float = 2.2
    """Spoken words in one second, for the length of a script that a model writes."""

    @property
    def script_facts(self) -> ScriptFacts:
        return SCRIPTS[self.script]

    @property
    def direction(self) -> Direction:
        return self.script_facts.direction

    @property
    def writing(self) -> str:
        """The language with its script, as a writer is told: ``Tamil, in the Tamil script``."""
        return self.name if self.script == "Latn" else f"{self.name}, in the {self.script_facts.name} script"
