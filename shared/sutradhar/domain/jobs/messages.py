"""What travels on the bus. Orders are imperative, facts are past tense. ``topic`` is the function that serves it."""

from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.failure import FailureDetail


class PlanRender(Frozen):
    topic: ClassVar[str] = "plan"
    type: Literal["PlanRender"] = "PlanRender"
    job_id: str


class ProduceAsset(Frozen):
    topic: ClassVar[str] = "produce"
    type: Literal["ProduceAsset"] = "ProduceAsset"
    job_id: str
    slot: Slot


class DispatchRender(Frozen):
    """Start the renderer, or see what became of it."""

    topic: ClassVar[str] = "dispatch"
    type: Literal["DispatchRender"] = "DispatchRender"
    job_id: str


class StopRender(Frozen):
    """End a running execution whose job was cancelled."""

    topic: ClassVar[str] = "dispatch"
    type: Literal["StopRender"] = "StopRender"
    job_id: str
    execution: str


class RenderProgressed(Frozen):
    """``done`` of ``total`` units of work of this render (frames, and the work after them in frames)."""

    topic: ClassVar[str] = "finish"
    type: Literal["RenderProgressed"] = "RenderProgressed"
    job_id: str
    render_id: str
    stage: str
    done: int
    total: int


class RenderFinished(Frozen):
    """The renderer is done. Its summary lies at ``summary_blob``; on failure ``error`` says what happened."""

    topic: ClassVar[str] = "finish"
    type: Literal["RenderFinished"] = "RenderFinished"
    job_id: str
    render_id: str
    summary_blob: str | None = None
    error: FailureDetail | None = None


class CheckUpload(Frozen):
    """Ask the worker to check a file that a user sent."""

    topic: ClassVar[str] = "check"
    type: Literal["CheckUpload"] = "CheckUpload"
    upload_id: str


Message = Annotated[
    PlanRender | ProduceAsset | DispatchRender | StopRender | RenderProgressed | RenderFinished | CheckUpload,
    Field(discriminator="type"),
]

TOPICS = ("plan", "produce", "dispatch", "finish", "check")
"""One Pub/Sub function each, of the same name."""


def message_subject(message: Message) -> dict[str, str]:
    """Return the job or the upload that ``message`` is about, as the log and Pub/Sub's attributes name it."""
    if isinstance(message, CheckUpload):
        return {"upload_id": message.upload_id}
    return {"job_id": message.job_id}


_adapter: TypeAdapter[Message] = TypeAdapter(Message, config=ConfigDict(defer_build=True))


def decode_message(body: bytes | str) -> Message:
    """Raises pydantic.ValidationError for anything that is no message of ours."""
    return _adapter.validate_json(body)
