"""Note sensitive calls in the audit log, and refusals once a minute for each caller."""

import hashlib
import secrets
from collections.abc import Mapping

import flask
from werkzeug.wrappers import Response

from functions.api.auth import caller
from functions.api.errors import Unauthorized
from functions.api.limits import find_address
from functions.api.routes import Route
from sutradhar import bootstrap
from sutradhar.domain.core.audit import AuditEntry
from sutradhar.domain.core.errors import BudgetSpent, InvalidRequest, LimitReached
from sutradhar.pipeline.audit import note_act

_MOST_KNOWN = 1_000
_noted: dict[str, None] = {}
"""The last refusals and readings that this process has stored, the oldest first."""


def add_facts(**facts: str | float) -> None:
    """Add facts to the entry of the call that is being answered."""
    flask.g.audit_facts = {**flask.g.get("audit_facts", {}), **facts}


def describe_act(action: str, **facts: str | float) -> AuditEntry:
    """Return the entry of the call that is being answered, for a view that stores it together with its act; then
    ``note_call`` stores none."""
    flask.g.is_act_noted = True
    return _make_entry(action, facts)


def note_call(route: Route, values: Mapping[str, str], response: Response) -> None:
    """Note a call that succeeded. A download is noted once a day for each caller and job, and a repeat by an
    Idempotency-Key is no act."""
    if response.status_code >= 400 or "Idempotent-Replayed" in response.headers or flask.g.get("is_act_noted"):
        return
    action = route.view.partition(":")[2]
    entry = _make_entry(action, {**values, **flask.g.get("audit_facts", {})})
    if route.method == "GET":
        _note_once(entry, f"{entry.day} {entry.job_id}")
    else:
        note_act(bootstrap.backend().documents, entry)


def note_refusal(exc: Exception) -> None:
    """Note that a caller was not let in or reached a limit; other errors are no acts."""
    over_cap = isinstance(exc, InvalidRequest) and any(error.path == "budget_usd" for error in exc.errors)
    if isinstance(exc, Unauthorized):
        action = "refuse_key"
    elif over_cap or isinstance(exc, BudgetSpent) or (isinstance(exc, LimitReached) and exc.is_quota):
        action = "quota_refused"
    elif isinstance(exc, LimitReached):
        action = "limit_reached"
    else:
        return
    entry = _make_entry(action, {"path": flask.request.path[:200], "reason": str(exc)[:300]})
    _note_once(entry, f"{entry.at:%Y%m%d%H%M}")


def _make_entry(action: str, facts: Mapping[str, str | float]) -> AuditEntry:
    who = caller()
    facts = {**flask.g.get("caller_facts", {}), **facts}
    return AuditEntry(
        id=secrets.token_hex(8),
        at=bootstrap.backend().clock.now(),
        action=action,
        actor=(who.agent_id or who.id) if who else "",
        address=find_address(),
        job_id=str(facts.get("job_id", "")),
        request_id=flask.g.request_id,
        facts={name: value for name, value in facts.items() if name != "job_id"},
    )


def _note_once(entry: AuditEntry, period: str) -> None:
    """Store ``entry`` unless its caller's act of this period is stored already, by this process or another one."""
    text = f"{entry.action} {entry.actor or entry.address} {period}"
    entry = entry.evolve(id=hashlib.sha256(text.encode()).hexdigest()[:16])
    backend = bootstrap.backend()
    known = f"{id(backend)} {entry.id}"
    if known in _noted:
        return
    while len(_noted) >= _MOST_KNOWN:
        _noted.pop(next(iter(_noted)), None)
    _noted[known] = None
    note_act(backend.documents, entry)
