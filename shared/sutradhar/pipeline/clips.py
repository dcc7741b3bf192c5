"""A clip is made over minutes: one message begins it, later ones ask for it, and nobody waits in between."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from sutradhar.domain.assets.asset import AssetRequest, Fallback
from sutradhar.domain.assets.operation import Begun, Operation
from sutradhar.domain.core.errors import ProviderError, StillAtWork
from sutradhar.pipeline.services import Services
from sutradhar.ports.providers import Shot
from sutradhar.telemetry import log

PATIENCE = timedelta(minutes=30)
"""A clip usually takes one to six minutes; after this the scene keeps its picture."""
_STALE = timedelta(days=1)
"""Vendors forget what they made; what was begun before this is begun anew."""
_ODD = 3
"""Answers that nobody can read, after which no other is waited for."""


def begin(services: Services, request: AssetRequest, first_frame: bytes) -> Operation:
    """Raises ProviderError."""
    p = request.params
    return services.clips.begin(
        str(p["prompt"]),
        str(p["style"]),
        int(p["width"]),
        int(p["height"]),
        float(p["seconds"]),
        int(p["seed"]),
        first_frame,
    )


def shot(services: Services, request: AssetRequest, first_frame: bytes) -> Shot:
    """The clip of ``request``, whose lease the caller holds.

    Raises:
        StillAtWork: it was begun, now or before.
        ProviderError: there will be none.
    """
    begun = _begun(services, request)
    if begun is None and (unwritten := services.purchases.unfinished()):
        begun = _taken_up(services, request, unwritten)
    if begun is None:
        operation = begin(services, request, first_frame)
        _write(services, request, Begun(operation=operation, at=services.clock.now()))
        raise StillAtWork
    try:
        made = _looked(services, request, begun)
    except ProviderError:
        services.purchases.give_up(begun.operation)  # where nothing was said of its money
        raise
    prompt, seed = str(request.params["prompt"]), int(request.params["seed"])
    provenance = made.provenance and made.provenance.evolve(
        prompt=prompt, seed=seed, style=str(request.params["style"]), first_frame=sha256(first_frame).hexdigest()
    )
    return replace(made, provenance=provenance, fallbacks=begun.operation.missed)


def over(services: Services, request: AssetRequest) -> None:
    """What is shown is stored, so nobody has to ask for the clip any more. Not sooner: whoever comes after one that is
    killed in between would begin another."""
    _write(services, request, None)


def _looked(services: Services, request: AssetRequest, begun: Begun) -> Shot:
    """Raises StillAtWork also where the vendor did not say, or what it said cannot be read: it is paid for."""
    late = services.clock.now() - begun.at > PATIENCE
    try:
        return services.clips.look(begun.operation)
    except StillAtWork:
        if not late:
            raise
        problem = f"it did not finish within {PATIENCE.total_seconds() / 60:.0f} minutes"
    except ProviderError as exc:
        silent, odd = exc.fault in ("busy", "down", "key"), exc.fault == "answer" and begun.odd + 1 < _ODD
        if not (silent or odd):
            raise
        if not late:
            log("clip_not_told", level="warning", slot=request.slot, provider=exc.provider, error=str(exc))
            if odd:
                _write(services, request, begun.evolve(odd=begun.odd + 1))
            raise StillAtWork from exc
        problem = str(exc)
    raise ProviderError(problem, provider=begun.operation.provider, retryable=False, advice="retry the job later")


def _begun(services: Services, request: AssetRequest) -> Begun | None:
    text = services.records.read([_name(request)]).get(_name(request))
    found = Begun.model_validate_json(text) if text else None
    if found and services.clock.now() - found.at >= _STALE:
        services.purchases.give_up(found.operation)
        return None
    return found


def _taken_up(services: Services, request: AssetRequest, operation: Operation) -> Begun:
    """What was begun by somebody who died before it was written down."""
    if f"{operation.provider}/{operation.model}" != request.maker:
        unknown = Fallback(provider=request.maker, reason="it made no clip; whoever knew why was killed")
        operation = operation.evolve(missed=(unknown,))
    begun = Begun(operation=operation, at=services.clock.now())
    _write(services, request, begun)
    return begun


def _write(services: Services, request: AssetRequest, begun: Begun | None) -> None:
    text = begun.model_dump_json() if begun else ""
    services.records.update([_name(request)], lambda _found: {_name(request): text})


def _name(request: AssetRequest) -> str:
    return f"operation/{request.key}"
