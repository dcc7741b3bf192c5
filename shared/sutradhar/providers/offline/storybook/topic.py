"""What the asker's words are about: the bare phrase in them, a title, and the story that they name."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import cache
from typing import Literal

import regex

from sutradhar.domain.plan.choices import Language
from sutradhar.domain.text.text import clean, drawable
from sutradhar.providers.offline.storybook.stories import Story, stories, word_lists

_FILM = r"(?:(?:short|long|little|brief|simple|animated|narrated|\d+[\s-]?(?:second|sec|minute|min|s)s?)\s+)*"
_FILM += r"(?:story|tale|video|film|movie|clip|documentary|lesson)"
_REQUEST = re.compile(
    r"^(?:please\s+|(?:can|could|would)\s+you\s+(?:please\s+)?|i\s+(?:want|would\s+like)\s+)?"
    rf"(?:(?:tell|give|show)\s+(?:me|us)\s+(?:(?:an?|the)\s+)?(?:{_FILM}\s+)?(?:about|of|on)\s+"
    rf"|(?:(?:make|create|generate|produce|write|narrate|tell)\s+(?:(?:me|us)\s+)?)?(?:(?:an?|the)\s+)?{_FILM}"
    r"(?:\s+for\s+[\w\s]{1,30}?)?\s+(?:about|of|on|explaining|showing)\s+"
    r"|(?:explain|describe)\s+(?:to\s+(?:me|us)\s+)?)(?=\S)",
    re.IGNORECASE,
)
_REQUEST_HI_START = re.compile(r"^(?:कृपया\s+)?(?:(?:मुझे|हमें)\s+)?")
_REQUEST_HI = re.compile(
    r"(?:\s+के\s+बारे\s+में)?(?:\s+(?:पर|का))?(?:\s+(?:एक\s+)?(?:वीडियो|फ़िल्म|फिल्म))?"
    r"\s+(?:सुनाओ|सुनाइए|सुनाइये|बताओ|बताइए|बताइये|बनाओ|बनाइए|बनाइये|समझाओ|समझाइए)$"
)
Kind = Literal["thing", "person", "place", "process", "question"]
_HOW_TO = re.compile(r"^(?:how\s+to|the\s+art\s+of|the\s+making\s+of|steps\s+(?:to|for))\s", re.IGNORECASE)
_SAME_FROM = 0.84
_MATCH_OVER = 0.5


def bare(text: str) -> str:
    """The subject in ``text``, without the request around it; empty when it has nothing that can be said and drawn.

    Brackets go, because a narration in brackets is a stage direction and because they look like unfilled blanks.
    """
    text = clean(drawable(re.sub(r"[\[\](){}<>]", " ", text)))
    text = re.sub('["“”„«»]', "", text).strip(" .,;:!?।॥-–—…'’‘*#_/\\|~")
    if requests(text):
        text = _REQUEST_HI_START.sub("", _REQUEST_HI.sub("", _REQUEST.sub("", text))).strip(" .,;:-")
    return text if any(c.isalnum() for c in text) else ""


def requests(text: str) -> bool:
    """Whether ``text`` tells somebody to make or tell a film, rather than being what the film says."""
    return any(r.search(text.strip(" .!?।\"'“”‘’")) for r in (_REQUEST, _REQUEST_HI))


def asks(phrase: str, language: Language, asked: str) -> bool:
    """Whether ``phrase``, the subject of ``asked``, is a question."""
    if _ends_asking(asked):
        return True
    lists, words = word_lists(), phrase.casefold().split()
    if language == "hi":
        return not set(clean(lists.asking_hi).split()).isdisjoint(words)
    return len(words) > 2 and words[0] in (lists.asking + " " + lists.auxiliary).split()


def question_mark(phrase: str, asked: str) -> bool:
    """Whether an English question is worded as one ("why is it so") and not as a clause ("why it is so")."""
    lists, words = word_lists(), phrase.casefold().split()
    begins = words[: 2 if words[0] in lists.asking.split() else 1]
    return _ends_asking(asked) or not set(lists.auxiliary.split()).isdisjoint(begins)


def kind_of(phrase: str, language: Language, asked: str) -> Kind:
    """Return the kind of subject that ``phrase`` is by its words, or a thing if they do not tell.

    The last word before the first preposition decides: "my grandmother's garden" is a place, and "the history of tea"
    is a history, so a thing. Hindi works likewise.
    """
    if _HOW_TO.search(phrase):
        return "process"
    if asks(phrase, language, asked):
        return "question"
    lists = word_lists()
    small = set(lists.small.split()) - {"a", "an", "the"}
    words = _words(phrase)
    if words[0] in lists.doing.split():
        return "process"
    if _has_title(phrase, language):
        return "person"
    head = words[: next((i for i, w in enumerate(words) if w in small and i), len(words))]
    kinds: tuple[Kind, ...] = ("process", "person", "place")
    for kind in kinds:
        known = set(_words(lists.kinds[kind]))
        of = words[-1:] if language == "hi" else head[-1:]
        if not known.isdisjoint(of) or (kind == "process" and words[0] in known):
            return kind
        if kind == "person" and language == "en" and not known.isdisjoint(w.removesuffix("s") for w in of):
            return kind
    return "thing"


def _has_title(phrase: str, language: Language) -> bool:
    """Return whether ``phrase`` is a title and a name, two or three words: "Rani Lakshmibai", but not "king cobra"."""
    words, lists = phrase.replace(".", " ").split(), word_lists()
    if not 1 < len(words) < 5 or _words(phrase)[0] not in _words(lists.titles):
        return False
    if language == "hi":
        return set(words).isdisjoint(lists.postpositions.split())
    return all(w[:1].isupper() for w in words)


def inside_sentence(phrase: str) -> str:
    """Return ``phrase`` as written in the middle of a sentence: "my garden" for "My garden"."""
    first, *rest = phrase.split()
    lists = word_lists()
    known = f"{lists.small} the {lists.lower_inside} {lists.doing} {lists.kinds['process']}".split()
    is_lower = first.istitle() and first.lower() in known and (not rest or rest[0].islower())
    return phrase[0].lower() + phrase[1:] if is_lower else phrase


def _ends_asking(asked: str) -> bool:
    return asked.rstrip(" \"”'’").endswith("?")


def title_case(phrase: str) -> str:
    """``phrase`` as an English title; words that have a capital already, and other scripts, stay as they are."""
    words, small = phrase.split(), word_lists().small.split()
    last = len(words) - 1
    return " ".join(
        w if w != w.lower() or (w in small and 0 < i < last) else w[0].upper() + w[1:] for i, w in enumerate(words)
    )


def cut(text: str, limit: int) -> str:
    """``text``, or as many whole words as fit ``limit`` characters with an ellipsis."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    return (head.rsplit(" ", 1)[0] if " " in head else head).rstrip(" ,;:.") + "…"


