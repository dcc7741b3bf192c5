"""Open OpenAI's client, and convert its errors."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from sutradhar.providers.hosted.account import CHECK_SEC, ProviderAccount
from sutradhar.providers.hosted.api_errors import (
    is_transport_error,
    look_up_model,
    make_bad_response,
    make_connection_error,
    make_http_error,
    make_refusal,
)

PROVIDER = "openai"
_REFUSAL_CODES = ("content_policy_violation", "moderation_blocked", "content_filter")


def open_client(account: ProviderAccount) -> Any:
    """Return a client, which the caller closes. It repeats no request by itself: only we know what was paid for."""
    from openai import OpenAI

    return OpenAI(api_key=account.key, base_url=account.base_url or None, timeout=account.timeout_sec, max_retries=0)


@contextmanager
def convert_errors() -> Iterator[None]:
    """Raise ProviderError for each error of OpenAI's client inside the block."""
    import openai

    try:
        yield
    except openai.APIResponseValidationError as exc:
        raise make_bad_response(PROVIDER, str(exc)) from exc
    except openai.APIStatusError as exc:
        if exc.code in _REFUSAL_CODES:
            raise make_refusal(PROVIDER, exc.message, exc.status_code) from exc
        code = " ".join(part for part in (exc.code, exc.type) if part)
        raise make_http_error(
            PROVIDER, exc.status_code, exc.message, code=code, headers=dict(exc.response.headers)
        ) from exc
    except openai.APIConnectionError as exc:
        raise make_connection_error(PROVIDER, exc) from exc
    except openai.ContentFilterFinishReasonError as exc:
        raise make_refusal(PROVIDER, str(exc)) from exc
    except (openai.OpenAIError, ValueError, AttributeError) as exc:  # bytes that are not what their header says
        raise make_bad_response(PROVIDER, f"{type(exc).__name__}: {exc}") from exc
    except Exception as exc:
        if is_transport_error(exc):
            raise make_connection_error(PROVIDER, exc) from exc
        raise


def find_model(account: ProviderAccount, model: str) -> tuple[bool, date | None]:
    """Return whether the account has ``model``, and the day on which it is shut down. Raise ProviderError."""

    def ask() -> date | None:
        with convert_errors(), open_client(account) as openai:
            entry = openai.with_options(timeout=CHECK_SEC).models.retrieve(model)
            return date.fromisoformat(entry.shutdown_date) if entry.shutdown_date else None

    return look_up_model(ask)


def check(account: ProviderAccount) -> None:
    """Raise ProviderError if the key does not work."""
    with convert_errors(), open_client(account) as openai:
        openai.with_options(timeout=CHECK_SEC).models.list()
