"""The secrets by which webhooks are signed: one for each owner of jobs."""

import base64
import secrets
from datetime import timedelta

from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import NotFound
from sutradhar.domain.jobs.webhook import SigningSecret
from sutradhar.pipeline.services import Services
from sutradhar.ports.documents import Facts, Kind

OVERLAP = timedelta(hours=24)
"""The time after a rotation in which webhooks are signed by both secrets."""
_BYTES = 32


def name_secret(owner: str) -> str:
    """Return the id of the document with the secret of ``owner``."""
    return owner or "-"


SECRETS = Kind(
    "webhook_secret",
    SigningSecret,
    lambda secret: Facts(id=name_secret(secret.owner), owner=secret.owner, created_at=secret.created_at),
)


def get_secret(services: Services, owner: str) -> SigningSecret:
    """Return the secret of ``owner``, which is made when it is first read."""
    try:
        return services.documents.get(SECRETS, name_secret(owner))
    except NotFound:
        new = SigningSecret(owner=owner, secret=_make_secret(), created_at=services.clock.now())
        return services.documents.create(SECRETS, new)[0]


def rotate_secret(services: Services, caller: ApiKey | None) -> SigningSecret:
    """Replace the caller's secret and return the new one. For ``OVERLAP`` the old one signs as well."""
    owner = caller.id if caller else ""
    get_secret(services, owner)
    new, now = _make_secret(), services.clock.now()
    return services.documents.update(
        SECRETS,
        name_secret(owner),
        lambda old: old.evolve(secret=new, previous=old.secret, previous_until=now + OVERLAP),
    )


def _make_secret() -> str:
    # standard base64: other implementations drop the characters of the URL-safe one
    return f"whsec_{base64.b64encode(secrets.token_bytes(_BYTES)).decode()}"
