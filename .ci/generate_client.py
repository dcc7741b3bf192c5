"""Generate `sutradhar.client.generated` from the OpenAPI document of this checkout: models and a method for each call.

`python .ci/generate_client.py` writes the files; with `--check` it writes nothing and fails if they are not current.
"""

import argparse
import json
import keyword
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from functions.api.openapi import make_document

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "shared" / "sutradhar" / "client" / "generated"
_LEFT_OUT = {"studio", "documentation"}
"""The headings of calls that answer pages for browsers."""
_LIMITS = {"minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "pattern"}
_LIMITS |= {"minItems", "maxItems", "maxProperties", "title", "examples", "additionalProperties", "format"}
_REFERENCE = "#/components/schemas/"
_HEAD = '''"""{words}

`.ci/generate_client.py` writes this file from the OpenAPI document; do not change it by hand.
"""
# ruff: noqa

'''


def list_operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the method, the path and the operation of each call, without aliases and pages."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if not operation.get("deprecated") and operation["tags"][0] not in _LEFT_OUT:
                yield method.upper(), path, operation


def find_model(content: Mapping[str, Any] | None) -> str | None:
    """Return the name of the model of a JSON body; None: it has none."""
    reference = ((content or {}).get("application/json") or {}).get("schema", {}).get("$ref", "")
    return reference.removeprefix(_REFERENCE) or None


def list_used(document: Mapping[str, Any], names: set[str]) -> set[str]:
    """Return ``names`` and all models inside these."""
    used, waiting = set[str](), list(names)
    while waiting:
        name = waiting.pop()
        if name not in used:
            used.add(name)
            text = json.dumps(document["components"]["schemas"][name])
            waiting += re.findall(rf'"{_REFERENCE}(\w+)"', text)
    return used


def simplify(schema: Any, *, is_answer: bool) -> Any:
    """Return ``schema`` without limits, which the server checks and explains, and without defaults that are objects,
    which the server fills in. In answers every word is accepted, so that an older client reads what a newer server
    says."""
    if isinstance(schema, list):
        return [simplify(part, is_answer=is_answer) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {}
    for name, part in schema.items():
        if name == "properties":
            kept[name] = {field: simplify(inner, is_answer=is_answer) for field, inner in part.items()}
        elif name == "additionalProperties" and isinstance(part, dict):
            kept[name] = simplify(part, is_answer=is_answer)
        elif name == "default":
            kept |= {} if isinstance(part, dict | list) else {name: part}
        elif name not in _LIMITS and not (is_answer and name in ("enum", "const")):
            kept[name] = simplify(part, is_answer=is_answer)
    if is_answer and "enum" in schema and "type" not in kept:
        kept["type"] = "string"
    return kept


def write_models(document: Mapping[str, Any]) -> str:
    """Return the module with the models of all requests and answers."""
    operations = [operation for _, _, operation in list_operations(document)]
    asked = {model for one in operations if (model := find_model((one.get("requestBody") or {}).get("content")))}
    replies = [reply for one in operations for reply in one["responses"].values()]
    answered = {model for reply in replies if (model := find_model(reply.get("content")))}
    requests = list_used(document, asked)
    schemas = {
        name: simplify(document["components"]["schemas"][name], is_answer=name not in requests)
        for name in sorted(list_used(document, asked | answered))
    }
    reduced = {
        "openapi": "3.1.0",
        "info": {"title": "api", "version": "1"},
        "paths": {},
        "components": {"schemas": schemas},
    }
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "api.json", Path(folder) / "models.py"
        source.write_text(json.dumps(reduced), encoding="utf-8")
        command = [sys.executable, "-m", "datamodel_code_generator", "--input", str(source), "--output", str(target)]
        command += ["--input-file-type", "openapi", "--output-model-type", "pydantic_v2.BaseModel"]
        command += ["--target-python-version", "3.11", "--enum-field-as-literal", "all", "--extra-fields", "allow"]
        command += ["--use-schema-description", "--collapse-root-models", "--use-annotated", "--disable-timestamp"]
        command += ["--use-standard-collections", "--use-union-operator", "--no-formatters", "--use-title-as-name"]
        command += ["--snake-case-field", "--strict-nullable"]
        subprocess.run(command, check=True, capture_output=True, text=True)
        lines = target.read_text(encoding="utf-8").split("\n")
    body = "\n".join(line for line in lines if not line.startswith("#"))
    return _HEAD.format(words="The models of the API's requests and answers.") + body.lstrip("\n")


def write_calls(document: Mapping[str, Any]) -> str:
    """Return the module with one method for each call."""
    methods = "\n\n".join(write_method(*one) for one in list_operations(document))
    return (
        _HEAD.format(words="One method for each call of the API.")
        + "from collections.abc import Mapping\nfrom typing import Any, Literal\n\n"
        + "from sutradhar.client.generated import models\nfrom sutradhar.client.transport import ApiCaller\n\n\n"
        + "class Calls(ApiCaller):\n"
        + '    """One method for each call. A body is the model, or a mapping with its fields."""\n\n'
        + methods
        + "\n"
    )


def write_method(method: str, path: str, operation: Mapping[str, Any]) -> str:
    parameters = operation.get("parameters", [])
    in_path = [one["name"] for one in parameters if one["in"] == "path"]
    in_query = [one["name"] for one in parameters if one["in"] == "query"]
    body = find_model((operation.get("requestBody") or {}).get("content"))
    good = {status: reply.get("content") for status, reply in operation["responses"].items() if status < "300"}
    answers = [find_model(content) for content in good.values()]
    names = list(dict.fromkeys(name for name in answers if name))
    has_bytes = any(set(content or {}) - {"application/json"} for content in good.values())
    arguments = ["self", *(f"{name}: str" for name in in_path)]
    if body:
        default = "" if operation["requestBody"].get("required") else " | None = None"
        arguments.append(f"body: models.{body} | Mapping[str, Any]{default}")
    if operation["operationId"] == "receive_bytes":
        arguments.append("content: bytes")
    if in_query:
        types = {one["name"]: name_type(one["schema"]) for one in parameters if one["in"] == "query"}
        arguments += ["*", *(f"{rename(name)}: {types[name]} | None = None" for name in in_query)]
    result = " | ".join(f"models.{name}" for name in names) or ("bytes" if has_bytes else "None")
    call_path = re.sub(r"\{(\w+)\}", lambda m: "{self.quote(" + m[1] + ")}", path)
    text = f'f"{call_path}"' if in_path else f'"{path}"'
    sent = [f'"{method}"', text]
    sent += ["body=body"] if body else []
    sent += ["content=content"] if operation["operationId"] == "receive_bytes" else []
    if in_query:
        sent.append("query={" + ", ".join(f'"{name}": {rename(name)}' for name in in_query) + "}")
    words = " ".join(str(operation["description"]).partition("\n\n")[0].split())
    lines = [f"    def {operation['operationId']}({', '.join(arguments)}) -> {result}:", f'        """{words}"""']
    if len(names) == 1:
        lines.append(f"        return self.call({', '.join([*sent, f'model=models.{names[0]}'])})")
    elif names:
        by_status = ", ".join(f"{status}: models.{name}" for status, name in zip(good, answers, strict=True) if name)
        lines.append(f"        answer: {result} = self.call_for({{{by_status}}}, {', '.join(sent)})")
        lines.append("        return answer")
    elif has_bytes:
        lines.append(f"        return self.call_for_bytes({', '.join(sent)})")
    else:
        lines.append(f"        self.call_for_nothing({', '.join(sent)})")
    return "\n".join(lines)


def name_type(schema: Mapping[str, Any]) -> str:
    """Return the Python type of a value in a query."""
    parts = [part for part in schema.get("anyOf", [schema]) if part.get("type") != "null"]
    if "enum" in parts[0]:
        return f"Literal[{', '.join(map(json.dumps, parts[0]['enum']))}]"
    return {"integer": "int", "number": "float", "boolean": "bool"}.get(parts[0].get("type", ""), "str")


def rename(name: str) -> str:
    """Return the name of an argument: ``from`` is a word of Python."""
    return f"{name}_" if keyword.iskeyword(name) else name


def format_file(text: str) -> str:
    command = ["ruff", "format", "--config", str(ROOT / "pyproject.toml"), "-"]
    return subprocess.run(command, input=text, check=True, capture_output=True, text=True).stdout


def main() -> int:
    """Write the files, or with ``--check`` name those that are not current. Return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    document = make_document()
    files = {"models.py": write_models(document), "calls.py": write_calls(document)}
    old = []
    for name, text in files.items():
        path, new = FOLDER / name, format_file(text)
        if path.exists() and path.read_text(encoding="utf-8") == new:
            continue
        old.append(name)
        if not parser.parse_args().check:
            path.write_text(new, encoding="utf-8")
    if old and parser.parse_args().check:
        print(f"{', '.join(old)} of the client differ from the API: run python .ci/generate_client.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
