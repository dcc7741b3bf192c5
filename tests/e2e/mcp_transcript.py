"""Write down what an agent calls and gets, in the form in which docs/agents.md shows it."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mcp.client.client import Client

PAGE = Path(__file__).parents[2] / "docs" / "agents.md"
_BLOCK = re.compile(r"(## A whole video\n.*?```text\n)(.*?)(```\n)", re.DOTALL)
_IDS = re.compile(r"\b(job|ap|pub)-[0-9a-f]{12,16}\b")


class Transcript:
    """The calls of one client, and the parts of the answers that are the same in every run."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._names: dict[str, str] = {}

    def start(self, client: Client) -> None:
        """Write down the calls of ``client``."""
        self._client = client

    async def use(self, tool: str, *shown: str, **arguments: Any) -> Any:
        """Call ``tool`` and return the data of its answer. ``shown``: the paths that are written down, such as
        ``job.state``."""
        brief = {name: "<the plan>" if "scenes" in str(value) else value for name, value in arguments.items()}
        self._write(f"> {tool} {json.dumps(brief, ensure_ascii=False)}")
        result = await self._client.call_tool(tool, arguments)
        facts: Mapping[str, Any] = result.structured_content
        assert not result.is_error, result.content
        for block in result.content[1:]:
            self._write(f"< an image, {getattr(block, 'mime_type', '')}")
        for path in shown:
            self._write(f"< {path}: {json.dumps(read_path(facts, path), ensure_ascii=False)}")
        return facts

    def note(self, text: str) -> None:
        """Write down the act of another person."""
        self._write(f"({text})")

    def note_task(self, task_id: str, status: str) -> None:
        """Write down a state of a task, once."""
        line = self._name_ids(f"< task {task_id}: {status}")
        if line not in self._lines:
            self._lines.append(line)

    def __str__(self) -> str:
        return "".join(f"{line}\n" for line in self._lines)

    def _write(self, line: str) -> None:
        self._lines.append(self._name_ids(line))

    def _name_ids(self, text: str) -> str:
        """Replace ids, which every run has others of."""

        def name(match: re.Match[str]) -> str:
            kind = match[1]
            number = sum(one.startswith(f"{kind}-") for one in self._names.values()) + 1
            return self._names.setdefault(match[0], f"{kind}-{number}")

        return _IDS.sub(name, text)


def read_path(facts: Any, path: str) -> Any:
    """Return the value at ``path``; of a list its length with ``#`` at the end of the path."""
    for part in path.split("."):
        if part == "#":
            return len(facts)
        facts = facts[int(part)] if part.isdecimal() else facts.get(part)
    return facts


def read_page() -> str:
    """Return the transcript in docs/agents.md."""
    match = _BLOCK.search(PAGE.read_text("utf-8"))
    assert match, "docs/agents.md has no transcript"
    return match[2]


def renew_page(transcript: str) -> None:
    """Replace the transcript in docs/agents.md."""
    text = PAGE.read_text("utf-8")
    PAGE.write_text(_BLOCK.sub(lambda match: match[1] + transcript + match[3], text), "utf-8")
