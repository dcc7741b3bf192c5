"""Open Google's Gen AI client, by an API key or through Vertex AI, and convert its errors."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from sutradhar.domain.core.errors import ProviderError
from sutradhar.providers.hosted.account import CHECK_SEC, ProviderAccount
from sutradhar.providers.hosted.api_errors import (
    is_transport_error,
    look_up_model,
    make_bad_response,
    make_connection_error,
    make_http_error,
    make_refusal,
)

PROVIDER = "gemini"
_REFUSAL_REASONS = {
    "SAFETY",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "RECITATION",
    "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION",
    "MODEL_ARMOR",
    "JAILBREAK",
}


@contextmanager
def open_client(account: ProviderAccount, timeout: float | None = None) -> Iterator[Any]:
    """Yield a client that repeats no request by itself.

    With GEMINI_PROJECT it uses Vertex AI, and the account of this machine instead of the key.
    """
    from google.genai import Client
    from google.genai.types import HttpOptions, HttpRetryOptions

    milliseconds = round((timeout or account.timeout_sec) * 1000)
    no_retries = HttpRetryOptions(attempts=1)
    http = HttpOptions(base_url=account.base_url or None, timeout=milliseconds, retry_options=no_retries)
    if project := account.options.get("project"):
        location = account.options.get("location", "global")
        google = Client(vertexai=True, project=project, location=location, http_options=http)
    else:
        google = Client(api_key=account.key, http_options=http)
    try:
        yield google
    finally:
        google.close()


@contextmanager
def convert_errors() -> Iterator[None]:
    """Raise ProviderError for each error of Google's client inside the block."""
    from google.auth.exceptions import GoogleAuthError, TransportError
    from google.genai import errors as genai

    try:
        yield
    except genai.APIError as exc:
        raise _convert_api_error(exc) from exc
    except TransportError as exc:
        # calls go through httpx, so this error means that the token could not be fetched: no request was sent yet
        raise make_connection_error(PROVIDER, exc, sent=False) from exc
    except GoogleAuthError as exc:
        raise make_http_error(PROVIDER, 401, str(exc)) from exc
    except (ValueError, AttributeError, TypeError) as exc:  # bytes that are not what their header says
        raise make_bad_response(PROVIDER, f"{type(exc).__name__}: {exc}") from exc
    except Exception as exc:
        if is_transport_error(exc):
            raise make_connection_error(PROVIDER, exc) from exc
        if type(exc).__module__.startswith("google.genai"):
            raise make_bad_response(PROVIDER, f"{type(exc).__name__}: {exc}") from exc
        raise


def _convert_api_error(exc: Any) -> ProviderError:
    status, code = int(exc.code or 0), exc.status or ""
    headers = dict(getattr(exc.response, "headers", None) or {})
    details = (exc.details or {}).get("error", {}).get("details", []) if isinstance(exc.details, dict) else []
    if any(one.get("reason") == "API_KEY_INVALID" for one in details):
        status = 401
    if status == 404 and re.search(r"\bmodels?\b|no longer available", str(exc.message), re.IGNORECASE):
        code = f"{code} model_not_found"
    for one in details:
        if delay := one.get("retryDelay"):
            headers["retry-after"] = str(round(float(delay.rstrip("s")) + 0.5))
        if any("PerDay" in violation.get("quotaId", "") for violation in one.get("violations", [])):
            code = f"{code} quota"
    if not status >= 400:
        return make_bad_response(PROVIDER, str(exc.message))
    return make_http_error(PROVIDER, status, str(exc.message), code=code, headers=headers)


def find_refusal(answer: Any) -> ProviderError | None:
    """Return the error for an answer that Google's policy held back; None for any other answer."""
    feedback = getattr(answer, "prompt_feedback", None)
    reasons = [getattr(feedback, "block_reason", None)]
    reasons += [candidate.finish_reason for candidate in getattr(answer, "candidates", None) or ()]
    for reason in reasons:
        if reason is not None and reason.value in _REFUSAL_REASONS:
            return make_refusal(PROVIDER, reason.value.lower())
    return None


def read_usage(answer: Any) -> dict[str, float] | None:
    """Return the tokens of a call, None if the answer names none; thinking counts as output."""
    usage = answer.usage_metadata
    if usage is None:
        return None
    output = (usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0)
    return {"input_tokens": usage.prompt_token_count or 0, "output_tokens": output}


def find_model(account: ProviderAccount, model: str) -> tuple[bool, date | None]:
    """Return whether the account has ``model``; this answer of Google lacks the model's end. Raise ProviderError."""

    def ask() -> date | None:
        with convert_errors(), open_client(account, CHECK_SEC) as google:
            google.models.get(model=model)
        return None

    return look_up_model(ask)


def check(account: ProviderAccount) -> None:
    """Raise ProviderError if the key does not work."""
    with convert_errors(), open_client(account, CHECK_SEC) as google:
        next(iter(google.models.list(config={"page_size": 1})), None)
