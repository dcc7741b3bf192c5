"""Publish on YouTube, over the YouTube Data API v3.

Google's client is imported when a call is made, since it is slow to import and only the function `publish` has it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sutradhar.destinations.youtube.destination import YouTubeDestination
from sutradhar.destinations.youtube.sign_in import SignInFile
from sutradhar.ports.destination_setup import DestinationSetup

if TYPE_CHECKING:
    from sutradhar.destinations.youtube.client import YouTubeClient

__all__ = ["YouTubeDestination", "make_destination"]

_CLOUD_ADVICE = "set the Terraform variable `youtube` and run `sutradhar youtube login` (docs/deploy.md)"


def make_destination(setup: DestinationSetup) -> YouTubeDestination:
    path, is_cloud = setup.youtube_token, bool(setup.asset_bucket)
    file = SignInFile(path or Path(), is_mounted=is_cloud)

    def make_client() -> YouTubeClient:
        from sutradhar.destinations.youtube.channel_transport import ChannelTransport
        from sutradhar.destinations.youtube.client import YouTubeClient

        return YouTubeClient(lambda: ChannelTransport(file))

    def explain_missing_setup() -> str:
        if is_cloud:  # only the function `publish` can read the secret; the others know its path
            return "" if path else _CLOUD_ADVICE
        return file.explain_missing()

    return YouTubeDestination(make_client, explain_missing_setup)
