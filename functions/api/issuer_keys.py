"""Fetch and keep the keys with which an OIDC issuer signs its tokens (OpenID Connect Discovery 1.0).

PyJWT's own client keeps keys too, but all its callers wait while it fetches, and it asks an issuer that is down again
for every call (2.15.1). Here callers with a known key never wait, and both kinds of repeated questions have a pause.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

import jwt

from functions.api.errors import IssuerUnreachable
from sutradhar.telemetry import log

ALGORITHMS = ("RS256", "ES256")
"""The algorithms of tokens. Both have a private key that only the issuer knows."""
_FRESH_SEC = 300.0
"""Keys of this age are fetched again, so a key that the issuer has withdrawn is accepted this long at most while the
issuer answers."""
_LONGEST_SEC = 3600.0
"""Keys of this age are not used, also if the issuer does not answer."""
_PAUSE_SEC = 30.0
"""The time between two fetches: tokens with invented key ids cause no more of them."""
_FAILED_PAUSE_SEC = 5
_TIMEOUT_SEC = 3.0


class _WrongAnswer(Exception):
    """The issuer answered something else than it should."""


@dataclass(frozen=True)
class _Known:
    issuer: str
    """The issuer as its tokens name it."""
    keys: Mapping[tuple[str, str], jwt.PyJWK]
    """The keys by id and algorithm."""
    at: float


class IssuerKeys:
    """The keys of one issuer, shared by the threads of a process."""

    def __init__(self, issuer: str) -> None:
        """``issuer``: its URL, without a slash at its end."""
        self._issuer = issuer
        self._lock = threading.Lock()
        self._known: _Known | None = None
        self._next_fetch, self._has_failed = 0.0, False

    def find(self, key_id: str, algorithm: str) -> tuple[jwt.PyJWK | None, str]:
        """Return the key, or None if the issuer has no such key; and the issuer as its tokens name it.

        Raises:
            IssuerUnreachable: the key is not known here, and the issuer does not answer.
        """
        known = self._known
        age = monotonic() - known.at if known else _LONGEST_SEC
        if known is None or age >= _LONGEST_SEC:
            known = self._fetch(known)
        elif age >= _FRESH_SEC:
            known = self._renew(known)
        if (key_id, algorithm) not in known.keys:
            known = self._fetch(known)
        return known.keys.get((key_id, algorithm)), known.issuer

    def _renew(self, known: _Known) -> _Known:
        """Return newer keys; ``known`` itself while another thread fetches them, or if the issuer does not answer."""
        if not self._lock.acquire(blocking=False):
            return known
        try:
            return self._fetch_alone(known)
        except IssuerUnreachable:
            return known
        finally:
            self._lock.release()

    def _fetch(self, older: _Known | None) -> _Known:
        """Return newer keys than ``older``; ``older`` itself if they were fetched a moment ago."""
        with self._lock:
            return self._fetch_alone(older)

    def _fetch_alone(self, older: _Known | None) -> _Known:
        if self._known is not None and self._known is not older:
            return self._known  # another thread has fetched them meanwhile
        if monotonic() < self._next_fetch:
            if older is None or self._has_failed:
                raise IssuerUnreachable(_FAILED_PAUSE_SEC)
            return older
        self._has_failed = True
        try:
            self._known = self._download()
            self._has_failed = False
        except (jwt.PyJWTError, OSError, ValueError, _WrongAnswer) as exc:
            log("issuer_failed", level="error", exc=exc, issuer=self._issuer)
            raise IssuerUnreachable(_FAILED_PAUSE_SEC) from exc
        finally:
            self._next_fetch = monotonic() + (_FAILED_PAUSE_SEC if self._has_failed else _PAUSE_SEC)
        return self._known

    def _download(self) -> _Known:
        document = _get(f"{self._issuer}/.well-known/openid-configuration")
        issuer, url = str(document.get("issuer")), str(document.get("jwks_uri"))
        if issuer.rstrip("/") != self._issuer:  # Discovery 1.0, section 4.3
            raise _WrongAnswer(f"the document of {self._issuer} is about {issuer[:200]}")
        if self._issuer.startswith("https://") and not url.startswith("https://"):
            raise _WrongAnswer(f"the keys must be at an https URL (got {url[:200]})")
        key_set = jwt.PyJWKSet.from_dict(_get(url))
        usable = [key for key in key_set.keys if key.public_key_use in ("sig", None)]
        keys = {
            (key.key_id, key.algorithm_name): key for key in usable if key.key_id and key.algorithm_name in ALGORITHMS
        }
        if not keys:
            raise _WrongAnswer(f"{url[:200]} has no key for {' or '.join(ALGORITHMS)}")
        return _Known(issuer, keys, monotonic())


def _get(url: str) -> dict[str, Any]:
    """Return the JSON object at ``url``. A redirect is an error, as it may lead to another server.

    PyJWT fetches it by the standard library: httpx would take the first caller half a second.
    """
    body: dict[str, Any] = jwt.PyJWKClient(url, cache_jwk_set=False, timeout=_TIMEOUT_SEC).fetch_data()
    return body
