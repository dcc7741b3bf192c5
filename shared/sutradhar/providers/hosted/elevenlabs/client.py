"""Open ElevenLabs' client, and convert its errors."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from sutradhar.providers.hosted.account import CHECK_SEC, ProviderAccount
from sutradhar.providers.hosted.api_errors import (
    is_transport_error,
    make_bad_response,
    make_connection_error,
    make_http_error,
    make_refusal,
)

PROVIDER = "elevenlabs"
NO_RETRIES: dict[str, Any] = {"max_retries": 0}
"""Keep the client from repeating requests: only we know what was paid for."""
_REFUSAL_CODES = ("content_against_policy", "bad_prompt", "bad_composition_plan")


@contextmanager
def open_client(account: ProviderAccount, timeout: float | None = None) -> Iterator[Any]:
    import httpx
    from elevenlabs import ElevenLabs

    seconds = timeout or account.timeout_sec
    with httpx.Client(timeout=seconds, follow_redirects=True) as connections:
        # the client sends its own default of four minutes with every request, whatever the time-out of the connections
        yield ElevenLabs(
            api_key=account.key, base_url=account.base_url or None, timeout=seconds, httpx_client=connections
        )


@contextmanager
def convert_errors() -> Iterator[None]:
    """Raise ProviderError for each error of ElevenLabs' client inside the block."""
    from elevenlabs.core.api_error import ApiError

    try:
        yield
    except ApiError as exc:
        status, (code, message) = exc.status_code or 0, _read_error(exc.body)
        if code in _REFUSAL_CODES:
            raise make_refusal(PROVIDER, message, status) from exc
        if 200 <= status < 300:
            raise make_bad_response(PROVIDER, message) from exc
        if code in ("quota_exceeded", "insufficient_credits"):
            status = 402
        raise make_http_error(PROVIDER, status, message, code=code, headers=exc.headers) from exc
    except (ValueError, AttributeError, TypeError) as exc:  # bytes that are not what their header says
        raise make_bad_response(PROVIDER, f"{type(exc).__name__}: {exc}") from exc
    except Exception as exc:
        if is_transport_error(exc):
            raise make_connection_error(PROVIDER, exc) from exc
        raise


def find_model(account: ProviderAccount, model: str) -> tuple[bool, date | None]:
    """Return whether the account can speak with ``model``. Raise ProviderError."""
    with convert_errors(), open_client(account, CHECK_SEC) as elevenlabs:
        models = elevenlabs.models.list(request_options=NO_RETRIES)
        return any(one.model_id == model and one.can_do_text_to_speech is not False for one in models), None


def check(account: ProviderAccount) -> None:
    """Raise ProviderError if the key does not work."""
    with convert_errors(), open_client(account, CHECK_SEC) as elevenlabs:
        elevenlabs.models.list(request_options=NO_RETRIES)


def _read_error(body: Any) -> tuple[str, str]:
    """Return the provider's error code, empty if it sends none, and its message."""
    detail = body.get("detail", body) if isinstance(body, dict) else body
    if isinstance(detail, dict):
        return str(detail.get("status") or detail.get("code") or ""), str(detail.get("message") or detail)[:500]
    return "", str(detail)[:500]
