"""Repeat a call that failed for a reason that may pass."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from sutradhar.domain.core.errors import ProviderError

if TYPE_CHECKING:
    from tenacity import RetryCallState

T = TypeVar("T")

_MAX_CALLS = 3
_MAX_RETRY_AFTER_SEC = 10.0
"""The longest Retry-After that we honour; if a provider asks for more, the next provider is asked instead."""
_FIRST_PAUSE_SEC = 0.5


def call_with_retries(call: Callable[[], T]) -> T:
    """Return the result of ``call``, which is repeated if the provider was busy or down and did not charge for it.

    Raises:
        ProviderError: the call failed three times, or for a reason that does not pass soon.
    """
    from tenacity import Retrying, retry_if_exception, stop_after_attempt

    return Retrying(
        retry=retry_if_exception(_is_worth_repeating),
        stop=stop_after_attempt(_MAX_CALLS),
        wait=_compute_pause,
        sleep=time.sleep,
        reraise=True,
    )(call)


def _is_worth_repeating(exc: BaseException) -> bool:
    if not isinstance(exc, ProviderError) or exc.billed or exc.fault not in ("busy", "down"):
        return False
    return (exc.retry_after or 0.0) <= _MAX_RETRY_AFTER_SEC


def _compute_pause(state: "RetryCallState") -> float:
    """Return the seconds to wait: as long as the provider asks for, otherwise 0.5 s, 1 s and so on."""
    exc = state.outcome.exception() if state.outcome else None
    asked = exc.retry_after if isinstance(exc, ProviderError) else None
    return _FIRST_PAUSE_SEC * 2 ** (state.attempt_number - 1) if asked is None else asked
