"""Every error that a provider's client can raise becomes one of ours."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import elevenlabs.errors
import httpx
import httpx2
import openai
import pytest
import requests
from elevenlabs.core.api_error import ApiError
from google.api_core import exceptions as api
from google.auth import exceptions as auth
from google.genai import errors as genai

from sutradhar.domain.core.errors import ProviderError
from sutradhar.providers.hosted.elevenlabs.client import convert_errors as elevenlabs_errors
from sutradhar.providers.hosted.gemini.client import convert_errors as gemini_errors
from sutradhar.providers.hosted.googletts.client import convert_errors as googletts_errors
from sutradhar.providers.hosted.openai.client import convert_errors as openai_errors

REQUEST = httpx2.Request("POST", "http://vendor")


def classes(*modules: Any) -> Iterator[type[Exception]]:
    for module in modules:
        for name in dir(module):
            member = getattr(module, name)
            if inspect.isclass(member) and issubclass(member, Exception) and not issubclass(member, Warning):
                yield member


def make_openai_error(kind: Any) -> Exception:
    if issubclass(kind, openai.APIStatusError):
        status = getattr(kind, "status_code", None)
        response = httpx2.Response(status if isinstance(status, int) else 500, request=REQUEST)
        return (
            kind(response=response, body=None)
            if "message" not in inspect.signature(kind).parameters
            else kind("it broke", response=response, body=None)
        )
    if issubclass(kind, openai.APIResponseValidationError):
        return kind(response=httpx2.Response(200, request=REQUEST), body=None)
    if issubclass(kind, openai.APIConnectionError):
        return kind(request=REQUEST)
    if kind is openai.APIError:
        return kind("it broke", REQUEST, body=None)
    return kind.__new__(kind)


def make_elevenlabs_error(kind: type[Any]) -> Exception:
    return kind(status_code=500, body="it broke") if kind is ApiError else kind(body={"detail": "it broke"})


def make_genai_error(kind: type[Any]) -> Exception:
    body = {"error": {"code": 500, "message": "it broke", "status": "INTERNAL"}}
    return kind(500, body) if issubclass(kind, genai.APIError) else kind("it broke")


def make_google_cloud_error(kind: type[Any]) -> Exception:
    if issubclass(kind, api.RetryError):
        return kind("it broke", None)
    return kind.__new__(kind) if kind is api.FutureTimeoutError else kind("it broke")


def make_transport_error(kind: type[Any]) -> Exception:
    return kind("it broke")


def cases() -> Iterator[Any]:  # noqa: C901, PLR0912 - one for each kind of provider
    kind: Any
    # websockets, webhooks and polling are other parts of the client, which we do not use; all else is met
    for kind in classes(openai):
        if issubclass(kind, openai.OpenAIError):
            yield pytest.param(openai_errors, make_openai_error, kind, id=f"openai {kind.__name__}")
    for kind in (ApiError, *classes(elevenlabs.errors)):
        yield pytest.param(elevenlabs_errors, make_elevenlabs_error, kind, id=f"elevenlabs {kind.__name__}")
    for kind in classes(genai):
        yield pytest.param(gemini_errors, make_genai_error, kind, id=f"genai {kind.__name__}")
    for kind in classes(auth):
        yield pytest.param(gemini_errors, make_transport_error, kind, id=f"google.auth {kind.__name__}")
    for kind in classes(api):
        if issubclass(kind, api.GoogleAPIError):
            yield pytest.param(googletts_errors, make_google_cloud_error, kind, id=f"google.api_core {kind.__name__}")
    for kind in classes(requests.exceptions):
        if issubclass(kind, requests.exceptions.RequestException):
            yield pytest.param(googletts_errors, make_transport_error, kind, id=f"requests {kind.__name__}")
    module: Any
    for module in (httpx, httpx2):
        for kind in classes(module):
            if issubclass(kind, module.TransportError):
                for errors in (openai_errors, elevenlabs_errors, gemini_errors):
                    name = f"{errors.__module__} {module.__name__}.{kind.__name__}"
                    yield pytest.param(errors, make_transport_error, kind, id=name)


@pytest.mark.parametrize(("errors", "make_error", "kind"), list(cases()))
def test_every_error_of_a_client_is_converted(
    errors: Callable[[], AbstractContextManager[None]], make_error: Callable[[type[Any]], Exception], kind: type[Any]
) -> None:
    with pytest.raises(ProviderError) as caught, errors():
        raise make_error(kind)
    assert str(caught.value)
    assert caught.value.retryable or caught.value.fault in ("key", "request", "refused")


def test_a_failed_token_request_is_an_outage_that_is_not_billed() -> None:
    with pytest.raises(ProviderError) as caught, gemini_errors():
        raise auth.TransportError("connection refused")
    assert (caught.value.fault, caught.value.retryable, caught.value.billed) == ("down", True, False)


def test_a_mistake_of_ours_is_not_converted() -> None:
    for errors in (openai_errors, elevenlabs_errors, gemini_errors):
        with pytest.raises(KeyError), errors():
            raise KeyError("ours")