def _words(text: str) -> list[str]:
    """Folded words; spellings of Hindi with and without nukta, chandrabindu or anusvara become one."""
    folded = clean(text).casefold().replace("\u093c", "").replace("ँ", "ं")
    return regex.findall(r"[\p{L}\p{M}\p{N}]+", folded)


@cache
def _vocabularies() -> tuple[tuple[Story, tuple[tuple[str, ...], ...], frozenset[str]], ...]:
    """Each story with its keywords as folded words, and all words that belong to it."""
    found = []
    for story in stories():
        keywords = tuple(tuple(_words(k)) for k in story.keywords)
        belonging = {w for k in keywords for w in k} | {
            w for text in (*story.related, *story.title.values()) for w in _words(text)
        }
        found.append((story, keywords, frozenset(belonging)))
    return tuple(found)


def _same(a: str, b: str) -> bool:
    if a == b:
        return True
    if a[0] != b[0] or min(len(a), len(b)) < 4:
        return False
    if sorted(a) == sorted(b):
        return True
    return min(len(a), len(b)) >= 6 and SequenceMatcher(None, a, b, autojunk=False).ratio() >= _SAME_FROM


def _occurs(word: str, among: Sequence[str] | frozenset[str]) -> bool:
    return any(_same(word, other) for other in among)


def named_story(text: str) -> Story | None:
    """The story that ``text`` names, small misspellings allowed.

    A keyword of it must occur, and most of the other words must belong to it: "Maruti cars" is not about Hanuman.
    """
    passing = set(_words(word_lists().passing))
    content = [w for w in _words(text) if w not in passing and not w.isdecimal()]
    best: tuple[float, Story] | None = None
    for story, keywords, vocabulary in _vocabularies():
        if not any(all(_occurs(w, content) for w in keyword) for keyword in keywords):
            continue
        share = sum(_occurs(w, vocabulary) for w in content) / len(content)
        if share > _MATCH_OVER and (best is None or share > best[0]):
            best = share, story
    return best[1] if best else None
