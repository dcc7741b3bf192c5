"""Sounds from Freesound (freesound.org/docs/api), of the licences that a film may use: CC0, and CC BY."""

from sutradhar.domain.assets.asset import Provenance
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.core.errors import ProviderError
from sutradhar.ports.call_gate import CallGate
from sutradhar.ports.providers import SoundEffect
from sutradhar.providers.hosted.api_errors import ProviderAccount, call_with_retries
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
        """Raises ProviderError, also when it has nothing of the kind."""
        query = find_keywords(text)
        with self._gate.call(self.usage(text)), self.http(self._account.timeout_sec) as http:
            found = call_with_retries(lambda: self.asked(lambda: self._searched(http, query)))
            if found is None:
                raise ProviderError(
                    f"it has nothing for {query!r}", provider=self.provider, retryable=False, advice="ask for another"
                )
            address, provenance = found
            data = call_with_retries(lambda: self.asked(lambda: self.fetched(http, address)))
            return build_sound_effect(self.provider, str(self.provider_id), data, provenance)

    def check(self) -> None:
        """Whether the key works. Raises ProviderError."""
        self.checked(lambda http: self._searched(http, "rain"))

    def _searched(self, http: object, query: str) -> tuple[str, Provenance] | None:
        fields = "id,url,license,username,previews"
        params = {"query": query, "filter": _FILTER, "fields": fields, "page_size": 10, "sort": "rating_desc"}
        found = self.json(http, "/apiv2/search/text/", params, {"Authorization": f"Token {self._account.key}"})
        for sound in found["results"]:
            licence = next((short for part, short in _LICENCES.items() if part in sound["license"]), None)
            if licence:  # never trust a filter with somebody's rights
                return sound["previews"]["preview-hq-mp3"], Provenance(
                    model="sounds", prompt=query, licence=licence, author=sound["username"], source=sound["url"]
                )
        return None
