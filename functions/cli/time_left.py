"""Estimate the time until a video is finished."""


class TimeLeft:
    """Estimate the time left from a first estimate of the whole (seconds), and increasingly from the pace so far."""

    def __init__(self, whole_sec: float, started: float, done: float = 0.0) -> None:
        self._whole = whole_sec
        self._started, self._start = started, done

    def seconds(self, done: float, now: float) -> float:
        """Return the seconds of wall time until the end; ``done`` is 0 to 1."""
        covered = done - self._start
        guess = self._whole * (1 - done)
        if covered <= 0.01:
            return guess
        pace = (now - self._started) / covered * (1 - done)
        return pace * done + guess * (1 - done)
