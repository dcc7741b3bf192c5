"""Sign in to YouTube: the user's browser asks Google, and leads the answer back to a port of this machine.

It is OAuth 2.0 for installed apps with PKCE (developers.google.com/identity/protocols/oauth2/native-app).
"""

import errno
import webbrowser
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from google_auth_oauthlib.flow import InstalledAppFlow, WSGITimeoutError
from oauthlib.oauth2 import AccessDeniedError, OAuth2Error

from sutradhar.destinations.youtube.oauth_client import OAuthClient
from sutradhar.destinations.youtube.sign_in import SCOPE, NotSignedIn, SignIn

WAIT_SEC, _ANSWER_SEC = 600, 30
"""Seconds for the user to agree, and for Google to answer."""
_AGAIN = "run `sutradhar youtube login` again"
_THANKS = "The sign-in has arrived. You can close this window, and go on in the terminal."


class _Flow(InstalledAppFlow):  # type: ignore[misc] # google-auth-oauthlib has no types
    tell: Callable[[str], None]

    def authorization_url(self, **options: Any) -> tuple[str, str]:
        url, state = super().authorization_url(**options)
        self.tell(url)
        return url, state

    def fetch_token(self, **options: Any) -> Mapping[str, Any]:
        return dict(super().fetch_token(timeout=_ANSWER_SEC, **options))


def sign_in(
    client: OAuthClient,
    now: Callable[[], datetime],
    tell: Callable[[str], None],
    *,
    port: int = 0,
    open_browser: bool = True,
) -> SignIn:
    """Let the user sign in, and return the access.

    Args:
        tell: gets the address that has to be opened in the browser.
        port: the port of this machine to which the browser comes back; 0: any that is free.
        open_browser: False: the user opens the address.

    Raises:
        NotSignedIn: the user or Google refused, or there was no answer within WAIT_SEC.
    """
    config = {"installed": {**client.model_dump(), "redirect_uris": []}}
    flow = _Flow.from_client_config(config, scopes=[SCOPE])
    flow.tell = tell
    try:
        credentials = flow.run_local_server(
            host="127.0.0.1",
            port=port,
            open_browser=open_browser and _has_browser(),
            authorization_prompt_message=None,
            success_message=_THANKS,
            timeout_seconds=WAIT_SEC,
            prompt="consent",  # without it, Google gives a lasting access at the first sign-in only
        )
    except WSGITimeoutError as exc:
        raise NotSignedIn(f"no browser came back within {WAIT_SEC // 60} minutes", _AGAIN) from exc
    except AccessDeniedError as exc:
        raise NotSignedIn("the access was not allowed in the browser", f"{_AGAIN}, and allow it") from exc
    except (OAuth2Error, Warning) as exc:  # oauthlib raises a Warning if the user allowed less than was asked for
        raise NotSignedIn(f"Google did not give the access: {_describe(exc)}", _AGAIN) from exc
    except OSError as exc:
        if exc.errno in (errno.EADDRINUSE, errno.EACCES):
            raise NotSignedIn(f"port {port} of this machine is taken", f"{_AGAIN} with another --port") from exc
        raise NotSignedIn("Google could not be reached", f"check the connection, and {_AGAIN}") from exc
    if not credentials.refresh_token:
        raise NotSignedIn("Google gave no lasting access", f"{_AGAIN}, and allow the access anew")
    lasts_sec = flow.oauth2session.token.get("refresh_token_expires_in")
    return SignIn(
        client=client,
        refresh_token=credentials.refresh_token,
        scopes=tuple(credentials.scopes),
        signed_in_at=now(),
        expires_at=now() + timedelta(seconds=int(lasts_sec)) if lasts_sec else None,
    )


def _has_browser() -> bool:
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def _describe(exc: Exception) -> str:
    """Return the words of Google's answer, which has no secrets."""
    return getattr(exc, "description", "") or getattr(exc, "error", "") or type(exc).__name__
