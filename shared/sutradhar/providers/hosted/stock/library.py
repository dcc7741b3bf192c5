"""What libraries of found things have in common: a search, the best of its answers, a download that is looked at."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from sutradhar.domain.assets.asset import Provenance
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.core.errors import ProviderError
from sutradhar.domain.text.text import detect_language
from sutradhar.ports.call_gate import CallGate
from sutradhar.ports.providers import VideoFile
from sutradhar.providers.hosted.api_errors import (
    CHECK_SEC,
    ProviderAccount,
    call_with_retries,
    is_transport_error,
    make_bad_response,
    make_connection_error,
    make_http_error,
    refuse_bad_media,
)
from sutradhar.providers.media.video_probe import probe_size

T = TypeVar("T")
MAX_BYTES = 150_000_000
"""Of one file; the function that fetches it has 2 GiB."""
_QUERY_WORDS = 5
_CHOICE = 5
"""The seed chooses among so many of the best, so that two scenes of one subject need not look the same."""
_STOPWORDS = frozenset(
    "a an and are as at be by for from in into is it its of off on one or over that the their then there this to under"  # noqa: SIM905
    " up upon view was were while with wide close shot scene picture image style light".split()
)
ONE_REQUEST = {"requests": 1.0}


@dataclass(frozen=True)
class StockVideo:
    """One answer of a search. ``files``: address, width and height of each version of it."""

    seconds: float
    files: Sequence[tuple[str, int, int]]
    author: str
    page: str


class StockLibrary:
    """A search over HTTP with a key, and files behind addresses of their own."""

    provider: str
    default_url: str
    kinds: tuple[str, ...]
    """Of the files, as their Content-Type begins."""

    def __init__(self, account: ProviderAccount) -> None:
        self._account = account

    @contextmanager
    def http(self, timeout: float) -> Iterator[Any]:
        import httpx

        with httpx.Client(timeout=timeout, follow_redirects=True) as client:
            yield client

    def checked(self, search: Callable[[Any], object]) -> None:
        """Whether ``search`` is answered soon. Raises ProviderError."""
        with self.http(CHECK_SEC) as http:
            self.asked(lambda: search(http))

    def json(self, http: Any, path: str, params: Mapping[str, Any], headers: Mapping[str, str]) -> Any:
        """The answer to a GET. Raises ProviderError for a status that is no success."""
        base = (self._account.base_url or self.default_url).rstrip("/")
        answer = http.get(f"{base}{path}", params=params, headers=headers)
        self._succeeded(answer)
        return answer.json()

    def fetched(self, http: Any, address: str) -> bytes:
        """A file. Raises ProviderError when it is of another kind or too large."""
        with http.stream("GET", address) as answer:
            self._succeeded(answer)
            kind = answer.headers.get("content-type", "")
            if not kind.startswith((*self.kinds, "application/octet-stream", "binary/")):
                raise make_bad_response(self.provider, f"a file of type {kind}")
            data = bytearray()
            for part in answer.iter_bytes():
                data += part
                if len(data) > MAX_BYTES:
                    raise make_bad_response(self.provider, f"a file of over {MAX_BYTES // 1_000_000} MB")
        return bytes(data)

    def asked(self, ask: Callable[[], T]) -> T:
        """What ``ask`` gives; every error in it becomes a ProviderError."""
        try:
            return ask()
        except (KeyError, TypeError, ValueError, AttributeError) as exc:
            raise make_bad_response(self.provider, f"{type(exc).__name__}: {exc}") from exc
        except Exception as exc:
            if is_transport_error(exc):
                raise make_connection_error(self.provider, exc) from exc
            raise

    def _succeeded(self, answer: Any) -> None:
        if not answer.is_success:
            answer.read()
            raise make_http_error(self.provider, answer.status_code, answer.text[:300], headers=answer.headers)


class FootageLibrary(StockLibrary, ABC):
    licence: str
    kinds = ("video/",)

    def __init__(self, account: ProviderAccount, gate: CallGate) -> None:
        super().__init__(account)
        self._gate = gate

    @property
    def provider_id(self) -> ProviderId:
        return ProviderId(self.provider, "videos")

    def usage(self, prompt: str) -> Usage:
        """Return the units of one search. Raise ProviderError if the prompt has no word to search for."""
        self._query(prompt)
        return Usage.exact(self.provider, "videos", ONE_REQUEST)

    @abstractmethod
    def search(self, http: Any, query: str, width: int, height: int) -> list[StockVideo]:
        """The answers, the best first."""

    def find(self, prompt: str, width: int, height: int, seconds: float, seed: int) -> VideoFile:
        """Raises ProviderError, also when there is nothing that fits."""
        query = self._query(prompt)
        with self._gate.call(self.usage(prompt)), self.http(self._account.timeout_sec) as http:
            answers = call_with_retries(lambda: self.asked(lambda: self.search(http, query, width, height)))
            found, (address, *_) = self._best(answers, query, width, height, seconds, seed)
            data = call_with_retries(lambda: self.asked(lambda: self.fetched(http, address)))
            with refuse_bad_media(self.provider):
                size = probe_size(data)
        provenance = Provenance(
            model="videos", prompt=query, seed=seed, licence=self.licence, author=found.author, source=found.page
        )
        return VideoFile(data, *size, provider=str(self.provider_id), provenance=provenance)

    def check(self) -> None:
        """Whether the key works. Raises ProviderError."""
        self.checked(lambda http: self.search(http, "river", 1280, 720))

    def _query(self, prompt: str) -> str:
        """Return the words to search for. Raise ProviderError if there is none."""
        query = find_keywords(prompt)
        if not query:
            raise ProviderError(
                "its search knows English words only, and there is none in the prompt",
                provider=self.provider,
                retryable=False,
                advice="write the image prompt in English",
            )
        return query

    def _best(
        self, answers: Sequence[StockVideo], query: str, width: int, height: int, seconds: float, seed: int
    ) -> tuple[StockVideo, tuple[str, int, int]]:
        upright = height > width
        shaped = [a for a in answers if a.files and (a.files[0][2] > a.files[0][1]) is upright] or list(answers)
        long = [a for a in shaped if a.seconds >= seconds] or shaped
        if not long:
            raise ProviderError(
                f"it has nothing for {query!r}", provider=self.provider, retryable=False, advice="ask for another scene"
            )
        chosen = long[seed % min(len(long), _CHOICE)]
        enough = [file for file in chosen.files if min(file[1:]) >= min(width, height)]
        # the smallest that need not be magnified, else the largest
        return chosen, min(enough, key=_pixels) if enough else max(chosen.files, key=_pixels)


def find_keywords(prompt: str) -> str:
    """The first words of ``prompt`` that say something."""
    words = [word.strip(".,;:!?\"'()").lower() for word in prompt.split()]
    telling = [w for w in words if w.isascii() and w.isalpha() and w not in _STOPWORDS and detect_language(w) != "hi"]
    return " ".join(list(dict.fromkeys(telling))[:_QUERY_WORDS])


def _pixels(file: tuple[str, int, int]) -> int:
    return file[1] * file[2]
