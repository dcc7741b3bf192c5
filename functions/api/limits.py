"""Limit the calls a minute that create or change work: for each API key, or for each address without one."""

import ipaddress
from functools import lru_cache

import flask

from functions.api.auth import caller
from sutradhar import bootstrap
from sutradhar.config import Settings
from sutradhar.domain.core.errors import LimitReached
from sutradhar.pipeline.rate_limit import RateLimiter

_IPV6_NETWORK = 64
"""The bits of an IPv6 address that tell one customer of a provider from another (RFC 6177)."""


def count_call() -> None:
    """Count this call against its caller's limit, and keep the headers of the answer in ``flask.g.limit_headers``.

    Raises:
        LimitReached: the caller's calls of this minute are used up.
    """
    limiter = _get_limiter(bootstrap.settings())
    if limiter is None:
        return
    who = caller()
    allowance = limiter.count_call((who.agent_id or who.id) if who else find_address())
    flask.g.limit_headers = {
        # draft-ietf-httpapi-ratelimit-headers-07
        "RateLimit-Limit": str(allowance.limit),
        "RateLimit-Remaining": str(allowance.left),
        "RateLimit-Reset": str(allowance.reset_sec),
        "RateLimit-Policy": f"{allowance.limit};w=60",
    }
    if allowance.is_refused:
        message = f"at most {allowance.limit} calls a minute may create or change work (RATE_LIMIT_PER_MIN)"
        raise LimitReached(f"{message}; try again in {allowance.reset_sec} s", allowance.reset_sec)


def find_address() -> str:
    """Return the address of the caller, of an IPv6 address its network.

    On Google Cloud the front end adds the address that called it to the end of X-Forwarded-For; the entries before that
    are the caller's own words. Elsewhere the address is that of the connection.
    """
    address = flask.request.remote_addr or ""
    if bootstrap.settings().process.backend == "gcp":
        address = flask.request.headers.get("X-Forwarded-For", address).rpartition(",")[2].strip()
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((known, _IPV6_NETWORK), strict=False)) if known.version == 6 else str(known)


@lru_cache(maxsize=1)  # tests have several settings, a process has one
def _get_limiter(settings: Settings) -> RateLimiter | None:
    backend, limit = bootstrap.backend(), settings.api.rate_limit_per_min
    return RateLimiter(backend.records, backend.clock, limit) if limit else None
