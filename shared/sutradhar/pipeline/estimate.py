"""What a film would cost, before anything is bought: adapters say what a call would use, and none is made."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from sutradhar.domain.assets.requests import AssetRequest, first_frame_request, list_asset_requests
from sutradhar.domain.assets.slot import PLAN, Slot
from sutradhar.domain.assets.specs import ClipSpec, UploadSpec
from sutradhar.domain.core.errors import ProviderError
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.billing.call_gate import Buyer, Quoted, on_account_of
from sutradhar.pipeline.clips import start
from sutradhar.pipeline.first_providers import first_providers
from sutradhar.pipeline.generate import generate
from sutradhar.pipeline.services import Services


@dataclass(frozen=True)
class Line:
    """Amounts in millionths of a US dollar."""

    slot: Slot
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
        lines += _line(PLAN, partial(services.planner.plan, wanted))
    written = services.sketch(wanted)
    wanted_things: dict[str, AssetRequest] = {}  # by key: what two scenes share is bought once
    requests = list_asset_requests(written, first_providers(services, written))
    made = services.assets.get_many([request.key for request in requests])
    for request in requests:
        for part in _parts(request) if request.key not in made else ():
            wanted_things.setdefault(part.key, part)
    made = services.assets.get_many(list(wanted_things))
    for part in wanted_things.values():
        if services.purchases.sells(part.provider) and part.key not in made:
            lines += _line(part.slot, _asked(services, part))
    return Estimate(lines)


def _parts(request: AssetRequest) -> list[AssetRequest]:
    """Return the request, and that for its first frame if it is a clip."""
    spec = request.spec
    return [request, first_frame_request(request.slot, spec)] if isinstance(spec, ClipSpec) else [request]


def _asked(services: Services, request: AssetRequest) -> Callable[[], Any]:
    spec = request.spec
    if isinstance(spec, ClipSpec):
        return partial(_begun, services, spec)
    assert not isinstance(spec, UploadSpec), "an upload costs nothing"
    return partial(generate, services, spec, lambda: ([b""] * len(spec.reference_keys), []))


def _begun(services: Services, spec: ClipSpec) -> None:
    """Nobody who can make the clip is no error: the scene shows its picture, which is reckoned apart."""
    with suppress(ProviderError):
        start(services, spec, b"")


def _line(slot: Slot, buy: Callable[[], Any]) -> list[Line]:
    with on_account_of(Buyer("", str(slot), only_asks=True)):
        try:
            buy()  # what ends well was free
        except Quoted as quote:
            return [Line(slot, quote.provider, quote.model, quote.likely, quote.most)]
    return []
