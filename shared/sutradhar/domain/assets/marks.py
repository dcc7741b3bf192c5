"""Define what the marks in a finished file say: who or what made each part of the video."""

from typing import Literal

from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.assets.specs import AssetKind
from sutradhar.domain.core.base import Frozen

SourceType = Literal[
    "trainedAlgorithmicMedia",
    "compositeWithTrainedAlgorithmicMedia",
    "compositeSynthetic",
    "algorithmicMedia",
    "digitalCapture",
    "digitalCreation",
    "humanEdits",
    "composite",
]
"""The last part of the URL of a term of IPTC's vocabulary "digital source type"
(cv.iptc.org/newscodes/digitalsourcetype), which C2PA and XMP use."""
SOURCE_TYPE_URL = "http://cv.iptc.org/newscodes/digitalsourcetype/"
"""Every term's URL begins with this."""


class MarkedPart(Frozen):
    """One part of the video, such as the image of a scene or the music, and who or what made it."""

    slot: Slot
    kind: AssetKind
    source_type: SourceType | None
    """None: its source is not known, as with a user's own file or a file of a stock library."""
    provider: str
    """The provider that made it, or the user's own file."""
    model: str = ""
    voice: str = ""
    is_own: bool = False
    """True: it is a file of the user's."""
    licence: str = ""
    author: str = ""
    source: str = ""
    """The URL of the page that shows the original."""
    sha256: str


class MarkFacts(Frozen):
    """All that the marks of one video say. Equal videos have equal facts: they name neither the job nor a time."""

    title: str
    source_type: SourceType
    """The type of the video as a whole."""
    has_synthetic_media: bool
    """True if viewers could take something for real that a model generated; platforms ask for this."""
    parts: tuple[MarkedPart, ...] = ()
