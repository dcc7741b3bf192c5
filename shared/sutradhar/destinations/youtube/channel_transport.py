"""Send requests in the name of the channel that is signed in."""

import threading
import time
from typing import Any

import google.auth.exceptions
from google.oauth2.credentials import Credentials
from google_auth_httplib2 import AuthorizedHttp

from sutradhar.destinations.youtube.sign_in import NotSignedIn, SignIn, SignInFile
from sutradhar.destinations.youtube.transport import OneShotHttp
from sutradhar.ports.publishing import PublishError

READ_AGAIN_SEC = 30.0
"""The seconds after which the file is read again, so that a process that runs for long follows a new sign-in."""


def authorize(sign_in: SignIn, http: Any) -> AuthorizedHttp:
    """Return a transport over ``http`` that fetches access tokens for ``sign_in`` and sends them along.

    A request that Google answers with 401 has done nothing; it is sent again with a new token.
    """
    credentials = Credentials(
        None,
        refresh_token=sign_in.refresh_token,
        client_id=sign_in.client.client_id,
        client_secret=sign_in.client.client_secret,
        token_uri=sign_in.client.token_uri,
    )
    return AuthorizedHttp(credentials, http=http)


class ChannelTransport:
    """The transport of one file's sign-in, for several threads. ``http``: None: one that sends each request once."""

    def __init__(self, file: SignInFile, http: Any = None) -> None:
        self._file, self._http, self._lock = file, http or OneShotHttp(), threading.Lock()
        self._sign_in: SignIn | None = None
        self._authorized: Any = None
        self._read_at = 0.0

    def request(self, uri: str, *args: Any, **options: Any) -> Any:
        """Return the answer, as ``OneShotHttp.request`` does.

        Raises:
            PublishError: there is no sign-in.
            google.auth.exceptions.RefreshError: Google gave no access token.
        """
        try:
            return self._get_authorized().request(uri, *args, **options)
        except google.auth.exceptions.RefreshError:
            self._read_at = 0.0  # the user may sign in again before the next request
            raise

    def close(self) -> None:
        self._http.close()

    def _get_authorized(self) -> AuthorizedHttp:
        with self._lock:
            now = time.monotonic()
            if not self._read_at or now - self._read_at > READ_AGAIN_SEC:
                try:
                    sign_in = self._file.read()
                except NotSignedIn as exc:
                    if exc.retryable:
                        raise PublishError("network", "the sign-in to YouTube cannot be read at the moment") from exc
                    cause = "there is no sign-in to YouTube that can be used"
                    raise PublishError("token_invalid", cause, advice=exc.public_advice) from exc
                if sign_in != self._sign_in:
                    self._sign_in, self._authorized = sign_in, authorize(sign_in, self._http)
                self._read_at = now
            return self._authorized
