"""Deadlines, retries with an end, and the translation of Google's errors into ours."""

from collections.abc import Iterator
from contextlib import contextmanager

from google.api_core import exceptions
from google.api_core.retry import Retry
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError

from sutradhar.domain.core.errors import BackendError

CALL_SEC = 10.0
"""Seconds of one attempt."""
TOTAL_SEC = 30.0
"""Seconds of all attempts together; then the message that needed the call is delivered again, with Pub/Sub's
backoff."""

_RETRYABLE = (
    exceptions.ServiceUnavailable,
    exceptions.TooManyRequests,
    exceptions.InternalServerError,
    exceptions.BadGateway,
    exceptions.GatewayTimeout,
    ConnectionError,
)


def _is_retryable(exc: BaseException) -> bool:
    # errors of `requests` are OSErrors without a number; it is not imported here, since not every client speaks HTTP
    return isinstance(exc, _RETRYABLE) or _is_aborted(exc) or (isinstance(exc, OSError) and exc.errno is None)


def _is_aborted(exc: BaseException) -> bool:
    """Return whether another process changed the object at the same time. Over HTTP that is a bare 409; AlreadyExists
    has a class of its own."""
    return type(exc) in (exceptions.Conflict, exceptions.Aborted)


RETRY = Retry(predicate=_is_retryable, initial=0.2, maximum=5.0, multiplier=2.0, timeout=TOTAL_SEC)
"""The retries of calls that may be made twice: after up to 0.2, 0.4, 0.8 ... s, at random (google.api_core), for
``TOTAL_SEC`` in all."""

NO_RETRIES = Retry(predicate=lambda _exc: False)
"""For calls inside a larger retry; by default Google's clients would repeat them by themselves."""

_PERMANENT = (exceptions.ClientError, DefaultCredentialsError)
_TRANSIENT = (exceptions.TooManyRequests, exceptions.Cancelled)


@contextmanager
def translate_errors(what: str) -> Iterator[None]:
    """Turn Google's errors in the block into ours. A caller that expects an error catches it inside the block.

    Args:
        what: the name of the service or resource, for the message.

    Raises:
        BackendError: the call failed. It is retryable unless the cause will not go away by itself: a missing
        permission,
            a missing resource of Terraform's, or an invalid request.
    """
    try:
        yield
    except (exceptions.GoogleAPICallError, exceptions.RetryError, GoogleAuthError, OSError) as exc:
        if isinstance(exc, OSError) and exc.errno is not None and not isinstance(exc, ConnectionError | TimeoutError):
            raise  # an error of this machine, such as a full disk
        is_permanent = isinstance(exc, _PERMANENT) and not isinstance(exc, _TRANSIENT) and not _is_aborted(exc)
        raise BackendError(
            f"{what}: {exc}", retryable=not is_permanent, advice=_advice(what, exc) if is_permanent else ""
        ) from exc


def _advice(what: str, exc: BaseException) -> str:
    match exc:
        case DefaultCredentialsError():
            return "give this process a service account, or on a laptop run `gcloud auth application-default login`"
        case exceptions.FailedPrecondition():
            return f"run `terraform apply`: {what} lacks an index or a setting that this version needs"
        case exceptions.InvalidArgument() | exceptions.OutOfRange():
            return "this is a fault in the program, not yours: report it with this message"
    return f"check that {what} exists and that this service account may use it (docs/iam.md)"
