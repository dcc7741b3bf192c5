"""The interfaces of the providers.

Each kind has the interface of one provider and that of a chain (providers/chain.py), which the pipeline uses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from sutradhar.domain.assets.asset import Alignment, Fallback, Provenance, Word
from sutradhar.domain.assets.operation import Operation
from sutradhar.domain.billing.provider_id import ProviderId, VoiceId
from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import Mood, Voice
from sutradhar.domain.plan.options import DEFAULT_VOICE, VoiceOptions
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.ports.call_gate import CallGate
from sutradhar.ports.translation import Translator


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
class ImageFile:
    """``data``: a PNG or JPEG file, as ``media_type`` says. ``refusal_reason``: why the provider did not draw the first
    prompt; the prompt that it drew instead is in ``provenance``."""

    data: bytes
    media_type: str
    width: int
    height: int
    provider: str
    fallbacks: tuple[Fallback, ...] = ()
    provenance: Provenance | None = None
    refusal_reason: str = ""


@dataclass(frozen=True)
class VideoFile:
    """``data``: an MP4 file, of any length and rate, that a scene shows; its audio is not used."""

    data: bytes
    width: int
    height: int
    provider: str
    fallbacks: tuple[Fallback, ...] = ()
    provenance: Provenance | None = None


@dataclass(frozen=True)
class MusicTrackFile:
    """``wav``: 16-bit stereo PCM at 48 kHz whose end runs into its start without a click."""

    wav: bytes
    samples: int
    provider: str
    fallbacks: tuple[Fallback, ...] = ()
    provenance: Provenance | None = None


@dataclass(frozen=True)
class SoundEffect:
    """``wav``: 16-bit stereo PCM at 48 kHz. ``samples`` 0: no provider had it, and the scene is silent."""

    wav: bytes
    samples: int
    provider: str
    fallbacks: tuple[Fallback, ...] = ()
    provenance: Provenance | None = None


@dataclass(frozen=True)
class PlanResult:
    """A plan with its scenes written. ``length_reason``: the reason why its length differs from the requested one, and
    what the user can do; empty if it does not differ."""

    plan: RenderPlan
    provider: str
    fallbacks: tuple[Fallback, ...] = ()
    provenance: Provenance | None = None
    length_reason: str = ""


@dataclass(frozen=True)
class OwnVoice:
    """A voice that a provider is known to have, so that a person can choose it from a list."""

    id: VoiceId
    name: str
    """The name for people, such as ``Sarah``."""
    gender: Voice | None
    """None: the provider does not say."""
    languages: tuple[Language, ...]


WordTiming = Literal["engine", "alignment", "length"]
"""``engine``: the voice reports when each word begins. ``alignment``: an aligner finds it. ``length``: the time between
two pauses is shared out by the length of the words."""


@dataclass(frozen=True)
class NarratorCapabilities:
    voices: frozenset[tuple[Language, Voice]]
    """The languages and voices that are installed, or that the provider serves."""
    expresses_emotion: bool = False
    has_own_voices: bool = False
    """True: a plan may choose a voice by the provider's own name for it. Offline narrators have no such voices."""
    own_voices: tuple[OwnVoice, ...] = ()
    """Its voices that can be listed without asking the provider. A plan may name others too."""
    last_for: frozenset[Language] = frozenset()
    """The languages that every other narrator is asked for first, unless the settings name the order."""
    reports_word_times: bool = True
    """False: an aligner finds the times of the words, or else their lengths share out the time."""


@dataclass(frozen=True)
class ImageCapabilities:
    reference_images: bool = False
    """True: the provider can draw a character as reference images show it."""


class Provider(Protocol):
    @property
    def provider_id(self) -> ProviderId:
        """The provider and its version; the text form is part of the asset key, so a new version makes anew. A chain
        has the identifier of its first provider."""
        ...


