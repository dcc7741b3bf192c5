"""OpenAI's client, and what its errors mean."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

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

PROVIDER = "openai"
_POLICY = ("content_policy_violation", "moderation_blocked", "content_filter")


def client(vendor: Vendor) -> Any:
    """To be closed by who asked for it. It tries nothing again by itself: only we know what was paid for."""
    from openai import OpenAI

    return OpenAI(api_key=vendor.key, base_url=vendor.base_url or None, timeout=vendor.timeout_sec, max_retries=0)


@contextmanager
def errors() -> Iterator[None]:
    """Every error of OpenAI's client inside the block becomes a ProviderError."""
    import openai

    try:
        yield
    except openai.APIResponseValidationError as exc:
        raise unusable(PROVIDER, str(exc)) from exc
    except openai.APIStatusError as exc:
        if exc.code in _POLICY:
            raise policy(PROVIDER, exc.message, exc.status_code) from exc
        code = " ".join(part for part in (exc.code, exc.type) if part)
        raise refused_call(
            PROVIDER, exc.status_code, exc.message, code=code, headers=dict(exc.response.headers)
        ) from exc
    except openai.APIConnectionError as exc:
        raise no_answer(PROVIDER, exc) from exc
    except openai.ContentFilterFinishReasonError as exc:
        raise policy(PROVIDER, str(exc)) from exc
    except (openai.OpenAIError, ValueError, AttributeError) as exc:  # bytes that are not what their header says
        raise unusable(PROVIDER, f"{type(exc).__name__}: {exc}") from exc
    except Exception as exc:
        if of_the_wire(exc):
            raise no_answer(PROVIDER, exc) from exc
        raise


def find_model(vendor: Vendor, model: str) -> tuple[bool, date | None]:
    """Return whether the account has ``model``, and the day on which it is shut down. Raise ProviderError."""

    def ask() -> date | None:
        with errors(), client(vendor) as openai:
            found = openai.with_options(timeout=CHECK_SEC).models.retrieve(model)
            return date.fromisoformat(found.shutdown_date) if found.shutdown_date else None

    return find(ask)


def check(vendor: Vendor) -> None:
    """Whether the key works. Raises ProviderError."""
    with errors(), client(vendor) as openai:
        openai.with_options(timeout=CHECK_SEC).models.list()
