"""List the voices that a plan may name here and now, without asking any provider."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from sutradhar.domain.assets.voice_sample import SAMPLE_TEXTS
from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.core.errors import InvalidRequest, ProviderError
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import Voice
from sutradhar.pipeline.billing.provider_health import ProviderState, read_health
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.voice_samples import SampleRequest, find_samples, make_request, quote_sample
from sutradhar.ports.providers import OwnVoice

_PER: Mapping[str, tuple[str, float]] = {
    "seconds": ("minute", 60.0),
    "characters": ("1000 characters", 1000.0),
    "output_tokens": ("minute", 60 * 25.0),  # Gemini counts 25 tokens for a second of audio
}
"""The unit of a price as people name it, and the provider's own units in it, by the name of those."""


@dataclass(frozen=True)
class VoicePrice:
    micros: int
    """Millionths of a US dollar."""
    per: str
    """``minute`` or ``1000 characters``."""


@dataclass(frozen=True)
class ListedVoice:
    """A voice as a plan names it, with who would speak."""

    voice: str
    """F, M, or a provider's own voice such as ``elevenlabs/ID``."""
    request: SampleRequest
    """Its sample."""
    own_voice: OwnVoice | None
    """The voice that speaks, if it is one that a provider lists."""
    gender: Voice | None
    is_paid: bool
    price: VoicePrice | None
    """None: it is free."""
    expresses_emotion: bool
    problem: str
    """The reason why it cannot speak now; empty: it can."""
    sample_price: int
    """Millionths of a US dollar; 0 if the sample is made already."""
    has_sample: bool


def list_voices(services: Services, language: Language) -> Sequence[ListedVoice]:
    """Return the voices that speak ``language``: F and M, then the own voices of the providers in their order."""
    own_voices = [one for one in services.providers.narrator.capabilities.own_voices if language in one.languages]
    names = [*get_args(Voice), *(str(one.id) for one in own_voices)]
    requests: dict[str, SampleRequest] = {}
    for name in names:
        try:
            requests[name] = make_request(services, name, language, SAMPLE_TEXTS[language])
        except InvalidRequest:
            continue  # no narrator has this voice
    finished = find_samples(services, [request.key for request in requests.values()])
    paid = services.providers.call_gate.paid_providers
    speakers = sorted({one.provider.provider for one in requests.values()} & paid)
    health = {one.provider: one for one in read_health(services.records, speakers, services.clock.now())}
    by_id = {str(one.id): one for one in own_voices}
    return [
        _describe(services, name, request, by_id, health, has_sample=request.key in finished)
        for name, request in requests.items()
    ]


def _describe(
    services: Services,
    name: str,
    request: SampleRequest,
    own_voices: Mapping[str, OwnVoice],
    health: Mapping[str, ProviderState],
    *,
    has_sample: bool,
) -> ListedVoice:
    spec, provider = request.spec, request.provider
    own_voice = own_voices.get(f"{provider.provider}/{provider.voice}")
    gender = spec.voice if name in get_args(Voice) else own_voice.gender if own_voice else None
    problem = _explain_pause(health.get(provider.provider))
    price, sample_price = None, 0
    if is_paid := services.providers.call_gate.is_paid(provider):
        try:
            price = _find_price(services, request)
            sample_price = 0 if has_sample else quote_sample(services, request)
        except ProviderError as exc:
            problem = str(exc)
    return ListedVoice(
        voice=name,
        request=request,
        own_voice=own_voice,
        gender=gender,
        is_paid=is_paid,
        price=price,
        expresses_emotion=services.providers.narrator.supports_emotion(spec.language, spec.voice, spec.options),
        problem=problem,
        sample_price=sample_price,
        has_sample=has_sample,
    )


def _explain_pause(state: ProviderState | None) -> str:
    if state is None or state.state != "paused":
        return ""
    return f"{state.provider} failed lately and is not called for a while"


def _find_price(services: Services, request: SampleRequest) -> VoicePrice | None:
    """Return the price of a minute or of 1,000 characters. Raise ProviderError: its price is not known."""
    spec = request.spec
    usage = services.providers.narrator.usage(spec.text, spec.language, spec.voice, spec.options)
    if usage is None:
        return None
    unit = next(iter(usage.expected))
    per, amount = _PER[unit]
    whole = Usage.exact(usage.provider, usage.model, {unit: amount})
    return VoicePrice(services.providers.call_gate.quote(whole).expected, per)
