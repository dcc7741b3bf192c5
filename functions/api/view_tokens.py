"""Give callers a view token, by which a browser may load images, sounds and videos for an hour.

An element such as ``<img>`` or ``<video>`` cannot send a header, and a key in a URL would stay in histories and in logs
of proxies for good. So the URL has a token in place of the key: it opens only the routes that the table of routes marks
(``takes_view_token``), shows no more than its caller may see, and ends by itself.
"""

import json
from datetime import timedelta

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from functions.api.auth import caller
from functions.api.endpoint import endpoint
from functions.api.errors import Unauthorized
from functions.api.result_cache import ResultCache
from sutradhar import bootstrap
from sutradhar.domain.core.api_key import ApiKey, Role
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.utc_time import UtcTime
from sutradhar.pipeline.view_secret import get_view_secret

LIFE = timedelta(hours=1)
PREFIX = "svt_"
"""Every token begins with this, so that the log can hide it (``sutradhar/scrubbing.py``)."""
_LONGEST = 500
_PROOF_CHARS = 16
_secret: ResultCache[str] = ResultCache(600.0)


class ViewToken(Frozen):
    token: str | None
    """Add it to the URL of a file as ``view=TOKEN``. Null: this server needs no key, so its URLs work as they are."""
    expires_at: UtcTime | None


class Viewer(Frozen):
    """The caller that a token names."""

    id: str
    role: Role
    proof: str
    """The beginning of the digest of the key's secret: a new secret ends the tokens of the old one. Empty: the caller
    is the account of an OIDC token."""

    @property
    def is_account(self) -> bool:
        return not self.proof

    def is_from(self, key: ApiKey) -> bool:
        """Return whether the token was given to this key, with its present secret."""
        return bool(self.proof) and (key.id, key.digest[:_PROOF_CHARS]) == (self.id, self.proof)

    def make_account(self) -> ApiKey:
        """Return the account of the OIDC token for which the token was given."""
        return ApiKey(id=self.id, name=self.id, digest="", role=self.role)


@endpoint(answers={200: ViewToken})
def create_view_token() -> tuple[ViewToken, int, dict[str, str]]:
    """Make a token for the URLs of files, which are loaded by elements of a page that cannot send the key: ``<img>``,
    ``<video>``, ``<audio>``, ``<track>`` and ``<a download>``.

    It is valid for an hour and only for GET: of files, preview frames and the like. It ends with its key.
    """
    headers, who = {"Cache-Control": "no-store"}, caller()
    if who is None:
        return ViewToken(token=None, expires_at=None), 200, headers
    viewer = Viewer(id=who.id, role=who.role, proof=who.digest[:_PROOF_CHARS])
    token = PREFIX + _make_serializer().dumps([viewer.id, viewer.role, viewer.proof])
    return ViewToken(token=token, expires_at=bootstrap.backend().clock.now() + LIFE), 200, headers


def read_view_token(token: str) -> Viewer:
    """Return the caller whom ``token`` names. Raise Unauthorized: it is not one of this server, or has expired."""
    signed = token.removeprefix(PREFIX)
    try:
        if signed == token or len(token) > _LONGEST:
            raise BadSignature(token)
        key_id, role, proof = _make_serializer().loads(signed, max_age=int(LIFE.total_seconds()))
    except SignatureExpired as exc:
        raise Unauthorized("the view token has expired; get a new one by POST /me/view-token") from exc
    except BadSignature as exc:
        raise Unauthorized("this is no view token of this server; get one by POST /me/view-token") from exc
    return Viewer(id=key_id, role=role, proof=proof)


def _make_serializer() -> URLSafeTimedSerializer:
    secret = _secret.get(lambda: get_view_secret(bootstrap.backend().records))
    return URLSafeTimedSerializer(secret, salt="view-token", serializer=json)
