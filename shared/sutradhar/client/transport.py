"""Send the calls of the client: the key, retries, errors, and the models of the answers."""

import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel

from sutradhar.client.errors import ApiError, Unreachable, WrongField

M = TypeVar("M", bound=BaseModel)
_REPEATABLE = frozenset({"GET", "PUT", "DELETE"})
"""The methods whose second call changes nothing that the first one did not (RFC 9110, section 9.2.2)."""
_NOT_DONE = frozenset({429, 503})
"""The statuses that tell that a call was not done and may be sent again."""
_TRIES = 5
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 60.0
"""Seconds between two tries: twice as long each time, and at least as long as Retry-After says."""
_PIECE = 1024 * 1024
"""Bytes of a download that are in memory at a time."""


class ApiCaller:
    """A connection to one server. Use it as a context manager, or call ``close``.

    A call that the server did not do (429, 503) is sent again, and so is one without an answer if a repeat changes
    nothing: GET, PUT, DELETE, and orders of videos, which carry an Idempotency-Key.
    """

    def __init__(
        self,
        url: str,
        key: str = "",
        *,
        timeout_sec: float = 60.0,
        tries: int = _TRIES,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Connect to the server at ``url``, such as ``http://127.0.0.1:8080``.

        Args:
            key: the API key, or the token of an issuer; empty: a server of this machine without keys.
            timeout_sec: the longest time without an answer.
            tries: how often a call is sent at most.
            transport: another way to send the calls, for tests and proxies.
        """
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._tries = tries
        self._http = httpx.Client(
            base_url=url.rstrip("/"), headers=headers, timeout=timeout_sec, transport=transport, follow_redirects=False
        )
        # files lie in another place on Google Cloud, which must not get the key
        self._files = httpx.Client(timeout=timeout_sec, transport=transport, follow_redirects=True)

    def close(self) -> None:
        self._http.close()
        self._files.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @staticmethod
    def quote(value: str) -> str:
        """Return ``value`` as one part of a path."""
        return quote(value, safe="")

    def call(self, method: str, path: str, *, model: type[M], **sent: Any) -> M:
        """Send a call and return its answer. Raise ApiError, or Unreachable."""
        return model.model_validate_json(self._send(method, path, **sent).content)

    def call_for(self, models: Mapping[int, type[BaseModel]], method: str, path: str, **sent: Any) -> Any:
        """Send a call whose status tells the model of its answer. Raise ApiError, or Unreachable."""
        answer = self._send(method, path, **sent)
        return models[answer.status_code].model_validate_json(answer.content)

    def call_for_bytes(self, method: str, path: str, **sent: Any) -> bytes:
        """Send a call and return the bytes of its answer. Raise ApiError, or Unreachable."""
        answer = self._send(method, path, **sent)
        if answer.is_redirect:
            answer = self._files.get(answer.headers["Location"])
            _raise_for_error(answer)
        return answer.content

    def call_for_nothing(self, method: str, path: str, **sent: Any) -> None:
        """Send a call whose answer has no body. Raise ApiError, or Unreachable."""
        self._send(method, path, **sent)

    def save(self, path: str, target: Path, query: Mapping[str, Any]) -> Path:
        """Write the file that ``path`` answers with to ``target``, which appears when it is complete.

        Raises:
            ApiError, Unreachable: as for every call.
            OSError: the file cannot be written.
        """
        part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
        try:
            with self._open(path, query) as answer, part.open("wb") as file:
                for piece in answer.iter_bytes(_PIECE):
                    file.write(piece)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        return target

    def send_file(self, method: str, url: str, headers: Mapping[str, str], source: Path) -> None:
        """Send the bytes of ``source`` to ``url``, which may be of another server. Raise ApiError, or Unreachable."""
        is_own = url.startswith(str(self._http.base_url))
        client = self._http if is_own else self._files
        with source.open("rb") as file:
            size = str(source.stat().st_size)
            try:
                answer = client.request(method, url, content=file, headers={**headers, "Content-Length": size})
            except httpx.TransportError as exc:
                raise Unreachable(f"the file could not be sent to {url}: {exc}") from exc
        _raise_for_error(answer)

    def _open(self, path: str, query: Mapping[str, Any]) -> Any:
        answer = self._send("GET", path, query=query, is_stream=True)
        if not answer.is_redirect:
            return _Closing(answer)
        answer.close()
        followed = self._files.send(self._files.build_request("GET", answer.headers["Location"]), stream=True)
        if followed.is_error:
            followed.read()
            _raise_for_error(followed)
        return _Closing(followed)

    def _send(
        self,
        method: str,
        path: str,
        *,
        body: BaseModel | Mapping[str, Any] | None = None,
        content: bytes | None = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        is_stream: bool = False,
    ) -> httpx.Response:
        request = self._http.build_request(
            method,
            path,
            json=_to_json(body) if body is not None else None,
            content=content,
            params={name: _to_text(value) for name, value in (query or {}).items() if value is not None},
            headers={**self._name_order(method, path), **(headers or {})},
        )
        is_repeatable = method in _REPEATABLE or "Idempotency-Key" in request.headers
        for number in range(1, self._tries + 1):
            is_last = number == self._tries
            try:
                answer = self._http.send(request, stream=is_stream)
            except httpx.TransportError as exc:
                was_sent = not isinstance(exc, httpx.ConnectError | httpx.ConnectTimeout)
                if is_last or (was_sent and not is_repeatable):
                    raise Unreachable(f"{request.url.host} does not answer: {str(exc) or type(exc).__name__}") from exc
                time.sleep(_choose_wait(number))
                continue
            if answer.status_code not in _NOT_DONE or is_last:
                break
            answer.close()
            time.sleep(_choose_wait(number, answer.headers.get("Retry-After", "")))
        if answer.is_error:
            answer.read()
            _raise_for_error(answer)
        return answer

    @staticmethod
    def _name_order(method: str, path: str) -> dict[str, str]:
        """Return a key for an order of a video, so that a repeat of the call orders no second one."""
        return {"Idempotency-Key": secrets.token_hex(16)} if (method, path) == ("POST", "/render") else {}


class _Closing:
    """An answer that is closed at the end of the block."""

    def __init__(self, answer: httpx.Response) -> None:
        self._answer = answer

    def __enter__(self) -> httpx.Response:
        return self._answer

    def __exit__(self, *_error: object) -> None:
        self._answer.close()


def _to_json(body: BaseModel | Mapping[str, Any]) -> Any:
    return body.model_dump(mode="json", by_alias=True, exclude_unset=True) if isinstance(body, BaseModel) else body


def _to_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _choose_wait(number: int, retry_after: str = "") -> float:
    """Return the seconds before the next try. ``retry_after``: the header of the answer."""
    wait: float = _FIRST_WAIT * 2 ** (number - 1)
    asked = float(retry_after) if retry_after.isdigit() else 0.0
    return min(max(wait, asked), _LONGEST_WAIT)


def _raise_for_error(answer: httpx.Response) -> None:
    """Raise ApiError with what the server says, unless the answer is none of an error."""
    if not answer.is_error:
        return
    try:
        problem = answer.json()
        fields = [WrongField(one["path"], one["message"]) for one in problem.get("errors", ())]
        title, detail = problem["title"], problem["detail"]
    except (ValueError, KeyError, TypeError, AttributeError):  # a proxy answered
        problem, fields, title, detail = {}, [], answer.reason_phrase, answer.text[:500]
    request_id = problem.get("request_id") or answer.headers.get("X-Request-Id", "")
    raise ApiError(answer.status_code, title, detail, fields, request_id)
