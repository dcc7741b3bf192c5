"""Providers of a pipeline whose assets cost nothing, for tests."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NoReturn

from sutradhar.domain.billing.model_table import ModelState
from sutradhar.domain.billing.price import PriceTable
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.plan.translation import TranslationRequest
from sutradhar.pipeline.billing.call_gate import PaidCallGate
from sutradhar.ports.call_gate import CallGate
from sutradhar.ports.clock import Clock
from sutradhar.ports.listening import Listener
from sutradhar.ports.media import MediaReader
from sutradhar.ports.models import ModelDirectory
from sutradhar.ports.providers import (
    ClipGenerator,
    Composer,
    FootageLibrary,
    ImageGenerator,
    Narrator,
    Planner,
    SoundLibrary,
)
from sutradhar.ports.publishing import Destination
from sutradhar.ports.records import KeyValueStore
from sutradhar.ports.stores import LeaseStore
from sutradhar.ports.templates import TemplateCatalog
from sutradhar.ports.translation import Translator
from sutradhar.ports.webhooks import Reply, WebhookSender
from sutradhar.providers.listening.listener import LocalListener
from sutradhar.providers.media.upload_reader import MediaFiles
from sutradhar.providers.offline.storybook.templates import StorybookTemplates
from tests.fakes import FakeProviders


def free_call_gate(records: KeyValueStore, leases: LeaseStore, clock: Clock) -> PaidCallGate:
    """Return a gate without paid providers."""
    return PaidCallGate.create(records, leases, clock, PriceTable(prices=()), None, {})


class NoModels:
    """A ModelDirectory in which no model ends."""

    def find_known_state(self, provider: str, model: str) -> ModelState:
        return ModelState(provider=provider, model=model, exists=True)

    look_up = find_known_state

    def find_ended_voices(self) -> list[ModelState]:
        return []

    def advise(self, state: ModelState) -> str:
        return ""


class NoTranslator:
    """A Translator of a machine on which none is set up."""

    provider_id = ProviderId("translator")
    available = False

    def usage(self, _request: TranslationRequest) -> None:
        """Return None: nothing costs anything here."""

    def translate(self, _request: TranslationRequest) -> NoReturn:
        raise AssertionError("no translator is set up")


@dataclass(frozen=True)
class ProviderSet:
    """Providers that a test names."""

    planner: Planner
    narrator: Narrator
    images: ImageGenerator
    clips: ClipGenerator
    footage: FootageLibrary
    sounds: SoundLibrary
    composer: Composer
    media: MediaReader
    listener: Listener
    call_gate: PaidCallGate
    models: ModelDirectory
    templates: TemplateCatalog
    webhooks: WebhookSender
    destinations: Mapping[str, Destination] = field(default_factory=dict)
    translator: Translator = field(default_factory=NoTranslator)

    def with_gate(self, _gate: CallGate) -> "ProviderSet":
        """Return these providers: their calls pass no gate."""
        return self


def provider_set(providers: FakeProviders, gate: PaidCallGate) -> ProviderSet:
    """Return a provider of every kind that is ``providers``."""
    return ProviderSet(
        planner=providers,
        narrator=providers,
        images=providers,
        clips=providers,
        footage=providers,
        sounds=providers,
        composer=providers,
        media=MediaFiles(),
        listener=LocalListener(),
        call_gate=gate,
        models=NoModels(),
        templates=StorybookTemplates(),
        webhooks=FakeReceiver(),
    )


class FakeReceiver(WebhookSender):
    """A receiver that notes what it gets, and answers with the ``replies`` one after the other, then 204."""

    allow_loopback = False

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, str, Sequence[str]]] = []
        """The id, the URL, the body and the secrets of each request."""
        self.replies: list[Reply] = []
        self.on_request: Callable[[], None] = lambda: None

    def send(self, webhook_id: str, url: str, body: str, secrets: Sequence[str], at: datetime) -> Reply:
        self.requests.append((webhook_id, url, body, secrets))
        self.on_request()
        return self.replies.pop(0) if self.replies else Reply(204)
