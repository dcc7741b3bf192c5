"""All errors that this program raises on purpose, in one tree.

    SutradharError
    ├── InvalidRequest            the request cannot be fulfilled; names every wrong field
    │   └── InvalidSettings       the environment has wrong variables; names every one
    ├── BudgetSpent               a job would cost more than is left for today
    ├── LimitReached              the caller makes too many calls, or has too many jobs; says when to try again
    ├── NotFound                  there is no such job, asset or file
    ├── Conflict                  the job, upload or key is not in a state that allows the request
    │   ├── VersionMismatch       the thing has changed since the caller read it
    │   ├── IllegalTransition     a job cannot move from its state to the requested one
    │   └── IdempotencyMismatch   the same idempotency key came with another body
    ├── LeaseHeld                 another process works on it; try again later (retryable)
    │   └── StillAtWork           a provider works on it, and goes on by itself
    ├── StaleLease                another process took the lease, so this write is refused
    ├── ProviderError             a provider (of narration, images, music, plans) failed; says whether to try again
    │   └── BudgetExceeded        the call would cost more than is left of a cap, so it was not made
    ├── BackendError              a store, the bus or the runner failed; says whether to try again
    ├── RecordError               another version of Sutradhar wrote a stored record
    │   ├── NewerRecord           a newer version wrote it
    │   └── UnreadableRecord      an older version wrote it, and it cannot be brought to today's form
    ├── RenderError               the renderer failed; says where and what to do
    └── NotInstalled              a program, font or package is missing; says how to get it

``retryable`` is decided where the error is raised; the code that catches it only obeys.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

from sutradhar.domain.core.failure import FailureDetail


class SutradharError(Exception):
    """An operation failed.

    The first line of a subclass's docstring is its message if it is raised without one. ``advice`` says what the user
    can do, ``retryable`` whether the same operation may succeed the next time.
    """

    retryable = False
    advice = ""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (self.__doc__ or "").strip().splitlines()[0])


@dataclass(frozen=True)
class FieldError:
    """One wrong field: ``path`` as in ``scenes[2].narration``, ``message`` with the limit and the value."""

    path: str
    message: str


class InvalidRequest(SutradharError):
    """The request has wrong fields."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(f"{e.path}: {e.message}" if e.path else e.message for e in self.errors))


class InvalidSettings(InvalidRequest):
    """The environment has wrong variables: the operator's mistake, not a caller's."""


SpentBudget = Literal["", "job", "order", "day", "key", "batch"]
"""The budget that is spent: of a job, of a day, of an API key's day, of a batch; empty: none, or it is unknown."""


class BudgetSpent(SutradharError):
    """This would cost more than is left of a day's budget, or of a batch's (``account``).

    ``fits_later``: it costs no more than the whole budget, so it may be made when there is money again.
    """

    def __init__(self, message: str = "", account: SpentBudget = "day", *, fits_later: bool = True) -> None:
        self.account, self.fits_later = account, fits_later
        super().__init__(message)


class LimitReached(SutradharError):
    """The caller has reached a limit.

    ``wait_sec``: the seconds after which a further call may be accepted. ``is_quota``: the limit is one of jobs, not of
    calls a minute.
    """

    def __init__(self, message: str, wait_sec: int, *, is_quota: bool = False) -> None:
        self.wait_sec, self.is_quota = wait_sec, is_quota
        super().__init__(message)


class NotFound(SutradharError):
    """There is no such thing."""


class Conflict(SutradharError):
    """The thing is not in a state that allows this."""


class VersionMismatch(Conflict):
    """The thing has changed since the caller read it; read it again."""


class IllegalTransition(Conflict):
    """A job cannot move this way."""


class IdempotencyMismatch(Conflict):
    """This Idempotency-Key was used before with another request body; use a new key."""


class LeaseHeld(SutradharError):
    """Another process is at work on this; try again later."""

    retryable = True
    wait_sec = 0.5
    """Seconds until the next try, if the caller can choose them."""


class StillAtWork(LeaseHeld):
    """A provider is still at work on this; ask again later."""

    wait_sec = 10.0


class StaleLease(SutradharError):
    """Another process took the lease, so this write is refused."""

    retryable = True


Fault = Literal["busy", "down", "key", "refused", "request", "answer", "gone"]
"""The kind of a provider's failure.

- ``busy``: too many calls; try again later.
- ``down``: no answer, or an internal error of the provider.
- ``key``: the API key is wrong, or its credit is used up.
- ``refused``: the provider's policy does not allow the request.
- ``request``: the provider cannot do this.
- ``answer``: the answer holds no usable result.
- ``gone``: the provider no longer has this model.
"""


