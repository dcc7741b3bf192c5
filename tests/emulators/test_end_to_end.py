"""A whole job on the emulated cloud: HTTP in, functions from the packaged archive, Pub/Sub, Cloud Run, a video out."""

import io
import json
import math
import os
import struct
import time
import urllib.error
import urllib.request
import wave
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from google.cloud import pubsub_v1
from PIL import Image

from functions.dev.emulated_cloud.cloud import EmulatedCloud
from functions.dev.emulated_cloud.emulators import set_environment
from sutradhar import bootstrap
from sutradhar.config import Settings
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.messages import DispatchRender
from sutradhar.domain.plan.options import VoiceOptions
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.video.render_request import request_blob
from sutradhar.marks.read import read_marks
from sutradhar.pipeline import dispatch
from sutradhar.ports.runner import ExecutionState
from sutradhar.providers.offline.hibari import HibariNarrator
from tests import emulated_cloud, mark_certificates
from tests.plain import environment as environment_of
from tests.waiting import wait_until

PLAN = {
    "title": "Tea",
    "language": "en",
    "subtitle_languages": ["en"],
    "scenes": [
        {"narration": "A cup of tea.", "image_prompt": "a cup on a table", "duration_sec": 2},
        {"narration": "It is warm.", "image_prompt": "steam over a cup", "duration_sec": 2},
    ],
    "render": {"mode": "PROXY", "resolution": "720p"},
}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedCloud]:
    # it has only the archive's requirements; FUNCTIONS_PYTHON names such an environment of another version
    python = os.environ.get("FUNCTIONS_PYTHON") or str(environment_of("functions") / "bin/python")
    home = tmp_path_factory.mktemp("signer")
    mark_certificates.make_folder(home)
    signer = {"MARKS_CERTIFICATE": f"{home}/marks/certificate.pem", "MARKS_KEY": f"{home}/marks/key.pem"}
    settings = {"RATE_LIMIT_PER_MIN": "0", **signer}
    with (
        emulated_cloud.skip_if_missing(),
        EmulatedCloud(tmp_path_factory.mktemp("cloud"), backoff_sec=0.2, python=python, settings=settings) as up,
    ):
        yield up


