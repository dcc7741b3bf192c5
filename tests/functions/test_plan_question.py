"""The question about the plan of a waiting job: yes, no, a change in the user's editor, or no answer."""

import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from functions.cli.console import console
from functions.cli.plan_question import ask_about_plan
from sutradhar import bootstrap
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.plan_patch import PlanPatch
from sutradhar.pipeline.audit import AUDIT
from sutradhar.pipeline.review import change_plan
from sutradhar.pipeline.submit import cancel, submit
from tests.functions.worker import work

PLAN = {
    "review": True,
    "title": "Tea",
    "music": False,
    "scenes": [{"narration": "Tea is hot.", "image_prompt": "a cup of tea"}],
}
Answer = Callable[..., list[str]]


@pytest.fixture
def waiting(home: Path) -> Job:
    return work(submit(bootstrap.services(), RenderPlan.parse(PLAN))[0].id)


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Answer:
    """Return a function that gives the answers of a user, and the questions that were asked."""
    asked: list[str] = []

    def give(*answers: str | BaseException) -> list[str]:
        left: Iterator[str | BaseException] = iter(answers)

        def ask(prompt: object = "", **_: object) -> str:
            asked.append(str(prompt))
            one = next(left)
            if isinstance(one, BaseException):
                raise one
            return one

        monkeypatch.setattr(console, "input", ask)
        return asked

    return give


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that makes an editor, which replaces texts of the plan: one pair each time it is opened."""

    def replace(*pairs: tuple[str, str]) -> None:
        script = tmp_path / "edit.py"
        (tmp_path / "count").write_text("0")
        script.write_text(
            "import pathlib, sys\n"
            f"count, pairs = pathlib.Path({str(tmp_path / 'count')!r}), {list(pairs)!r}\n"
            "number = int(count.read_text())\n"
            "count.write_text(str(number + 1))\n"
            "file = pathlib.Path(sys.argv[1])\n"
            "assert pairs[number][0] in file.read_text('utf-8'), file.read_text('utf-8')\n"
            "file.write_text(file.read_text('utf-8').replace(*pairs[number]), 'utf-8')\n"
        )
        monkeypatch.setenv("VISUAL", f"{shlex.quote(sys.executable)} {shlex.quote(str(script))}")

    return replace


def read(job: Job) -> Job:
    return bootstrap.backend().jobs.get(job.id)


def test_yes_approves_and_no_cancels(waiting: Job, answer: Answer) -> None:
    asked = answer("maybe", "y")
    assert ask_about_plan(waiting)
    assert (len(asked), read(waiting).state) == (2, JobState.PRODUCING)
    answer("y")
    assert ask_about_plan(waiting), "another terminal has approved it"
    other, _ = submit(bootstrap.services(), RenderPlan.parse({**PLAN, "title": "Coffee"}))
    answer("n")
    assert ask_about_plan(other)
    assert (read(other).state, read(other).cancel_reason) == (JobState.CANCELLED, "")
    acts = bootstrap.backend().documents.list(AUDIT, owner="terminal", limit=10).records
    approvals = [("approve_render", waiting.id)] * 2
    assert [(act.action, act.job_id) for act in acts] == [("cancel_render", other.id), *approvals]


def test_a_plan_is_changed_in_the_editor(
    waiting: Job, answer: Answer, editor: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    valid, wrong = '"image_prompt": "a cup"', '"image_prompt": a cup'
    editor(('"image_prompt": "a cup of tea"', wrong), (wrong, '"picture": "a cup"'), ('"picture": "a cup"', valid))
    asked = answer("edit", "edit", "edit")
    assert ask_about_plan(waiting)
    shown = " ".join(capsys.readouterr().err.split())
    assert "the plan is not valid JSON in line 14" in shown
    assert "scene 1, picture cannot be changed" in shown
    assert len(asked) == 3
    changed = read(waiting)
    assert (changed.state, changed.current_plan.scenes[0].image_prompt) == (JobState.AWAITING_APPROVAL, "a cup")
    assert [field.path for field in changed.plan_changes[0].fields] == ["scenes[0].image_prompt"]


def test_an_unchanged_plan_and_a_missing_editor_ask_again(
    waiting: Job, answer: Answer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VISUAL", "true")
    answer("edit", EOFError())
    assert not ask_about_plan(waiting)
    assert "The plan is not changed." in capsys.readouterr().err
    monkeypatch.setenv("VISUAL", "no-such-editor")
    answer("edit", EOFError())
    assert not ask_about_plan(waiting)
    assert "no-such-editor" in capsys.readouterr().err
    assert read(waiting) == waiting


def test_ctrl_c_leaves_the_job_waiting_and_says_how_to_go_on(
    waiting: Job, answer: Answer, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        ask_about_plan(waiting)
    assert f"sutradhar approve {waiting.id}" in capsys.readouterr().err
    assert read(waiting) == waiting


def test_a_plan_that_another_caller_has_changed_is_shown_again(
    waiting: Job, answer: Answer, capsys: pytest.CaptureFixture[str]
) -> None:
    change_plan(bootstrap.services(), waiting.id, PlanPatch.parse({"title": "Good tea"}))
    answer("y")
    assert ask_about_plan(waiting)
    assert "has been changed since you read it" in " ".join(capsys.readouterr().err.split())
    assert read(waiting).state is JobState.AWAITING_APPROVAL
    cancel(bootstrap.services(), waiting.id)
    answer("y")
    assert ask_about_plan(waiting)
    assert "waits for no approval any more" in " ".join(capsys.readouterr().err.split())
