"""The use cases of the library and the templates on the local backend, with providers that count their calls."""

import json
from typing import Any

import pytest

from sutradhar.domain.core.api_key import ApiKey, Role
from sutradhar.domain.core.errors import InvalidRequest, NotFound
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.library import LibraryQuery
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline import api_keys
from sutradhar.pipeline.library import LibraryPage, duplicate_plan, list_library
from sutradhar.pipeline.submit import submit
from sutradhar.pipeline.templates import list_templates, make_template_plan
from tests.integration.local_pipeline import LocalPipeline


def make_key(pipeline: LocalPipeline, name: str, role: Role = "creator") -> ApiKey:
    return api_keys.create(pipeline.services.records, pipeline.clock, name, role)[0]


def list_page(pipeline: LocalPipeline, caller: ApiKey | None = None, **query: Any) -> LibraryPage:
    return list_library(pipeline.services, LibraryQuery.model_validate(query), caller)


def send_back(plan: RenderPlan) -> RenderPlan:
    """Return the plan as the API reads it when the caller sends back what it got."""
    return RenderPlan.parse(json.loads(plan.model_dump_json(exclude={"notices", "brand_look"})))


def test_a_creator_sees_own_jobs_and_an_admin_all(pipeline: LocalPipeline) -> None:
    asha, ravi, admin = make_key(pipeline, "Asha"), make_key(pipeline, "Ravi"), make_key(pipeline, "root", "admin")
    for number, caller in enumerate((asha, ravi, asha)):
        pipeline.clock.advance(1)
        submit(pipeline.services, RenderPlan(topic=f"tea {number}"), caller=caller)
    for caller, titles in ((asha, ["tea 2", "tea 0"]), (ravi, ["tea 1"]), (admin, ["tea 2", "tea 1", "tea 0"])):
        page = list_page(pipeline, caller)
        assert [entry.title for entry in page.entries] == titles
        assert (page.total, page.page, page.next) == (len(titles), 1, None)
        assert list_page(pipeline, caller, q="te").total == len(titles)
    assert [entry.title for entry in list_page(pipeline).entries] == ["tea 2", "tea 1", "tea 0"]


def test_pages_by_number_and_by_cursor_agree(pipeline: LocalPipeline) -> None:
    for number in range(7):
        pipeline.clock.advance(1)
        submit(pipeline.services, RenderPlan(topic=f"tea {number}"))
    first = list_page(pipeline, limit=3)
    assert (first.total, first.page, len(first.entries)) == (7, 1, 3)
    by_cursor = list_page(pipeline, after=first.next, limit=3)
    by_number = list_page(pipeline, page=2, page_size=3)
    assert by_cursor.entries == by_number.entries
    assert (by_cursor.total, by_cursor.page, by_number.total, by_number.page) == (None, None, 7, 2)
    assert by_cursor.next == by_number.next
    assert list_page(pipeline, page=9, page_size=3).entries == []
    assert list_page(pipeline, q="!?").total == 0


def test_the_query_is_checked() -> None:
    for wrong in ({"page": 0}, {"page_size": 101}, {"page": 2, "after": "x"}, {"page": 200, "page_size": 100}):
        with pytest.raises(ValueError, match="page"):
            LibraryQuery.model_validate(wrong)
    assert LibraryQuery.model_validate({"language": "Hindi"}).language == "hi"


def test_a_duplicate_that_is_not_changed_calls_no_provider(pipeline: LocalPipeline) -> None:
    first, _ = submit(pipeline.services, RenderPlan(topic="tea", voice="M"))
    pipeline.work()
    pipeline.finish()
    pipeline.work()
    assert pipeline.job(first.id).state is JobState.SUCCEEDED
    before = dict(pipeline.providers.calls)
    plan = duplicate_plan(pipeline.services, first.id)
    assert [scene.narration for scene in plan.scenes] == ["Sentence 0 about tea.", "Sentence 1 about tea."]
    second, created = submit(pipeline.services, send_back(plan))
    assert created
    assert second.id != first.id
    pipeline.work()
    assert pipeline.job(second.id).state is JobState.RENDERING
    # the planner completes scenes that are given, free of charge; nothing else was asked
    assert {**before, "plan": 2} == dict(pipeline.providers.calls)
    assert pipeline.job(second.id).assets == pipeline.job(first.id).assets


