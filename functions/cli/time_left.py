"""Estimate the time until a video is finished."""

# the first estimate in seconds of wall time: for each second of video, and for everything else
_GUESS_PER_SECOND, _GUESS_REST = 0.9, 8.0


class TimeLeft:
    """Estimate the time left from a first guess, and increasingly from the pace so far."""

    def __init__(self, video_sec: float, started: float, done: float = 0.0) -> None:
        self._whole = _GUESS_PER_SECOND * video_sec + _GUESS_REST
        self._started, self._start = started, done

    def seconds(self, done: float, now: float) -> float:
        """Return the seconds of wall time until the end; ``done`` is 0 to 1."""
        covered = done - self._start
        guess = self._whole * (1 - done)
        if covered <= 0.01:
            return guess
        pace = (now - self._started) / covered * (1 - done)
        return pace * done + guess * (1 - done)
