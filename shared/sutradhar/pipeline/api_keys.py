"""Create, list, find, rotate and revoke API keys.

The keys of the environment (API_KEY_ADMIN, API_KEY_CREATOR) are stored nowhere: each process makes them of its
variables. So they are the same in all instances and after every restart, a new value replaces the old one, and without
the variable there is no such key.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping

from sutradhar.domain.billing.price import micros
from sutradhar.domain.core.api_key import ApiKey, Role
from sutradhar.domain.core.errors import Conflict, FieldError, InvalidRequest, NotFound
from sutradhar.ports.clock import Clock
from sutradhar.ports.records import KeyValueStore, Values

PREFIX = "sk_"
"""Every secret begins with this, which tells it from other tokens in the same header and lets scanners find a leaked
one."""
_RECORD = "keys"
_ENVIRONMENT = "key-env-"
"""The beginning of the ids of the keys of the environment."""
_MAX_KEYS = 100
"""All keys are in one record, which every instance reads."""


def create(
    records: KeyValueStore,
    clock: Clock,
    name: str,
    role: Role = "creator",
    daily_budget_usd: float | None = None,
    works_for: str = "",
) -> tuple[ApiKey, str]:
    """Create a key. Return it with its secret, which is not stored and so can never be shown again.

    Args:
        daily_budget_usd: the most that all jobs of the key may cost in a day, in US dollars; None: no cap.
        works_for: the id of the key whose jobs and money a key with the role agent works with; it may be a key of the
            environment.

    Raises:
        InvalidRequest: the name or the budget is not allowed, or there are too many keys.
    """
    if not 1 <= len(name) <= 60:
        raise InvalidRequest([FieldError("name", f"must have 1 to 60 characters (got {len(name)})")])
    if daily_budget_usd is not None and not 0 <= daily_budget_usd <= 1e6:
        raise InvalidRequest([FieldError("daily_budget", f"must be 0 to 1000000 USD (got {daily_budget_usd})")])
    _check_agent(role, works_for, daily_budget_usd)
    secret = PREFIX + secrets.token_urlsafe(24)
    key = ApiKey(
        id=f"key-{secrets.token_hex(6)}",
        name=name,
        digest=_digest(secret),
        role=role,
        created_at=clock.now(),
        daily_budget=None if daily_budget_usd is None else micros(daily_budget_usd),
        works_for=works_for,
    )

    def add_key(values: Values) -> Values:
        keys = _read_keys(values)
        if role == "agent" and not works_for.startswith(_ENVIRONMENT):
            _require_owner(keys, works_for)
        if len(keys) >= _MAX_KEYS:
            raise InvalidRequest([FieldError("", f"there are {_MAX_KEYS} keys already; revoke one")])
        return _write_keys({**keys, key.digest: key})

    records.update([_RECORD], add_key)
    return key, secret


def make_environment_keys(admin: str, creator: str) -> Mapping[str, ApiKey]:
    """Return the keys of these secrets by digest. An empty secret makes no key."""
    by_role: tuple[tuple[Role, str], ...] = (("creator", creator), ("admin", admin))
    keys = [
        ApiKey(id=f"{_ENVIRONMENT}{role}", name=f"API_KEY_{role.upper()}", digest=_digest(secret), role=role)
        for role, secret in by_role
        if secret
    ]
    return {key.digest: key for key in keys}


def rotate(records: KeyValueStore, key_id: str) -> tuple[ApiKey, str]:
    """Give the key a new secret in place of the old one, and return both. Its jobs, role and budget stay.

    Raises:
        NotFound: there is no such key.
        Conflict: the key comes from the environment.
    """
    secret = PREFIX + secrets.token_urlsafe(24)
    _refuse_environment(key_id)
    rotated: list[ApiKey] = []

    def replace_secret(values: Values) -> Values:
        keys = dict(_read_keys(values))
        old = _get_key(keys, key_id)
        rotated[:] = [old.evolve(digest=_digest(secret))]
        return _write_keys({digest: rotated[0] if key is old else key for digest, key in keys.items()})

    records.update([_RECORD], replace_secret)
    return rotated[0], secret


def revoke(records: KeyValueStore, key_id: str, *, keep_admin: bool = False) -> ApiKey:
    """Delete the key and return it.

    Args:
        keep_admin: refuse to delete the last admin's key, without which no caller could make keys.

    Raises:
        NotFound: there is no such key.
        Conflict: the key comes from the environment, or is the last admin's.
    """
    _refuse_environment(key_id)
    revoked: list[ApiKey] = []

    def remove_key(values: Values) -> Values:
        keys = dict(_read_keys(values))
        revoked[:] = [_get_key(keys, key_id)]
        del keys[revoked[0].digest]
        if keep_admin and revoked[0].role == "admin" and all(key.role != "admin" for key in keys.values()):
            raise Conflict(f"{key_id} is the last key of an admin; make another one first")
        return _write_keys(keys)

    records.update([_RECORD], remove_key)
    return revoked[0]


def list_keys(records: KeyValueStore) -> Mapping[str, ApiKey]:
    """Return all keys by digest."""
    return _read_keys(records.read([_RECORD]))


def find(among: Mapping[str, ApiKey], secret: str) -> ApiKey | None:
    """Return the key of ``secret``; None if there is none. ``among``: keys by digest.

    The key is looked up by the digest, so the time that this takes tells nothing about the secret.
    """
    return among.get(_digest(secret))


def _check_agent(role: Role, works_for: str, daily_budget_usd: float | None) -> None:
    """Raise InvalidRequest unless exactly the key of an agent names the key that it works for."""
    if role == "agent" and not works_for:
        message = "a key of an agent needs the id of the key whose jobs and money it works with"
        raise InvalidRequest([FieldError("works_for", message)])
    if role != "agent" and works_for:
        raise InvalidRequest([FieldError("works_for", "is only for keys with the role agent")])
    if role == "agent" and daily_budget_usd is not None:
        message = "the key of an agent has the budget of the key that it works for; leave it out"
        raise InvalidRequest([FieldError("daily_budget", message)])


def _require_owner(keys: Mapping[str, ApiKey], key_id: str) -> None:
    owner = next((key for key in keys.values() if key.id == key_id), None)
    if owner is None or owner.role == "agent":
        raise InvalidRequest(
            [FieldError("works_for", f"must be the id of a creator's or an admin's key (got {key_id!r})")]
        )


def _refuse_environment(key_id: str) -> None:
    if key_id in (f"{_ENVIRONMENT}admin", f"{_ENVIRONMENT}creator"):
        variable = f"API_KEY_{key_id.removeprefix(_ENVIRONMENT).upper()}"
        raise Conflict(f"{key_id} comes from the environment; change or remove the variable {variable}")


def _get_key(keys: Mapping[str, ApiKey], key_id: str) -> ApiKey:
    for key in keys.values():
        if key.id == key_id:
            return key
    raise NotFound(f"there is no key {key_id}")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _read_keys(values: Values) -> Mapping[str, ApiKey]:
    keys = [ApiKey.from_record(json.dumps(fields)) for fields in json.loads(values.get(_RECORD) or "[]")]
    return {key.digest: key for key in keys}


def _write_keys(keys: Mapping[str, ApiKey]) -> Values:
    return {_RECORD: f"[{','.join(key.to_record() for key in keys.values())}]"}
