"""Those who make things. Each is a Protocol; a chain of them with fallbacks is itself one (providers/chain.py)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sutradhar.domain.assets.asset import Alignment, Fallback, Provenance, Word
from sutradhar.domain.assets.operation import Operation
from sutradhar.domain.plan.plan import PLAIN, Language, Manner, Mood, RenderPlan, Voice


@dataclass(frozen=True)
class Speech:
    """``wav``: 16-bit mono PCM at 48 kHz in a WAV file, trimmed to the speech (first word starts within 20 ms)."""

    wav: bytes
    samples: int
    words: tuple[Word, ...]
    alignment: Alignment
    provider: str
    fallbacks: tuple[Fallback, ...] = ()
    provenance: Provenance | None = None


@dataclass(frozen=True)
class Picture:
    """``data``: a PNG or JPEG file, as ``media_type`` says. ``refused``: why the vendor did not draw the prompt as it
    was first; what it drew instead is in ``provenance``."""

    data: bytes
    media_type: str
    width: int
    height: int
    provider: str
    fallbacks: tuple[Fallback, ...] = ()
    provenance: Provenance | None = None
    refused: str = ""


@dataclass(frozen=True)
class Shot:
    """``data``: an MP4 file, of any length and rate, that is a scene's picture; its sound is not used."""

    data: bytes
    width: int
    height: int
    provider: str
    fallbacks: tuple[Fallback, ...] = ()
    provenance: Provenance | None = None


@dataclass(frozen=True)
class MusicBed:
    """``wav``: 16-bit stereo PCM at 48 kHz whose end runs into its start without a click."""

    wav: bytes
    samples: int
    provider: str
    fallbacks: tuple[Fallback, ...] = ()
    provenance: Provenance | None = None


@dataclass(frozen=True)
class SoundEffect:
    """``wav``: 16-bit stereo PCM at 48 kHz. ``samples`` 0: nobody had it, and nothing is heard."""

    wav: bytes
    samples: int
    provider: str
    fallbacks: tuple[Fallback, ...] = ()
    provenance: Provenance | None = None


@dataclass(frozen=True)
class Written:
    """A plan with its scenes written. ``length_reason``: the reason why its length differs from the requested one, and
    what the user can do; empty if it does not differ."""

    plan: RenderPlan
    provider: str
    fallbacks: tuple[Fallback, ...] = ()
    provenance: Provenance | None = None
    length_reason: str = ""


class Provider(Protocol):
    @property
    def name(self) -> str:
        """``vendor/version``: part of the asset key, so a new version makes anew."""
        ...


class Narrator(Provider, Protocol):
    def speaks(self, language: Language, voice: Voice) -> bool:
        """Whether this narrator is installed and has that voice."""
        ...

    def maker(self, language: Language, voice: Voice, manner: Manner = PLAIN) -> str:
        """The name of whoever will be asked first for this; its own name unless it is a chain."""
        ...

    def acts(self, language: Language, voice: Voice, manner: Manner = PLAIN) -> bool:
        """Whether whoever will be asked first can be told an emotion."""
        ...

    def narrate(self, text: str, language: Language, voice: Voice, manner: Manner = PLAIN) -> Speech:
        """An emotion that cannot be told is left out. Raises ProviderError."""
        ...


class Aligner(Protocol):
    def align(self, speech: Speech, language: Language) -> Speech | None:
        """``speech`` with its words where they are heard in it; None when that cannot be told."""
        ...


class ImageGenerator(Provider, Protocol):
    @property
    def keeps_likeness(self) -> bool:
        """Whether it can draw somebody as another picture shows them."""
        ...

    def draw(
        self, prompt: str, style: str, width: int, height: int, seed: int, likeness: Sequence[bytes] = ()
    ) -> Picture:
        """``width`` and ``height`` are the least that the film needs; a vendor that has fixed sizes gives the next
        one of that shape. ``likeness``: PNG or JPEG files that show those who are in it; who cannot go by them leaves
        them out. Raises ProviderError.
        """
        ...


class ClipGenerator(Provider, Protocol):
    """Makes a film of a picture, over minutes."""

    @property
    def empty(self) -> bool:
        """Return whether no provider is set up."""
        ...

    def begin(
        self, prompt: str, style: str, width: int, height: int, seconds: float, seed: int, first_frame: bytes
    ) -> Operation:
        """``first_frame``: a PNG or JPEG file. What comes may be shorter than ``seconds``. Raises ProviderError."""
        ...

    def look(self, operation: Operation) -> Shot:
        """What became of it.

        Raises:
            StillAtWork: nothing yet.
            ProviderError: ``busy`` or ``down``: it did not say; else there will be none.
        """
        ...


class FootageLibrary(Provider, Protocol):
    @property
    def empty(self) -> bool:
        """Return whether no provider is set up."""
        ...

    def find(self, prompt: str, width: int, height: int, seconds: float, seed: int) -> Shot:
        """Footage of what ``prompt`` says, for at least ``seconds`` if there is such. Raises ProviderError."""
        ...


class SoundLibrary(Provider, Protocol):
    @property
    def empty(self) -> bool:
        """Whether there is nobody to ask."""
        ...

    def sound(self, text: str) -> SoundEffect:
        """What ``text`` says, of a few seconds. Raises ProviderError."""
        ...


class Composer(Provider, Protocol):
    def compose(self, mood: Mood, seed: int) -> MusicBed:
        """Raises ProviderError."""
        ...


class Planner(Provider, Protocol):
    def plan(self, wanted: RenderPlan) -> Written:
        """``wanted`` with title and scenes written (and translations, where it has them).

        Raises ProviderError.
        """
        ...
