"""Express the failures of hosted providers as ProviderError."""

import email.utils
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date

from sutradhar.domain.core.errors import ProviderError
from sutradhar.media.formats import MediaError

_NOT_SENT = {"ConnectError", "ConnectTimeout", "PoolTimeout", "UnsupportedProtocol", "ProxyError", "NewConnectionError"}
"""Errors of httpx and urllib3 after which the provider cannot have received the request."""
_MODEL_GONE_CODES = ("model_not_found", "model_deprecated", "model_shut_down", "invalid_model_id", "unsupported_model")
"""Providers' error codes for a model that they do not have."""


def make_http_error(
    provider: str, status: int, message: str, *, code: str = "", headers: Mapping[str, str] | None = None
) -> ProviderError:
    """Return the error for an HTTP ``status`` other than success. ``code``: the provider's own error code."""
    what = f"{message or 'no message'} (HTTP {status}{', ' + code if code else ''})"
    if status == 410 or any(word in code for word in _MODEL_GONE_CODES):
        return ProviderError(
            what,
            provider=provider,
            retryable=False,
            status=status,
            fault="gone",
            advice=f"name another model of {provider} (docs/providers.md)",
        )
    match status:
        case 401 | 402 | 403:
            return _make_key_error(provider, what, status)
        case 429 if "quota" in code or "credit" in code:
            return _make_key_error(provider, what, status)
        case 408 | 409 | 425 | 429:
            return ProviderError(
                what,
                provider=provider,
                retryable=True,
                status=status,
                fault="busy",
                retry_after=_read_retry_after(headers or {}),
                advice="wait a little",
            )
        case _ if status >= 500:
            return ProviderError(
                what,
                provider=provider,
                retryable=True,
                status=status,
                fault="down",
                retry_after=_read_retry_after(headers or {}),
                advice="wait until it is up again",
            )
    return ProviderError(what, provider=provider, retryable=False, status=status, advice="see the provider's message")


def make_refusal(provider: str, message: str, status: int | None = None) -> ProviderError:
    """Return the error for a request that the provider's policy forbids."""
    return ProviderError(
        f"its policy does not allow this: {message}",
        provider=provider,
        retryable=False,
        status=status,
        fault="refused",
        advice="say it in other words",
    )


def make_bad_response(provider: str, message: str) -> ProviderError:
    """Return the error for an answer that cannot be used; the provider probably charged for it."""
    return ProviderError(
        f"its answer cannot be used: {message}", provider=provider, retryable=True, fault="answer", billed=True
    )


@contextmanager
def refuse_bad_media(provider: str) -> Iterator[None]:
    """Raise ProviderError, as for any bad response, if the block raises MediaError for a file in the answer."""
    try:
        yield
    except MediaError as exc:
        raise make_bad_response(provider, f"a file that {exc.reason}") from exc


def make_connection_error(provider: str, exc: BaseException, *, sent: bool = True) -> ProviderError:
    """Return the error for a connection that failed.

    Args:
        provider: the name of the provider.
        exc: the error of the client.
        sent: the request may have left this machine; then the provider may have served it, and charged for it.
    """
    chain: list[BaseException] = [exc]
    while cause := chain[-1].__cause__ or chain[-1].__context__:
        chain.append(cause)
    names = {type(one).__name__ for one in chain}
    return ProviderError(
        f"no answer: {str(exc) or type(exc).__name__}",
        provider=provider,
        retryable=True,
        fault="down",
        billed=sent and not names & _NOT_SENT,
        advice="look at the connection to the internet",
    )


def is_transport_error(exc: BaseException) -> bool:
    """Return whether the error is of httpx or of httpcore below it.

    The module's name decides. It is one of two names, because a provider's client imports httpx or httpx2, by what else
    is installed. Not every client wraps the errors that occur while a body is read.
    """
    return type(exc).__module__.partition(".")[0] in ("httpx", "httpx2", "httpcore", "httpcore2")


def look_up_model(ask: Callable[[], date | None]) -> tuple[bool, date | None]:
    """Return whether the provider has the model that ``ask`` looks up, and the day of its end by ``ask``.

    Raise ProviderError if the provider does not answer that.
    """
    try:
        return True, ask()
    except ProviderError as exc:
        if exc.fault == "gone":
            return False, None
        raise


def _make_key_error(provider: str, what: str, status: int) -> ProviderError:
    return ProviderError(
        what,
        provider=provider,
        retryable=False,
        status=status,
        fault="key",
        advice=f"check {provider.upper()}_API_KEY, what it may do, and the account's credit",
    )


def _read_retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds to wait; the header has seconds or an HTTP date (RFC 9110, 10.2.3). None: it is missing."""
    text = next((value for name, value in headers.items() if name.lower() == "retry-after"), None)
    if text is None:
        return None
    if text.strip().isdigit():
        return float(text)
    parsed = email.utils.parsedate_tz(text)
    return max(email.utils.mktime_tz(parsed) - time.time(), 0.0) if parsed else None
