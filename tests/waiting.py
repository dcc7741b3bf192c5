"""Wait for the effect of another process or thread that sends no signal to the test."""

import time
from collections.abc import Callable


def wait_until(is_done: Callable[[], object], seconds: float = 30) -> None:
    """Poll ``is_done`` until it returns a true value. Fail the test after ``seconds``."""
    end = time.monotonic() + seconds
    while not is_done():
        assert time.monotonic() < end, f"it did not happen within {seconds} s"
        time.sleep(0.02)
