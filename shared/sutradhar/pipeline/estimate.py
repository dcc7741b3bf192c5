"""What a film would cost, before anything is bought: adapters say what a call would use, and none is made."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from sutradhar.domain.assets.asset import AssetRequest, asset_requests, still_of
from sutradhar.domain.core.errors import ProviderError
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.billing.call_gate import Buyer, Quoted, on_account_of
from sutradhar.pipeline.clips import begin
from sutradhar.pipeline.first_providers import makers_of
from sutradhar.pipeline.produce import ask
from sutradhar.pipeline.services import Services


@dataclass(frozen=True)
class Line:
    """Amounts in millionths of a US dollar."""

    slot: str
    provider: str
    model: str
    likely: int
    most: int


@dataclass(frozen=True)
class Estimate:
    """A range: what it will probably cost, as far as one can know before the script is written, and what would be set
    aside for all of its calls."""

    lines: Sequence[Line]

    @property
    def likely(self) -> int:
        return sum(line.likely for line in self.lines)

    @property
    def most(self) -> int:
        return sum(line.most for line in self.lines)


def estimate(services: Services, wanted: RenderPlan) -> Estimate:
    """Estimate the charge of the first provider of each kind; finished assets cost nothing. If the scenes are not
    written yet, count as many as the first planner would write.

    Raises ProviderError, as planning and making would.
    """
    lines: list[Line] = []
    if services.purchases.sells_nothing:
        return Estimate(lines)  # nobody has to be loaded for that
    if services.purchases.sells(services.planner.name):
        lines += _line("plan", partial(services.planner.plan, wanted))
    written = services.sketch(wanted)
    wanted_things: dict[str, AssetRequest] = {}  # by key: what two scenes share is bought once
    requests = asset_requests(written, makers_of(services, written))
    made = services.assets.get_many([request.key for request in requests])
    for request in requests:
        for part in filter(None, (request, still_of(request))) if request.key not in made else ():
            wanted_things.setdefault(part.key, part)
    made = services.assets.get_many(list(wanted_things))
    for part in wanted_things.values():
        if services.purchases.sells(part.maker) and part.key not in made:
            lines += _line(part.slot, _asked(services, part))
    return Estimate(lines)


def _asked(services: Services, request: AssetRequest) -> Callable[[], Any]:
    if still_of(request):
        return partial(_begun, services, request)
    count = len(str(request.params.get("likeness", "")).split())
    return partial(ask, services, request, lambda: ([b""] * count, []))


def _begun(services: Services, request: AssetRequest) -> None:
    """Nobody who can make the clip is no error: the scene shows its picture, which is reckoned apart."""
    with suppress(ProviderError):
        begin(services, request, b"")


def _line(slot: str, buy: Callable[[], Any]) -> list[Line]:
    with on_account_of(Buyer("", slot, only_asks=True)):
        try:
            buy()  # what ends well was free
        except Quoted as quote:
            return [Line(slot, quote.provider, quote.model, quote.likely, quote.most)]
    return []
