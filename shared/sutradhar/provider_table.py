"""The table of all providers: settings, chains, models and documentation follow from it.

This module holds data only and imports no provider, so the settings can read it while a function starts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sutradhar.domain.billing.provider_id import Kind

_TOKENS = ("input_tokens", "output_tokens")


@dataclass(frozen=True, eq=False, repr=False)  # each feature takes time when a function starts
class Offer:
    """One kind of asset that a provider makes."""

    kind: Kind
    class_path: str
    """``package.module:Class`` of the adapter."""
    default: str = ""
    """The model that is asked for; empty: there are no models to choose from."""
    units: Sequence[str] = ()
    """The units of the price table that each of the models needs."""
    option: str = ""
    """Name of the provider's option that chooses another model."""
    reserve: str = ""
    """The model that is asked for if the provider no longer has the chosen one."""
    required_option: str = ""
    """Name of the option without which the provider cannot make this kind; empty: the key is enough."""
    lists_models: bool = True
    """False: the provider's list of models leaves these out although they work."""
    models_are_voices: bool = False
    """True: each voice is a model, and the voices' options choose them."""


@dataclass(frozen=True, eq=False, repr=False)  # each feature takes time when a function starts
class ProviderSpec:
    """One provider. ``options``: the names of its settings; NAME_OPTION of the environment sets each."""

    name: str
    offers: Sequence[Offer]
    is_hosted: bool = False
    """True: an account of the user at the provider is needed, and the provider may charge for its calls."""
    options: Sequence[str] = ()
    client: str = ""
    """Module with ``check`` and ``find_model``; empty: the adapter of the first offer has ``check``."""

    @property
    def prefix(self) -> str:
        """Return the beginning of the names of the provider's environment variables."""
        return f"{self.name.upper()}_"

    @property
    def key_variable(self) -> str:
        return key_variable(self.name)

    @property
    def option_variables(self) -> Mapping[str, str]:
        """Return the environment variable of each option."""
        return {option: f"{self.prefix}{option.upper()}" for option in self.options}

    @property
    def works_without_key(self) -> bool:
        """Return whether a project of Google Cloud serves as the account instead of a key."""
        return "project" in self.options

    def offer(self, kind: Kind) -> Offer | None:
        return next((one for one in self.offers if one.kind == kind), None)

    def model_variable(self, offer: Offer) -> str:
        """Return the environment variable that chooses another model; empty: none does."""
        return f"{self.prefix}{offer.option.upper()}" if offer.option else ""


@dataclass(frozen=True, eq=False, repr=False)  # each feature takes time when a function starts
class ChainSpec:
    """The providers of one kind of asset, in the order in which they are asked unless the settings name another."""

    kind: Kind
    variable: str
    """The environment variable that names another chain."""
    providers: Sequence[str]


