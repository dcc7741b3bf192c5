"""Find stock footage: search, choose one of the best answers, download it and check the file."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sutradhar.domain.assets.asset import Provenance
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.core.errors import ProviderError
from sutradhar.ports.call_gate import CallGate
from sutradhar.ports.providers import VideoFile
from sutradhar.providers.hosted.account import ProviderAccount
from sutradhar.providers.hosted.api_errors import refuse_bad_media
from sutradhar.providers.hosted.retries import call_with_retries
from sutradhar.providers.hosted.stock.library import ONE_REQUEST, StockLibrary, find_keywords
from sutradhar.providers.media.video_probe import probe_size

_CHOICES = 5
"""The seed chooses among this many of the best, so that two scenes of one subject can look different."""


@dataclass(frozen=True)
class StockVideo:
    """One answer of a search. ``files``: URL, width and height of each version of the video."""

    seconds: float
    files: Sequence[tuple[str, int, int]]
    author: str
    page: str


class FootageLibrary(StockLibrary, ABC):
    """A library of videos; a provider's class sends the search."""

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
        self._build_query(prompt)
        return Usage.exact(self.provider, "videos", ONE_REQUEST)

    @abstractmethod
    def search(self, http: Any, query: str, width: int, height: int) -> list[StockVideo]:
        """Return the answers, the best first."""

    def find(self, prompt: str, width: int, height: int, seconds: float, seed: int) -> VideoFile:
        """Return a video for ``prompt``. Raise ProviderError, also if nothing fits."""
        query = self._build_query(prompt)
        with self._gate.call(self.usage(prompt)), self.http(self._account.timeout_sec) as http:
            answers = call_with_retries(lambda: self.convert_errors(lambda: self.search(http, query, width, height)))
            video, (url, *_) = self._choose(answers, query, width, height, seconds, seed)
            data = call_with_retries(lambda: self.convert_errors(lambda: self.download(http, url)))
            with refuse_bad_media(self.provider):
                size = probe_size(data)
        provenance = Provenance(
            model="videos", prompt=query, seed=seed, licence=self.licence, author=video.author, source=video.page
        )
        return VideoFile(data, *size, provider=str(self.provider_id), provenance=provenance)

    def check(self) -> None:
        """Raise ProviderError if the key does not work."""
        self.check_search(lambda http: self.search(http, "river", 1280, 720))

    def _build_query(self, prompt: str) -> str:
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

    def _choose(
        self, answers: Sequence[StockVideo], query: str, width: int, height: int, seconds: float, seed: int
    ) -> tuple[StockVideo, tuple[str, int, int]]:
        """Return one of the best videos of the right shape and length, and its file."""
        upright = height > width
        shaped = [a for a in answers if a.files and (a.files[0][2] > a.files[0][1]) is upright] or list(answers)
        long = [a for a in shaped if a.seconds >= seconds] or shaped
        if not long:
            raise ProviderError(
                f"it has nothing for {query!r}", provider=self.provider, retryable=False, advice="ask for another scene"
            )
        chosen = long[seed % min(len(long), _CHOICES)]
        enough = [file for file in chosen.files if min(file[1:]) >= min(width, height)]
        # the smallest that need not be magnified, else the largest
        return chosen, min(enough, key=_count_pixels) if enough else max(chosen.files, key=_count_pixels)


def _count_pixels(file: tuple[str, int, int]) -> int:
    return file[1] * file[2]
