"""Open network connections to public addresses only.

The check is where the connection is made: a name is resolved, every one of its addresses is checked, and the connection
goes to such a checked address. A name that has another address a moment later is thereby harmless. TLS and the Host
header keep the name (httpcore takes them from the URL).
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterable

import httpcore

from sutradhar.domain.core.public_address import is_loopback_address, is_public_address

Resolve = Callable[[str, int], list[str]]


class RefusedAddress(httpcore.ConnectError):
    """The host has an address that must not be called."""


def resolve_host(host: str, port: int) -> list[str]:
    """Return the addresses of ``host``. Raise OSError if it has none."""
    entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in entries))


class Deadline:
    """The moment at which all work for one request ends. A limit for each read alone would let a receiver that sends a
    byte now and then hold a worker for ever."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def limit(self, timeout: float | None, error: type[Exception] = httpcore.ReadTimeout) -> float:
        """Return the seconds that are left, at most ``timeout``. Raise ``error`` if there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise error("the receiver took too long")
        return left if timeout is None else min(left, timeout)


class GuardedBackend(httpcore.NetworkBackend):
    """Connects to public addresses, and within ``deadline``.

    Args:
        allow_loopback: also allow addresses of this machine.
        resolve: return the addresses of a host.
    """

    def __init__(self, deadline: Deadline, allow_loopback: bool = False, resolve: Resolve = resolve_host) -> None:
        self._deadline, self._allow_loopback, self._resolve = deadline, allow_loopback, resolve
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError) as exc:
            raise httpcore.ConnectError(f"the host {host} was not found") from exc
        # all must be allowed: a name with a public and a private address is not meant to be called by us
        if not addresses or not all(map(self._is_allowed, addresses)):
            raise RefusedAddress(f"the host {host} has no public address")
        problem: Exception = httpcore.ConnectError(f"the host {host} does not answer")
        for address in addresses:
            left = self._deadline.limit(timeout, httpcore.ConnectTimeout)
            try:
                stream = self._sockets.connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as exc:
                problem = exc
                continue
            return _TimedStream(stream, self._deadline)
        raise problem

    def sleep(self, seconds: float) -> None:
        time.sleep(self._deadline.limit(seconds))

    def _is_allowed(self, address: str) -> bool:
        return is_public_address(address) or (self._allow_loopback and is_loopback_address(address))


class _TimedStream(httpcore.NetworkStream):
    """A stream whose reads and writes end at the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.limit(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.limit(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._deadline.limit(timeout, httpcore.ConnectTimeout)
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)
