"""A song becomes a lyric video: no planner is asked, and the words are delivered as SRT, VTT and LRC."""

import json
import wave
from pathlib import Path
from typing import Any

import pytest

from sutradhar.domain.assets.slot import SONG
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.video.frame_choice import FrameChoice
from sutradhar.domain.video.render_request import RenderRequest, request_blob
from sutradhar.domain.video.timeline import Timeline
from sutradhar.pipeline.dispatch import render_prefix
from sutradhar.pipeline.dry_run import try_plan
from sutradhar.pipeline.frames import lay_out_frame
from sutradhar.pipeline.submit import submit
from sutradhar.pipeline.uploads import import_file
from tests.fake_listener import replace_listener
from tests.integration.local_pipeline import LocalPipeline

LYRICS = "Row your boat\nGently down the stream\nMerrily"


@pytest.fixture
def upload(pipeline: LocalPipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The upload of a song of 20 s."""
    replace_listener(monkeypatch)
    with wave.open(str(tmp_path / "04 - Row your boat.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(bytes(120 + i % 16 for i in range(160_000)))
    return import_file(pipeline.services, tmp_path / "04 - Row your boat.wav").id


def plan_of(upload: str, lyrics: str = LYRICS, song: dict[str, Any] | None = None, **fields: Any) -> RenderPlan:
    return RenderPlan.parse({"song": {"upload": upload, "lyrics": lyrics, **(song or {})}, "language": "en", **fields})


def make_video(pipeline: LocalPipeline, plan: RenderPlan) -> Job:
    job, _ = submit(pipeline.services, plan)
    pipeline.work()
    pipeline.finish()
    pipeline.work()
    return pipeline.job(job.id)


def read_timeline(pipeline: LocalPipeline, job: Job) -> Timeline:
    return RenderRequest.from_record(pipeline.blobs.get(request_blob(render_prefix(job)))).timeline


def test_a_song_alone_becomes_a_video(pipeline: LocalPipeline, upload: str) -> None:
    job = make_video(pipeline, plan_of(upload))
    assert (job.state, job.current_plan.title) == (JobState.SUCCEEDED, "Row your boat")
    assert pipeline.providers.calls["plan"] == 0
    assert job.result
    files = job.result.captions["en"]
    first_line = "[00:01.00]<00:01.00>Row <00:01.40> <00:01.50>your <00:01.90> <00:02.00>boat <00:02.40>"
    assert pipeline.blobs.get(files.lrc).decode().splitlines()[0] == first_line
    assert pipeline.blobs.get(files.srt).startswith(b"1\n00:00:00,700 --> ")
    timeline = read_timeline(pipeline, job)
    assert timeline.lyrics
    assert timeline.song
    assert (timeline.frames, len(timeline.clips), timeline.music) == (600, 1, None)
    assert [cue.text for cue in timeline.lyrics.cues] == LYRICS.splitlines()


def test_what_a_video_of_a_song_lacks_is_said(pipeline: LocalPipeline, upload: str) -> None:
    scenes = [{"image_prompt": f"view {n}", "duration_sec": 3} for n in range(20)]
    plan = plan_of(upload, song={"start_sec": 3, "end_sec": 9}, scenes=scenes, length_sec=30, music={"mood": "joyful"})
    job = make_video(pipeline, plan)
    assert job.result
    notices = " | ".join(job.notices)
    assert "length_sec 30 is not used" in notices
    assert "duration_sec of the scenes is not used" in notices
    assert "music is not used" in notices
    assert "1 of 3 lines of the lyrics are sung outside the part" in notices
    assert 'scenes 5 to 20 are not shown: the song has 4 shots; "cut": "beat" in song makes more' in notices
    assert "Hindi captions" not in notices


def test_an_instrumental_says_that_it_shows_no_words(
    pipeline: LocalPipeline, upload: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sutradhar.providers.listening.listener.LocalListener.recognize_lyrics", lambda *_a: None)
    job = make_video(pipeline, plan_of(upload, "", prompt="a lake", song={"start_sec": 0, "end_sec": 8}))
    assert job.result
    assert job.result.captions == {}
    assert any(note.startswith("no words are shown") for note in job.notices)
    assert [scene.image_prompt for scene in job.current_plan.scenes] == ["a lake"]


def test_a_dry_run_tells_the_scenes_and_the_length(pipeline: LocalPipeline, upload: str) -> None:
    run = try_plan(pipeline.services, plan_of(upload, prompt="a lake"))
    assert run.problems == ()
    assert (run.video_sec, len(run.plan.scenes), pipeline.providers.calls["plan"]) == (20.0, 3, 0)
    assert sum(run.scene_sec) == 20.0


def test_a_frame_is_shown_before_anything_is_made(pipeline: LocalPipeline, upload: str) -> None:
    layout = lay_out_frame(pipeline.services, None, plan_of(upload, prompt="a lake"), FrameChoice(at=12.0))
    assert layout.number == 360
    assert SONG in layout.missing
    job = make_video(pipeline, plan_of(upload))
    layout = lay_out_frame(pipeline.services, job, job.current_plan, FrameChoice(at=1.2))
    assert layout.timeline.lyrics
    assert [cue.text for cue in layout.timeline.lyrics.cues] == ["Row your boat"]
    assert layout.missing == []
    assert json.loads(layout.timeline.model_dump_json())["song"] is None
