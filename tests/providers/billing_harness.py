"""A harness for paid calls: stubs of providers, adapters with the URLs of the stubs, the real gate on a real store."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from sutradhar.backends.local.database import Database
from sutradhar.backends.local.process_registry import ProcessRegistry
from sutradhar.backends.local.records import SqliteKeyValueStore
from sutradhar.backends.local.stores import SqliteLeaseStore
from sutradhar.config import ProviderConnection
from sutradhar.domain.billing.ledger import Account, job_account
from sutradhar.domain.billing.price import PriceTable
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.billing.accounts import read_account
from sutradhar.pipeline.billing.call_gate import PaidCallGate
from sutradhar.pipeline.billing.context import BillingContext
from sutradhar.providers.hosted.elevenlabs.music import ElevenLabsComposer
from sutradhar.providers.hosted.elevenlabs.sounds import ElevenLabsSoundEffects
from sutradhar.providers.hosted.elevenlabs.voice import ElevenLabsNarrator
from sutradhar.providers.hosted.gemini.images import GeminiImages
from sutradhar.providers.hosted.gemini.planner import GeminiPlanner
from sutradhar.providers.hosted.gemini.voice import GeminiNarrator
from sutradhar.providers.hosted.googletts.voice import GoogleNarrator
from sutradhar.providers.hosted.openai.images import OpenAIImages
from sutradhar.providers.hosted.openai.planner import OpenAIPlanner
from sutradhar.providers.hosted.openai.voice import OpenAINarrator
from sutradhar.providers.hosted.stock.freesound import Freesound
from sutradhar.providers.hosted.stock.pexels import Pexels
from sutradhar.providers.hosted.stock.pixabay import Pixabay
from tests.fakes import FakeClock
from tests.providers import elevenlabs_stub, gemini_stub, google_account, googletts_stub, openai_stub, stock_stub
from tests.providers.server import KEY, ProviderStub

STUB_ANSWERS = {
    "openai": openai_stub.answer,
    "elevenlabs": elevenlabs_stub.answer,
    "gemini": gemini_stub.answer,
    "googletts": googletts_stub.answer,
    "pexels": stock_stub.pexels,
    "pixabay": stock_stub.pixabay,
    "freesound": stock_stub.freesound,
    "oauth": google_account.answer,
}
PRICES = PriceTable.model_validate_json(files("sutradhar").joinpath("prices.json").read_text())
MIRA = stock_stub.photograph(256, 256)
"""A photo of a character, as a reference image."""
NARRATION = "A river runs, 12 boats wait."
SPOKEN_NARRATION = "A river runs, twelve boats wait."
"""The same text as a voice gets it: with its number in words."""


@dataclass(frozen=True)
class Adapter:
    """One adapter: its class, and a request for it. ``verb``: the method that the request calls."""

    provider: str
    make: Callable[[ProviderConnection, PaidCallGate], Any]
    ask: Callable[[Any], Any]

    verb: str
    options: Mapping[str, str] = field(default_factory=dict)


ADAPTERS: Mapping[str, Adapter] = {
    "openai planner": Adapter(
        "openai", OpenAIPlanner, lambda a: a.plan(RenderPlan(topic="A river", length_sec=30)), "plan"
    ),
    "openai images": Adapter("openai", OpenAIImages, lambda a: a.draw("a river", "ink", 2304, 1296, 1), "draw"),
    "openai voice": Adapter("openai", OpenAINarrator, lambda a: a.narrate(NARRATION, "en", "F"), "narrate"),
    "openai images with references": Adapter(
        "openai", OpenAIImages, lambda a: a.draw("Mira by a river", "ink", 2304, 1296, 1, [MIRA, MIRA]), "draw"
    ),
    "gemini images with references": Adapter(
        "gemini", GeminiImages, lambda a: a.draw("Mira by a river", "ink", 2304, 1296, 1, [MIRA, MIRA]), "draw"
    ),
    "gemini voice": Adapter("gemini", GeminiNarrator, lambda a: a.narrate(NARRATION, "en", "F"), "narrate"),
    "gemini planner": Adapter(
        "gemini", GeminiPlanner, lambda a: a.plan(RenderPlan(topic="A river", length_sec=30)), "plan"
    ),
    "gemini images": Adapter("gemini", GeminiImages, lambda a: a.draw("a river", "ink", 2304, 1296, 1), "draw"),
    "gemini images on vertex": Adapter(
        "gemini",
        GeminiImages,
        lambda a: a.draw("a river", "ink", 2304, 1296, 1),
        "draw",
        {"project": "p", "location": "l"},
    ),
    "elevenlabs voice": Adapter("elevenlabs", ElevenLabsNarrator, lambda a: a.narrate(NARRATION, "en", "F"), "narrate"),
    "google voice": Adapter("googletts", GoogleNarrator, lambda a: a.narrate(NARRATION, "en", "F"), "narrate"),
    "elevenlabs sounds": Adapter(
        "elevenlabs", ElevenLabsSoundEffects, lambda a: a.find_effect("a temple bell"), "sound"
    ),
    "elevenlabs music": Adapter("elevenlabs", ElevenLabsComposer, lambda a: a.compose("calm", 1), "compose"),
}


def settings(
    stub: ProviderStub, provider: str, options: Mapping[str, str], key: str = KEY, timeout_sec: float = 5.0
) -> ProviderConnection:
    # OpenAI's URL includes the version of the API
    url = stub.url(provider) + ("/v1" if provider == "openai" else "")
    return ProviderConnection(key=key, base_url=url, options=options, timeout_sec=timeout_sec)


def library(billing: "BillingHarness", provider: str, **changes: Any) -> Any:
    kinds: dict[str, Any] = {"pexels": Pexels, "pixabay": Pixabay, "freesound": Freesound}
    return kinds[provider](settings(billing.stub, provider, {}, **changes), billing.gate)


@dataclass
class BillingHarness:
    """One gate on a real store, before the stubs of all providers."""

    stub: ProviderStub
    folder: Path
    clock: FakeClock = field(default_factory=FakeClock)
    day_cap: int | None = None
    at_once: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.database, self.process_registry = Database(self.folder / "state.db"), ProcessRegistry(self.folder)
        self.records = SqliteKeyValueStore(self.database)
        self.leases = SqliteLeaseStore(self.database, self.process_registry, self.clock)
        self.gate = PaidCallGate.create(self.records, self.leases, self.clock, PRICES, self.day_cap, self.at_once)

    def close(self) -> None:
        self.database.close()
        self.process_registry.close()

    def adapter(self, name: str, gate: PaidCallGate | None = None, **changes: Any) -> Any:
        one = ADAPTERS[name]
        options = {**one.options, **changes.pop("options", {})}
        return one.make(settings(self.stub, one.provider, options, **changes), gate or self.gate)

    def buy(self, name: str, slot: str = "thing", job: str = "job-1", cap: int | None = None, **changes: Any) -> Any:
        gate = self.gate.bill_to(BillingContext(job, slot, cap))
        return ADAPTERS[name].ask(self.adapter(name, gate, **changes))

    def account(self, job: str = "job-1") -> Account:
        return read_account(self.records, job_account(job))
