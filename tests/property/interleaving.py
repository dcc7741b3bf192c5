"""Handlers that stop before every effect until the test lets them go on or kills them.

Each handler runs in a thread of its own, but only one thread of the world ever runs: the test hands the baton to a
handler and gets it back at the handler's next effect. So the order of all effects is the test's choice.
"""

import threading
from collections.abc import Callable
from typing import Any


class Killed(BaseException):
    """The process of this handler is gone; not an Exception, so no handler can catch it."""


class Handler:
    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._go, self._stopped = threading.Semaphore(0), threading.Semaphore(0)
        self._killed = False
        self.over = False
        self.error: BaseException | None = None
        self.lease_until: dict[str, float] = {}
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def step(self) -> None:
        """Run up to the next effect, or to the end."""
        self._go.release()
        self._stopped.acquire()

    def kill(self) -> None:
        """End the handler: it never runs another effect."""
        self._killed = True
        while not self.over:
            self.step()

    def pause(self) -> None:
        """Wait for the test; the handler's own thread calls this before each effect."""
        if self._killed:
            raise Killed
        self._stopped.release()
        self._go.acquire()
        if self._killed:
            raise Killed

    def _run(self) -> None:
        self._go.acquire()
        try:
            if not self._killed:
                self._work()
        except Killed:
            pass
        except Exception as exc:
            self.error = exc
        finally:
            self.over = True
            self._stopped.release()


class Stepped:
    """A port whose every method pauses its handler first. Calls from the test's own thread go straight through."""

    def __init__(self, port: object, handlers: dict[int, Handler]) -> None:
        self._port, self._handlers = port, handlers

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._port, name)
        if not callable(attribute):
            return attribute

        def call(*args: Any, **kwargs: Any) -> Any:
            handler = self._handlers.get(threading.get_ident())
            if handler:
                handler.pause()
            return attribute(*args, **kwargs)

        return call
