"""Compare stretches of time."""

from collections.abc import Sequence

from sutradhar.domain.assets.asset import SAMPLE_RATE
from sutradhar.domain.video.file_facts import SongMatch, Span


def overlap(one: Span | SongMatch, other: Span) -> Span | None:
    start, end = max(one.start, other.start), min(one.end, other.end)
    return Span(start=start, end=end) if end > start else None


def find_longest(spans: Sequence[Span]) -> Span | None:
    return max(spans, key=measure_span, default=None)


def measure_span(span: Span | None) -> float:
    return span.end - span.start if span else 0.0


def format_span(span: Span | None) -> str:
    return f"{measure_span(span):.2f} s from {span.start:.2f} s on" if span else "none"


def subtract_spans(spans: Sequence[Span], explained: Sequence[Span]) -> list[Span]:
    """Return the parts of ``spans`` outside the ``explained`` ones."""
    left = list(spans)
    for out in explained:
        left = [
            piece
            for span in left
            for piece in (
                Span(start=span.start, end=min(span.end, out.start)),
                Span(start=max(span.start, out.end), end=span.end),
            )
            if piece.end > piece.start
        ]
    return left


def to_span(samples: tuple[int, int]) -> Span:
    return Span(start=samples[0] / SAMPLE_RATE, end=samples[1] / SAMPLE_RATE)
