"""Get the tokens by which one of our services shows another one who calls it."""

import threading
from functools import cache
from typing import Any

from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import Request
from google.oauth2 import id_token

from sutradhar.domain.core.errors import BackendError

_refreshing = threading.Lock()


def fetch_token(audience: str) -> str:
    """Return an identity token (OIDC) of this process's service account for the service at the URL ``audience``. It is
    kept until shortly before it expires.

    Raises:
        BackendError: Google gives no token.
    """
    with _refreshing:
        try:
            credentials = _find_credentials(audience)
            if not credentials.valid:
                credentials.refresh(Request())
        except GoogleAuthError as exc:
            raise BackendError(f"no identity token for {audience}: {exc}", retryable=True) from exc
        return str(credentials.token)


@cache
def _find_credentials(audience: str) -> Any:
    return id_token.fetch_id_token_credentials(audience, request=Request())