def test_a_duplicate_with_one_changed_scene_makes_only_its_assets(pipeline: LocalPipeline) -> None:
    first, _ = submit(pipeline.services, RenderPlan(topic="tea"))
    pipeline.work()
    before = pipeline.providers.calls.total()
    plan = json.loads(duplicate_plan(pipeline.services, first.id).model_dump_json(exclude={"notices", "brand_look"}))
    plan["scenes"][1]["narration"] = "Another sentence."
    submit(pipeline.services, RenderPlan.parse(plan))
    pipeline.work()
    assert pipeline.providers.calls["narration Another sentence."] == 1
    assert pipeline.providers.calls.total() == before + 2  # the planner and this narration


def test_only_callers_who_see_a_job_can_duplicate_it(pipeline: LocalPipeline) -> None:
    asha, ravi = make_key(pipeline, "Asha"), make_key(pipeline, "Ravi")
    job, _ = submit(pipeline.services, RenderPlan(topic="tea"), caller=asha)
    assert duplicate_plan(pipeline.services, job.id, asha).topic == "tea"
    for job_id in (job.id, "job-0", "../x"):
        with pytest.raises(NotFound, match="there is no job"):
            duplicate_plan(pipeline.services, job_id, ravi)


def test_an_admin_does_not_get_the_webhook_of_the_owner(pipeline: LocalPipeline) -> None:
    asha, admin = make_key(pipeline, "Asha"), make_key(pipeline, "root", "admin")
    plan = RenderPlan(topic="tea", webhook_url="https://asha.example.com/done")
    job = Job.new("job-1", plan, "hash", pipeline.clock.now()).evolve(owner=asha.id)
    pipeline.services.jobs.create(job)
    assert duplicate_plan(pipeline.services, job.id, asha).webhook_url == plan.webhook_url
    assert duplicate_plan(pipeline.services, job.id, admin).webhook_url is None


def test_templates_of_every_length_are_accepted_as_they_are(pipeline: LocalPipeline) -> None:
    for template in list_templates(pipeline.services):
        for language, voice, length in (("en", "F", 600), ("hi", "M", 600), ("en", "M", 30), ("hi", "F", 300)):
            plan = make_template_plan(pipeline.services, template.id, language, length, voice)
            assert plan.title == template.titles[plan.spoken_language]
            job, created = submit(pipeline.services, send_back(plan))
            assert created
            assert job.requested_plan.scenes == plan.scenes


def test_a_plan_may_grow_only_to_the_scenes_that_it_began_with(pipeline: LocalPipeline) -> None:
    plan = make_template_plan(pipeline.services, "prahlad", "en", 600, "F")
    assert len(plan.scenes) > pipeline.services.limits.max_scenes
    changed = plan.evolve(scenes=(plan.scenes[0].evolve(narration="Once.", duration_sec=2.0), *plan.scenes[1:]))
    submit(pipeline.services, changed)
    for too_much in (
        plan.evolve(based_on=None),
        plan.evolve(based_on="job-0"),
        plan.evolve(based_on="template/nope"),
        plan.evolve(length_sec=60),
        changed.evolve(scenes=(*changed.scenes, *(changed.scenes[0] for _ in range(9)))),
    ):
        with pytest.raises(InvalidRequest, match="MAX_SCENE"):
            submit(pipeline.services, too_much)


def test_the_plan_of_a_stranger_widens_no_limit(pipeline: LocalPipeline) -> None:
    asha, ravi = make_key(pipeline, "Asha"), make_key(pipeline, "Ravi")
    job, _ = submit(pipeline.services, make_template_plan(pipeline.services, "prahlad", "en", 600), caller=asha)
    plan = duplicate_plan(pipeline.services, job.id, asha)
    with pytest.raises(InvalidRequest, match="MAX_SCENE"):
        submit(pipeline.services, plan, caller=ravi)
    submit(pipeline.services, plan, caller=asha)
