"""Turn the claims of a verified OIDC token into a caller."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sutradhar.domain.core.api_key import ApiKey

GOOGLE = "https://accounts.google.com"
_ADMIN = "admin"
_LONGEST_SUBJECT = 255
"""OpenID Connect Core 1.0, section 2."""
_SERVICE_ACCOUNTS = ".gserviceaccount.com"

Claims = Mapping[str, Any]


@dataclass(frozen=True)
class TokenRules:
    """The accounts that may call, and those with the role admin.

    An account is named by its e-mail address, by ``@`` and a domain, or by its subject (``sub``).
    """

    callers: Sequence[str] = ()
    """Empty: all accounts of the issuer."""
    admins: Sequence[str] = ()
    role_claim: str = ""
    """The name of the claim with the roles, or the path to it: ``realm_access.roles``."""


def find_caller(claims: Claims, issuer: str, rules: TokenRules) -> ApiKey | None:
    """Return the caller; None: the account may not call. ``issuer``: without a slash at its end.

    The id follows from issuer and subject alone, since an account keeps its subject when its e-mail address changes.

    Raises:
        ValueError: the subject is empty or too long.
    """
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
        raise ValueError(f"the subject must have 1 to {_LONGEST_SUBJECT} characters")
    names = {subject} if "@" not in subject else set()
    names |= set(_list_addresses(claims, issuer))
    is_admin = _is_named(names, rules.admins) or _ADMIN in _read_roles(claims, rules.role_claim)
    if not is_admin and rules.callers and not _is_named(names, rules.callers):
        return None
    digest = hashlib.sha256(f"{issuer}\n{subject}".encode()).hexdigest()
    email = next((name for name in names if "@" in name[1:]), subject)
    return ApiKey(id=f"oidc-{digest[:32]}", name=email, digest="", role="admin" if is_admin else "creator")


def _is_named(names: Iterable[str], entries: Sequence[str]) -> bool:
    known = {entry.lower() if "@" in entry else entry for entry in entries}
    return any(name in known for name in names)


def _list_addresses(claims: Claims, issuer: str) -> list[str]:
    """Return the e-mail address, if the issuer has verified it, and ``@`` with its domain.

    An account of Google's may have an address of a foreign domain, which may have got another owner since: there a
    domain counts only as ``hd``, or in the address of a service account
    (developers.google.com/identity/gsi/web/guides/verify-google-id-token).
    """
    email = claims.get("email")
    # some issuers write their booleans as text
    if not isinstance(email, str) or claims.get("email_verified") not in (True, "true"):
        return []
    email = email.lower()
    name, _, domain = email.rpartition("@")
    if not name or not domain:
        return []
    if issuer == GOOGLE and not domain.endswith(_SERVICE_ACCOUNTS):
        domain = str(claims.get("hd", "")).lower()
    return [email, f"@{domain}"] if domain else [email]


def _read_roles(claims: Claims, name: str) -> list[object]:
    """Return the roles in the claim ``name``. A claim may have dots in its name, such as a URL, or be inside others."""
    if not name:
        return []
    value: object = claims
    for part in [name] if name in claims else name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return list(value) if isinstance(value, list) else [value]
