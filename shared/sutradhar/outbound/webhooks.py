"""Send webhooks to receivers on the public internet."""

import ssl
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from urllib.parse import urljoin

import httpcore
from standardwebhooks import Webhook

from sutradhar.domain.core.webhook_target import explain_refusal
from sutradhar.domain.core.webhook_url import check_webhook_url
from sutradhar.outbound.guard import Deadline, GuardedBackend, RefusedAddress, Resolve, resolve_host
from sutradhar.ports.webhooks import Reply, WebhookSender

MAX_SEC = 10.0
"""The most seconds for one webhook, redirects included."""
MAX_REDIRECTS = 3
MAX_REPLY_BYTES = 2000
"""The bytes of the answer that are read. More are cut off."""
_KEEP_METHOD = (301, 302, 307, 308)
"""Redirects after which a POST may stay a POST (RFC 9110, 15.4); 303 asks for a GET, which carries no event."""


class HttpWebhookSender(WebhookSender):
    """Sends by HTTPS, and to receivers of this machine also by HTTP if ``allow_loopback``.

    Each webhook has a connection of its own, so that none is used again for a host that has moved to a private address.
    No proxy and no netrc file of the environment is used.
    """

    def __init__(
        self,
        allow_loopback: bool = False,
        resolve: Resolve = resolve_host,
        ssl_context: ssl.SSLContext | None = None,
        max_sec: float = MAX_SEC,
    ) -> None:
        self.allow_loopback, self._resolve = allow_loopback, resolve
        self._ssl_context, self._max_sec = ssl_context, max_sec

    def send(self, webhook_id: str, url: str, body: str, secrets: Sequence[str], at: datetime) -> Reply:
        headers = make_headers(webhook_id, body, secrets, at)
        deadline = Deadline(self._max_sec)
        backend = GuardedBackend(deadline, self.allow_loopback, self._resolve)
        try:
            for _ in range(MAX_REDIRECTS + 1):
                if problem := self._explain_refusal(url):
                    return Reply(None, f"the address {problem}")
                reply, target = self._post_once(backend, url, body, headers)
                if target is None:
                    return reply
                url = urljoin(url, target)
        except RefusedAddress as exc:
            return Reply(None, str(exc))
        except httpcore.TimeoutException:
            return Reply(None, f"the receiver did not answer within {self._max_sec:g} seconds")
        except httpcore.ConnectError as exc:
            return Reply(None, _describe_connect_error(exc))
        except (httpcore.NetworkError, httpcore.ProtocolError) as exc:
            return Reply(None, f"the connection broke: {type(exc).__name__}")
        return Reply(None, f"the receiver redirected more than {MAX_REDIRECTS} times")

    @cached_property
    def _authorities(self) -> ssl.SSLContext:
        """The context with the certificate authorities that are trusted."""
        return self._ssl_context or httpcore.default_ssl_context()

    def _explain_refusal(self, url: str) -> str:
        try:
            return explain_refusal(check_webhook_url(url), self.allow_loopback)
        except ValueError as exc:
            return str(exc)

    def _post_once(
        self, backend: GuardedBackend, url: str, body: str, headers: Mapping[str, str]
    ) -> tuple[Reply, str | None]:
        """Return the answer, and the target if it is a redirect that keeps the body."""
        with (
            httpcore.ConnectionPool(ssl_context=self._authorities, network_backend=backend) as pool,
            pool.stream("POST", url, headers=list(headers.items()), content=body.encode()) as response,
        ):
            text = _read_beginning(response)
            target = dict(response.headers).get(b"location") or dict(response.headers).get(b"Location")
            if response.status in _KEEP_METHOD and target:
                return Reply(response.status), target.decode("latin-1")
            return Reply(response.status, text=text), None


def make_headers(webhook_id: str, body: str, secrets: Sequence[str], at: datetime) -> dict[str, str]:
    """Return the headers of Standard Webhooks with a signature by each secret. ``at`` must be in UTC: the library
    relabels any other zone."""
    signatures = [Webhook(secret).sign(webhook_id, at, body) for secret in secrets]
    return {
        "Content-Type": "application/json",
        "User-Agent": "Sutradhar-Webhooks/1",
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _read_beginning(response: httpcore.Response) -> str:
    """Return the beginning of the answer. A receiver that answers and then breaks off has answered."""
    data = b""
    try:
        for chunk in response.iter_stream():
            data += chunk
            if len(data) >= MAX_REPLY_BYTES:
                break
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
        pass
    return data[:MAX_REPLY_BYTES].decode("utf-8", "replace")


def _describe_connect_error(exc: Exception) -> str:
    if isinstance(exc.__cause__, ssl.SSLError) or isinstance(exc.__context__, ssl.SSLError):
        return "the receiver has no valid certificate"
    text = str(exc)
    return text if text.startswith("the host") else "the receiver refuses connections"
