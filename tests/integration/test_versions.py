"""Test that a video is made in all its languages, each as a job of its own, and that nothing is made twice."""

from collections import Counter

from sutradhar.domain.billing.ledger import Account
from sutradhar.domain.core.failure import FailureDetail
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.library import make_entry
from sutradhar.domain.jobs.messages import OrderVersions, RenderFinished
from sutradhar.domain.jobs.status_answer import describe_status
from sutradhar.domain.jobs.version_note import name_version
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.handle import handle
from sutradhar.pipeline.submit import cancel, retry, submit
from sutradhar.pipeline.sweep import sweep
from sutradhar.pipeline.versions import list_versions
from sutradhar.ports.runner import ExecutionState
from tests.integration.local_pipeline import LocalPipeline

SCENES = [
    {
        "narration": f"Sentence {number} is said.",
        "image_prompt": f"picture {number}",
        "translations": {"hi": f"वाक्य {number} कहा गया।", "de": f"Satz Nummer {number}."},
        "sounds": [{"text": "door", "word": 3}],
    }
    for number in range(2)
]
BODY = {
    "title": "Tea",
    "description": "About tea.",
    "languages": ["en", "hi", "de"],
    "scenes": SCENES,
    "localizations": {"hi": {"title": "चाय", "description": "चाय के बारे में।"}},
    "language_voices": {"de": "M"},
}
PLAN = RenderPlan.parse(BODY)


def finish_all(pipeline: LocalPipeline) -> list[str]:
    """End the renders one after the other; return the ids of their jobs in this order."""
    order = []
    while running := pipeline.renderers.running():
        order += [pipeline.renderers.request[name][0] for name in running]
        pipeline.finish()
        pipeline.work()
    return order


def make_all(pipeline: LocalPipeline, plan: RenderPlan = PLAN) -> tuple[Job, dict[Language, Job]]:
    """Make a video in all its languages; return the first job, and its versions by language."""
    job, _ = submit(pipeline.services, plan)
    pipeline.work()
    finish_all(pipeline)
    job = pipeline.job(job.id)
    return job, list_versions(pipeline.services, job)


def test_each_language_gets_a_job_and_nothing_is_made_twice(pipeline: LocalPipeline) -> None:
    first, versions = make_all(pipeline)
    assert list(versions) == ["hi", "de"]
    assert {one.state for one in versions.values()} == {JobState.SUCCEEDED}
    assert max(pipeline.providers.calls.values()) == 1
    kinds = Counter(what.split()[0] for what in pipeline.providers.calls)
    assert kinds == {"plan": 1, "narration": 6, "image": 2, "music": 1, "sound": 1}
    for version in versions.values():
        assert version.version_of == first.id
        shared = [slot for slot in first.assets if slot.role != "narration"]
        assert all(version.assets[slot] == first.assets[slot] for slot in shared)


def test_a_version_has_the_words_of_its_language(pipeline: LocalPipeline) -> None:
    _, versions = make_all(pipeline)
    hindi, german = versions["hi"].current_plan, versions["de"].current_plan
    assert (hindi.language, hindi.title, hindi.description) == ("hi", "चाय", "चाय के बारे में।")
    assert (german.language, german.title, german.voice) == ("de", "Tea", "M")
    assert hindi.scenes[1].narration == "वाक्य 1 कहा गया।"
    assert hindi.scenes[1].translations == {"en": "Sentence 1 is said.", "de": "Satz Nummer 1."}
    result = versions["hi"].result
    assert result
    assert "वाक्य 0" in pipeline.blobs.get(result.captions["hi"].srt).decode()
    assert "Sentence 0" in pipeline.blobs.get(result.captions["en"].srt).decode()


def test_a_version_is_as_long_as_the_first_video(pipeline: LocalPipeline) -> None:
    first, versions = make_all(pipeline)
    assert first.result
    assert {one.result.duration_sec for one in versions.values() if one.result} == {first.result.duration_sec}


def test_renders_that_share_a_machine_follow_each_other(pipeline: LocalPipeline) -> None:
    job, _ = submit(pipeline.services, PLAN)
    pipeline.work()
    assert len(pipeline.renderers.running()) == 1
    versions = [name_version(job.id, "hi"), name_version(job.id, "de")]
    assert finish_all(pipeline) == [job.id, *versions]


