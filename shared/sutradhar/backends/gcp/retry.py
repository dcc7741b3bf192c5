"""Deadlines, retries that end, and what Google's errors mean to us."""

from collections.abc import Iterator
from contextlib import contextmanager

from google.api_core import exceptions
from google.api_core.retry import Retry
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError

from sutradhar.domain.core.errors import BackendError

CALL_SEC = 10.0
"""One attempt."""
TOTAL_SEC = 30.0
"""All attempts together; then the message that wanted it is delivered again, with Pub/Sub's own backoff."""

_AGAIN = (
    exceptions.ServiceUnavailable,
    exceptions.TooManyRequests,
    exceptions.InternalServerError,
    exceptions.BadGateway,
    exceptions.GatewayTimeout,
    ConnectionError,
)


def _again(exc: BaseException) -> bool:
    # those of `requests` are OSErrors without a number; it is not imported here, since not every client speaks HTTP
    return isinstance(exc, _AGAIN) or _aborted(exc) or (isinstance(exc, OSError) and exc.errno is None)


def _aborted(exc: BaseException) -> bool:
    """Somebody else changed it at the same time. Over HTTP that is a bare 409; AlreadyExists has a class of its own."""
    return type(exc) in (exceptions.Conflict, exceptions.Aborted)


RETRY = Retry(predicate=_again, initial=0.2, maximum=5.0, multiplier=2.0, timeout=TOTAL_SEC)
"""For calls that may be made twice: within 0.2, 0.4, 0.8 ... s, at random (google.api_core), ``TOTAL_SEC`` in all."""

ONCE = Retry(predicate=lambda _exc: False)
"""For calls that a larger retry goes round: the default of Google's clients is to try again by themselves."""

_NEVER = (exceptions.ClientError, DefaultCredentialsError)
_PASSING = (exceptions.TooManyRequests, exceptions.Cancelled)


@contextmanager
def errors(what: str) -> Iterator[None]:
    """Google's errors as ours; ``what`` names the thing in reach. Those that a caller expects it catches itself.

    Raises:
        BackendError: retryable unless it will not go away by itself: a permission, or a thing of Terraform's, is
            missing, or the request is not one.
    """
    try:
        yield
    except (exceptions.GoogleAPICallError, exceptions.RetryError, GoogleAuthError, OSError) as exc:
        if isinstance(exc, OSError) and exc.errno is not None and not isinstance(exc, ConnectionError | TimeoutError):
            raise  # of this machine's own: a full disk
        lasting = isinstance(exc, _NEVER) and not isinstance(exc, _PASSING) and not _aborted(exc)
        raise BackendError(
            f"{what}: {exc}", retryable=not lasting, advice=_advice(what, exc) if lasting else ""
        ) from exc


def _advice(what: str, exc: BaseException) -> str:
    match exc:
        case DefaultCredentialsError():
            return "give this process a service account, or on a laptop run `gcloud auth application-default login`"
        case exceptions.FailedPrecondition():
            return f"run `terraform apply`: {what} lacks an index or a setting that this version needs"
        case exceptions.InvalidArgument() | exceptions.OutOfRange():
            return "this is a mistake in the program, not of yours: report it with this message"
    return f"check that {what} exists and that this service account may use it (docs/iam.md)"
