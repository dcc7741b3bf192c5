"""Search a stock library over HTTP, and download its files."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from sutradhar.domain.language.detect import detect_language
from sutradhar.providers.hosted.account import CHECK_SEC, ProviderAccount
from sutradhar.providers.hosted.api_errors import (
    is_transport_error,
    make_bad_response,
    make_connection_error,
    make_http_error,
)

T = TypeVar("T")
MAX_BYTES = 150_000_000
"""The largest file that is downloaded; the function that does it has 2 GiB."""
_QUERY_WORDS = 5
_STOPWORDS = frozenset(
    "a an and are as at be by for from in into is it its of off on one or over that the their then there this to under"  # noqa: SIM905
    " up upon view was were while with wide close shot scene picture image style light".split()
)
ONE_REQUEST = {"requests": 1.0}


class StockLibrary:
    """A search over HTTP with a key, and files behind URLs of their own."""

    provider: str
    default_url: str
    kinds: tuple[str, ...]
    """The beginnings of the files' Content-Type."""

    def __init__(self, account: ProviderAccount) -> None:
        self._account = account

    @contextmanager
    def http(self, timeout: float) -> Iterator[Any]:
        import httpx

        with httpx.Client(timeout=timeout, follow_redirects=True) as client:
            yield client

    def check_search(self, search: Callable[[Any], object]) -> None:
        """Raise ProviderError if ``search`` is not answered within two seconds."""
        with self.http(CHECK_SEC) as http:
            self.convert_errors(lambda: search(http))

    def get_json(self, http: Any, path: str, params: Mapping[str, Any], headers: Mapping[str, str]) -> Any:
        """Return the answer to a GET. Raise ProviderError for a status other than success."""
        base = (self._account.base_url or self.default_url).rstrip("/")
        answer = http.get(f"{base}{path}", params=params, headers=headers)
        self._require_success(answer)
        return answer.json()

    def download(self, http: Any, url: str) -> bytes:
        """Return a file. Raise ProviderError if it is of another kind or too large."""
        with http.stream("GET", url) as answer:
            self._require_success(answer)
            kind = answer.headers.get("content-type", "")
            if not kind.startswith((*self.kinds, "application/octet-stream", "binary/")):
                raise make_bad_response(self.provider, f"a file of type {kind}")
            data = bytearray()
            for part in answer.iter_bytes():
                data += part
                if len(data) > MAX_BYTES:
                    raise make_bad_response(self.provider, f"a file of over {MAX_BYTES // 1_000_000} MB")
        return bytes(data)

    def convert_errors(self, ask: Callable[[], T]) -> T:
        """Return the result of ``ask``. Raise ProviderError for each error of the connection or the answer."""
        try:
            return ask()
        except (KeyError, TypeError, ValueError, AttributeError) as exc:
            raise make_bad_response(self.provider, f"{type(exc).__name__}: {exc}") from exc
        except Exception as exc:
            if is_transport_error(exc):
                raise make_connection_error(self.provider, exc) from exc
            raise

    def _require_success(self, answer: Any) -> None:
        if not answer.is_success:
            answer.read()
            raise make_http_error(self.provider, answer.status_code, answer.text[:300], headers=answer.headers)


def find_keywords(prompt: str) -> str:
    """Return the first words of ``prompt`` that describe something."""
    words = [word.strip(".,;:!?\"'()").lower() for word in prompt.split()]
    keywords = [w for w in words if w.isascii() and w.isalpha() and w not in _STOPWORDS and detect_language(w) != "hi"]
    return " ".join(list(dict.fromkeys(keywords))[:_QUERY_WORDS])
