"""Let callers in by an OIDC token of the issuer in OIDC_ISSUER: ``Authorization: Bearer``."""

from functools import lru_cache
from typing import Any, NoReturn

import flask
import jwt

from functions.api.errors import Unauthorized
from functions.api.issuer_keys import ALGORITHMS, IssuerKeys
from sutradhar.config.oidc import OidcSettings
from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.token_claims import GOOGLE, TokenRules, find_caller
from sutradhar.telemetry import log

_LEEWAY_SEC = 30
"""The difference of clocks that is allowed."""
_REQUIRED = ("iss", "aud", "sub", "exp", "iat")
_TYPES = ("", "jwt", "at+jwt", "application/at+jwt")
"""The types of ID tokens and access tokens (RFC 9068); an issuer signs other things with the same keys."""
_WITHOUT_SIGNATURE = ".SIGNATURE_REMOVED_BY_GOOGLE"
"""The end of a token with which the front end of Cloud Run has let the caller in."""
_REASONS: tuple[tuple[type[jwt.PyJWTError], str], ...] = (
    (jwt.ExpiredSignatureError, "the token has expired; get a new one"),
    (jwt.ImmatureSignatureError, "the token is not valid yet"),
    (jwt.InvalidAudienceError, "the token is for another audience; get one for an audience of OIDC_AUDIENCE"),
    (jwt.InvalidIssuerError, "the token is from another issuer than OIDC_ISSUER"),
    (jwt.InvalidSignatureError, "the signature of the token is wrong"),
)


def find_token_caller(token: str, oidc: OidcSettings) -> ApiKey:
    """Return the account of ``token``, as a caller whose id stays the same for its issuer and subject.

    Raises:
        Unauthorized: the token is not valid, or its account may not call.
        IssuerUnreachable: the issuer does not answer, so the token cannot be checked.
    """
    if token.endswith(_WITHOUT_SIGNATURE):
        _refuse("Google's front end took this token; send its own as X-Serverless-Authorization (docs/access.md)")
    claims, issuer = _verify(token, oidc)
    rules = TokenRules(oidc.callers, oidc.admins, oidc.role_claim)
    try:
        caller = find_caller(claims, issuer, rules)
    except ValueError:
        _refuse("the token has no valid subject (sub)")
    if caller is None:
        _refuse("this account may not call; an operator adds it to OIDC_CALLERS")
    flask.g.caller_facts = {"subject": str(claims["sub"])} | ({"email": caller.name} if "@" in caller.name else {})
    return caller


def _verify(token: str, oidc: OidcSettings) -> tuple[dict[str, Any], str]:
    """Return the claims of a valid token, and the issuer without a slash at its end."""
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError:
        _refuse("this is neither an API key nor a token (JWT)")
    key_id, algorithm = header.get("kid"), header.get("alg")
    if algorithm not in ALGORITHMS:
        _refuse(f"the token must be signed by {' or '.join(ALGORITHMS)}")
    if str(header.get("typ", "")).lower() not in _TYPES:
        _refuse("this is another kind of token; send an ID token or an access token")
    if not key_id:
        _refuse("the token does not name its key (kid)")
    key, issuer = _make_keys(oidc.issuer).find(key_id, algorithm)
    if key is None:
        _refuse("the issuer has no such key; get a new token")
    issuers = [issuer, issuer.removeprefix("https://")] if issuer == GOOGLE else [issuer]
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=ALGORITHMS,
            audience=oidc.audiences,
            issuer=issuers,
            leeway=_LEEWAY_SEC,
            options={"require": list(_REQUIRED), "enforce_minimum_key_length": True},
        )
    except jwt.MissingRequiredClaimError as exc:
        _refuse(f"the token lacks the claim {exc.claim}")
    except jwt.PyJWTError as exc:
        _refuse(next((reason for kind, reason in _REASONS if isinstance(exc, kind)), "the token is not valid"))
    return claims, issuer.rstrip("/")


def _refuse(reason: str) -> NoReturn:
    log("token_refused", level="warning", reason=reason, address=flask.request.remote_addr)
    raise Unauthorized(reason, is_token=True)


@lru_cache(maxsize=1)  # tests have several issuers, a process has one
def _make_keys(issuer: str) -> IssuerKeys:
    return IssuerKeys(issuer)
