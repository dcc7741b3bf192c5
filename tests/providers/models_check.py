"""`make models-check`: compare our tables of models and prices with the models in the pinned clients."""

import inspect
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib import import_module
from importlib.metadata import version
from importlib.resources import files
from typing import Any, get_args

from sutradhar.domain.billing.model_table import ModelTable
from sutradhar.domain.billing.price import PriceTable
from sutradhar.domain.billing.provider_id import Kind
from sutradhar.provider_table import PROVIDERS, Offer, ProviderSpec
from sutradhar.providers.catalog import model_table

SOURCES: Mapping[tuple[str, Kind], tuple[str, str]] = {
    ("openai", "planner"): ("openai.types.shared.chat_model", "ChatModel"),
    ("openai", "image"): ("openai.types.image_model", "ImageModel"),
    ("openai", "narrator"): ("openai.types.audio.speech_model", "SpeechModel"),
    ("gemini", "planner"): ("google.genai._gaos.types.interactions.model", "Model"),
    ("gemini", "image"): ("google.genai._gaos.types.interactions.model", "Model"),
    ("elevenlabs", "composer"): ("elevenlabs.types.music_model_id", "MusicModelId"),
    ("elevenlabs", "sound"): ("elevenlabs.types.sfx_model_id", "SfxModelId"),
}
"""The module of each client, and the type in it, that lists the models of a kind. The clients have no list for Veo and
ElevenLabs' voices."""
_ENTRY = re.compile(r'^- ((?:"[^"]+",?\s*)+):(.*?)(?=^- |\Z)', re.MULTILINE | re.DOTALL)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}|[A-Z][a-z]+ \d{1,2}, \d{4}")


@dataclass(frozen=True)
class ClientList:
    """A client's statements: the models that it lists, and the days on which some of them end."""

    models: frozenset[str]
    ends: Mapping[str, date]


def read(module: str, name: str) -> ClientList:
    """Read a client's type and the text below it."""
    loaded = import_module(module)
    return ClientList(frozenset(_literals(getattr(loaded, name))), parse_ends(inspect.getsource(loaded)))


def parse_ends(text: str) -> dict[str, date]:
    """Return the days in a list of deprecated values."""
    ends = {}
    for names, reason in _ENTRY.findall(text):
        if day := _DAY.search(reason.replace("\n", " ").replace("  ", " ")):
            for model in re.findall(r'"([^"]+)"', names):
                ends[model] = _day(day[0])
    return ends


def _day(text: str) -> date:
    return date.fromisoformat(text) if text[0].isdigit() else datetime.strptime(text, "%B %d, %Y").date()  # noqa: DTZ007 - a day has no zone


def _literals(kind: Any) -> list[str]:
    if isinstance(kind, str):
        return [kind]
    return [name for one in get_args(kind) for name in _literals(one)]


def _list_offers() -> list[tuple[ProviderSpec, Offer]]:
    return [(spec, offer) for spec in PROVIDERS for offer in spec.offers]


def compare(lists: Mapping[tuple[str, Kind], ClientList], table: ModelTable, prices: PriceTable) -> list[str]:
    """Return the differences, each in one sentence."""
    differences: list[str] = []
    priced = {(price.provider, price.model) for price in prices.prices}
    for spec, one in _list_offers():
        if known := lists.get((spec.name, one.kind)):
            unknown = [model for model in (one.default, one.reserve) if model and model not in known.models]
            differences += [f"{spec.name}'s client does not know {name}, our model for {one.kind}" for name in unknown]
    for (provider, _), known in lists.items():
        for model, end in known.ends.items():
            ours = table.find(provider, model)
            if ours is None and (provider, model) in priced:
                differences.append(
                    f"{provider}'s client says that {model} ends on {end}; we have a price and no end for it"
                )
            elif ours is not None and ours.shuts_down != end:
                differences.append(f"{provider}'s client says that {model} ends on {end}; we say {ours.shuts_down}")
    return list(dict.fromkeys(differences))


def main() -> int:
    lists = {key: read(*where) for key, where in SOURCES.items()}
    prices = PriceTable.model_validate_json(files("sutradhar").joinpath("prices.json").read_text())
    differences = compare(lists, model_table(), prices)
    for line in differences:
        print(line)
    clients = ", ".join(f"{name} {version(name)}" for name in ("openai", "google-genai", "elevenlabs"))
    print(f"{len(differences)} differences between our tables and {clients}", file=sys.stderr)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
