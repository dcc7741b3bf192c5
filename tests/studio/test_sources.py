"""The modules and styles of the studio, checked without a browser."""

import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.studio.sources import (
    FOLDER,
    HERE,
    list_templates,
    list_visible_words,
    read_sources,
    remove_comments,
    run_node,
)

LONGEST_FILE = 350
SHARED_STYLES = {"base", "shell", "ui"}
STYLES_OF_PARTS = {"voice", "frame", "media"}
"""Modules of js/ui load these."""
NAMES = {"Sutradhar"}
"""Words that are the same in every language."""
_FORBIDDEN = re.compile(
    r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write|createContextualFragment)\b"
    r"|\b(?:eval|Function)\(|\bsrcdoc\b|\bstyle=[\"']|[\s<]on[a-z]+=[\"']|https?://(?!www\.w3\.org/)|\bdocument\.cookie\b"
)
"""Text that becomes code or HTML, styles that the policy refuses, other hosts, cookies."""


@cache
def link_modules() -> dict[str, Any]:
    links: dict[str, Any] = run_node("link_modules.mjs", FOLDER)
    return links


def test_every_import_and_every_imported_name_exists() -> None:
    assert link_modules()["faults"] == []


def test_every_module_that_is_loaded_late_exists() -> None:
    for name, source in read_sources().items():
        for path in re.findall(r"\bimport\(\s*\"([^\"]+)\"", source):
            assert ((FOLDER / name).parent / path).is_file(), f"{name} loads {path}"


def test_every_module_is_used() -> None:
    imported = {name for names in link_modules()["imports"].values() for name in names}
    for name, source in read_sources().items():
        for path in re.findall(r"\bimport\(\s*\"([^\"]+)\"", source):
            imported.add(((FOLDER / name).parent / path).resolve().relative_to(FOLDER).as_posix())
    unused = set(read_sources()) - imported - {"js/main.js"}
    assert {name for name in unused if "/text/" not in name} == set()


def test_no_text_can_become_code_and_nothing_comes_from_another_host() -> None:
    sources = {**read_sources(".js"), **read_sources(".css"), **read_sources(".html"), **read_sources(".svg")}
    refused = [
        (name, match[0]) for name, text in sources.items() for match in _FORBIDDEN.finditer(remove_comments(text))
    ]
    assert refused == []


def test_no_file_is_longer_than_its_limit() -> None:
    sources = {**read_sources(".js"), **read_sources(".css")}
    assert [name for name, text in sources.items() if text.count("\n") > LONGEST_FILE] == []


def test_templates_have_no_words_of_their_own() -> None:
    """Each visible word is in js/text, in both languages."""
    words = [
        (name, text)
        for name, source in read_sources().items()
        for template in list_templates(source)
        for text in list_visible_words(template)
        if text not in NAMES
    ]
    assert words == []


def test_every_style_that_a_page_loads_exists_and_every_style_is_loaded() -> None:
    loaded = {name for text in read_sources().values() for name in re.findall(r"(?:load|use)Styles?\(\"(\w+)\"", text)}
    linked = set(re.findall(r"css/(\w+)\.css", read_sources(".html")["index.html"]))
    assert {f"css/{name}.css" for name in loaded | linked} == set(read_sources(".css"))


def test_the_style_of_a_page_touches_no_other_page() -> None:
    """A page's style stays in force after another page is opened."""
    leaks = []
    for style, text in read_sources(".css").items():
        name = Path(style).stem
        selectors = re.findall(r"([^{}@;]+)\{", remove_comments(text)) if name not in SHARED_STYLES else []
        classes = {match[1] for one in ",".join(selectors).split(",") if (match := re.match(r"\s*\w*\.([\w-]+)", one))}
        for module, source in read_sources().items():
            is_loaded = f'loadStyle("{name}")' in source
            is_own = f"pages/{name}" in module or is_loaded or (module.startswith("js/ui/") and name in STYLES_OF_PARTS)
            used = {
                word
                for words in re.findall(r"class=(\"[^\"]*\"|\$\{`[^`]*`\})", source)
                for word in re.findall(r"[\w-]+", words)
            }
            leaks += [(style, word, module) for word in classes & used if not is_own]
    assert leaks == []


def test_styles_use_only_variables_that_one_of_them_sets() -> None:
    text = remove_comments("\n".join(read_sources(".css").values()))
    scripts = "\n".join(read_sources().values())
    known = set(re.findall(r"(--[\w-]+)\s*:", text)) | set(re.findall(r"[\"'`](--[\w-]+)", scripts))
    assert set(re.findall(r"var\((--[\w-]+)\)", text)) - known == set()


@pytest.mark.parametrize("path", sorted((HERE / "unit").glob("*.test.mjs")), ids=lambda path: path.name)
def test_pure_modules_pass_their_own_tests(path: Path) -> None:
    done = subprocess.run(["node", "--test", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
