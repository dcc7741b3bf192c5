"""Google's Gen AI client, by an API key or through Vertex AI, and what its errors mean."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from sutradhar.domain.core.errors import ProviderError
from sutradhar.providers.hosted.api_errors import (
    CHECK_SEC,
    Vendor,
    find,
    no_answer,
    of_the_wire,
    policy,
    refused_call,
    unusable,
)

PROVIDER = "gemini"
_REFUSALS = {
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
def client(vendor: Vendor, timeout: float | None = None) -> Iterator[Any]:
    """Of itself it tries nothing again. With GEMINI_PROJECT it goes through Vertex AI, as this machine's account."""
    from google.genai import Client
    from google.genai.types import HttpOptions, HttpRetryOptions

    milliseconds = round((timeout or vendor.timeout_sec) * 1000)
    once = HttpRetryOptions(attempts=1)
    http = HttpOptions(base_url=vendor.base_url or None, timeout=milliseconds, retry_options=once)
    if project := vendor.options.get("project"):
        location = vendor.options.get("location", "global")
        made = Client(vertexai=True, project=project, location=location, http_options=http)
    else:
        made = Client(api_key=vendor.key, http_options=http)
    try:
        yield made
    finally:
        made.close()


@contextmanager
def errors() -> Iterator[None]:
    """Every error of Google's client inside the block becomes a ProviderError."""
    from google.auth.exceptions import GoogleAuthError, TransportError
    from google.genai import errors as genai

    try:
        yield
    except genai.APIError as exc:
        raise _failed(exc) from exc
    except TransportError as exc:
        # the calls themselves go by httpx: it was the token that could not be fetched, so nothing was asked yet
        raise no_answer(PROVIDER, exc, sent=False) from exc
    except GoogleAuthError as exc:
        raise refused_call(PROVIDER, 401, str(exc)) from exc
    except (ValueError, AttributeError, TypeError) as exc:  # bytes that are not what their header says
        raise unusable(PROVIDER, f"{type(exc).__name__}: {exc}") from exc
    except Exception as exc:
        if of_the_wire(exc):
            raise no_answer(PROVIDER, exc) from exc
        if type(exc).__module__.startswith("google.genai"):
            raise unusable(PROVIDER, f"{type(exc).__name__}: {exc}") from exc
        raise


def _failed(exc: Any) -> ProviderError:
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
        return unusable(PROVIDER, str(exc.message))
    return refused_call(PROVIDER, status, str(exc.message), code=code, headers=headers)


def refusal(answer: Any) -> ProviderError | None:
    """What its policy says against it, if it does."""
    feedback = getattr(answer, "prompt_feedback", None)
    reasons = [getattr(feedback, "block_reason", None)]
    reasons += [candidate.finish_reason for candidate in getattr(answer, "candidates", None) or ()]
    for reason in reasons:
        if reason is not None and reason.value in _REFUSALS:
            return policy(PROVIDER, reason.value.lower())
    return None


def used(answer: Any) -> dict[str, float] | None:
    """Tokens; thinking counts as output."""
    usage = answer.usage_metadata
    if usage is None:
        return None
    output = (usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0)
    return {"input_tokens": usage.prompt_token_count or 0, "output_tokens": output}


def find_model(vendor: Vendor, model: str) -> tuple[bool, date | None]:
    """Return whether the account has ``model``; this answer of Google lacks the model's end. Raise ProviderError."""

    def ask() -> date | None:
        with errors(), client(vendor, CHECK_SEC) as google:
            google.models.get(model=model)
        return None

    return find(ask)


def check(vendor: Vendor) -> None:
    """Whether the key works. Raises ProviderError."""
    with errors(), client(vendor, CHECK_SEC) as google:
        next(iter(google.models.list(config={"page_size": 1})), None)
