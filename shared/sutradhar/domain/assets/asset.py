"""Assets, the stored parts of a video, and where each comes from."""

from typing import Any, Literal

from pydantic import SerializerFunctionWrapHandler, model_serializer

from sutradhar.domain.assets.specs import AssetKind
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.record import History, Record, keep_fields, rename
from sutradhar.domain.plan.focus import Point
from sutradhar.domain.song.analysis import SongFacts

Alignment = Literal["engine", "speech", "estimate", "given", "beats"]
"""The source of word times: the voice engine itself, the words recognised in the finished speech, a share of the
speech by the length of each word, the file of the lyrics, or the beats of the song."""

SAMPLE_RATE = 48_000
"""Samples per second of all audio."""


class Word(Frozen):
    """One spoken word as it stands in the text (its punctuation with it), in seconds from the start of the audio.

    A video has thousands of words, so the JSON leaves out the usual values.
    """

    text: str
    start: float
    end: float
    timing_source: Alignment = "engine"
    confidence: float = 1.0
    """The probability, 0 to 1, that the time is right within 0.1 s: 1 if the voice engine gave it, the recogniser's own
    probability if the word was found in the speech, and a measured value if the time is a share by length."""

    @model_serializer(mode="wrap")
    def _leave_out_defaults(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        fields: dict[str, Any] = serialize(self)
        if self.timing_source == "engine":
            del fields["timing_source"]
        if self.confidence == 1:
            del fields["confidence"]
        return fields

    def to_manifest(self) -> dict[str, Any]:
        """Return all fields as the JSON of a video's provenance names them."""
        return {
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "how": self.timing_source,
            "confidence": self.confidence,
        }


class Fallback(Frozen):
    """A provider that was asked first and did not make the asset, and why."""

    provider: str
    reason: str


class Provenance(Frozen):
    """The source of an asset from a hosted provider or a library. Some licences require that its author is shown."""

    model: str = ""
    request_id: str = ""
    """The provider's own name of the call."""
    prompt: str = ""
    """The prompt as it was sent. After a refusal it is not the plan's."""
    seed: int | None = None
    voice: str = ""
    """The provider's own name for the voice that speaks."""
    style: str = ""
    first_frame: str = ""
    """The sha256 of the image that a generated clip begins with."""
    licence: str = ""
    author: str = ""
    source: str = ""
    """The URL of the page that shows the original."""


class Asset(Record):
    """A stored part of a video. ``blob`` is its name in the blob store, ``sha256`` the hash of its bytes."""

    history = History(
        "asset",
        keep_fields,
        rename("footage", "is_video"),
        rename("refused", "refusal_reason"),
        rename("how", "timing_source", within="words.*"),
    )

    key: str
    kind: AssetKind
    blob: str
    sha256: str
    size: int
    provider: str
    fallbacks: tuple[Fallback, ...] = ()
    samples: int = 0
    """Length of audio in samples at 48 kHz; 0 for an asset without audio."""
    width: int = 0
    height: int = 0
    """Width and height of an image in pixels; 0 if unknown."""
    clip_sec: float | None = None
    """Length of a user's own clip; None for every other asset."""
    words: tuple[Word, ...] = ()
    alignment: Alignment | None = None
    provenance: Provenance | None = None
    song: SongFacts | None = None
    """The part of a song that a video plays; None for every other asset. ``words`` and ``samples`` are of that part."""
    face: Point | None = None
    """The middle of the faces in a user's own image or clip; None: it has none, or they were not looked for."""
    moments: tuple[float, ...] = ()
    """Seconds at which a user's own clip is worth to be shown from, the best first; looked for only if its video has a
    song."""
    pauses: tuple[tuple[float, float], ...] = ()
    """Start and end, in seconds, of each silence of 0.3 s or more in a user's recorded voice."""
    notices: tuple[str, ...] = ()
    """Sentences for the user about how the asset was made, such as words of a text that a recording does not say."""
    is_video: bool = False
    """True if the file of an image asset is a video."""
    refusal_reason: str = ""
    """The provider's reason for refusing the first prompt; empty if it accepted that."""

    @property
    def is_fallback(self) -> bool:
        """True if another provider than the first made it. A fallback serves one job only."""
        return bool(self.fallbacks)
