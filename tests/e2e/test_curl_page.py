"""Every example of docs/curl.md runs as it stands there, and every call of the API has one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from functions.api.routes import ROUTES
from tests.e2e.served import CurlAnswer, ServedApi, serve

PAGE = (Path(__file__).parents[2] / "docs" / "curl.md").read_text("utf-8")
VARIABLES = {
    "analysis_id": "ANALYSIS",
    "alignment_id": "ALIGNMENT",
    "approval_id": "APPROVAL",
    "batch_id": "BATCH",
    "job_id": "JOB",
    "removal_id": "REMOVAL",
    "sample_id": "SAMPLE",
    "token": "VIEW",
    "upload_id": "UPLOAD",
}
"""The variable of the page for each field of an answer that a later example needs."""


@dataclass(frozen=True)
class Example:
    command: str
    status: int | None
    """None: a command that is no call, or that repeats one."""

    @property
    def call(self) -> tuple[str, str] | None:
        """The method and the path of the call."""
        if self.status is None:
            return None
        path = re.search(r"\$API(/[^\s\"?]*)", self.command)
        method = re.search(r"-X (\w+)", self.command)
        assert path, self.command
        return method[1] if method else "GET", re.sub(r"\$\w+", "some-id", path[1])


def list_examples() -> list[Example]:
    examples = []
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL):
        for line in re.sub(r"\\\n\s*", " ", block).splitlines():
            command, _, status = line.partition("  # ")
            examples.append(Example(command, int(status) if status else None))
    return examples


EXAMPLES = list_examples()


BYTES = "curl -X PUT $API/uploads/$UPLOAD/bytes"
"""The beginning of the example that sends the bytes of an upload, where the API takes them itself."""


@pytest.fixture(params=["local", "gcp-emulators"])
def backend(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if name != "local":
        request.getfixturevalue("emulators")
    return name


@pytest.fixture
def api(tmp_path: Path, backend: str) -> Iterator[ServedApi]:
    with serve(tmp_path, {"PUBLISH_FOLDER": str(tmp_path / "published")}, backend) as served_api:
        yield served_api


def test_every_call_of_the_api_has_an_example() -> None:
    calls = [example.call for example in EXAMPLES if example.call]
    rules = Map([Rule(route.path, methods=[route.method], endpoint=route) for route in ROUTES]).bind("localhost")
    shown = set()
    for method, path in calls:
        try:
            shown.add(rules.match(path, method)[0])
        except HTTPException:
            continue  # an alias
    assert [f"{route.method} {route.path}" for route in ROUTES if route not in shown] == []


def test_every_example_runs_and_answers_with_its_status(api: ServedApi, backend: str) -> None:
    variables: dict[str, str] = {}
    for example in EXAMPLES:
        if example.command.startswith(BYTES) and backend != "local":
            if "bytes */" in example.command:
                continue  # fake-gcs-server ends a session that is asked what is there
            # a bucket takes the bytes at the URL of the answer before
            command = example.command.replace(BYTES, 'curl -X PUT "$BYTES_URL"')
            assert api.run(command, variables).status == 200
            continue
        if example.command.startswith("API="):
            variables["API"] = api.url
            continue
        answer = api.run(example.command, variables)
        assert answer.code == 0, (example.command, answer)
        if example.status is not None:
            assert answer.status == example.status, (example.command, answer)
        variables |= find_variables(answer)


def find_variables(answer: CurlAnswer) -> dict[str, str]:
    """Return the variables that a reader takes from the answer."""
    if not answer.body.startswith("{"):
        return {}
    if deliveries := answer.json.get("deliveries"):
        return {"DELIVERY": deliveries[0]["id"]}
    if "secret" in answer.json and "role" in answer.json:
        is_admin = answer.json["role"] == "admin"
        return {"ADMIN": answer.json["secret"]} if is_admin else {"KEY_ID": answer.json["id"]}
    if "upload_id" in answer.json and "url" in answer.json:
        return {"UPLOAD": answer.json["upload_id"], "BYTES_URL": answer.json["url"]}
    if "destination" in answer.json:
        return {"PUBLICATION": answer.json["id"]}
    return {variable: answer.json[field] for field, variable in VARIABLES.items() if field in answer.json}
