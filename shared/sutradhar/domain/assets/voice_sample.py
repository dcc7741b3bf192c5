"""A sample of a voice: the sentence that it speaks, and the note about a sample that is not finished."""

from collections.abc import Mapping
from datetime import datetime

from sutradhar.domain.core.record import History, Record, keep_fields
from sutradhar.domain.language.tags import Language

SAMPLE_TEXTS: Mapping[Language, str] = {
    "en": "Hello! Let us begin your story, one scene at a time.",
    "hi": "नमस्ते! चलिए, आपकी कहानी शुरू करते हैं।",
}
"""The sentence that each voice speaks. Another text would be made, and paid for, anew for every voice."""
MAX_SAMPLE_CHARS = 300
"""The longest text of a sample."""


class SampleNote(Record):
    """A sample that is ordered, or that no provider made. It is deleted when the sample is finished."""

    history = History("note of a voice sample", keep_fields)

    at: datetime
    """The time of the order, or of the failure."""
    cause: str = ""
    """The reason why there is no sample; empty: it is being made."""
    advice: str = ""
