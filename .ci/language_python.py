"""The rules of the language check for Python: how docstrings begin, how functions are named, which words are used."""

import ast
import io
import re
import tokenize
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

from language_glossary import Vocabulary, split_name

_WORDS = {
    key: frozenset(words.split())
    for key, words in tomllib.loads(Path(__file__).with_name("language_words.toml").read_text("utf-8")).items()
}
_VALUE_DECORATORS = frozenset({"property", "cached_property", "computed_field", "fixture", "composite", "invariant"})
"""These turn a function into a value with a noun for a name, or (``invariant``) into a sentence."""

Problem = tuple[int, str]
"""Line and message."""


def check_python(source: str, path: str, vocabulary: Vocabulary, *, strings: bool) -> Iterator[Problem]:
    """Yield the problems of one module.

    Args:
        source: the text of the module.
        path: where it is, with ``/``; the name of the module is read too.
        vocabulary: the words that are replaced, less the exceptions of this file.
        strings: read string literals too, besides docstrings. False for tests, whose strings are a user's words.

    Raises:
        SyntaxError: the text is not Python.
    """
    nodes = list(ast.walk(ast.parse(source)))
    docstrings = {(node.lineno, node.col_offset): node.value for node in _string_statements(nodes)}
    for (line, _), text in docstrings.items():
        yield from _check_opener(line, text)
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _check_function(node, vocabulary)
        elif isinstance(node, ast.Call):
            yield from _check_log_event(node)
    yield from _check_names(nodes, path, vocabulary)
    yield from _check_text(source, set(docstrings), vocabulary, strings=strings and not vocabulary.skips("strings"))


class _StringStatement:
    def __init__(self, constant: ast.Constant, value: str) -> None:
        self.lineno, self.col_offset, self.value = constant.lineno, constant.col_offset, value


def _string_statements(nodes: Sequence[ast.AST]) -> Iterator[_StringStatement]:
    """Yield the strings that stand alone: docstrings of modules, classes, functions and attributes."""
    for node in nodes:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield _StringStatement(node.value, node.value.value)


def _check_opener(line: int, text: str) -> Iterator[Problem]:
    if (word := re.match(r"[A-Za-z]+", text.lstrip())) and word[0] in _WORDS["openers"]:
        yield line, f'docstring begins with "{word[0]}": write a sentence with subject and verb'


def _check_log_event(node: ast.Call) -> Iterator[Problem]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name == "log" and node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
        event = node.args[0].value
        if not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", event):
            yield node.lineno, f'log event "{event}": write it in snake_case'


def _check_function(node: ast.FunctionDef | ast.AsyncFunctionDef, vocabulary: Vocabulary) -> Iterator[Problem]:
    name = node.name.strip("_")
    words = split_name(name)
    if not words or node.name.startswith("__") or any(name in group.names for group in vocabulary.exceptions):
        return
    is_value = any(_decorator_name(decorator) in _VALUE_DECORATORS for decorator in node.decorator_list)
    first, alone = words[0], len(words) == 1
    if is_value:
        if _is_participle(first) and (alone or words[1] in _WORDS["links"]):
            yield node.lineno, f'value "{node.name}" is named by a participle: use a noun, or is_/has_/can_'
    elif _is_participle(first):
        yield (
            node.lineno,
            f'function "{node.name}" begins with the participle "{first}": use verb + object, or is_/has_',
        )
    elif _is_no_verb(first) or (alone and first in _WORDS["conversions"]):
        yield node.lineno, f'function "{node.name}" begins with "{first}", which is no verb: use verb + object'
    elif alone and first in _WORDS["vague"]:
        yield node.lineno, f'function "{node.name}" does not say what it does: use verb + object'


def _is_participle(word: str) -> bool:
    if word in _WORDS["participles"]:
        return True
    return len(word) > 3 and word.endswith("ed") and word not in _WORDS["verbs_in_ed"]


def _is_no_verb(word: str) -> bool:
    return word in _WORDS["non_verbs"] or (word.endswith("ly") and word not in _WORDS["verbs_in_ly"])


def _decorator_name(decorator: ast.expr) -> str:
    if isinstance(decorator, ast.Call):
        decorator = decorator.func
    return decorator.attr if isinstance(decorator, ast.Attribute) else getattr(decorator, "id", "")


def _check_names(nodes: Sequence[ast.AST], path: str, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield the replaced words in the names that this module defines, each name once, at its first place."""
    if vocabulary.skips("names"):
        return
    checked = set()
    for line, name in [(1, PurePath(path).stem), *sorted(_list_names(nodes))]:
        if name not in checked:
            checked.add(name)
            for word, advice in vocabulary.find_in_name(name):
                yield line, describe_name(name, word, advice)


def describe_name(name: str, word: str, advice: str) -> str:
    """Return the message about a replaced word in a name."""
    return f'name "{name}"' + (f' has "{word}"' if word != name.strip("_") else "") + f": {advice}"


def _list_names(nodes: Sequence[ast.AST]) -> Iterator[tuple[int, str]]:
    for node in nodes:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield node.lineno, name
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield node.lineno, name
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield node.lineno, name
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                yield from ((node.lineno, alias.asname) for alias in aliases if alias.asname)
            case _:
                pass


def _check_text(
    source: str, docstrings: set[tuple[int, int]], vocabulary: Vocabulary, *, strings: bool
) -> Iterator[Problem]:
    """Yield the replaced words in comments, docstrings and, where asked for, the other strings."""
    if not any(True for _ in vocabulary.find_in_text(source)):
        return
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        name = tokenize.tok_name[token.type]
        if name == "COMMENT":
            kind = "comment"
        elif name == "STRING" and token.start in docstrings:
            kind = "docstring"
        elif name in {"STRING", "FSTRING_MIDDLE"} and strings:
            kind = "string"
        else:
            continue
        if kind == "comment" and vocabulary.skips("comments"):
            continue
        text = _blank_fields(token.string) if kind == "string" and name == "STRING" else token.string
        for offset, word, advice in vocabulary.find_in_text(text):
            yield token.start[0] + text.count("\n", 0, offset), f'{kind} has "{word}": {advice}'


def _blank_fields(literal: str) -> str:
    """Blank the ``{expressions}`` of an f-string, which are names and not text."""
    prefix = literal[: literal.index(literal[-1])].lower()
    return re.sub(r"\{[^{}]*\}", lambda match: re.sub(r"[^\n]", " ", match[0]), literal) if "f" in prefix else literal
