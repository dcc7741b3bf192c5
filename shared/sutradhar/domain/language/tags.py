"""List the languages by their tags (BCP 47)."""

from typing import Literal, get_args

Language = Literal[
    "en", "hi", "bn", "ta", "te", "mr", "gu", "kn", "ml", "pa", "ur", "ne", "sa",
    "es", "fr", "de", "pt", "it", "id", "ar", "ru", "ja", "ko", "zh",
]  # fmt: skip
"""The tags without a region. ``table`` has a row for each."""
LANGUAGES: tuple[Language, ...] = get_args(Language)
