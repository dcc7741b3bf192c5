"""Let another system publish: a signed request tells it the words of the video, and where its files are.

The request is one of Standard Webhooks. Its id is the same for each attempt of a publication, so a receiver that has
answered, and whose answer was lost, can drop the next attempt.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sutradhar.destinations._manifest import list_files, make_manifest
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import BackendError, FieldError
from sutradhar.domain.core.utc_time import format_utc
from sutradhar.domain.core.webhook_target import explain_refusal
from sutradhar.domain.core.webhook_url import check_webhook_url
from sutradhar.domain.publishing.details import PublicationDetails
from sutradhar.domain.publishing.failures import Reason
from sutradhar.ports.destination_setup import DestinationSetup
from sutradhar.ports.publishing import Bucket, Destination, Package, PublishContext, PublishError, Uploaded
from sutradhar.ports.webhooks import Reply

URL_LIFE = timedelta(hours=12)
"""The life of a signed URL: Google changes the key that signs it for a function, and promises no more than this
(cloud.google.com/storage/docs/authentication/creating-signatures)."""
_MAX_TEXT = 300
_RETRY = "and retry the publication"
_TRY_AGAIN = (408, 425, 429)
"""Answers below 500 that say that a later request may be taken."""


class SentState(Frozen):
    """The checkpoint: fingerprints of the words in the requests so far."""

    first: str = ""
    """The words of the first attempt; a receiver that has it drops the later ones."""
    first_details: PublicationDetails | None = None
    number: int = 0
    """The number of updates."""
    last: str = ""
    """The words of the last request, whether the receiver took it or not."""
    taken: str = ""
    """The words that the receiver took last."""

    @classmethod
    def read(cls, checkpoint: Mapping[str, Any]) -> "SentState":
        return cls.model_validate(checkpoint)

    def write(self) -> dict[str, Any]:
        return self.model_dump(mode="json")

    def has_receiver(self, words: str) -> bool:
        """Return whether the receiver has these words for certain."""
        return self.taken == self.last == words


class WebhookDestination(Destination):
    """A receiver that the operator names. It may show the video at once, so the request comes at the publication's
    time."""

    name = "webhook"
    buckets: Sequence[Bucket] = ()

    def __init__(self, setup: DestinationSetup) -> None:
        self._setup = setup

    def list_problems(self, details: PublicationDetails) -> Sequence[FieldError]:
        return []

    def explain_missing_setup(self) -> str:
        setup = self._setup
        if not setup.webhook_url:
            return "set PUBLISH_WEBHOOK_URL to the receiver that publishes the videos"
        try:
            problem = explain_refusal(check_webhook_url(setup.webhook_url), setup.allow_loopback)
        except ValueError as exc:
            problem = str(exc)
        if problem:
            return f"PUBLISH_WEBHOOK_URL {problem}"
        if setup.asset_bucket:  # of a cloud's functions, only `publish` has the secret
            return ""
        return _explain_missing_secret(setup) or _explain_missing_url(setup)

    def get_lead_time(self, video_size: int, bytes_per_sec: float | None) -> timedelta:
        return timedelta(0)

    def upload(self, package: Package, context: PublishContext) -> Uploaded:
        words = _hash_words(package)
        context.start_upload()
        state = SentState.read(context.checkpoint)
        if not state.first:
            state = state.evolve(first=words, first_details=package.details)
        state = state.evolve(last=words)
        context.save(state.write())
        reply = self._send(package, context, "video.publish", package.publication_id, 0)
        state = state.evolve(taken=state.first)
        context.save(state.write(), **_read_answer(reply, package))
        if state.has_receiver(words):
            return Uploaded(is_visible=True)
        # a receiver that has the first attempt has its words
        return Uploaded(is_visible=True, sent=state.first_details, extras_at=context.now())

    def confirm(self, package: Package, context: PublishContext) -> bool:
        return True

    def update(self, package: Package, context: PublishContext, *, compare: bool) -> None:
        words = _hash_words(package)
        state = SentState.read(context.checkpoint)
        if state.has_receiver(words):
            return
        if state.last != words or state.number == 0:
            state = state.evolve(number=state.number + 1, last=words)
        context.save(state.write())
        self._send(package, context, "video.update", f"{package.publication_id}.{state.number}", state.number)
        context.save(state.evolve(taken=words).write())

    def _send(self, package: Package, context: PublishContext, event: str, message_id: str, version: int) -> Reply:
        """Send the request and return the answer. Raise PublishError if the receiver did not take it."""
        if advice := _explain_missing_secret(self._setup):
            raise PublishError("token_invalid", "no secret signs the request", advice=f"{advice}, {_RETRY}")
        try:
            links = self._make_links(package, context)
        except BackendError as exc:
            reason: Reason = "network" if exc.retryable else "token_invalid"
            raise PublishError(reason, f"no URLs of the files can be made: {exc}", advice=exc.advice) from exc
        data = {**make_manifest(package), "marker": package.marker, "version": version, **links}
        body = {"type": event, "timestamp": format_utc(context.now()), "data": data}
        text = json.dumps(body, ensure_ascii=False)
        sender = self._setup.get_webhooks()
        reply = sender.send(message_id, self._setup.webhook_url, text, self._setup.webhook_secrets, context.now())
        _require_success(reply)
        return reply

    def _make_links(self, package: Package, context: PublishContext) -> dict[str, Any]:
        """Return the URLs of the files, and when they end; null: they do not, and need an API key."""
        signed = {file.name: context.make_url(file.blob, URL_LIFE) for file in list_files(package)}
        if all(signed.values()):
            urls, expire_at = signed, format_utc(context.now() + URL_LIFE)
        elif advice := _explain_missing_url(self._setup):
            raise PublishError("rejected", "the files have no URLs for the receiver", advice=f"{advice}, {_RETRY}")
        else:
            base = f"{self._setup.public_url}/render/{package.job_id}/file"
            urls, expire_at = {file.name: f"{base}?{file.query}" for file in list_files(package)}, None
        return {"files": [{"name": name, "url": url} for name, url in urls.items()], "urls_expire_at": expire_at}


def make_destination(setup: DestinationSetup) -> WebhookDestination:
    return WebhookDestination(setup)


def _explain_missing_secret(setup: DestinationSetup) -> str:
    return "" if setup.webhook_secrets else "set PUBLISH_WEBHOOK_SECRET to the secret that signs the requests"


def _explain_missing_url(setup: DestinationSetup) -> str:
    return "" if setup.public_url else "set PUBLIC_URL to the URL of the API, from which the receiver gets the files"


def _hash_words(package: Package) -> str:
    text = json.dumps(make_manifest(package), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _require_success(reply: Reply) -> None:
    if reply.is_success:
        return
    if reply.status is None:
        raise PublishError("network", reply.problem)
    answer = " ".join(reply.text.split())[:_MAX_TEXT]
    cause = f"the receiver answered {reply.status}" + (f": {answer}" if answer else "")
    raise PublishError("network" if reply.status >= 500 or reply.status in _TRY_AGAIN else "rejected", cause)


def _read_answer(reply: Reply, package: Package) -> dict[str, str]:
    """Return the id and the URL that the receiver gives the video; without them, the id of the request."""
    try:
        answer = json.loads(reply.text)
    except ValueError:
        answer = None
    facts: Mapping[str, Any] = answer if isinstance(answer, dict) else {}
    video_id, url = facts.get("id"), facts.get("url")
    is_id = isinstance(video_id, str | int) and 0 < len(str(video_id)) <= _MAX_TEXT
    is_url = isinstance(url, str) and re.fullmatch(rf"https?://[!-~]{{1,{_MAX_TEXT}}}", url)
    return {"external_id": str(video_id) if is_id else package.publication_id, "url": str(url) if is_url else ""}