def call(cloud: EmulatedCloud, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(
        cloud.url + path, data, {"Content-Type": "application/json", **headers}, method=method
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as exc:
        return exc.code, exc.read()


def status(cloud: EmulatedCloud, job_id: str) -> dict[str, Any]:
    code, body = call(cloud, "GET", f"/render/{job_id}/status")
    assert code == 200, body
    answer: dict[str, Any] = json.loads(body)
    return answer


def wait_until_finished(cloud: EmulatedCloud, job_id: str, seconds: float = 90) -> dict[str, Any]:
    end = time.monotonic() + seconds
    while (answer := status(cloud, job_id))["state"] not in ("success", "error", "canceled"):
        assert time.monotonic() < end, answer
        time.sleep(0.2)  # callers poll too
    return answer


def test_a_plan_becomes_a_checked_video(cloud: EmulatedCloud, tmp_path: Path) -> None:
    code, body = call(cloud, "POST", "/render", PLAN)
    assert code == 202, body
    job_id = json.loads(body)["job_id"]
    done = wait_until_finished(cloud, job_id)
    assert done["state"] == "success", done.get("error") or done
    code, video = call(cloud, "GET", f"/render/{job_id}/file")
    assert (code, video[4:8]) == (200, b"ftyp")
    summary = json.loads(call(cloud, "GET", f"/render/{job_id}/file?kind=summary")[1])
    assert all(result["ok"] for result in summary["findings"])
    assert summary["tasks"] >= 1
    certificate = json.loads(call(cloud, "GET", "/readyz")[1])["checks"]["marks"]
    assert (certificate["ok"], "signed by Test studio" in certificate["detail"]) == (True, True)
    for name, kind in (("video.mp4", "video"), ("thumbnail.png", "thumbnail")):
        path = tmp_path / name
        path.write_bytes(call(cloud, "GET", f"/render/{job_id}/file?kind={kind}")[1])
        marks = read_marks(path)
        assert (marks.state, marks.issuer, marks.problems) == ("valid", "Test studio", ())
        images = [part for part in marks.parts if part.kind == "image"]
        assert {part.source_type for part in images} == {"algorithmicMedia"}


def send(cloud: EmulatedCloud, filename: str, data: bytes) -> dict[str, Any]:
    """Send a file as a browser does, and return the upload once it is checked."""
    code, body = call(cloud, "POST", "/uploads", {"filename": filename, "content_type": "", "size": len(data)})
    upload = json.loads(body)
    assert (code, "/uploads/up-" in upload["url"]) == (201, False), upload  # its bytes do not pass through the function
    request = urllib.request.Request(upload["url"], data, upload["headers"], method=upload["method"])
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200
    end = time.monotonic() + 60
    while call(cloud, "POST", f"/uploads/{upload['upload_id']}/complete")[0] == 202:
        assert time.monotonic() < end
        time.sleep(0.2)  # callers poll too
    shown: dict[str, Any] = json.loads(call(cloud, "GET", f"/uploads/{upload['upload_id']}")[1])
    return shown


def test_uploaded_files_are_in_the_video(cloud: EmulatedCloud) -> None:
    """The functions run from the packaged archive, with only the packages that it requires."""
    out = io.BytesIO()
    Image.new("RGB", (640, 360), "red").save(out, "PNG")
    samples = files("sutradhar") / "samples"
    image = send(cloud, "me.png", out.getvalue())
    clip, song = (send(cloud, name, (samples / name).read_bytes()) for name in ("video.mp4", "song.mp3"))
    assert [(one["state"], one["kind"]) for one in (image, clip, song)] == [
        ("ready", "image"),
        ("ready", "video"),
        ("ready", "audio"),
    ]
    scenes = [{"image": {"upload": image["upload_id"]}, "duration_sec": 2}]
    plan = {**PLAN, "scenes": scenes, "music": {"upload": song["upload_id"]}}
    job_id = json.loads(call(cloud, "POST", "/render", plan)[1])["job_id"]
    done = wait_until_finished(cloud, job_id)
    assert (done["state"], {asset["provider"] for asset in done["assets"]}) == ("success", {"upload/2"}), done


def make_song(bpm: float = 120.0, seconds: float = 8.0) -> bytes:
    """Return a WAV file with a click on each beat over a chord."""
    out, rate = io.BytesIO(), 16_000
    beat = round(rate * 60 / bpm)
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        tone = [math.sin(i * 2 * math.pi * 220 / rate) * 3000 for i in range(rate)]
        loud = [8000 if i % beat < 200 and i % 16 < 8 else 0 for i in range(round(rate * seconds))]
        file.writeframes(b"".join(struct.pack("<h", int(tone[i % rate]) + one) for i, one in enumerate(loud)))
    return out.getvalue()


def listen(cloud: EmulatedCloud, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Order an analysis or an alignment twice, and return it when it is ready."""
    orders = [call(cloud, "POST", path, body) for _ in range(2)]
    assert {code for code, _ in orders} <= {200, 202}, orders
    url = json.loads(orders[0][1])["links"]["self"]
    end = time.monotonic() + 90
    while (answer := json.loads(call(cloud, "GET", url[url.index("/", 8) :])[1]))["state"] == "pending":
        assert time.monotonic() < end, answer
        time.sleep(0.2)  # callers poll too
    assert answer["state"] == "ready", answer
    outcome: dict[str, Any] = answer
    return outcome


def test_a_song_with_lyrics_becomes_a_video(cloud: EmulatedCloud) -> None:
    upload_id = send(cloud, "song.wav", make_song())["upload_id"]
    analysis = listen(cloud, "/audio/analyze", {"upload_id": upload_id})
    assert analysis["tempo_bpm"] == pytest.approx(120, rel=0.01)
    assert analysis["best"]
    lyrics = {"upload_id": upload_id, "lyrics": "Row your boat\nGently down the stream"}
    alignment = listen(cloud, "/lyrics/align", lyrics)
    assert [line["text"] for line in alignment["lines"]] == lyrics["lyrics"].splitlines()
    song = {"upload": upload_id, "lyrics": alignment["lrc"], "look": "karaoke", "end_sec": 4}
    plan = {"title": "Boat", "song": song, "subtitle_languages": ["en"], "render": PLAN["render"]}
    job_id = json.loads(call(cloud, "POST", "/render", plan)[1])["job_id"]
    done = wait_until_finished(cloud, job_id, 150)
    assert done["state"] == "success", done.get("error") or done
    assert {asset["slot"]: asset["provider"] for asset in done["assets"]}["song"] == "upload/2"
    for format_, words in (("srt", b"Row your boat"), ("lrc", b">Row <")):
        code, body = call(cloud, "GET", f"/render/{job_id}/file?kind=captions&lang=en&format={format_}")
        assert (code, words in body) == (200, True), body
    assert call(cloud, "DELETE", f"/uploads/{upload_id}")[0] == 204
    with set_environment(cloud.env):
        backend = bootstrap.gcp_backend(Settings.from_env(cloud.env))
        wait_until(lambda: not list(backend.blobs.list("uploads/listening/")))
        backend.close()


def test_a_recorded_voice_becomes_the_narration(cloud: EmulatedCloud) -> None:
    voice = HibariNarrator().narrate("A cup of tea is warm. It is very good.", "en", "F", VoiceOptions())
    upload_id = send(cloud, "voice.wav", voice.wav)["upload_id"]
    sentences = ("A cup of tea is warm.", "It is very good.")
    scenes = [{"narration": sentence, "image_prompt": "a cup on a table"} for sentence in sentences]
    plan = {**PLAN, "scenes": scenes, "narration_audio": upload_id, "music": False}
    code, body = call(cloud, "POST", "/render", plan)
    assert code == 202, body
    done = wait_until_finished(cloud, json.loads(body)["job_id"], 150)
    assert done["state"] == "success", done.get("error") or done
    assert {asset["slot"]: asset["provider"] for asset in done["assets"]}["recording"] == "upload/2"


def test_a_file_that_cannot_be_used_is_refused_and_deleted(cloud: EmulatedCloud) -> None:
    refused = send(cloud, "video.mp4", b"I am a video " * 50)
    assert (refused["state"], "is a text file" in refused["reason"]) == ("refused", True)
    with set_environment(cloud.env):
        backend = bootstrap.gcp_backend(Settings.from_env(cloud.env))
        # the worker stores the reason first and then deletes the file
        wait_until(lambda: not backend.blobs.exists(f"uploads/{refused['upload_id']}"))
        backend.close()


def test_a_cancelled_job_stops(cloud: EmulatedCloud) -> None:
    job_id = json.loads(call(cloud, "POST", "/render", {**PLAN, "title": "Cancelled"})[1])["job_id"]
    assert call(cloud, "DELETE", f"/render/{job_id}/cancel")[0] == 202
    assert wait_until_finished(cloud, job_id)["state"] == "canceled"


def test_the_same_key_twice_is_one_job(cloud: EmulatedCloud) -> None:
    plan = {**PLAN, "title": "Once"}
    first, again = (call(cloud, "POST", "/render", plan, **{"Idempotency-Key": "once"}) for _ in range(2))
    assert (first[0], again[0]) == (202, 200)
    assert json.loads(first[1])["job_id"] == json.loads(again[1])["job_id"]
    call(cloud, "DELETE", f"/render/{json.loads(first[1])['job_id']}/cancel")


def test_a_job_whose_last_message_was_lost_is_finished_by_the_sweep(cloud: EmulatedCloud, tmp_path: Path) -> None:
    """A job stays in RENDERING with an execution that succeeded, because its message was lost."""
    with set_environment(cloud.env):
        backend = bootstrap.gcp_backend(Settings.from_env(cloud.env))
        services = bootstrap.services_on(backend, Settings.from_env(cloud.env))
        long_ago = datetime.now(UTC) - timedelta(minutes=10)
        done = json.loads(call(cloud, "POST", "/render", {**PLAN, "seed": 7})[1])["job_id"]
        assert wait_until_finished(cloud, done)["state"] == "success"
        finished = backend.jobs.get(done)
        lost = finished.evolve(
            id=f"{done}-lost", state=JobState.RENDERING, result=None, created_at=long_ago, updated_at=long_ago
        )
        backend.jobs.create(lost)
        request = dispatch.build_render_request(lost)
        backend.blobs.put(request_blob(request.prefix), request.to_record().encode())
        assert finished.result
        assert lost.execution
        summary = json.loads(backend.blobs.get(finished.result.summary)) | {"render_id": lost.render_id}
        backend.blobs.put(request.summary_blob, json.dumps(summary).encode())
        end = time.monotonic() + 60  # the task says that it is done before its process, and so the execution, ends
        while services.runner.report(lost.execution).state is ExecutionState.RUNNING:
            assert time.monotonic() < end
            time.sleep(0.2)
        assert services.runner.report(lost.execution).state is ExecutionState.SUCCEEDED
        assert json.loads(cloud.sweep())["jobs"] >= 1
        assert wait_until_finished(cloud, lost.id)["state"] == "success"
        backend.close()


def test_an_unreadable_message_does_not_stop_the_others(cloud: EmulatedCloud) -> None:
    with set_environment(cloud.env):
        publisher = pubsub_v1.PublisherClient()
        publisher.publish(f"projects/{cloud.project}/topics/sutradhar-plan", b"\xff not ours").result(10)
        publisher.stop()
    log = cloud.home / "logs" / "dead_letter.log"
    end = time.monotonic() + 60
    while "poison_message" not in log.read_text():
        assert time.monotonic() < end
        time.sleep(0.2)  # it passes through five deliveries, each with its backoff


def test_a_job_that_cannot_be_handled_fails_with_its_cause(cloud: EmulatedCloud) -> None:
    """Its scenes are gone from the store: every delivery fails until the last."""
    with set_environment(cloud.env):
        backend = bootstrap.gcp_backend(Settings.from_env(cloud.env))
        now = datetime.now(UTC)
        job = Job.new("job-broken", RenderPlan.parse(PLAN), "hash", now)
        job, _ = job.start_producing(RenderPlan.parse(PLAN), (), [], now)
        job, _ = job.start_rendering({}, now)  # none of those that its scenes need
        backend.jobs.create(job)
        backend.bus.publish(DispatchRender(job_id=job.id))
        failed = wait_until_finished(cloud, job.id)
        backend.close()
    assert failed["state"] == "error"
    assert failed["error"]["stage"] == "rendering"
    assert failed["error"]["cause"]


def test_all_data_of_the_callers_is_removed(cloud: EmulatedCloud) -> None:
    """The last test of this file: it removes what the others made without a key."""
    out = io.BytesIO()
    Image.new("RGB", (640, 360), "blue").save(out, "PNG")
    deleted, kept = (send(cloud, name, out.getvalue())["upload_id"] for name in ("deleted.png", "kept.png"))
    scenes = [{"image": {"upload": kept}, "duration_sec": 2}]
    job_id = json.loads(call(cloud, "POST", "/render", {**PLAN, "scenes": scenes, "title": "Removed"})[1])["job_id"]
    assert call(cloud, "DELETE", f"/uploads/{deleted}")[0] == 204
    code, body = call(cloud, "DELETE", "/me/data")
    assert code in (200, 202), body
    place = f"/me/data/removals/{json.loads(body)['removal_id']}"
    wait_until(lambda: json.loads(call(cloud, "GET", place)[1])["state"] == "done", seconds=120)
    removed = json.loads(call(cloud, "GET", place)[1])["removed"]
    assert removed["jobs"]["count"] >= 1
    assert removed["uploads"]["count"] >= 1
    assert call(cloud, "GET", f"/render/{job_id}/status")[0] == 404
    assert json.loads(call(cloud, "GET", "/uploads")[1])["uploads"] == []
    with set_environment(cloud.env):
        backend = bootstrap.gcp_backend(Settings.from_env(cloud.env))
        wait_until(lambda: not list(backend.blobs.list("uploads/")))
        assert list(backend.blobs.list(f"jobs/{job_id}/")) == []
        backend.close()
