"""Read a workflow of n8n: follow its nodes, and make the HTTP calls that they describe.

The expressions are the few that our recipes use; any other one is an error.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

_EXPRESSION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_PATH = re.compile(r"""(?:\$json|\$\(['"](?P<node>[^)]+)['"]\)\.first\(\)\.json)(?P<path>(?:\.\w+)*)""")
Send = Callable[[str, str, Mapping[str, str], str | None], tuple[int, Any]]
"""Sends a method, a URL, headers and a body; returns the status and the decoded answer."""


@dataclass
class Run:
    """One execution of a workflow."""

    workflow: Mapping[str, Any]
    send: Send
    outputs: dict[str, Any] = field(default_factory=dict)
    """The last output of each node."""
    order: list[str] = field(default_factory=list)

    def start(self, node: str, output: Any) -> None:
        """Let the trigger ``node`` start with ``output``, and follow the connections."""
        self.outputs[node] = output
        waiting = self._list_next(node, 0)
        while waiting:
            name, before = waiting.pop(0)
            self.order.append(name)
            branch, self.outputs[name] = self._run(self._find(name), self.outputs[before])
            waiting += self._list_next(name, branch)

    def _list_next(self, node: str, branch: int) -> list[tuple[str, str]]:
        main = self.workflow["connections"].get(node, {"main": []})["main"]
        return [(link["node"], node) for link in main[branch]] if branch < len(main) else []

    def _find(self, name: str) -> Mapping[str, Any]:
        return next(node for node in self.workflow["nodes"] if node["name"] == name)

    def _run(self, node: Mapping[str, Any], item: Any) -> tuple[int, Any]:
        """Return the branch that the node takes, and its output."""
        parameters = node["parameters"]
        match node["type"].removeprefix("n8n-nodes-base."):
            case "set":
                values = parameters["assignments"]["assignments"]
                return 0, {one["name"]: self.evaluate(one["value"], item) for one in values}
            case "wait":
                return 0, item
            case "if":
                rules = parameters["conditions"]
                checks = [self.evaluate(one["leftValue"], item) == one["rightValue"] for one in rules["conditions"]]
                is_true = any(checks) if rules["combinator"] == "or" else all(checks)
                return (0 if is_true else 1), item
            case "stopAndError":
                raise RuntimeError(self.evaluate(parameters["errorMessage"], item))
            case "httpRequest":
                return 0, self._call(parameters, item)
        raise NotImplementedError(node["type"])

    def _call(self, parameters: Mapping[str, Any], item: Any) -> Any:
        named = parameters.get("headerParameters", {"parameters": []})["parameters"]
        headers = {one["name"]: self.evaluate(one["value"], item) for one in named}
        if parameters.get("authentication"):
            headers["X-API-Key"] = "the credential that the user chooses"
        body = self.evaluate(parameters["jsonBody"], item) if parameters.get("sendBody") else None
        url = self.evaluate(parameters["url"], item)
        status, answer = self.send(parameters["method"], url, headers, body)
        if status >= 400:
            raise RuntimeError(f"{url}: {status} {answer}")
        form = parameters["options"].get("response", {}).get("response", {})
        return {form["outputPropertyName"]: answer} if form else answer

    def evaluate(self, text: Any, item: Any) -> Any:
        """Return the value of a parameter: a text that begins with = has expressions."""
        if not isinstance(text, str) or not text.startswith("="):
            return text
        inner = text[1:]
        whole = _EXPRESSION.fullmatch(inner)
        if whole and inner.count("{{") == 1:
            return self._compute(whole[1].strip(), item)
        return _EXPRESSION.sub(lambda match: str(self._compute(match[1].strip(), item)), inner)

    def _compute(self, code: str, item: Any) -> Any:
        if code == "$execution.id":
            return "17"
        if match := re.fullmatch(r"JSON\.stringify\((\{.*\})\)", code, re.DOTALL):
            return json.dumps(self._read_object(match[1], item))
        if code.startswith("$json.error ?"):
            return f"{item['error']['cause']}; {item['error']['advice']}" if item["error"] else "the job was canceled"
        return self._read_path(code, item)

    def _read_object(self, code: str, item: Any) -> dict[str, Any]:
        """Return the object of ``{ name: value, ... }``, whose values are paths, texts and objects."""
        as_json = re.sub(r"'week ' \+ \$now\.weekNumber", '"week 48"', code)
        as_json = re.sub(r"([{,]\s*)(\w+):", r'\1"\2":', as_json)
        as_json = _PATH.sub(lambda match: json.dumps(self._read_path(match[0], item)), as_json)
        read: dict[str, Any] = json.loads(as_json)
        return read

    def _read_path(self, code: str, item: Any) -> Any:
        match = _PATH.fullmatch(code)
        if match is None:
            raise NotImplementedError(code)
        value = self.outputs[match["node"]] if match["node"] else item
        for name in match["path"].split(".")[1:]:
            value = value[name]
        return value
