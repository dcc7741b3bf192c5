"""The things from which a destination is made. ``bootstrap`` reads them from the settings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sutradhar.ports.webhooks import WebhookSender


@dataclass(frozen=True)
class DestinationSetup:
    """The settings of all destinations, and the parts of the process that they may use."""

    read_variable: Callable[[str], str]
    """Return the value of a variable of the environment, for a destination that has no setting below; empty: it is not
    set."""
    get_webhooks: Callable[[], WebhookSender]
    """Return what sends signed requests to receivers on the public internet."""
    allow_loopback: bool = False
    """Receivers on this machine are allowed: a setting for development."""
    asset_bucket: str = ""
    """The bucket of Cloud Storage that holds the videos; empty: they are files of this machine."""
    public_url: str = ""
    """The URL at which callers reach the API, without a slash at its end; empty: the operator has not named it."""
    folder: Path | None = None
    """The folder that gets the videos (PUBLISH_FOLDER)."""
    bucket: str = ""
    """The place in Cloud Storage that gets the videos, such as ``gs://bucket/prefix`` (PUBLISH_BUCKET)."""
    webhook_url: str = ""
    """The receiver that publishes the videos itself (PUBLISH_WEBHOOK_URL)."""
    webhook_secrets: Sequence[str] = ()
    """The secrets that sign what the receiver gets (PUBLISH_WEBHOOK_SECRET)."""
    youtube_token: Path | None = None
    """The file with the sign-in to YouTube, which may not exist; None: the operator of a cloud has not set it up."""
