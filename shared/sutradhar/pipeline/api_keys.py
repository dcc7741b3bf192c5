"""API keys: made, listed, found, taken back."""

import hashlib
import json
import secrets
from collections.abc import Mapping

from sutradhar.domain.billing.price import micros
from sutradhar.domain.core.api_key import ApiKey, Role
from sutradhar.domain.core.errors import FieldError, InvalidRequest, NotFound
from sutradhar.ports.clock import Clock
from sutradhar.ports.records import KeyValueStore, Values

PREFIX = "sk_"
"""Of every secret, so that it is known from other tokens in the same header, and found by scanners when it leaks."""
_RECORD = "keys"
_MOST = 100
"""They are all in one record, which every instance reads."""


def create(
    records: KeyValueStore, clock: Clock, name: str, role: Role = "creator", daily_budget_usd: float | None = None
) -> tuple[ApiKey, str]:
    """The new key, and its secret, which nobody will see again. Raises InvalidRequest."""
    if not 1 <= len(name) <= 60:
        raise InvalidRequest([FieldError("name", f"must have 1 to 60 characters (got {len(name)})")])
    if daily_budget_usd is not None and not 0 <= daily_budget_usd <= 1e6:
        raise InvalidRequest([FieldError("daily_budget", f"must be 0 to 1000000 USD (got {daily_budget_usd})")])
    secret = PREFIX + secrets.token_urlsafe(24)
    key = ApiKey(
        id=f"key-{secrets.token_hex(6)}",
        name=name,
        digest=_digest(secret),
        role=role,
        created_at=clock.now(),
        daily_budget=None if daily_budget_usd is None else micros(daily_budget_usd),
    )

    def added(found: Values) -> Values:
        keys = _read(found)
        if len(keys) >= _MOST:
            raise InvalidRequest([FieldError("", f"there are {_MOST} keys already; revoke one")])
        return _written({**keys, key.digest: key})

    records.update([_RECORD], added)
    return key, secret


def revoke(records: KeyValueStore, key_id: str) -> ApiKey:
    """Raises NotFound."""
    gone: list[ApiKey] = []

    def removed(found: Values) -> Values:
        keys = dict(_read(found))
        gone[:] = [key for key in keys.values() if key.id == key_id]
        if not gone:
            raise NotFound(f"there is no key {key_id}")
        del keys[gone[0].digest]
        return _written(keys)

    records.update([_RECORD], removed)
    return gone[0]


def keys(records: KeyValueStore) -> Mapping[str, ApiKey]:
    """All of them, by digest."""
    return _read(records.read([_RECORD]))


def find(among: Mapping[str, ApiKey], secret: str) -> ApiKey | None:
    """Looked up by digest, so that how long it takes says nothing about the secret."""
    return among.get(_digest(secret))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _read(found: Values) -> Mapping[str, ApiKey]:
    keys = [ApiKey.from_record(json.dumps(fields)) for fields in json.loads(found.get(_RECORD) or "[]")]
    return {key.digest: key for key in keys}


def _written(keys: Mapping[str, ApiKey]) -> Values:
    return {_RECORD: f"[{','.join(key.to_record() for key in keys.values())}]"}
