"""Find footage at Pixabay (pixabay.com/api/docs)."""

from typing import Any

from sutradhar.providers.hosted.stock.footage import FootageLibrary, StockVideo


class Pixabay(FootageLibrary):
    provider = "pixabay"
    licence = "Pixabay Content License"
    default_url = "https://pixabay.com"

    def search(self, http: Any, query: str, width: int, height: int) -> list[StockVideo]:  # noqa: ARG002 - the API cannot search by shape
        params = {"key": self._account.key, "q": query, "per_page": 20, "safesearch": "true"}
        answer = self.get_json(http, "/api/videos/", params, {})
        return [
            StockVideo(
                hit["duration"],
                [(f["url"], f["width"], f["height"]) for f in hit["videos"].values() if f["url"]],
                hit["user"],
                hit["pageURL"],
            )
            for hit in answer["hits"]
        ]
