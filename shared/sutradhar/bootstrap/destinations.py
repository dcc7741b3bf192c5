"""The places where videos are published, each made, and its module imported, when it is first read."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from sutradhar.destinations import list_destinations, load_destination
from sutradhar.ports.destination_setup import DestinationSetup
from sutradhar.ports.publishing import Destination

if TYPE_CHECKING:
    from sutradhar.config import Settings
    from sutradhar.ports.webhooks import WebhookSender


class Destinations(Mapping[str, Destination]):
    """All destinations by name, whether the operator has set them up or not."""

    def __init__(self, setup: DestinationSetup) -> None:
        self._setup, self._names = setup, list_destinations()
        self._loaded: dict[str, Destination] = {}
        self._lock = threading.RLock()

    def __getitem__(self, name: str) -> Destination:
        if name not in self._names:
            raise KeyError(name)
        with self._lock:
            if name not in self._loaded:
                self._loaded[name] = load_destination(name, self._setup)
            return self._loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def make_setup(settings: Settings, get_webhooks: Callable[[], WebhookSender]) -> DestinationSetup:
    """Return the things from which destinations are made, as the settings name them."""
    publishing = settings.publishing
    return DestinationSetup(
        read_variable=lambda name: settings.environment.get(name, "").strip(),
        get_webhooks=get_webhooks,
        allow_loopback=settings.webhooks.allow_loopback,
        asset_bucket=settings.cloud.bucket if settings.cloud else "",
        public_url=settings.api.public_url,
        folder=settings.publish_folder,
        bucket=publishing.bucket,
        webhook_url=publishing.webhook_url,
        webhook_secrets=publishing.webhook_secrets,
        youtube_token=publishing.youtube_token_file if settings.cloud else settings.youtube_token,
    )
