"""Find sound effects at Freesound (freesound.org/docs/api) whose licence allows use in a video: CC0 and CC BY."""

from sutradhar.domain.assets.asset import Provenance
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.core.errors import ProviderError
from sutradhar.ports.call_gate import CallGate
from sutradhar.ports.providers import SoundEffect
from sutradhar.providers.hosted.account import ProviderAccount
from sutradhar.providers.hosted.retries import call_with_retries
from sutradhar.providers.hosted.sound_effect import MAX_SEC, build_sound_effect
from sutradhar.providers.hosted.stock.library import ONE_REQUEST, StockLibrary, find_keywords

_LICENCES = {"publicdomain/zero": "CC0", "licenses/by/": "CC BY"}
_FILTER = f'license:("Creative Commons 0" OR "Attribution") duration:[0.2 TO {2 * MAX_SEC:g}]'


class Freesound(StockLibrary):
    provider = "freesound"
    default_url = "https://freesound.org"
    kinds = ("audio/",)

    def __init__(self, account: ProviderAccount, gate: CallGate) -> None:
        super().__init__(account)
        self._gate = gate

    @property
    def provider_id(self) -> ProviderId:
        return ProviderId(self.provider, "sounds")

    def usage(self, text: str) -> Usage:  # noqa: ARG002 - every request counts as one
        return Usage.exact(self.provider, "sounds", ONE_REQUEST)

    def find_effect(self, text: str) -> SoundEffect:
        """Return a sound effect for ``text``. Raise ProviderError, also if the library has none."""
        query = find_keywords(text)
        with self._gate.call(self.usage(text)), self.http(self._account.timeout_sec) as http:
            match = call_with_retries(lambda: self.convert_errors(lambda: self._search(http, query)))
            if match is None:
                raise ProviderError(
                    f"it has nothing for {query!r}", provider=self.provider, retryable=False, advice="ask for another"
                )
            url, provenance = match
            data = call_with_retries(lambda: self.convert_errors(lambda: self.download(http, url)))
            return build_sound_effect(self.provider, str(self.provider_id), data, provenance)

    def check(self) -> None:
        """Raise ProviderError if the key does not work."""
        self.check_search(lambda http: self._search(http, "rain"))

    def _search(self, http: object, query: str) -> tuple[str, Provenance] | None:
        """Return the URL and the origin of the best-rated sound effect that may be used; None if there is none."""
        fields = "id,url,license,username,previews"
        params = {"query": query, "filter": _FILTER, "fields": fields, "page_size": 10, "sort": "rating_desc"}
        answer = self.get_json(http, "/apiv2/search/text/", params, {"Authorization": f"Token {self._account.key}"})
        for entry in answer["results"]:
            licence = next((short for part, short in _LICENCES.items() if part in entry["license"]), None)
            if licence:  # the filter alone is not trusted with an author's rights
                return entry["previews"]["preview-hq-mp3"], Provenance(
                    model="sounds", prompt=query, licence=licence, author=entry["username"], source=entry["url"]
                )
        return None
