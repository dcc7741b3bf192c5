"""The messages of the bus. Commands are named in the imperative, events in the past tense.

``topic`` names the Pub/Sub topic of a message and the function that handles it.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.assets.specs import NarrationSpec
from sutradhar.domain.core.failure import FailureDetail
from sutradhar.domain.core.record import STORED, History, Record, keep_fields
from sutradhar.domain.language.tags import Language


class _Stored(Record):
    """A message; one whose fields change gets a history of its own."""

    history = History("message", keep_fields)


class PlanRender(_Stored):
    """Write the scenes of the job."""

    topic: ClassVar[str] = "plan"
    type: Literal["PlanRender"] = "PlanRender"
    job_id: str


class ProduceAsset(_Stored):
    """Produce the asset of one slot of the job."""

    topic: ClassVar[str] = "produce"
    type: Literal["ProduceAsset"] = "ProduceAsset"
    job_id: str
    slot: Slot


class SpeakSample(_Stored):
    """Make a sample of a voice, which belongs to no job."""

    topic: ClassVar[str] = "produce"
    type: Literal["SpeakSample"] = "SpeakSample"
    sample_id: str
    """The key of the narration."""
    spec: NarrationSpec
    owner: str
    """The API key that pays for it; empty: there are no API keys."""
    owner_cap_micros: int | None
    """The cap of one day for all calls of the owner, in millionths of a US dollar."""


class AnalyzeAudio(_Stored):
    """Analyse the music of an upload."""

    topic: ClassVar[str] = "produce"
    type: Literal["AnalyzeAudio"] = "AnalyzeAudio"
    upload_id: str


class AlignLyrics(_Stored):
    """Find when the words of lyrics are sung in an upload."""

    topic: ClassVar[str] = "produce"
    type: Literal["AlignLyrics"] = "AlignLyrics"
    upload_id: str
    lyrics: str
    """As the caller sent them."""
    language: Language


class DispatchRender(_Stored):
    """Start the renderer, or see what became of it."""

    topic: ClassVar[str] = "dispatch"
    type: Literal["DispatchRender"] = "DispatchRender"
    job_id: str


class StopRender(_Stored):
    """End a running execution whose job was cancelled."""

    topic: ClassVar[str] = "dispatch"
    type: Literal["StopRender"] = "StopRender"
    job_id: str
    execution: str


class DeleteJobFiles(_Stored):
    """Delete the files of a job that was deleted, or whose files are no longer kept."""

    topic: ClassVar[str] = "dispatch"
    type: Literal["DeleteJobFiles"] = "DeleteJobFiles"
    job_id: str


class RenderProgressed(_Stored):
    """The renderer has done ``done`` of ``total`` units of work: the frames, and the work after them counted in
    frames."""

    topic: ClassVar[str] = "finish"
    type: Literal["RenderProgressed"] = "RenderProgressed"
    job_id: str
    render_id: str
    stage: str
    done: int
    total: int


class RenderFinished(_Stored):
    """The renderer has ended. Its summary is the blob ``summary_blob``; after a failure ``error`` describes it."""

    topic: ClassVar[str] = "finish"
    type: Literal["RenderFinished"] = "RenderFinished"
    job_id: str
    render_id: str
    summary_blob: str | None = None
    error: FailureDetail | None = None


class CheckUpload(_Stored):
    """Ask the worker to check a file that a user sent."""

    topic: ClassVar[str] = "check"
    type: Literal["CheckUpload"] = "CheckUpload"
    upload_id: str


class DeleteUpload(_Stored):
    """Delete the files and the record of an upload that its owner deleted."""

    topic: ClassVar[str] = "check"
    type: Literal["DeleteUpload"] = "DeleteUpload"
    upload_id: str


class RemoveData(_Stored):
    """Remove the next batch of a key's data."""

    topic: ClassVar[str] = "dispatch"
    type: Literal["RemoveData"] = "RemoveData"
    removal_id: str


class AnnounceEvents(_Stored):
    """Store the events of the job for its webhook: its end, and that it waits for an approval."""

    topic: ClassVar[str] = "webhook"
    type: Literal["AnnounceEvents"] = "AnnounceEvents"
    job_id: str


class DeliverWebhook(_Stored):
    """Send a stored event to its receiver, if it is due."""

    topic: ClassVar[str] = "webhook"
    type: Literal["DeliverWebhook"] = "DeliverWebhook"
    delivery_id: str


class AdvanceBatch(_Stored):
    """Start the next rows of a batch, and note those that have ended."""

    topic: ClassVar[str] = "plan"
    type: Literal["AdvanceBatch"] = "AdvanceBatch"
    batch_id: str
    job_id: str = ""
    """The job of the batch that has ended; empty: another reason to look at it."""


class OrderVersions(_Stored):
    """Start the jobs that make a job's video in other languages, cancel them with it, or let the next one render."""

    topic: ClassVar[str] = "plan"
    type: Literal["OrderVersions"] = "OrderVersions"
    job_id: str


class DeleteBatch(_Stored):
    """Delete a batch that ended long ago, with its plans."""

    topic: ClassVar[str] = "dispatch"
    type: Literal["DeleteBatch"] = "DeleteBatch"
    batch_id: str


class PublishVideo(_Stored):
    """Work on a publication, for the claim with this token."""

    topic: ClassVar[str] = "publish"
    type: Literal["PublishVideo"] = "PublishVideo"
    publication_id: str
    token: int


class WakePublications(_Stored):
    """Let the publications go on that wait for the job, which has just ended."""

    topic: ClassVar[str] = "publish"
    type: Literal["WakePublications"] = "WakePublications"
    job_id: str


JobStep = PlanRender | ProduceAsset | DispatchRender | RenderFinished
"""The messages without which a job does not go on: the job fails with one that cannot be handled."""
Message = Annotated[
    PlanRender
    | ProduceAsset
    | SpeakSample
    | AnalyzeAudio
    | AlignLyrics
    | DispatchRender
    | StopRender
    | DeleteJobFiles
    | RenderProgressed
    | RenderFinished
    | CheckUpload
    | DeleteUpload
    | RemoveData
    | AnnounceEvents
    | DeliverWebhook
    | AdvanceBatch
    | OrderVersions
    | DeleteBatch
    | PublishVideo
    | WakePublications,
    Field(discriminator="type"),
]


def message_subject(message: Message) -> dict[str, str]:
    """Return the job, the upload, the sample, the removal, the delivery, the batch or the publication that ``message``
    is about, as the log and Pub/Sub's attributes name it."""
    if isinstance(message, SpeakSample):
        return {"sample_id": message.sample_id}
    if isinstance(message, CheckUpload | DeleteUpload | AnalyzeAudio | AlignLyrics):
        return {"upload_id": message.upload_id}
    if isinstance(message, RemoveData):
        return {"removal_id": message.removal_id}
    if isinstance(message, DeliverWebhook):
        return {"delivery_id": message.delivery_id}
    if isinstance(message, AdvanceBatch | DeleteBatch):
        return {"batch_id": message.batch_id}
    if isinstance(message, PublishVideo):
        return {"publication_id": message.publication_id}
    return {"job_id": message.job_id}


_adapter: TypeAdapter[Message] = TypeAdapter(Message, config=ConfigDict(defer_build=True))


def decode_message(body: bytes | str) -> Message:
    """Return the message in ``body``, which this version or an earlier one sent.

    Raises:
        pydantic.ValidationError: it is no message of ours.
        NewerRecord: a newer version sent it.
    """
    return _adapter.validate_json(body, context=STORED)
