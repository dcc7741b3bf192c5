"""Find footage at Pexels (www.pexels.com/api/documentation)."""

from typing import Any

from sutradhar.providers.hosted.stock.footage import FootageLibrary, StockVideo


class Pexels(FootageLibrary):
    provider = "pexels"
    licence = "Pexels License"
    default_url = "https://api.pexels.com"

    def search(self, http: Any, query: str, width: int, height: int) -> list[StockVideo]:
        shape = "portrait" if height > width else "square" if height == width else "landscape"
        params = {"query": query, "orientation": shape, "per_page": 15}
        answer = self.get_json(http, "/videos/search", params, {"Authorization": self._account.key})
        return [
            StockVideo(
                video["duration"],
                [(f["link"], f["width"], f["height"]) for f in video["video_files"] if f["file_type"] == "video/mp4"],
                video["user"]["name"],
                video["url"],
            )
            for video in answer["videos"]
        ]
