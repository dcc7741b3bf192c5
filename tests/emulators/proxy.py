"""A gRPC server between a client and an emulator: it passes bytes on, records the calls, and breaks those that it is
told to break."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc


@dataclass
class Fault:
    """Ends calls of ``method`` with ``code``, ``times`` of them, after passing ``answers`` messages of the answer on.

    ``lost``: the emulator has done what was asked, only the answer never comes.
    """

    method: str
    code: grpc.StatusCode
    times: int = 1
    lost: bool = False
    answers: int = 0
    meanwhile: Callable[[], object] = lambda: None
    """The action between the answer of the server and its delivery to the client."""


@dataclass
class Proxy:
    host: str
    requests: list[tuple[str, bytes]] = field(default_factory=list)
    """The name of each method called and the message it was sent."""
    answered_bytes: int = 0
    """The bytes of all answers that were passed on."""
    faults: list[Fault] = field(default_factory=list)
    ahead: dict[str, Callable[[], object]] = field(default_factory=dict)
    """The actions that run once, before the next call of a method is passed on."""

    def calls(self, method: str) -> int:
        return sum(name == method for name, _ in self.requests)

    def fault(self, method: str) -> Fault | None:
        for fault in self.faults:
            if fault.method in (method, "*") and fault.times > 0:
                fault.times -= 1
                return fault
        return None


class _PassOn(grpc.GenericRpcHandler):
    def __init__(self, channel: grpc.Channel, proxy: Proxy) -> None:
        self._channel, self._proxy = channel, proxy

    def service(self, details: Any) -> Any:
        path = details.method
        method = path.rpartition("/")[2]

        def answer(requests: Iterator[bytes], context: Any) -> Iterator[bytes]:
            request = next(requests)
            self._proxy.requests.append((method, request))
            self._proxy.ahead.pop(method, lambda: None)()
            fault = self._proxy.fault(method)
            if fault and not (fault.lost or fault.answers):
                context.abort(fault.code, "told to")
            metadata = [(key, value) for key, value in context.invocation_metadata() if key.startswith("google-")]
            answers = self._channel.unary_stream(path)(request, metadata=metadata, timeout=context.time_remaining())
            try:
                for number, message in enumerate(answers):
                    if not fault or (number < fault.answers and not fault.lost):
                        self._proxy.answered_bytes += len(message)
                        yield message
            except grpc.RpcError as exc:
                context.abort(exc.code(), exc.details())
            if fault:
                fault.meanwhile()
                context.abort(fault.code, "told to")

        return grpc.stream_stream_rpc_method_handler(answer)


@contextmanager
def proxy(target: str) -> Iterator[Proxy]:
    """Run a proxy in front of the emulator at ``target`` (host and port)."""
    with grpc.insecure_channel(target) as channel:
        new_proxy = Proxy("")
        server = grpc.server(ThreadPoolExecutor(16), handlers=(_PassOn(channel, new_proxy),))
        new_proxy.host = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        server.start()
        try:
            yield new_proxy
        finally:
            server.stop(None).wait()
