"""Turn errors of the marks into errors of the renderer."""

from collections.abc import Iterator
from contextlib import contextmanager

from sutradhar.domain.core.errors import MarkError, RenderError

_ADVICE = "run `sutradhar doctor`, which checks the certificate of the marks and its key; then retry the job"


@contextmanager
def wrap_mark_errors() -> Iterator[None]:
    """Raise each MarkError of the block as a RenderError."""
    try:
        yield
    except MarkError as exc:
        raise RenderError(str(exc), stage="marks", advice=_ADVICE, retryable=exc.retryable) from exc
