"""Read the text of a plan file in any Unicode encoding, also inside the code fence of a chat answer."""

import json
import re
from typing import Any, NoReturn

_FENCE = re.compile(r"^[ \t]*(```+|~~~+)[ \t]*[\w+-]*[ \t]*\r?\n(.*?)^[ \t]*\1[ \t\r]*$", re.MULTILINE | re.DOTALL)
_STARTS_LIKE_JSON = re.compile(r"\s*(?:[\[{\"'“”]|//|/\*|-?\d|true\b|false\b|null\b)|.*\{", re.DOTALL)
_DOCUMENTS = (b"%PDF-", b"PK\x03\x04", b"{\\rtf", b"\xd0\xcf\x11\xe0")
_QUOTES = "“”„‟«»‘’‚`"
_WORDS = {"True": "true", "False": "false", "None": "null", "undefined": "null"}


class PlanTextError(ValueError):
    """The text is not a plan; the message names the place and the reason."""


class NoJsonError(PlanTextError):
    """The text does not even begin like JSON."""


def parse_plan_text(data: bytes) -> Any:
    """Return the JSON value in ``data``.

    Raises:
        PlanTextError: ``data`` is not text or not JSON; the message names the line and the change to make.
    """
    text = _strip_fence(decode_text(data))
    if not text.strip():
        raise PlanTextError('is empty; a plan is a JSON object, such as {"topic": "Prahlad"}')
    if not _STARTS_LIKE_JSON.match(text):
        raise NoJsonError("is a text and not JSON")
    try:
        return json.loads(text, object_pairs_hook=_refuse_double_fields, parse_constant=_refuse_constant)
    except json.JSONDecodeError as exc:
        raise PlanTextError(_explain(text, exc)) from exc
    except RecursionError as exc:
        raise PlanTextError("has lists or objects that are nested too deeply") from exc
    except PlanTextError:
        raise
    except ValueError as exc:  # a whole number of more digits than Python reads
        raise PlanTextError("has a number with thousands of digits") from exc


def decode_text(data: bytes) -> str:
    """Return the text in ``data``, which may have any Unicode encoding. Raise PlanTextError."""
    if data.startswith(_DOCUMENTS):
        raise PlanTextError("is a document (Word, OpenDocument, RTF or PDF); save its text as plain text (.txt)")
    encoding = json.detect_encoding(data)
    try:
        text = data.decode(encoding, "strict").removeprefix("\ufeff")
    except UnicodeDecodeError as exc:
        if b"\0" in data:
            raise PlanTextError("is not a text file") from exc
        line = data.count(b"\n", 0, exc.start) + 1
        raise PlanTextError(f"is not text in UTF-8 (line {line}); save it again with the encoding UTF-8") from exc
    if "\0" in text:
        raise PlanTextError("is not a text file")
    return text


def _strip_fence(text: str) -> str:
    """Return the only fenced block that holds an object, after blank lines that keep its line numbers."""
    if text.lstrip().startswith(("{", "[")):
        return text
    blocks = [match for match in _FENCE.finditer(text) if match[2].lstrip().startswith("{")]
    if len(blocks) > 1:
        raise PlanTextError(f"has {len(blocks)} fenced blocks with a plan; keep one")
    if not blocks:
        return text
    return "\n" * text.count("\n", 0, blocks[0].start(2)) + blocks[0][2]


def _refuse_double_fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise PlanTextError(f'has the field "{double}" twice in one object; keep one of them')
    return fields


def _refuse_constant(name: str) -> NoReturn:
    raise PlanTextError(f"has {name}, which is not a number; write a number")


def _explain(text: str, exc: json.JSONDecodeError) -> str:  # noqa: C901, PLR0912 - one for each fault of the text
    """Return a message that names the line and the change to make."""
    at, rest = exc.pos, text[exc.pos :]
    before = text[:at].rstrip()
    if rest[:1] == "," and rest[1:].lstrip()[:1] in ("}", "]"):  # newer Pythons point at the comma
        before, rest = before + ",", rest[1:].lstrip()
    line = text.count("\n", 0, at) + 1
    word = re.match(r"[A-Za-z_]\w*", rest)
    # a quotation mark inside a text ends it too early, so the rest of the text follows like a word
    inside = exc.msg.startswith("Expecting ',' delimiter") and before.endswith('"')
    if rest[:1] in ("}", "]") and before.endswith(","):
        line = text.count("\n", 0, text.rindex(",", 0, at + 1)) + 1
        problem = f'there is a comma before the closing "{rest[0]}"; take the comma out'
    elif rest.startswith(("//", "/*", "#")):
        problem = "there is a comment; JSON has no comments, so take it out"
    elif not rest.strip():
        line = text.rstrip().count("\n") + 1
        problem = "the plan ends too early; a closing }, ] or quotation mark is missing"
    elif exc.msg.startswith("Unterminated string"):
        problem = "a text that begins here has no closing quotation mark"
    elif exc.msg.startswith("Invalid control character"):
        problem = r"there is a line break or a tab inside a text; write \n or \t in its place"
    elif exc.msg.startswith("Invalid \\"):
        problem = r"there is a backslash in a text; write \\ for a backslash, or / in a path"
    elif rest[0] == "'":
        problem = 'there are single quotation marks; JSON wants double ones (")'
    elif rest[0] in _QUOTES:
        problem = f'there are typographic quotation marks ({rest[0]}); JSON wants straight ones (")'
    elif exc.msg.startswith("Extra data"):
        problem = f"there is something after the end of the plan: {_quote_rest(rest)}"
    elif word and word[0] in _WORDS:
        problem = f"there is {word[0]}; JSON writes {_WORDS[word[0]]}"
    elif inside and rest[:1] not in ('"', "{", "["):
        problem = f'a text ends before {_quote_rest(rest)}; write \\" for a quotation mark inside a text'
    elif exc.msg.startswith("Expecting ',' delimiter"):
        problem = f"a comma is missing before {_quote_rest(rest)}"
    elif exc.msg.startswith("Expecting property name"):
        problem = f"the name of a field must stand in double quotation marks, not {_quote_rest(rest)}"
    elif exc.msg.startswith("Expecting ':' delimiter"):
        problem = f"a colon is missing before {_quote_rest(rest)}"
    else:
        problem = f"a value is expected, not {_quote_rest(rest)}"
    return f"is not valid JSON in line {line}: {problem}"


def _quote_rest(rest: str) -> str:
    return repr(rest.splitlines()[0].strip()[:30])
