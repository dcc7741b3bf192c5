"""Authenticate the caller by an API key or an OIDC token. Until there is either, only direct requests of this machine
are accepted."""

from collections.abc import Mapping, Sequence
from functools import partial

import flask

from functions.api.errors import NotForAgents, Unauthorized
from functions.api.loopback import is_loopback, read_hostname
from functions.api.result_cache import ResultCache
from functions.api.routes import Route
from sutradhar import bootstrap
from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import NotFound
from sutradhar.domain.jobs.job import Job
from sutradhar.pipeline import api_keys
from sutradhar.ports.records import KeyValueStore
from sutradhar.telemetry import log

_PASSED_ON = ("Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via")
"""A request with one of these headers came through a proxy, so its caller may be another machine."""
_KEEP_SEC = 30
"""The seconds for which a revoked key may still be accepted."""
_MOST_READINGS = 30
"""The most times in ``_KEEP_SEC`` that unknown keys have the stored ones read again."""
_known_keys: ResultCache[Mapping[str, ApiKey]] = ResultCache(_KEEP_SEC, _MOST_READINGS)


def authenticate(route: Route) -> None:
    """Set ``flask.g.caller`` to the caller's key; None: no key is needed.

    Raises:
        Unauthorized: the caller needs a key or a token, or sent one that is not valid.
        IssuerUnreachable: the caller's token cannot be checked now.
        NotFound: the route is for admins only, and the key is no admin's.
        NotForAgents: the key is an agent's, and the route is for people.
    """
    if route.takes_view_token and (token := flask.request.args.get("view")):
        flask.g.caller = _find_viewer(token)
    elif route.access == "admin":
        require_admin()
    else:
        require_key()
    if (who := caller()) and who.role == "agent" and not route.takes_agents:
        raise NotForAgents


def require_admin() -> None:
    """Set ``flask.g.caller`` as ``require_key`` does. Raise Unauthorized, or NotFound if the key is no admin's."""
    require_key()
    if (who := caller()) and who.role != "admin":
        raise NotFound(f"there is nothing at {flask.request.path}")


def require_key() -> None:
    """Set ``flask.g.caller`` to the caller's key; None: no key is needed. Raise Unauthorized."""
    records = bootstrap.backend().records
    of_settings = _list_settings_keys()
    secret = _read_secret(of_settings)
    if secret and (key := api_keys.find(of_settings, secret)):
        flask.g.caller = key  # the environment has no key of an agent
        return
    oidc = bootstrap.settings().oidc
    issuer = oidc.issuer if oidc else ""
    if oidc and not secret and (token := _read_bearer()):
        from functions.api.bearer_tokens import find_token_caller  # only here: it imports PyJWT

        flask.g.caller = find_token_caller(token, oidc)
        return
    known = _read_keys(records)
    if secret and not api_keys.find(known, secret):
        known = _read_keys_anew(records)
    if not known and not of_settings and not secret and not issuer:
        if not _is_local_caller():
            raise Unauthorized(_explain_closed())
        return
    if not secret:
        token_words = (
            f", or a token of {issuer} as Authorization: Bearer" if issuer else ", or as Authorization: Bearer"
        )
        raise Unauthorized(f"send your API key as X-API-Key{token_words}")
    caller = api_keys.find(known, secret)
    if caller is None:
        log("key_refused", level="warning", address=flask.request.remote_addr)
        raise Unauthorized("there is no such API key, or it was revoked")
    flask.g.caller = _act_for_owner(caller, [*of_settings.values(), *known.values()])


def _act_for_owner(key: ApiKey, keys: Sequence[ApiKey]) -> ApiKey:
    """Return ``key`` or, if it is an agent's, the key that its calls count as. Raise Unauthorized: its owner's key is
    gone."""
    if key.role != "agent":
        return key
    owner = next((one for one in keys if one.id == key.works_for), None)
    if owner is None:
        raise Unauthorized(f"the key {key.works_for} was revoked, for which this agent's key works")
    return key.act_for(owner)


def forget_keys() -> None:
    """Read the keys again for the next call. Other instances may use those of up to ``_KEEP_SEC`` before."""
    _known_keys.forget()


def caller() -> ApiKey | None:
    known_caller: ApiKey | None = flask.g.caller
    return known_caller


def require_access(job: Job) -> Job:
    """Return ``job`` if the caller may see it. Raise NotFound otherwise, so that others cannot learn that it exists."""
    if (who := caller()) and not who.may_see(job.owner):
        raise NotFound(f"there is no job {job.id}")
    return job


def _find_viewer(token: str) -> ApiKey:
    """Return the caller to whom a view token was given. Raise Unauthorized, also if the key was revoked since."""
    from functions.api.view_tokens import read_view_token  # only here: most calls have no token

    records, named = bootstrap.backend().records, read_view_token(token)
    if named.is_account and bootstrap.settings().oidc:
        return named.make_account()
    for keys in (_list_settings_keys, partial(_read_keys, records), partial(_read_keys_anew, records)):
        if key := next(filter(named.is_from, keys().values()), None):
            return key
    raise Unauthorized("the key of this view token was revoked or has another secret now")


def _read_keys(records: KeyValueStore) -> Mapping[str, ApiKey]:
    return _known_keys.get(lambda: api_keys.list_keys(records))


def _read_keys_anew(records: KeyValueStore) -> Mapping[str, ApiKey]:
    """Read the stored keys again, since a key that is not among the known ones may have been made just now."""
    return _known_keys.renew(lambda: api_keys.list_keys(records))


def _list_settings_keys() -> Mapping[str, ApiKey]:
    """Return the keys that the environment sets, by digest."""
    settings = bootstrap.settings().api
    return api_keys.make_environment_keys(settings.api_key_admin, settings.api_key_creator)


def _read_secret(of_settings: Mapping[str, ApiKey]) -> str:
    header = flask.request.headers.get("X-API-Key", "")
    token = _read_bearer()
    # without OIDC_ISSUER any other token there is for a server in front of this one, such as Google's IAM
    is_key = token.startswith(api_keys.PREFIX) or (token and api_keys.find(of_settings, token))
    return header or (token if is_key else "")


def _read_bearer() -> str:
    kind, _, token = flask.request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _is_local_caller() -> bool:
    """Return whether a caller without a key is accepted: a process of this machine, or on Google Cloud a caller that
    IAM lets in."""
    settings = bootstrap.settings()
    if settings.process.backend == "gcp":
        return not settings.api.public_api
    sent = flask.request.headers
    if not is_loopback(flask.request.remote_addr or "") or any(name in sent for name in _PASSED_ON):
        return False
    # a browser of this machine may show a page of another site, which can send requests here (also by DNS rebinding)
    callers = (f"//{sent.get('Host', '')}", *sent.getlist("Origin"))
    return all(is_loopback(read_hostname(address)) for address in callers)


def _explain_closed() -> str:
    """Return why a caller without a key is refused, and what to do."""
    pages = [page for page in flask.request.headers.getlist("Origin") if not is_loopback(read_hostname(page))]
    if pages == ["null"]:
        return "the caller is a page that was opened as a file; serve it from http://localhost, whose pages may call"
    if pages:
        return (
            f"the caller is a web page of {pages[0][:100]}, and without a key only pages of this machine may call; make"
            f" one with `sutradhar keys add NAME`, send it as X-API-Key, and set CORS_ORIGINS={pages[0][:100]}"
        )
    return "there is no API key yet, so only this machine may call; make one with `sutradhar keys add NAME`"
