"""Footage from Pixabay (pixabay.com/api/docs)."""

from typing import Any

from sutradhar.providers.hosted.stock.library import FootageLibrary, StockVideo


class Pixabay(FootageLibrary):
    provider = "pixabay"
    licence = "Pixabay Content License"
    default_url = "https://pixabay.com"

    def search(self, http: Any, query: str, width: int, height: int) -> list[StockVideo]:  # noqa: ARG002 - it cannot ask for a shape
        params = {"key": self._account.key, "q": query, "per_page": 20, "safesearch": "true"}
        found = self.json(http, "/api/videos/", params, {})
        return [
            StockVideo(
                hit["duration"],
                [(f["url"], f["width"], f["height"]) for f in hit["videos"].values() if f["url"]],
                hit["user"],
                hit["pageURL"],
            )
            for hit in found["hits"]
        ]