class NarrationProvider(Provider, Protocol):
    @property
    def capabilities(self) -> NarratorCapabilities: ...

    def provider_for(self, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> ProviderId:
        """Return the identifier with the voice that speaks, if the provider has several; another voice has another
        asset key."""
        ...

    def usage(self, text: str, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> Usage | None:
        """Return the units that ``narrate`` would use; None if it is free. Raise ProviderError if it is impossible."""
        ...

    def narrate(self, text: str, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> Speech:
        """Speak ``text``. A voice that cannot express an emotion speaks without it. Raise ProviderError."""
        ...


class Narrator(NarrationProvider, Protocol):
    """A chain of narrators; ``provider_for``, ``usage`` and ``supports_emotion`` are those of the narrator that is
    asked first, and raise ProviderError if no narrator has the voice."""

    def supports_voice(self, language: Language, voice: Voice) -> bool: ...

    def supports_emotion(self, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> bool: ...

    def list_narrators(self, language: Language) -> tuple[ProviderId, ...]:
        """Return the narrators that speak ``language``, in the order in which they are asked."""
        ...

    def find_word_timing(
        self, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE
    ) -> WordTiming: ...


class Aligner(Protocol):
    @property
    def languages(self) -> frozenset[Language]:
        """The languages whose words it can find."""
        ...

    def align(self, speech: Speech, language: Language) -> Speech | None:
        """Return ``speech`` with the times at which its words are heard; None if the aligner cannot find them."""
        ...


class ImageGenerator(Provider, Protocol):
    @property
    def capabilities(self) -> ImageCapabilities: ...

    def usage(self, prompt: str, style: str, width: int, height: int, reference_count: int = 0) -> Usage | None:
        """Return the units that ``draw`` would use; None if it is free. Raise ProviderError if it is impossible."""
        ...

    def draw(
        self, prompt: str, style: str, width: int, height: int, seed: int, reference_images: Sequence[bytes] = ()
    ) -> ImageFile:
        """Draw an image. Raise ProviderError.

        Args:
            width, height: the least number of pixels that the video needs; a provider with fixed sizes returns the next
                larger one of that shape.
            reference_images: PNG or JPEG files that show the characters of the image; a provider without the capability
                ignores them.
        """
        ...


class ClipProvider(Provider, Protocol):
    """Makes a video of an image, over minutes."""

    def usage(self, width: int, height: int, seconds: float) -> Usage | None:
        """Return the units that ``start`` would use; None if it is free. Raise ProviderError if it is impossible."""
        ...

    def start(
        self, prompt: str, style: str, width: int, height: int, seconds: float, seed: int, first_frame: bytes
    ) -> Operation:
        """Start a clip. Raise ProviderError.

        ``first_frame``: a PNG or JPEG file. The clip may be shorter than ``seconds``.
        """
        ...

    def poll(self, operation: Operation) -> VideoFile:
        """Return the clip of ``operation``.

        Raises:
            StillAtWork: it is not finished yet.
            ProviderError: ``busy`` or ``down``: the provider did not say; any other fault: there will be no clip.
        """
        ...


class ClipGenerator(ClipProvider, Protocol):
    @property
    def available(self) -> bool:
        """Return whether a provider is set up."""
        ...


class FootageProvider(Provider, Protocol):
    def usage(self, prompt: str) -> Usage | None:
        """Return the units that ``find`` would use; None if it is free. Raise ProviderError if it is impossible."""
        ...

    def find(self, prompt: str, width: int, height: int, seconds: float, seed: int) -> VideoFile:
        """Return footage of the subject of ``prompt``, of at least ``seconds`` if there is any. Raise ProviderError."""
        ...


class FootageLibrary(FootageProvider, Protocol):
    @property
    def available(self) -> bool:
        """Return whether a provider is set up."""
        ...


class SoundEffectProvider(Provider, Protocol):
    def usage(self, text: str) -> Usage | None:
        """Return the units that ``find_effect`` would use; None if it is free.

        Raises:
            ProviderError: the provider cannot find this effect.
        """
        ...

    def find_effect(self, text: str) -> SoundEffect:
        """Return a sound effect of a few seconds that ``text`` describes. Raise ProviderError."""
        ...


class SoundLibrary(SoundEffectProvider, Protocol):
    @property
    def available(self) -> bool:
        """Return whether a provider is set up."""
        ...


class Composer(Provider, Protocol):
    def usage(self) -> Usage | None:
        """Return the units that ``compose`` would use; None if it is free."""
        ...

    def compose(self, mood: Mood, seed: int) -> MusicTrackFile:
        """Compose music that loops. Raise ProviderError."""
        ...


class Planner(Provider, Protocol):
    def usage(self, requested_plan: RenderPlan) -> Usage | None:
        """Return the units that ``plan`` would use; None if it is free."""
        ...

    def plan(self, requested_plan: RenderPlan) -> PlanResult:
        """Write title and scenes of ``requested_plan``, and its translations if there are any. Raise ProviderError."""
        ...

    def draft_plan(self, requested_plan: RenderPlan) -> RenderPlan:
        """Return a plan of the size that ``plan`` writes, free of charge, for an estimate. Raise ProviderError."""
        ...


class Chains(Protocol):
    """The chains of all kinds of assets. A chain loads its providers when it is first used.

    Raises InvalidRequest: the settings name a provider that does not exist, or none that is set up.
    """

    @property
    def planner(self) -> Planner: ...

    @property
    def translator(self) -> Translator: ...

    @property
    def narrator(self) -> Narrator: ...

    @property
    def images(self) -> ImageGenerator: ...

    @property
    def clips(self) -> ClipGenerator: ...

    @property
    def footage(self) -> FootageLibrary: ...

    @property
    def sounds(self) -> SoundLibrary: ...

    @property
    def composer(self) -> Composer: ...

    def with_gate(self, gate: CallGate) -> "Chains":
        """Return the same chains, whose calls pass ``gate``: it bills them to the account that it is bound to."""
        ...
