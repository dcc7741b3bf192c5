"""Let a voice speak a sentence before a video is made with it.

A sample is a narration like that of a scene, with the same key: it is made and paid for once for all callers, and a
scene with the same words does not pay for it again. The API only orders it; a worker calls the provider.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sutradhar.domain.assets.asset import Asset
from sutradhar.domain.assets.requests import make_narration_spec
from sutradhar.domain.assets.specs import NarrationSpec, cache_key
from sutradhar.domain.assets.voice_sample import SampleNote
from sutradhar.domain.billing.price import usd
from sutradhar.domain.billing.provider_id import ProviderId, VoiceId
from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import BudgetSpent, FieldError, InvalidRequest, NotFound, ProviderError
from sutradhar.domain.jobs.messages import SpeakSample
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import Voice
from sutradhar.domain.plan.options import Delivery, VoiceOptions
from sutradhar.pipeline.billing.context import BillingContext
from sutradhar.pipeline.produce import store_result
from sutradhar.pipeline.services import Services, hold_lease
from sutradhar.ports.stores import MAX_LEASE
from sutradhar.telemetry import log

_NOTES = "sample/"
_ORDER_AGAIN = timedelta(seconds=20)
"""Age from which a sample is ordered again when a caller asks: its message may be lost. Nothing is made twice."""
_KEEP_NOTE = timedelta(days=1)
_SLOT = "narration"


@dataclass(frozen=True)
class SampleRequest:
    """A text that a voice is asked to speak."""

    spec: NarrationSpec
    provider: ProviderId
    """The provider that speaks, with its voice."""

    @property
    def key(self) -> str:
        return cache_key(self.spec, self.provider)


@dataclass(frozen=True)
class SampleState:
    """The state of a sample. Without ``asset`` and ``note`` it was never ordered."""

    key: str
    asset: Asset | None
    note: SampleNote | None = None


def make_request(
    services: Services, voice: str, language: Language, text: str, delivery: Delivery | None = None
) -> SampleRequest:
    """Return the request for ``text`` spoken by ``voice`` as a plan names it: F, M, or a provider's own voice.

    Raises:
        InvalidRequest: no narrator here has this voice.
    """
    gender: Voice = "M" if voice == "M" else "F"
    options = VoiceOptions(**dict(delivery or Delivery()), named=voice if "/" in voice else "")
    try:
        provider = services.providers.narrator.provider_for(language, gender, options)
    except ProviderError as exc:
        raise InvalidRequest([FieldError("voice", f"{exc}; {exc.advice}" if exc.advice else str(exc))]) from exc
    named = VoiceId.parse(options.named)
    if named and named.provider != provider.provider:
        message = f"{named.provider} is not set up here; GET /voices lists the voices that can speak"
        raise InvalidRequest([FieldError("voice", message)])
    return SampleRequest(make_narration_spec(text, language, gender, options), provider)


def quote_sample(services: Services, request: SampleRequest) -> int:
    """Return the expected price of the sample if it is made now, in millionths of a US dollar. Raise ProviderError."""
    gate = services.providers.call_gate
    if not gate.is_paid(request.provider):
        return 0
    spec = request.spec
    usage = services.providers.narrator.usage(spec.text, spec.language, spec.voice, spec.options)
    return gate.quote(usage).expected if usage else 0


def order_sample(services: Services, request: SampleRequest, caller: ApiKey | None = None) -> SampleState:
    """Order the sample unless it is stored, and return its state. A repeat orders nothing while a worker makes it.

    Raises:
        InvalidRequest: the voice cannot speak the text.
        BudgetSpent: it would cost more than is left for today.
    """
    state = find_sample(services, request.key)
    now = services.clock.now()
    if state.asset or (state.note and not state.note.cause and now - state.note.at < _ORDER_AGAIN):
        return state
    owner, cap = (caller.id, caller.daily_budget) if caller else ("", None)
    _refuse_over_budget(services, request, owner, cap)
    note = _write_note(services, request.key, SampleNote(at=now))
    services.send([SpeakSample(sample_id=request.key, spec=request.spec, owner=owner, owner_cap_micros=cap)])
    return SampleState(request.key, None, note)


def find_sample(services: Services, key: str) -> SampleState:
    """Return the state of the sample with this key."""
    asset = services.assets.get_many([key]).get(key)
    if asset and asset.kind == "narration" and services.blobs.exists(asset.blob):
        return SampleState(key, asset)
    text = services.records.read([_NOTES + key]).get(_NOTES + key)
    return SampleState(key, None, SampleNote.from_record(text) if text else None)


def find_samples(services: Services, keys: Sequence[str]) -> Mapping[str, Asset]:
    """Return the samples that are stored, by their keys."""
    assets = services.assets.get_many(keys)
    return {key: asset for key, asset in assets.items() if asset.kind == "narration"}


def read_sample(services: Services, key: str) -> SampleState:
    """Return the state of a sample that was ordered. Raise NotFound if it was not, or long ago and in vain."""
    state = find_sample(services, key)
    if not state.asset and not state.note:
        state = find_sample(services, key)  # the worker may have stored it, and deleted the note, between two readings
    if not state.asset and not state.note:
        raise NotFound("there is no such sample; order it (POST /voices/sample)")
    return state


def speak_sample(services: Services, message: SpeakSample) -> None:
    """Handle SpeakSample. A repeat finds the stored sample.

    A failure is told at once and not tried again: a person waits for the sample, and may order it again.

    Raises:
        LeaseHeld: another worker makes the same narration.
    """
    if not find_sample(services, message.sample_id).asset:
        with hold_lease(services, message.sample_id, MAX_LEASE) as lease:
            if not find_sample(services, message.sample_id).asset:
                spec, context = message.spec, _make_context(services, message)
                try:
                    narrator = services.chains_for(context).narrator
                    speech = narrator.narrate(spec.text, spec.language, spec.voice, spec.options)
                except ProviderError as exc:
                    give_up_sample(services, message, exc, exc.advice)
                    return
                store_result(services, message.sample_id, "narration", lease, speech)
    services.records.delete([_NOTES + message.sample_id])


def give_up_sample(services: Services, message: SpeakSample, cause: BaseException, advice: str = "") -> None:
    """Note that the sample cannot be made, and why."""
    log("sample_failed", level="warning", exc=cause, sample_id=message.sample_id)
    note = SampleNote(at=services.clock.now(), cause=str(cause), advice=advice)
    _write_note(services, message.sample_id, note)


def forget_old_notes(services: Services) -> None:
    """Delete the notes of samples that were not finished within a day."""
    names = services.records.list_names(_NOTES)
    now = services.clock.now()
    old = [name for name, text in services.records.read(names).items() if _is_old(text, now)]
    services.records.delete(old)


def _is_old(text: str, now: datetime) -> bool:
    return now - SampleNote.from_record(text).at >= _KEEP_NOTE


def _make_context(services: Services, message: SpeakSample) -> BillingContext:
    """Return the account of the sample. Only its own voice may speak: a sample of another would tell nothing."""
    return BillingContext(
        f"sample-{message.sample_id}",
        _SLOT,
        services.job_cap,
        no_fallbacks=True,
        owner=message.owner,
        owner_cap=message.owner_cap_micros,
    )


def _refuse_over_budget(services: Services, request: SampleRequest, owner: str, cap: int | None) -> None:
    try:
        price = quote_sample(services, request)
    except ProviderError as exc:
        raise InvalidRequest([FieldError("voice", f"{exc}; {exc.advice}" if exc.advice else str(exc))]) from exc
    left = services.providers.call_gate.accounts.remaining_budget(owner, cap) if price else None
    if left is not None and price > left:
        raise BudgetSpent(
            f"the sample would cost about {usd(price):.4f} USD, and {usd(left):.4f} are left for today (UTC)"
        )


def _write_note(services: Services, key: str, note: SampleNote) -> SampleNote:
    services.records.update([_NOTES + key], lambda _before: {_NOTES + key: note.to_record()})
    return note
