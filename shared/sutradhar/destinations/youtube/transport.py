"""Send each HTTP request once.

httplib2, the transport of google-api-python-client, sends a request again if the server closes the connection without
an answer, whatever ``httplib2.RETRIES`` says. The first one may have done its work, so this transport takes its place.
"""

import zlib
from collections.abc import Mapping
from typing import Any

import httpcore
import httplib2

CONNECT_SEC, SILENCE_SEC = 10.0, 60.0
"""Seconds to connect, and between two bytes. A last answer that is lost costs a worker this much."""


class OneShotHttp:
    """The part of ``httplib2.Http`` that google-api-python-client and google-auth use."""

    def __init__(self, silence_sec: float = SILENCE_SEC) -> None:
        self._pool = httpcore.ConnectionPool(retries=0)
        timeout = {"connect": CONNECT_SEC, "read": silence_sec, "write": silence_sec, "pool": CONNECT_SEC}
        self._extensions = {"timeout": timeout}

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        redirections: int = 0,  # part of the interface; a redirect is an answer here
        connection_type: object = None,  # part of the interface
        **_options: Any,
    ) -> tuple[httplib2.Response, bytes]:
        """Return the answer. Raise httpcore.NetworkError, TimeoutException or ProtocolError if there is none."""
        data = body.encode() if isinstance(body, str) else body or b""
        named: dict[bytes | str, bytes | str] = {
            name: text for name, text in (headers or {}).items() if name.lower() != "content-length"
        }
        if method not in ("GET", "HEAD"):
            named["Content-Length"] = str(len(data))
        answer = self._pool.request(method, uri, headers=named, content=data or None, extensions=self._extensions)
        fields = {name.decode("latin-1").lower(): text.decode("latin-1") for name, text in answer.headers}
        content = _decompress(answer.content, fields.pop("content-encoding", ""))
        return httplib2.Response({**fields, "status": str(answer.status)}), content

    def close(self) -> None:
        self._pool.close()


def _decompress(content: bytes, encoding: str) -> bytes:
    """Return the body; the client asks for ``gzip, deflate`` and leaves the decoding to its transport."""
    if encoding.lower() not in ("gzip", "deflate") or not content:
        return content
    try:
        return zlib.decompress(content, 32 + zlib.MAX_WBITS)  # it finds out which of the two it is
    except zlib.error as exc:
        raise httpcore.RemoteProtocolError(f"the answer says {encoding}, and is not") from exc
