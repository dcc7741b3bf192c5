"""Handlers that stop before every effect until the test lets them go on or kills them.

Each handler runs in a thread of its own, but only one thread of the world ever runs: the test hands the baton to a
handler and gets it back at the handler's next effect. So the order of all effects is the test's choice. The batons are
plain locks, which take a third of the time of semaphores.
"""

import threading
from collections.abc import Callable
from typing import Any


class Killed(BaseException):
    """The process of this handler is gone; not an Exception, so no handler can catch it."""


def _make_baton() -> threading.Lock:
    """Return a lock that another thread releases, once for each ``acquire``."""
    baton = threading.Lock()
    baton.acquire()
    return baton


class Seat:
    """A thread that runs one handler after the other."""

    def __init__(self) -> None:
        self._work: Callable[[], None] | None = None
        self._go = _make_baton()
        threading.Thread(target=self._serve, daemon=True).start()

    def start(self, work: Callable[[], None] | None) -> None:
        """Run ``work``; None ends the thread."""
        self._work = work
        self._go.release()

    def _serve(self) -> None:
        while True:
            self._go.acquire()
            if self._work is None:
                return
            self._work()


class Seats:
    """The threads of one machine. A handler that ends leaves its thread, and so its connection to the database, to the
    next one."""

    def __init__(self) -> None:
        self._free: list[Seat] = []

    def take(self) -> Seat:
        return self._free.pop() if self._free else Seat()

    def leave(self, seat: Seat) -> None:
        self._free.append(seat)

    def close(self) -> None:
        """End the threads. Every handler must have ended."""
        for seat in self._free:
            seat.start(None)


class Handler:
    def __init__(self, work: Callable[[], None], seats: Seats) -> None:
        self._work, self._seats = work, seats
        self._go, self._stopped = _make_baton(), _make_baton()
        self._killed = False
        self.over = False
        self.error: BaseException | None = None
        self.lease_until: dict[str, float] = {}
        self._seat = seats.take()
        self._seat.start(self._run)

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
            self._seats.leave(self._seat)
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
