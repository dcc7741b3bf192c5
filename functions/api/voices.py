"""List the voices that a plan may name, and let them speak a sentence."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from werkzeug.wrappers import Response

from functions.api.auth import caller
from functions.api.endpoint import endpoint
from functions.api.links import make_url
from sutradhar import bootstrap
from sutradhar.domain.assets.asset import SAMPLE_RATE
from sutradhar.domain.assets.voice_sample import MAX_SAMPLE_CHARS, SAMPLE_TEXTS
from sutradhar.domain.billing.price import usd
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import NotFound
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import LanguageCode, Voice
from sutradhar.domain.plan.options import Delivery, check_voice
from sutradhar.domain.plan.shorthand import read_voice
from sutradhar.domain.text.text_fields import NarrationText, SingleLineText
from sutradhar.pipeline.voice_samples import SampleState, find_sample, make_request, order_sample, read_sample
from sutradhar.pipeline.voices import ListedVoice, list_voices

VoiceName = Annotated[SingleLineText, BeforeValidator(read_voice), AfterValidator(check_voice)]


class VoiceQuery(Frozen):
    language: LanguageCode = "en"
    """The language that the voices speak."""


class VoiceItem(Frozen):
    voice: str
    """The voice as a plan names it: F, M, or a provider's own voice."""
    provider: str
    """The provider that would speak."""
    model: str
    """Its model, or its version."""
    name: str
    """The name of the voice for people; empty: it has none."""
    gender: Voice | None
    """Null: the provider does not say."""
    languages: tuple[Language, ...]
    kind: Literal["offline", "paid"]
    price_usd: float | None
    """The price of ``price_per``; null: it is free."""
    price_per: str | None
    """``minute`` or ``1000 characters``."""
    expresses_emotion: bool
    """True if it honours ``delivery.emotion``; every voice honours ``delivery.speed``."""
    is_available: bool
    problem: str
    """The reason why it cannot speak now."""
    sample_usd: float
    """The price of its sample; 0 if that is made already, or free."""
    sample_url: str | None
    """The URL of its sample; null: it is not made yet (POST /voices/sample)."""


class VoiceList(Frozen):
    language: Language
    sample_text: str
    """The sentence that each voice speaks in its sample."""
    voices: tuple[VoiceItem, ...]


class SampleBody(Frozen):
    voice: VoiceName
    """F, M, or a provider's own voice."""
    language: LanguageCode = "en"
    text: Annotated[NarrationText, Field(max_length=MAX_SAMPLE_CHARS)] = ""
    """Empty: the sentence of every sample, which is made once for all callers."""
    delivery: Delivery = Delivery.constant()


class VoiceSample(Frozen):
    sample_id: str
    state: Literal["making", "ready", "failed"]
    status_url: str
    audio_url: str | None
    """The URL of the sound (audio/wav); null: there is none yet."""
    duration_sec: float | None
    provider: str | None
    problem: str
    """The reason of a failure, and what to do."""


@endpoint(answers={200: VoiceList})
def show_voices(query: VoiceQuery) -> VoiceList:
    """List the voices that a plan may name here and now. No provider is asked."""
    listed = list_voices(bootstrap.services(), query.language)
    return VoiceList(
        language=query.language,
        sample_text=SAMPLE_TEXTS[query.language],
        voices=tuple(_describe_voice(one, query.language) for one in listed),
    )


@endpoint(answers={200: VoiceSample, 202: VoiceSample}, errors=(402,))
def order_voice_sample(body: SampleBody) -> tuple[VoiceSample, int, dict[str, str]]:
    """Let a voice speak a sentence. 200: the sound exists; 202: a worker makes it, see ``status_url``.

    It is made, and paid for, once for all callers; GET /voices tells the price before. A scene with the same words and
    voice uses the same sound.
    """
    services = bootstrap.services()
    text = body.text or SAMPLE_TEXTS[body.language]
    request = make_request(services, body.voice, body.language, text, body.delivery)
    answer = _describe_sample(order_sample(services, request, caller()))
    return answer, 200 if answer.state == "ready" else 202, {}


@endpoint(answers={200: VoiceSample})
def show_voice_sample(sample_id: str) -> VoiceSample:
    """Tell the state of a sample that was ordered."""
    return _describe_sample(read_sample(bootstrap.services(), sample_id))


@endpoint(answers={200: "audio/wav", 206: "audio/wav", 302: None, 304: None}, errors=(416,))
def play_voice_sample(sample_id: str) -> Response:
    """Answer with the sound of a sample; ranges work."""
    from functions.api.files import send_blob

    asset = find_sample(bootstrap.services(), sample_id).asset
    if asset is None:
        raise NotFound("there is no such sample, or it is not made yet")
    return send_blob(asset.blob, "audio/wav", "sample.wav")


def _describe_voice(one: ListedVoice, language: Language) -> VoiceItem:
    provider = one.request.provider
    return VoiceItem(
        voice=one.voice,
        provider=provider.provider,
        model=provider.model,
        name=one.own_voice.name if one.own_voice else provider.voice,
        gender=one.gender,
        languages=one.own_voice.languages if one.own_voice else (language,),
        kind="paid" if one.is_paid else "offline",
        price_usd=usd(one.price.micros) if one.price else None,
        price_per=one.price.per if one.price else None,
        expresses_emotion=one.expresses_emotion,
        is_available=not one.problem,
        problem=one.problem,
        sample_usd=usd(one.sample_price),
        sample_url=_make_audio_url(one.request.key) if one.has_sample else None,
    )


def _describe_sample(state: SampleState) -> VoiceSample:
    asset, note = state.asset, state.note
    has_failed = note is not None and bool(note.cause)
    return VoiceSample(
        sample_id=state.key,
        state="ready" if asset else "failed" if has_failed else "making",
        status_url=make_url(f"/voices/sample/{state.key}"),
        audio_url=_make_audio_url(state.key) if asset else None,
        duration_sec=round(asset.samples / SAMPLE_RATE, 3) if asset else None,
        provider=asset.provider if asset else None,
        problem="; ".join(part for part in (note.cause, note.advice) if part) if note else "",
    )


def _make_audio_url(key: str) -> str:
    return make_url(f"/voices/sample/{key}/audio")