PROVIDERS: Sequence[ProviderSpec] = (
    ProviderSpec(
        "openai",
        (
            Offer(
                "planner",
                "sutradhar.providers.hosted.openai.planner:OpenAIPlanner",
                "gpt-6.1-terra",
                _TOKENS,
                "planner_model",
                "gpt-6-luna",
            ),
            Offer(
                "narrator",
                "sutradhar.providers.hosted.openai.voice:OpenAINarrator",
                "gpt-4o-mini-tts",
                ("seconds",),
                "voice_model",
            ),
            Offer(
                "image",
                "sutradhar.providers.hosted.openai.images:OpenAIImages",
                "gpt-image-2.6-flare",
                ("input_tokens", "input_image_tokens", "output_tokens"),
                "image_model",
                "gpt-image-2.6-sunburst",
            ),
        ),
        is_hosted=True,
        options=(
            "planner_model",
            "image_model",
            "image_quality",
            "image_fidelity",
            "voice_model",
            "voice_f",
            "voice_m",
        ),
        client="sutradhar.providers.hosted.openai.client",
    ),
    ProviderSpec(
        "elevenlabs",
        (
            Offer(
                "narrator",
                "sutradhar.providers.hosted.elevenlabs.voice:ElevenLabsNarrator",
                "eleven_multilingual_v2",
                ("characters",),
                "voice_model",
                "eleven_v3",
            ),
            Offer(
                "sound",
                "sutradhar.providers.hosted.elevenlabs.sounds:ElevenLabsSoundEffects",
                "eleven_text_to_sound_v2",
                ("seconds",),
                "sound_model",
                lists_models=False,
            ),
            Offer(
                "composer",
                "sutradhar.providers.hosted.elevenlabs.music:ElevenLabsComposer",
                "music_v1",
                ("seconds",),
                "music_model",
                lists_models=False,
            ),
        ),
        is_hosted=True,
        options=("voice_model", "sound_model", "music_model", "voice_f", "voice_m"),
        client="sutradhar.providers.hosted.elevenlabs.client",
    ),
    ProviderSpec(
        "gemini",
        (
            Offer(
                "planner",
                "sutradhar.providers.hosted.gemini.planner:GeminiPlanner",
                "gemini-3.5-flash-lite",
                _TOKENS,
                "planner_model",
                "gemini-3.1-flash-lite",
            ),
            Offer(
                "image",
                "sutradhar.providers.hosted.gemini.images:GeminiImages",
                "gemini-3.1-flash-image",
                _TOKENS,
                "image_model",
                "gemini-3-pro-image",
            ),
            Offer(
                "narrator",
                "sutradhar.providers.hosted.gemini.voice:GeminiNarrator",
                "gemini-3.8-flash-tts",
                _TOKENS,
                "voice_model",
                "gemini-3.8-flash-lite-tts",
            ),
            Offer(
                "clip",
                "sutradhar.providers.hosted.gemini.clips:Veo",
                "veo-3.1-fast-generate-001",
                ("seconds",),
                "clip_model",
                "veo-3.1-generate-001",
                required_option="project",
            ),
        ),
        is_hosted=True,
        options=(
            "planner_model",
            "image_model",
            "clip_model",
            "project",
            "location",
            "voice_model",
            "voice_f",
            "voice_m",
        ),
        client="sutradhar.providers.hosted.gemini.client",
    ),
    ProviderSpec(
        "googletts",
        (
            Offer(
                "narrator",
                "sutradhar.providers.hosted.googletts.voice:GoogleNarrator",
                units=("characters",),
                models_are_voices=True,
            ),
        ),
        is_hosted=True,
        options=("project", "voice_en_f", "voice_en_m", "voice_hi_f", "voice_hi_m"),
        client="sutradhar.providers.hosted.googletts.client",
    ),
    ProviderSpec(
        "pexels",
        (Offer("footage", "sutradhar.providers.hosted.stock.pexels:Pexels", units=("requests",)),),
        is_hosted=True,
    ),
    ProviderSpec(
        "pixabay",
        (Offer("footage", "sutradhar.providers.hosted.stock.pixabay:Pixabay", units=("requests",)),),
        is_hosted=True,
    ),
    ProviderSpec(
        "freesound",
        (Offer("sound", "sutradhar.providers.hosted.stock.freesound:Freesound", units=("requests",)),),
        is_hosted=True,
    ),
    ProviderSpec("storybook", (Offer("planner", "sutradhar.providers.offline.storybook.planner:Storybook"),)),
    ProviderSpec("hibari", (Offer("narrator", "sutradhar.providers.offline.hibari:HibariNarrator"),)),
    ProviderSpec("piper", (Offer("narrator", "sutradhar.providers.offline.piper:PiperNarrator"),)),
    ProviderSpec("open_jtalk", (Offer("narrator", "sutradhar.providers.offline.open_jtalk:OpenJTalkNarrator"),)),
    ProviderSpec("espeak_ng", (Offer("narrator", "sutradhar.providers.offline.espeak_ng:EspeakNarrator"),)),
    ProviderSpec(
        "procedural",
        (
            Offer("image", "sutradhar.providers.offline.procedural.images:ProceduralImages"),
            Offer("composer", "sutradhar.providers.offline.procedural.music:ProceduralComposer"),
        ),
    ),
)

CHAINS: Sequence[ChainSpec] = (
    ChainSpec("planner", "PLANNERS", ("openai", "gemini", "storybook")),
    # every model of OpenAI's speech endpoint ends on 2027-01-05, so this provider comes last among the paid voices
    ChainSpec(
        "narrator",
        "NARRATORS",
        ("elevenlabs", "googletts", "gemini", "openai", "hibari", "piper", "open_jtalk", "espeak_ng"),
    ),
    ChainSpec("image", "IMAGE_GENERATORS", ("openai", "gemini", "procedural")),
    ChainSpec("clip", "CLIP_GENERATORS", ("gemini",)),
    ChainSpec("footage", "FOOTAGE", ("pexels", "pixabay")),
    ChainSpec("sound", "SOUNDS", ("freesound", "elevenlabs")),
    ChainSpec("composer", "COMPOSERS", ("elevenlabs", "procedural")),
)

HOSTED: Sequence[ProviderSpec] = tuple(spec for spec in PROVIDERS if spec.is_hosted)
"""The providers that need an account."""


def key_variable(name: str) -> str:
    """Return the environment variable of a provider's key."""
    return f"{name.upper()}_API_KEY"


def find_provider(name: str) -> ProviderSpec:
    """Return the provider of this name. Raise LookupError if there is none."""
    for spec in PROVIDERS:
        if spec.name == name:
            return spec
    raise LookupError(f"there is no provider {name!r}")


def find_chain(kind: Kind) -> ChainSpec:
    return next(chain for chain in CHAINS if chain.kind == kind)


def find_offer(name: str, kind: Kind) -> Offer:
    """Return the offer of the provider ``name`` for ``kind``. Raise LookupError if it has none."""
    offer = find_provider(name).offer(kind)
    if offer is None:
        raise LookupError(f"{name} makes no {kind}")
    return offer
