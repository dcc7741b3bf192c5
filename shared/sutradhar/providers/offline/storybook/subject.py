"""Find the subject of a user's words, and tell what kind of subject it is."""

import re
from typing import Literal

from sutradhar.domain.language.tags import Language
from sutradhar.domain.text.search_words import fold_words
from sutradhar.domain.text.text import clean_text, make_drawable
from sutradhar.providers.offline.storybook.stories import load_word_lists

_VIDEO = r"(?:(?:short|long|little|brief|simple|animated|narrated|\d+[\s-]?(?:second|sec|minute|min|s)s?)\s+)*"
_VIDEO += r"(?:story|tale|video|film|movie|clip|documentary|lesson)"
_REQUEST = re.compile(
    r"^(?:please\s+|(?:can|could|would)\s+you\s+(?:please\s+)?|i\s+(?:want|would\s+like)\s+)?"
    rf"(?:(?:tell|give|show)\s+(?:me|us)\s+(?:(?:an?|the)\s+)?(?:{_VIDEO}\s+)?(?:about|of|on)\s+"
    rf"|(?:(?:make|create|generate|produce|write|narrate|tell)\s+(?:(?:me|us)\s+)?)?(?:(?:an?|the)\s+)?{_VIDEO}"
    r"(?:\s+for\s+[\w\s]{1,30}?)?\s+(?:about|of|on|explaining|showing)\s+"
    r"|(?:explain|describe)\s+(?:to\s+(?:me|us)\s+)?)(?=\S)",
    re.IGNORECASE,
)
_REQUEST_HI_START = re.compile(r"^(?:कृपया\s+)?(?:(?:मुझे|हमें)\s+)?")
_REQUEST_HI = re.compile(
    r"(?:\s+के\s+बारे\s+में)?(?:\s+(?:पर|का))?(?:\s+(?:एक\s+)?(?:वीडियो|फ़िल्म|फिल्म))?"
    r"\s+(?:सुनाओ|सुनाइए|सुनाइये|बताओ|बताइए|बताइये|बनाओ|बनाइए|बनाइये|समझाओ|समझाइए)$"
)
_HOW_TO = re.compile(r"^(?:how\s+to|the\s+art\s+of|the\s+making\s+of|steps\s+(?:to|for))\s", re.IGNORECASE)

SubjectKind = Literal["thing", "person", "place", "process", "question"]


def extract_subject(text: str) -> str:
    """Return the subject in ``text``, without the request around it; empty if it has no word to say and draw.

    Brackets go, because a narration in brackets is a stage direction and because they look like unfilled blanks.
    """
    text = clean_text(make_drawable(re.sub(r"[\[\](){}<>]", " ", text)))
    text = re.sub('["“”„«»]', "", text).strip(" .,;:!?।॥-–—…'’‘*#_/\\|~")
    if is_request(text):
        text = _REQUEST_HI_START.sub("", _REQUEST_HI.sub("", _REQUEST.sub("", text))).strip(" .,;:-")
    return text if any(c.isalnum() for c in text) else ""


def is_request(text: str) -> bool:
    """Return whether ``text`` asks for a video or a story to be made, instead of being the words of the video."""
    return any(r.search(text.strip(" .!?।\"'“”‘’")) for r in (_REQUEST, _REQUEST_HI))


def is_question(subject: str, language: Language, request: str) -> bool:
    """Return whether ``subject``, which was extracted from ``request``, is a question."""
    if ends_with_question_mark(request):
        return True
    lists, words = load_word_lists(), subject.casefold().split()
    if language == "hi":
        return not set(clean_text(lists.asking_hi).split()).isdisjoint(words)
    return len(words) > 2 and words[0] in (lists.asking + " " + lists.auxiliary).split()


def has_question_order(subject: str, request: str) -> bool:
    """Return whether an English question is worded as one ("why is it so"), not as a clause ("why it is so")."""
    lists, words = load_word_lists(), subject.casefold().split()
    first_words = words[: 2 if words[0] in lists.asking.split() else 1]
    return ends_with_question_mark(request) or not set(lists.auxiliary.split()).isdisjoint(first_words)


def ends_with_question_mark(text: str) -> bool:
    """Return whether ``text`` ends with a question mark, quotation marks aside."""
    return text.rstrip(" \"'”’").endswith("?")


def classify_subject(subject: str, language: Language, request: str) -> SubjectKind:
    """Return the kind of ``subject`` by its words, or "thing" if they do not show it.

    The last word before the first preposition decides: "my grandmother's garden" is a place, and "the history of tea"
    is a history, so a thing. Hindi works likewise. ``request``: the text from which the subject was extracted.
    """
    if _HOW_TO.search(subject):
        return "process"
    if is_question(subject, language, request):
        return "question"
    words = fold_words(subject)
    if words[0] in load_word_lists().doing.split():
        return "process"
    if _has_personal_title(subject, language):
        return "person"
    return _classify_by_head(words, language)


def _classify_by_head(words: list[str], language: Language) -> SubjectKind:
    """Return the kind by the word that decides: the last in Hindi, the last before a preposition in English."""
    lists = load_word_lists()
    small = set(lists.small.split()) - {"a", "an", "the"}
    head = words[: next((i for i, w in enumerate(words) if w in small and i), len(words))]
    deciding = words[-1:] if language == "hi" else head[-1:]
    kinds: tuple[SubjectKind, ...] = ("process", "person", "place")
    for kind in kinds:
        kind_words = set(fold_words(lists.kinds[kind]))
        if not kind_words.isdisjoint(deciding) or (kind == "process" and words[0] in kind_words):
            return kind
        if kind == "person" and language == "en" and not kind_words.isdisjoint(w.removesuffix("s") for w in deciding):
            return kind
    return "thing"


def _has_personal_title(subject: str, language: Language) -> bool:
    """Return whether ``subject`` is a title and a name, two to four words: "Rani Lakshmibai", but not "king cobra"."""
    words, lists = subject.replace(".", " ").split(), load_word_lists()
    if not 1 < len(words) < 5 or fold_words(subject)[0] not in fold_words(lists.titles):
        return False
    if language == "hi":
        return set(words).isdisjoint(lists.postpositions.split())
    return all(w[:1].isupper() for w in words)
