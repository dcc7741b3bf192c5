"""Open Google Cloud Text-to-Speech's client, and convert its errors."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from sutradhar.domain.core.errors import ProviderError
from sutradhar.providers.hosted.account import CHECK_SEC, ProviderAccount
from sutradhar.providers.hosted.api_errors import make_bad_response, make_connection_error, make_http_error
from sutradhar.providers.hosted.googletts.voices import find_region

PROVIDER = "googletts"


@contextmanager
def open_client(account: ProviderAccount) -> Iterator[Any]:
    """Yield a client.

    With GOOGLETTS_PROJECT it uses the account of this machine, which on Google Cloud needs no key.
    """
    try:
        from google.cloud import texttospeech_v1beta1 as texttospeech
    except ImportError as exc:
        raise ProviderError(
            "its client is not installed",
            provider=PROVIDER,
            retryable=False,
            fault="key",
            advice="pip install 'sutradhar[gcp]'",
        ) from exc
    options: dict[str, Any] = {"api_endpoint": account.base_url or None}
    if not account.options.get("project"):
        options["api_key"] = account.key
    # REST, so that one kind of connection serves all providers; v1beta1, because v1 reports no times
    google = texttospeech.TextToSpeechClient(transport="rest", client_options=options)
    try:
        yield google
    finally:
        google.transport.close()


@contextmanager
def convert_errors() -> Iterator[None]:
    """Raise ProviderError for each error of Google's client inside the block."""
    import requests
    from google.api_core import exceptions
    from google.auth.exceptions import GoogleAuthError, TransportError
    from google.protobuf import json_format

    try:
        yield
    except exceptions.GoogleAPICallError as exc:
        headers = dict(getattr(exc.response, "headers", None) or {})
        for one in exc.details:  # Google names the time to wait here, and sends no Retry-After
            if delay := one.get("retryDelay"):
                headers["retry-after"] = str(math.ceil(float(delay.rstrip("s"))))
        message = exc.message or str(exc)
        if "does not exist" in message:
            # a plan may have named this one voice; the other voices of its family, which has the price, still work
            raise ProviderError(
                message,
                provider=PROVIDER,
                retryable=False,
                status=int(exc.code or 0),
                advice="name another voice (docs/providers.md)",
            ) from exc
        raise make_http_error(PROVIDER, int(exc.code or 500), message, headers=headers) from exc
    except (exceptions.RetryError, TransportError, requests.ConnectionError, requests.Timeout) as exc:
        raise make_connection_error(PROVIDER, exc) from exc
    except GoogleAuthError as exc:
        raise make_http_error(PROVIDER, 401, str(exc)) from exc
    except exceptions.GoogleAPIError as exc:
        raise make_bad_response(PROVIDER, str(exc)) from exc
    except requests.RequestException as exc:
        raise make_connection_error(PROVIDER, exc) from exc
    except (
        json_format.ParseError,
        ValueError,
        AttributeError,
        TypeError,
    ) as exc:
        raise make_bad_response(PROVIDER, f"{type(exc).__name__}: {exc}") from exc


def find_model(account: ProviderAccount, voice: str) -> tuple[bool, date | None]:
    """Return whether the provider has this voice. Raise ProviderError."""
    with open_client(account) as google, convert_errors():
        answer = google.list_voices(request={"language_code": find_region(voice)}, retry=None, timeout=CHECK_SEC)
        return any(one.name == voice for one in answer.voices), None


def check(account: ProviderAccount) -> None:
    """Raise ProviderError if the key does not work."""
    with open_client(account) as google, convert_errors():
        google.list_voices(request={"language_code": "hi-IN"}, retry=None, timeout=CHECK_SEC)
