"""The one description of a failure, from the process where it happened to the answer of the API."""

from sutradhar.domain.core.base import Frozen


class FailureDetail(Frozen):
    """The cause of a failure, and the advice about it.

    The same value travels from an encoding worker to the renderer, in the renderer's last message, on the job and, as
    fields of the job's ``error``, in the API.
    """

    stage: str
    """The step that failed, such as ``narration`` or ``join``."""
    cause: str
    scene: int | None = None
    """Index from 0, as in ``scenes[0]``; None if no single scene is to blame."""
    advice: str = ""
    """A sentence about what the user can do; empty if only a retry may help."""
    retryable: bool = False
    """True if the same work may succeed the next time."""
