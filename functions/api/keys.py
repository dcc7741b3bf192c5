"""Make, list, rotate and revoke API keys.

Only an admin may do this. While there is no key, each caller that is let in may.
"""

from pydantic import Field

from functions.api.audit import add_facts
from functions.api.auth import forget_keys
from functions.api.endpoint import endpoint
from sutradhar import bootstrap
from sutradhar.domain.billing.price import usd
from sutradhar.domain.core.api_key import ApiKey, Role
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.utc_time import UtcTime
from sutradhar.pipeline import api_keys


class KeyRequest(Frozen):
    name: str = Field(min_length=1, max_length=60)
    """The person or program that gets the key."""
    role: Role = "creator"
    """A creator has the jobs and uploads of this key; an admin sees all, and makes keys. An agent works for the key
    `works_for`, and may neither make videos that cost money nor publish without an approval of a person."""
    works_for: str = Field(default="", max_length=60)
    """The id of the key whose jobs and money an agent works with; empty for the other roles."""
    daily_budget: float | None = Field(default=None, ge=0, le=1e6)
    """The most that its jobs may cost in a day (UTC), in US dollars; null: no cap."""


class KeyItem(Frozen):
    """A key, without its secret."""

    id: str
    name: str
    role: Role
    works_for: str
    """The id of the key that an agent works for; empty for the other roles."""
    daily_budget: float | None
    """In US dollars."""
    created_at: UtcTime | None
    """Null: the key comes from the environment of the server."""


class KeyList(Frozen):
    keys: tuple[KeyItem, ...]


class NewKey(Frozen):
    """A key with its secret, which no later answer shows again."""

    id: str
    name: str
    role: Role
    works_for: str
    daily_budget: float | None
    created_at: UtcTime | None
    secret: str
    """Send it as X-API-Key, or as Authorization: Bearer."""


@endpoint(answers={201: NewKey})
def create_key(body: KeyRequest) -> tuple[NewKey, int, dict[str, str]]:
    """Make a key. Once a key exists, every call needs one."""
    backend = bootstrap.backend()
    key, secret = api_keys.create(
        backend.records, backend.clock, body.name, body.role, body.daily_budget, body.works_for
    )
    forget_keys()
    add_facts(key_id=key.id, role=key.role)
    return _show_secret(key, secret), 201, {"Cache-Control": "no-store"}


@endpoint(answers={200: KeyList})
def show_keys() -> KeyList:
    """List all keys, without their secrets."""
    return KeyList(keys=tuple(_describe(key) for key in list_keys()))


@endpoint(answers={200: NewKey}, errors=(409,))
def rotate_key(key_id: str) -> tuple[NewKey, int, dict[str, str]]:
    """Give a key a new secret. The old one stops working within half a minute; the jobs of the key stay its own."""
    key, secret = api_keys.rotate(bootstrap.backend().records, key_id)
    forget_keys()
    return _show_secret(key, secret), 200, {"Cache-Control": "no-store"}


@endpoint(answers={200: KeyItem}, errors=(409,))
def revoke_key(key_id: str) -> KeyItem:
    """Revoke a key. It stops working within half a minute; its jobs continue. The last admin's key stays."""
    settings = bootstrap.settings().api
    key = api_keys.revoke(bootstrap.backend().records, key_id, keep_admin=not settings.api_key_admin)
    forget_keys()
    return _describe(key)


def list_keys() -> list[ApiKey]:
    """Return all keys, those of the environment of this process last."""
    settings = bootstrap.settings().api
    of_settings = api_keys.make_environment_keys(settings.api_key_admin, settings.api_key_creator)
    return [*api_keys.list_keys(bootstrap.backend().records).values(), *of_settings.values()]


def _describe(key: ApiKey) -> KeyItem:
    return KeyItem(
        id=key.id,
        name=key.name,
        role=key.role,
        works_for=key.works_for,
        daily_budget=_read_budget(key),
        created_at=key.created_at,
    )


def _show_secret(key: ApiKey, secret: str) -> NewKey:
    return NewKey(
        id=key.id,
        name=key.name,
        role=key.role,
        works_for=key.works_for,
        daily_budget=_read_budget(key),
        created_at=key.created_at,
        secret=secret,
    )


def _read_budget(key: ApiKey) -> float | None:
    return None if key.daily_budget is None else usd(key.daily_budget)
