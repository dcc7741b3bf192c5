"""The library, the templates and the plans of earlier jobs from the terminal."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from functions.cli import app
from sutradhar import bootstrap
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.submit import cancel, submit


def run(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def run_json(*words: str) -> Any:
    result = run(*words)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def jobs(home: Path) -> list[str]:
    """Three jobs, the oldest first; the second is cancelled, the third is in Hindi."""
    services = bootstrap.services()
    plans = (RenderPlan(topic="The sea [1]"), RenderPlan(topic="A river"), RenderPlan(topic="समुद्र", language="hi"))
    ids = [submit(services, plan)[0].id for plan in plans]
    cancel(services, ids[1])
    return ids


def test_the_library_is_listed_filtered_and_searched(jobs: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    document = run_json("library", "--json")
    assert [entry["job_id"] for entry in document["entries"]] == jobs[::-1]
    assert (document["total"], document["page"], document["next"]) == (3, 1, None)
    for words, expected in (
        (("--state", "canceled"), [jobs[1]]),
        (("--language", "hi"), [jobs[2]]),
        (("sea",), [jobs[0]]),
        (("riv",), [jobs[1]]),
        (("nothing",), []),
    ):
        assert [e["job_id"] for e in run_json("library", *words, "--json")["entries"]] == expected, words
    table = run("library").stdout
    assert "The sea [1]" in table
    assert all(job in table for job in jobs)


def test_the_library_goes_on_by_page_and_by_cursor(jobs: list[str]) -> None:
    first = run("library", "--page-size", "2")
    assert "There is more of 3 jobs: --page 2" in first.stderr
    assert jobs[0] in run("library", "--page-size", "2", "--page", "2").stdout
    after = run_json("library", "--page-size", "2", "--json")["next"]
    last = run_json("library", "--after", after, "--json")
    assert [entry["job_id"] for entry in last["entries"]] == [jobs[0]]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--page", "0"), "--page must be at least 1"),
        (("--page-size", "101"), "--page-size must be at most 100"),
        (("--state", "gone"), "--state must be"),
        (("--language", "xx"), "--language must be"),
    ],
)
def test_wrong_options_are_named_as_they_are_written(home: Path, words: tuple[str, ...], says: str) -> None:
    result = run("library", *words, "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert says in result.stderr


def test_an_empty_library_says_so(home: Path) -> None:
    assert "No jobs yet." in run("library").stdout
    assert "No job matches." in run("library", "sea").stdout


def test_templates_are_listed_and_become_plans(home: Path) -> None:
    listed = run_json("templates", "--json")["templates"]
    assert {"prahlad", "ganga_avatar"} <= {template["id"] for template in listed}
    assert len(listed) >= 8
    assert "भक्त प्रह्लाद" in run("templates", "--language", "hi").stdout
    plan = run_json("templates", "prahlad", "--length", "50", "--voice", "M")
    assert (plan["length_sec"], plan["voice"]) == (50, "M")
    assert RenderPlan.parse(plan).scenes
    unknown = run("templates", "none")
    assert unknown.exit_code == 1
    assert "prahlad" in unknown.stderr


def test_the_plan_of_a_job_is_printed_for_a_new_one(jobs: list[str]) -> None:
    plan = run_json("duplicate", jobs[0])
    assert RenderPlan.parse(plan).topic == "The sea [1]"
    assert run("duplicate", "job-none").exit_code == 1
