"""Who calls: an API key, or, as long as there is none, whoever is on this machine and calls for nobody else."""

import ipaddress
import time
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlsplit

import flask

from sutradhar import bootstrap
from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import NotFound
from sutradhar.domain.jobs.job import Job
from sutradhar.pipeline import api_keys
from sutradhar.ports.backend import Backend
from sutradhar.telemetry import log

_OPEN = frozenset(("/healthz", "/health", "/readyz", "/ready", "/metrics"))
_PASSED_ON = ("Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via")
"""A proxy on this machine says with these that it calls for somebody else."""
_KEEP_SEC = 30
"""So long after it was revoked a key may still open."""


class Unauthorized(Exception):
    """Nobody says who calls, or it is nobody we know."""


def admit() -> None:
    """Sets ``flask.g.caller``; None is everybody. Raises Unauthorized."""
    flask.g.caller = None
    if flask.request.path in _OPEN and not asks_providers():
        return
    now, backend = int(time.monotonic() / _KEEP_SEC), bootstrap.backend()
    secret, known = _secret(), _keys(backend, now)
    if not known:  # the first one may have been made just now
        known = api_keys.list_keys(backend.records) if secret else known
    if not known and not secret:
        if not _from_here():
            raise Unauthorized(_explain_closed())
        return
    if not secret:
        raise Unauthorized("send your API key as X-API-Key, or as Authorization: Bearer")
    caller = api_keys.find(known, secret) or api_keys.find(api_keys.list_keys(backend.records), secret)
    if caller is None:
        log("key_refused", level="warning", address=flask.request.remote_addr)
        raise Unauthorized("there is no such API key, or it was revoked")
    flask.g.caller = caller


def asks_providers() -> bool:
    """Return whether the request makes us call every provider; only callers with a key or on this machine may."""
    ready = flask.request.path in ("/readyz", "/ready")
    return ready and flask.request.args.get("providers") in ("1", "true")


def caller() -> ApiKey | None:
    found: ApiKey | None = flask.g.caller
    return found


def owned(job: Job) -> Job:
    """``job``, if whoever calls may see it. Raises NotFound: that it is there is nobody else's to know."""
    if (who := caller()) and not who.may_see(job.owner):
        raise NotFound(f"there is no job {job.id}")
    return job


@lru_cache(maxsize=2)
def _keys(backend: Backend, _until: int) -> Mapping[str, ApiKey]:
    return api_keys.list_keys(backend.records)


def _secret() -> str:
    given = flask.request.headers.get("X-API-Key", "")
    kind, _, token = flask.request.headers.get("Authorization", "").partition(" ")
    # anything else there is for whoever stands before us, such as Google's IAM
    return given or (token.strip() if kind.lower() == "bearer" and token.strip().startswith(api_keys.PREFIX) else "")


def _from_here() -> bool:
    """On Google Cloud IAM has let the caller in, unless everybody is."""
    settings = bootstrap.settings()
    if settings.process.backend == "gcp":
        return not settings.api.public_api
    sent = flask.request.headers
    if not _is_loopback(flask.request.remote_addr or "") or any(name in sent for name in _PASSED_ON):
        return False
    # a page of another site that a browser of this machine shows may send here, or be called as if it were here
    callers = (f"//{sent.get('Host', '')}", *sent.getlist("Origin"))
    return all(_is_loopback(_name(address)) for address in callers)


def _explain_closed() -> str:
    """Return why a caller without a key is refused, and what to do."""
    pages = [page for page in flask.request.headers.getlist("Origin") if not _is_loopback(_name(page))]
    if pages == ["null"]:
        return "the caller is a page that was opened as a file; serve it from http://localhost, whose pages may call"
    if pages:
        return (
            f"the caller is a web page of {pages[0][:100]}, and without a key only pages of this machine may call; make"
            f" one with `sutradhar keys add NAME`, send it as X-API-Key, and set CORS_ORIGINS={pages[0][:100]}"
        )
    return "there is no API key yet, so only this machine may call; make one with `sutradhar keys add NAME`"


def _name(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
