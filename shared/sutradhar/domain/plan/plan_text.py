"""Read the text of a plan file in any Unicode encoding, also inside the code fence of a chat answer."""

import json
import re
from typing import Any, NoReturn

from sutradhar.domain.plan.json_errors import explain_invalid_json

_FENCE = re.compile(r"^[ \t]*(```+|~~~+)[ \t]*[\w+-]*[ \t]*\r?\n(.*?)^[ \t]*\1[ \t\r]*$", re.MULTILINE | re.DOTALL)
_STARTS_LIKE_JSON = re.compile(r"\s*(?:[\[{\"'“”]|//|/\*|-?\d|true\b|false\b|null\b)|.*\{", re.DOTALL)
_DOCUMENTS = (b"%PDF-", b"PK\x03\x04", b"{\\rtf", b"\xd0\xcf\x11\xe0")


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
        raise PlanTextError(explain_invalid_json(text, exc)) from exc
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
