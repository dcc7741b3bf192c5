"""What all adapters of vendors share: their settings, what a failure means, when a call is made again."""

import email.utils
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Protocol, TypeVar

from sutradhar.domain.core.errors import ProviderError
from sutradhar.media.formats import MediaError

T = TypeVar("T")

CHECK_SEC = 2.0
"""The longest that the check of a key may take."""
_TRIES, _PATIENCE_SEC = 3, 10.0
"""A vendor that asks for more patience than this is left in peace, and the next one is asked."""
_NOT_SENT = {"ConnectError", "ConnectTimeout", "PoolTimeout", "UnsupportedProtocol", "ProxyError", "NewConnectionError"}
"""Errors of httpx and urllib3 after which the vendor cannot have seen the request."""


_GONE = ("model_not_found", "model_deprecated", "model_shut_down", "invalid_model_id", "unsupported_model")
"""Providers' error codes for a model that they do not have."""


class ProviderAccount(Protocol):
    """``base_url``: empty for the vendor's own. ``options``: model names and the like, where the user chose.
    ``timeout_sec``: the longest that one call may take; the lease of what is made lives longer."""

    @property
    def key(self) -> str: ...

    @property
    def base_url(self) -> str: ...

    @property
    def options(self) -> Mapping[str, str]: ...

    @property
    def timeout_sec(self) -> float: ...


def make_http_error(
    provider: str, status: int, message: str, *, code: str = "", headers: Mapping[str, str] | None = None
) -> ProviderError:
    """Return the error for an HTTP ``status`` other than success. ``code``: the provider's own error code."""
    what = f"{message or 'no message'} (HTTP {status}{', ' + code if code else ''})"
    if status == 410 or any(word in code for word in _GONE):
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
            return _key(provider, what, status)
        case 429 if "quota" in code or "credit" in code:
            return _key(provider, what, status)
        case 408 | 409 | 425 | 429:
            return ProviderError(
                what,
                provider=provider,
                retryable=True,
                status=status,
                fault="busy",
                retry_after=_retry_after(headers or {}),
                advice="wait a little",
            )
        case _ if status >= 500:
            return ProviderError(
                what,
                provider=provider,
                retryable=True,
                status=status,
                fault="down",
                retry_after=_retry_after(headers or {}),
                advice="wait until it is up again",
            )
    return ProviderError(what, provider=provider, retryable=False, status=status, advice="see the provider's message")


def make_refusal(provider: str, message: str, status: int | None = None) -> ProviderError:
    """The vendor does not want to make it."""
    return ProviderError(
        f"its policy does not allow this: {message}",
        provider=provider,
        retryable=False,
        status=status,
        fault="refused",
        advice="say it in other words",
    )


def make_bad_response(provider: str, message: str) -> ProviderError:
    """It answered, and what it answered cannot be used, but will have been charged for."""
    return ProviderError(
        f"its answer cannot be used: {message}", provider=provider, retryable=True, fault="answer", billed=True
    )


@contextmanager
def refuse_bad_media(provider: str) -> Iterator[None]:
    """Raise the error of ``make_bad_response`` for a file in the answer for which MediaError is raised."""
    try:
        yield
    except MediaError as exc:
        raise make_bad_response(provider, f"a file that {exc.reason}") from exc


def make_connection_error(provider: str, exc: BaseException, *, sent: bool = True) -> ProviderError:
    """The connection failed. A request that was on its way (``sent``) may have been served, and charged for."""
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
    """Whether it comes from httpx or what is below it. Which of its two names a vendor's client imports depends on what
    else is installed, and not every client wraps what breaks while a body is read."""
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


def call_with_retries(call: Callable[[], T]) -> T:
    """``call``, again after a little while when the vendor was busy or down and did not charge for it."""
    tries = 1
    while True:
        try:
            return call()
        except ProviderError as exc:
            wait = 0.5 * 2 ** (tries - 1) if exc.retry_after is None else exc.retry_after
            if exc.billed or exc.fault not in ("busy", "down") or tries == _TRIES or wait > _PATIENCE_SEC:
                raise
            tries += 1
            time.sleep(wait)


def _key(provider: str, what: str, status: int) -> ProviderError:
    return ProviderError(
        what,
        provider=provider,
        retryable=False,
        status=status,
        fault="key",
        advice=f"check {provider.upper()}_API_KEY, what it may do, and the account's credit",
    )


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds (RFC 9110, 10.2.3), or an HTTP date."""
    text = next((value for name, value in headers.items() if name.lower() == "retry-after"), None)
    if text is None:
        return None
    if text.strip().isdigit():
        return float(text)
    parsed = email.utils.parsedate_tz(text)
    return max(email.utils.mktime_tz(parsed) - time.time(), 0.0) if parsed else None