def test_a_kill_before_the_versions_are_created_loses_none(pipeline: LocalPipeline) -> None:
    job, _ = submit(pipeline.services, PLAN)
    while delivery := pipeline.queue.take():
        if isinstance(delivery.message, OrderVersions):
            pipeline.queue.finish(delivery)  # as if the bus had lost it
            continue
        handle(pipeline.services, delivery.message)
        pipeline.queue.finish(delivery)
    pipeline.clock.advance(3600)
    sweep(pipeline.services)
    pipeline.work()
    finish_all(pipeline)
    versions = list_versions(pipeline.services, pipeline.job(job.id))
    assert [one.state for one in versions.values()] == [JobState.SUCCEEDED, JobState.SUCCEEDED]


def test_a_cancelled_job_cancels_its_versions(pipeline: LocalPipeline) -> None:
    job, _ = submit(pipeline.services, PLAN)
    pipeline.work()
    cancel(pipeline.services, job.id)
    pipeline.work()
    versions = list_versions(pipeline.services, pipeline.job(job.id))
    assert {one.state for one in versions.values()} == {JobState.CANCELLED}
    assert pipeline.job(job.id).is_settled


def test_a_job_that_is_cancelled_before_its_versions_exist_creates_none(pipeline: LocalPipeline) -> None:
    job, _ = submit(pipeline.services, PLAN)
    while pipeline.job(job.id).state is not JobState.RENDERING:
        delivery = pipeline.queue.take()
        assert delivery
        handle(pipeline.services, delivery.message)
        pipeline.queue.finish(delivery)
    cancel(pipeline.services, job.id)
    pipeline.work()
    stopped = pipeline.job(job.id)
    assert (list_versions(pipeline.services, stopped), stopped.is_settled) == ({}, True)


def test_a_failed_render_of_the_first_video_leaves_the_versions_alone(pipeline: LocalPipeline) -> None:
    job, _ = submit(pipeline.services, PLAN)
    pipeline.work()
    (name,) = pipeline.renderers.running()
    pipeline.renderers.state[name] = ExecutionState.SUCCEEDED
    detail = FailureDetail(stage="join", cause="the disk is full")
    pipeline.queue.publish(RenderFinished(job_id=job.id, render_id=job.render_id, error=detail))
    pipeline.work()
    assert pipeline.job(job.id).state is JobState.FAILED
    finish_all(pipeline)
    versions = list_versions(pipeline.services, pipeline.job(job.id))
    assert {one.state for one in versions.values()} == {JobState.SUCCEEDED}
    retry(pipeline.services, job.id)
    pipeline.work()
    finish_all(pipeline)
    assert pipeline.job(job.id).state is JobState.SUCCEEDED
    assert max(pipeline.providers.calls.values()) == 1


def test_one_video_with_audio_tracks_has_no_versions(pipeline: LocalPipeline) -> None:
    job, versions = make_all(pipeline, RenderPlan.parse({**BODY, "language_output": "tracks"}))
    assert (job.versions, versions) == ({}, {})


def test_status_and_library_name_the_versions(pipeline: LocalPipeline) -> None:
    first, versions = make_all(pipeline)
    described = describe_status(first, {}, Account(), base=f"https://x.example/render/{first.id}", versions=versions)
    shown = [(one.language, one.state, one.status_url) for one in described.versions]
    url = "https://x.example/render"
    assert shown == [(code, "success", f"{url}/{one.id}/status") for code, one in versions.items()]
    assert make_entry(versions["hi"]).version_of == first.id
    assert describe_status(versions["hi"], {}, Account(), base="").version_of == first.id


def test_a_language_that_cannot_be_narrated_is_named_and_the_others_are_made(pipeline: LocalPipeline) -> None:
    job, _ = submit(pipeline.services, PLAN)
    while pipeline.job(job.id).state is not JobState.RENDERING:
        delivery = pipeline.queue.take()
        assert delivery
        handle(pipeline.services, delivery.message)
        pipeline.queue.finish(delivery)
    plan = pipeline.job(job.id).current_plan
    broken = plan.scenes[0].evolve(translations={"de": "Satz."})  # as a change of the plan could leave it
    pipeline.services.move(job.id, lambda one: (one.evolve(plan=plan.evolve(scenes=(broken, plan.scenes[1]))), []))
    pipeline.work()
    finish_all(pipeline)
    done = pipeline.job(job.id)
    assert list(list_versions(pipeline.services, done)) == ["de"]
    assert any("there is no video in Hindi: scene 1 has no Hindi translation" in one for one in done.notices)
