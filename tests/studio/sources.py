"""Read the modules and styles of the studio without a browser."""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / "functions" / "api" / "studio"
_IN_CODE = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|html`|`|[{}]", re.DOTALL)
_IN_TEMPLATE = re.compile(r"\\.|`|\$\{", re.DOTALL)
_HOLE = "\0"
_TAG = re.compile(r"<[^<>]*>")

Texts = Mapping[str, Mapping[str, Mapping[str, str | Mapping[str, str]]]]
"""Language, part and key lead to a text, or to its plural forms."""


@dataclass
class _Level:
    """A piece of code, or a template, that the reader of a module is inside of."""

    kind: Literal["code", "html", "text"]
    text: str = ""

    @property
    def pattern(self) -> re.Pattern[str]:
        return _IN_CODE if self.kind == "code" else _IN_TEMPLATE


@cache
def read_sources(suffix: str = ".js") -> Mapping[str, str]:
    """Return our own files by their path below the folder; those of other projects are left out."""
    paths = sorted(path for path in FOLDER.rglob(f"*{suffix}") if "vendor" not in path.relative_to(FOLDER).parts)
    return {path.relative_to(FOLDER).as_posix(): path.read_text("utf-8") for path in paths}


def run_node(*arguments: str | Path) -> Any:
    """Run a script beside this module, and return the JSON that it prints."""
    script, *others = map(str, arguments)
    argv = ["node", "--experimental-vm-modules", "--no-warnings", str(HERE / script), *others]
    return json.loads(subprocess.run(argv, capture_output=True, text=True, check=True).stdout)


@cache
def read_texts() -> Texts:
    texts: Texts = run_node("read_texts.mjs", FOLDER)
    return texts


def remove_comments(source: str) -> str:
    return re.sub(r"(?<![\w])/\*.*?\*/|(?<![:<\"'])//[^\n]*", "", source, flags=re.DOTALL)


def list_templates(source: str) -> Iterator[str]:
    """Yield each html`...` template of a module; what it fills in is replaced by a NUL character."""
    stack = [_Level("code")]
    position = 0
    while token := stack[-1].pattern.search(source, position):
        level, text = stack[-1], token.group()
        level.text += source[position : token.start()]
        position = token.end()
        if level.kind == "code":
            if text in {"`", "html`"}:
                stack.append(_Level("html" if text == "html`" else "text"))
            elif text == "{":
                stack.append(_Level("code"))
            elif text == "}" and len(stack) > 1:
                stack.pop()
        elif text == "${":
            level.text += _HOLE
            stack.append(_Level("code"))
        elif text == "`":
            stack.pop()
            if level.kind == "html":
                yield level.text


def list_visible_words(template: str) -> list[str]:
    """Return the texts that a template has between its tags, and in the attributes that users see or hear."""
    attributes = re.findall(r"\b(?:aria-label|title|placeholder|alt|label|hint|lead)=[\"']([^\"'\0]*)[\"']", template)
    between = _TAG.sub(_HOLE, template).split(_HOLE)
    return [text.strip() for text in (*between, *attributes) if re.search(r"[^\W\d_]{2}", text)]
