"""Read the glossary and the exceptions of the language check, and find their words in names and in text."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from fnmatch import fnmatch
from typing import Any

_ENTRY = re.compile(r"`([^`]+)`(?:\s*\(([^)]*)\))?")
_NAME_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_HEADER = ["Say", "Meaning", "Instead of"]


class Scope(Enum):
    """The places in which the check refuses a word, as the glossary writes them behind it."""

    ANYWHERE = ""
    NAMES = "names"
    ALONE = "alone"
    TEXT = "text"
    BY_EYE = "by eye"


@dataclass(frozen=True)
class Term:
    """A word or phrase that the glossary replaces."""

    words: tuple[str, ...]
    """Lower case, in the singular."""
    pattern: str
    """A regular expression of the same words in text, where a hyphen counts and any white space is a space."""
    say: str
    """Advice: the words to use instead."""
    scope: Scope
    right: tuple[tuple[str, ...], ...] = ()
    """Words of the first column that have the replaced word in them (``sound effect`` has ``sound``)."""


def split_name(name: str) -> list[str]:
    """Return the words of a snake_case or CamelCase name in lower case."""
    return [word.lower() for word in _NAME_WORD.findall(name)]


def read_terms(page: str) -> list[Term]:
    """Return the replaced words of all tables of the glossary that are to be checked.

    Raises:
        ValueError: a row has another number of cells, a word has an unknown remark, or the page has no table.
    """
    terms: list[Term] = []
    right: list[tuple[str, ...]] = []
    rows = 0
    in_table = False
    for line in page.splitlines():
        if not line.startswith("|"):
            in_table = False
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if cells == _HEADER:
            in_table = True
        elif in_table and not set(cells[0]) <= set("-: "):
            if len(cells) != len(_HEADER):
                raise ValueError(f"the glossary has a row with {len(cells)} cells: {line}")
            rows += 1
            right += [tuple(re.split(r"[\s-]+", one.lower())) for one in cells[0].split(" / ")]
            terms += _read_row(cells[0], cells[2])
    if not rows:
        raise ValueError(f"the glossary has no table with the columns {', '.join(_HEADER)}")
    return [
        replace(term, right=tuple(words for words in right if set(term.words) < set(words)))
        for term in terms
        if term.scope is not Scope.BY_EYE
    ]


def _read_row(say: str, replaced: str) -> Iterator[Term]:
    advice = "say " + (say.strip("*") if say.startswith("*") else " or ".join(f'"{one}"' for one in say.split(" / ")))
    for word, remark in _ENTRY.findall(replaced):
        pattern = r"\s+".join(re.escape(part) for part in word.split())
        yield Term(tuple(re.split(r"[\s-]+", word.lower())), pattern, advice, Scope(remark))


@dataclass(frozen=True)
class Exceptions:
    """One group of exceptions with its reason."""

    reason: str
    names: frozenset[str] = frozenset()
    """Whole names that stay as they are, without leading and trailing underscores."""
    phrases: tuple[str, ...] = ()
    """Pieces of text that the check does not read, upper and lower case alike."""
    skip: frozenset[str] = frozenset()
    """Kinds of text that the check does not read at all: "strings", "names", "comments"."""
    paths: tuple[str, ...] = ("*",)
    """Patterns of the files in which the group holds; ``*`` matches folders too."""

    def holds_in(self, path: str) -> bool:
        return any(fnmatch(path, pattern) for pattern in self.paths)


def read_exceptions(text: str) -> list[Exceptions]:
    """Return the groups of the TOML file of exceptions.

    Raises:
        TypeError: a group has an unknown key or no reason.
        ValueError: a reason is empty, or a group has an unknown kind of text.
    """
    groups = []
    for table in tomllib.loads(text).get("group", []):
        values: dict[str, Any] = dict(table)
        for key, kind in (("names", frozenset), ("skip", frozenset), ("phrases", tuple), ("paths", tuple)):
            if key in values:
                values[key] = kind(values[key])
        group = Exceptions(**values)
        if not group.reason or not group.skip <= {"strings", "names", "comments"}:
            raise ValueError(f"wrong group of language exceptions: {table}")
        groups.append(group)
    return groups


@dataclass
class Vocabulary:
    """The replaced words, less the exceptions of one file."""

    terms: Sequence[Term]
    exceptions: Sequence[Exceptions] = ()
    _text: list[tuple[re.Pattern[str], Term]] = field(init=False)
    _any: re.Pattern[str] = field(init=False)
    _masked: re.Pattern[str] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        text_terms = [term for term in self.terms if term.scope in {Scope.ANYWHERE, Scope.TEXT}]
        self._text = [(_compile_word(term.pattern), term) for term in text_terms]
        self._any = _compile_word("|".join(term.pattern for term in text_terms))
        if phrases := [re.escape(phrase) for group in self.exceptions for phrase in group.phrases]:
            self._masked = re.compile("|".join(sorted(phrases, key=len, reverse=True)), re.IGNORECASE)

    def find_in_name(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield each replaced word in ``name`` with the advice."""
        bare = name.strip("_")
        if any(bare in group.names for group in self.exceptions):
            return
        if bare.startswith("test_"):  # a sentence
            yield from ((word, advice) for _, word, advice in self.find_in_text(bare.replace("_", " ")))
            return
        words = split_name(bare)
        for term in self.terms:
            if term.scope is Scope.TEXT or term.words[0] not in bare.lower():
                continue
            if term.scope is Scope.ALONE:
                if tuple(words) == term.words:
                    yield bare, term.say
            elif any(_stands_at(at, term, words) for at in range(len(words))):
                yield " ".join(term.words), term.say

    def find_in_text(self, text: str) -> Iterator[tuple[int, str, str]]:
        """Yield the offset of each replaced word in ``text``, the word as it stands there, and the advice."""
        if self._masked:
            text = self._masked.sub(lambda match: re.sub(r"\S", " ", match[0]), text)
        if not self._any.search(text):
            return
        for pattern, term in self._text:
            for match in pattern.finditer(text):
                yield match.start(), match[0], term.say

    def skips(self, kind: str) -> bool:
        """Tell whether the exceptions leave out all text of the given kind in this file."""
        return any(kind in group.skip for group in self.exceptions)


def _compile_word(body: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z])(?:{body})(?:'s|s'|s)?(?![A-Za-z])", re.IGNORECASE)


def _stands_at(at: int, term: Term, words: list[str]) -> bool:
    """Tell whether the words of a name are from ``at`` on those of the term, and not those of a right word."""
    if not _begins(words[at:], term.words):
        return False
    return not any(
        _begins(words[start:], right) and start <= at < start + len(right)
        for right in term.right
        for start in range(at + 1)
    )


def _begins(words: list[str], beginning: tuple[str, ...]) -> bool:
    """Tell whether ``words`` begin with these, the last one also in the plural."""
    head = words[: len(beginning)]
    return (
        len(head) == len(beginning)
        and head[:-1] == list(beginning[:-1])
        and head[-1] in {beginning[-1], beginning[-1] + "s"}
    )
