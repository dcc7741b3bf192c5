"""Footage from Pixabay (pixabay.com/api/docs)."""

from typing import Any

from sutradhar.providers.hosted.stock.library import FootageArchive, Found


class Pixabay(FootageArchive):
    provider = "pixabay"
    licence = "Pixabay Content License"
    default_url = "https://pixabay.com"

    def search(self, http: Any, query: str, width: int, height: int) -> list[Found]:  # noqa: ARG002 - it cannot ask for a shape
        params = {"key": self._vendor.key, "q": query, "per_page": 20, "safesearch": "true"}
        found = self.json(http, "/api/videos/", params, {})
        return [
            Found(
                hit["duration"],
                [(f["url"], f["width"], f["height"]) for f in hit["videos"].values() if f["url"]],
                hit["user"],
                hit["pageURL"],
            )
            for hit in found["hits"]
        ]
