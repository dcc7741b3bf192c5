"""Explain to a user why a text is no valid JSON."""

import json
import re

_QUOTES = "“”„‟«»‘’‚`"
_WORDS = {"True": "true", "False": "false", "None": "null", "undefined": "null"}


def explain_invalid_json(text: str, exc: json.JSONDecodeError) -> str:  # noqa: C901, PLR0912 - one for each fault of the text
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
