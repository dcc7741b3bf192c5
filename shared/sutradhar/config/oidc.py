"""The settings of OIDC tokens: their issuer, and the accounts that may call."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from sutradhar.config.environment import Part
from sutradhar.config.parts import Names
from sutradhar.domain.core.errors import FieldError

_ISSUER = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~-]+)*/?")
_LOOPBACK = re.compile(r"http://(localhost|127\.0\.0\.1)(:[0-9]+)?(/[A-Za-z0-9._~-]+)*/?")
_ISSUERS_FOR_ALL = ("https://accounts.google.com", "https://token.actions.githubusercontent.com")
"""Here the audience keeps no caller out: every account in the world gets tokens for any audience that it names."""


def _check_issuer(url: str) -> str:
    if url and not (_ISSUER.fullmatch(url) or _LOOPBACK.fullmatch(url)):
        raise ValueError(f"must be an https URL such as https://accounts.google.com (got {url!r})")
    return url.rstrip("/")


class OidcSettings(Part):
    """Settings of the tokens that callers may send in place of an API key."""

    issuer: Annotated[str, AfterValidator(_check_issuer)] = Field(default="", validation_alias="OIDC_ISSUER")
    """The URL of the issuer, without a slash at its end; empty: the API takes no tokens."""
    audiences: Names = Field(default=(), validation_alias="OIDC_AUDIENCE")
    """A token must be for one of these: client ids, or names of this API."""
    callers: Names = Field(default=(), validation_alias="OIDC_CALLERS")
    """The accounts that may call: e-mail addresses, @domain, or subjects; empty: all of the issuer."""
    admins: Names = Field(default=(), validation_alias="OIDC_ADMINS")
    """The accounts that have the role admin, named likewise; they may call, too."""
    role_claim: str = Field(default="", validation_alias="OIDC_ROLE_CLAIM")
    """The claim with the roles of an account, such as realm_access.roles; who has ``admin`` there is an admin."""

    def find_faults(self) -> list[FieldError]:
        """Return the variables that are missing beside the others."""
        if not self.issuer:
            names = ("audiences", "callers", "admins", "role_claim")
            without = [str(type(self).model_fields[name].validation_alias) for name in names if getattr(self, name)]
            return [FieldError("OIDC_ISSUER", f"must be set with {', '.join(without)}")] if without else []
        faults = []
        if not self.audiences:
            faults.append(FieldError("OIDC_AUDIENCE", "must be set with OIDC_ISSUER"))
        if self.issuer in _ISSUERS_FOR_ALL and not self.callers:
            message = f"must name the accounts that may call: {self.issuer} gives tokens to every account in the world"
            faults.append(FieldError("OIDC_CALLERS", message))
        return faults