class ProviderError(SutradharError):
    """A provider failed.

    Args:
        retryable: True if the same call may succeed later (429, 5xx, a crash), False if it never will (4xx, bad text).
        status: the HTTP status or the exit code, if there was one.
        fault: the kind of failure, by which the circuit breaker and the chain of providers decide.
        retry_after: the seconds after which the provider asks to be called again, if it says so.
        billed: True if the provider may have charged for the call, as when its answer was lost on the way.

    ``may_fall_back``: another provider may be asked instead.
    """

    may_fall_back = True

    def __init__(
        self,
        message: str,
        *,
        provider: str,
        retryable: bool,
        status: int | None = None,
        advice: str = "",
        fault: Fault = "request",
        retry_after: float | None = None,
        billed: bool = False,
    ) -> None:
        self.provider, self.retryable, self.status, self.advice = provider, retryable, status, advice
        self.fault, self.retry_after, self.billed = fault, retry_after, billed
        super().__init__(message)


class BudgetExceeded(ProviderError):
    """The call would cost more than is left of a cap, so it was not made.

    ``may_fall_back`` is False for a row of a batch, which waits for money: all its videos are made by the same
    providers.
    """

    def __init__(self, message: str, *, provider: str, account: SpentBudget = "", may_fall_back: bool = True) -> None:
        self.account, self.may_fall_back = account, may_fall_back
        caps = "the batch's budget" if account == "batch" else "the cap (MAX_JOB_COST, DAILY_BUDGET_USD)"
        super().__init__(
            message,
            provider=provider,
            retryable=False,
            advice=f"raise {caps} and retry the job, or make a shorter video",
        )


class BackendError(SutradharError):
    """A store, the bus or the runner failed.

    ``retryable``: True if the next try may succeed (unreachable, overloaded), False if the cause will not go away by
    itself (no permission, a missing bucket).
    """

    def __init__(self, message: str, *, retryable: bool, advice: str = "") -> None:
        self.retryable, self.advice = retryable, advice
        super().__init__(message)


class NeverEnded(BackendError):
    """The work was started again and again, and its process never lived to its end."""

    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message, retryable=False, advice=advice)


class RecordError(SutradharError):
    """Another version of Sutradhar wrote something that is stored."""


class NewerRecord(RecordError):
    """A newer version wrote it. While a deployment replaces the functions, the next try may meet a new one."""

    retryable = True

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} was written by a newer version of Sutradhar; install that version or a newer one")


class UnreadableRecord(RecordError):
    """An older version wrote it, and it cannot be brought to today's form. ``last_step``: what the user does after the
    older version has finished its jobs."""

    def __init__(self, what: str, last_step: str = "start this version again") -> None:
        super().__init__(
            f"{what} was written by another version of Sutradhar: let that version finish its jobs (`sutradhar serve`"
            f" until `sutradhar status` shows none in progress), then {last_step}"
        )


class MarkError(SutradharError):
    """The marks of a file cannot be signed or read; the message says what to do."""


class RenderError(SutradharError):
    """The renderer failed. ``stage`` is the stage of the renderer that failed, or ``disk``. The intro and the outro,
    whose numbers are below 0, are no scenes: only the text of the error names them."""

    def __init__(
        self, cause: str, *, stage: str, scene: int | None = None, advice: str = "", retryable: bool = False
    ) -> None:
        if scene is not None and scene < 0:
            scene = None
        self.detail = FailureDetail(stage=stage, cause=cause, scene=scene, advice=advice, retryable=retryable)
        self.stage, self.scene, self.advice, self.retryable = stage, scene, advice, retryable
        super().__init__(cause)

    @classmethod
    def from_detail(cls, detail: FailureDetail) -> Self:
        """Return the error that ``detail`` describes, as when it comes from another process."""
        return cls(**detail.model_dump())


def describe_failure(exc: BaseException, stage: str, scene: int | None = None) -> FailureDetail:
    """Return the description of ``exc``. A RenderError knows its own stage and scene better than the caller does."""
    if isinstance(exc, RenderError):
        return exc.detail
    return FailureDetail(
        stage=stage,
        cause=str(exc) or type(exc).__name__,
        scene=scene,
        advice=getattr(exc, "advice", ""),
        retryable=getattr(exc, "retryable", False),
    )


class NotInstalled(SutradharError):
    """A program, a font or a package is missing. ``advice`` is the command that installs it."""

    def __init__(self, what: str, *, advice: str) -> None:
        self.advice = advice
        super().__init__(f"{what} is not installed: {advice}")
