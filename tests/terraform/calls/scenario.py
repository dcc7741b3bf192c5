"""Everything that the functions do, so that each makes the calls that it ever makes."""

import errno
import io
import re
import wave
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from PIL import Image

from functions.api.routes import ROUTES
from sutradhar import bootstrap
from sutradhar.domain.core.errors import LeaseHeld
from sutradhar.domain.core.failure import FailureDetail
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.messages import (
    AlignLyrics,
    CheckUpload,
    DispatchRender,
    Message,
    RenderFinished,
    SpeakSample,
    StopRender,
)
from sutradhar.domain.video.render_request import summary_blob
from sutradhar.pipeline.brands import imports
from sutradhar.pipeline.brands.export import export_brand
from sutradhar.pipeline.brands.store import get_brand
from sutradhar.pipeline.dispatch import render_prefix
from sutradhar.pipeline.handle import fail_job
from sutradhar.ports.runner import ExecutionReport, ExecutionState
from tests.terraform.calls.api_calls import EXAMPLES, PLAN, WEBHOOK
from tests.terraform.calls.fake_cloud import FakeCloud
from tests.terraform.calls.recorder import act_as

_FULL_DISK = OSError(errno.ENOSPC, "no space left")
"""An error that every delivery of a message would meet."""


def play(cloud: FakeCloud) -> None:
    """Let each function of ``cloud`` do all that it does."""
    finished = make_video(cloud)
    end_renders(cloud)
    call_every_route(cloud, finished)
    for destination in ("folder", "webhook"):
        cloud.call(f"POST /publish/{finished}", {"destination": destination}, 201)
    publish(cloud)
    fail_everywhere(cloud)
    send_dead_letters(cloud)
    for _ in ("what has stalled", "what is too old"):
        cloud.clock.ahead += timedelta(minutes=10)
        cloud.post("sweep")
        cloud.clock.ahead += timedelta(days=60)
    cloud.messages.clear()
    cloud.post("retention")
    cloud.deliver()
    cloud.call("DELETE /me/data", None, 202)
    cloud.deliver()
    with act_as("api"):
        bootstrap.backend().blobs.exists("ready")  # /ready makes this call on Google Cloud


def make_row(cloud: FakeCloud, job: Job) -> Job:
    """Return the job as one of a batch, to which its end is told."""
    with act_as("api"):
        return cloud.services.jobs.update(job.id, lambda one: (one.evolve(batch="batch-1"), []))[0]


def send_file(cloud: FakeCloud, data: bytes, name: str = "me.png") -> str:
    """Create an upload, and put its bytes where the bucket would."""
    body = {"filename": name, "content_type": "image/png", "size": len(data)}
    upload_id = str(cloud.call("POST /uploads", body, 201)["upload_id"])
    bootstrap.backend().blobs.put(f"uploads/{upload_id}", data)
    return upload_id


def draw_image() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((640, 360), 90).convert("RGB").save(out, "PNG")
    return out.getvalue()


def make_video(cloud: FakeCloud) -> str:
    """Make a video of an uploaded image, each message of which comes twice, and return the id of its job."""
    image, refused = send_file(cloud, draw_image()), send_file(cloud, b"I am a photo " * 50)
    for upload_id in (image, refused):
        cloud.call(f"POST /uploads/{upload_id}/complete", None, 202)
    cloud.deliver()
    assert cloud.call(f"GET /uploads/{refused}")["state"] == "refused"
    cloud.runner.renders = True
    scene = {"image": {"upload": image}, "narration": "A cup of tea.", "duration_sec": 2}
    job = make_job(cloud, JobState.SUCCEEDED, scenes=[scene])
    cloud.runner.renders = False
    waiting = make_job(cloud, JobState.AWAITING_APPROVAL, review=True, scenes=[{**scene, "narration": "My cup."}])
    cloud.call(f"GET /render/{waiting.id}/frame?at=1")  # the image is an asset already
    another = send_file(cloud, draw_image())
    cloud.call(f"POST /uploads/{another}/complete", None, 202)
    cloud.deliver()
    patch = {"scenes": [{"index": 0, "image": {"upload": another}}]}
    cloud.call(f"POST /render/{waiting.id}/frame", {"at": 1, "patch": patch})
    for kind in ("video", "summary", "thumbnail", "provenance"):
        cloud.call(f"GET /render/{job.id}/file?kind={kind}", None, 302)
    return job.id


def make_job(cloud: FakeCloud, state: JobState, **changes: Any) -> Job:
    """Return a job that has come to ``state``. Its later messages are lost."""
    job_id = str(cloud.call("POST /render", {**PLAN, "webhook_url": WEBHOOK, **changes}, 202)["job_id"])
    cloud.deliver(lambda: read(cloud, job_id).state is state)
    job = read(cloud, job_id)
    assert job.state is state, job
    return job


def read(cloud: FakeCloud, job_id: str) -> Job:
    job: Job = cloud.services.jobs.get(job_id)
    return job


def start_render(cloud: FakeCloud, **changes: Any) -> Job:
    job = make_job(cloud, JobState.RENDERING, **changes)
    cloud.deliver()
    return read(cloud, job.id)


def end_renders(cloud: FakeCloud) -> None:
    """Let renders end in every way, and repeat each message that was sent for their jobs."""
    photo = send_file(cloud, draw_image())
    cloud.call(f"POST /uploads/{photo}/complete", None, 202)
    cloud.deliver()
    asha = {"name": "Asha", "look": "a girl", "image": photo}
    scene = {"narration": "Asha drinks tea.", "image_prompt": "Asha drinks", "characters": ["Asha"], "duration_sec": 2}
    canceled = cancel(cloud, start_render(cloud, characters=[asha], scenes=[scene]))
    cloud.deliver()
    cloud.call(f"DELETE /render/{canceled}", None, 204)
    cloud.deliver()
    failed = make_row(cloud, start_render(cloud))
    cloud.call(f"POST /publish/{failed.id}", {"destination": "folder"}, 201)
    cloud.send(
        [RenderFinished(job_id=failed.id, render_id=failed.render_id, error=FailureDetail(stage="x", cause="no"))]
    )
    cloud.deliver()
    cloud.call(f"POST /render/{failed.id}/retry", None, 202)
    cloud.deliver()
    lost = start_render(cloud)
    bootstrap.backend().blobs.put(summary_blob(render_prefix(lost)), b"{}")
    cloud.runner.reports[str(lost.execution)] = ExecutionReport(ExecutionState.SUCCEEDED)
    with act_as("dispatch"):
        cloud.deliver_message(DispatchRender(job_id=lost.id))
    cloud.messages.clear()


def cancel(cloud: FakeCloud, job: Job) -> str:
    cloud.call(f"DELETE /render/{job.id}/cancel", None, 202)
    return job.id


def call_every_route(cloud: FakeCloud, finished: str) -> None:
    """Call each route of the table once."""
    waiting = [make_job(cloud, JobState.AWAITING_APPROVAL, review=True).id for _ in range(2)]
    failed = make_job(cloud, JobState.PLANNING).id
    with act_as("plan"):
        fail_job(cloud.services, cloud.list_sent(failed)[0], _FULL_DISK)
    things = {
        "finished": finished,
        "failed": failed,
        "waiting": waiting[0],
        "approved": waiting[1],
        "running": make_job(cloud, JobState.PRODUCING).id,
        "unwanted": cancel(cloud, make_job(cloud, JobState.PLANNING)),
        "upload": send_file(cloud, draw_image()),
        "deleted": send_file(cloud, draw_image()),
        "delivery": cloud.call("GET /webhooks/deliveries")["deliveries"][0]["id"],
        "publication": publish_later(cloud, make_job(cloud, JobState.PLANNING).id),
        "failed publication": fail_publication(cloud),
        "approval": ask_to_publish(cloud, make_job(cloud, JobState.PLANNING).id, "2100-01-02T12:00Z"),
        "other approval": ask_to_publish(cloud, make_job(cloud, JobState.PLANNING).id, "2100-01-03T12:00Z"),
        "batch": cloud.call("POST /batches", EXAMPLES["batch_orders:create_batch"].body, 202)["batch_id"],
        "key": cloud.call("POST /keys", {"name": "other"}, 201)["id"],
        "other key": cloud.call("POST /keys", {"name": "another"}, 201)["id"],
        "sample": make_sample(cloud),
        **listen(cloud),
        **store_brand(cloud),
        "removal": cloud.call("DELETE /me/data", None, 202)["removal_id"],
    }
    for route in ROUTES:
        example = EXAMPLES[route.view]
        body = {**example.body, "upload_id": things["song"]} if "audio:order" in route.view else example.body
        body = {**body, "upload": things["brand file"]} if route.view == "brands:import_brand" else body
        path = re.sub(r"<(?:path:)?\w+>", things.get(example.thing, example.thing), route.path)
        cloud.call(f"{route.method} {path}{example.query}", body, example.status)
    cloud.messages.clear()


def ask_to_publish(cloud: FakeCloud, job_id: str, at: str) -> str:
    """Return the approval of a publication at the time ``at``."""
    words = {"destination": "folder", "iso_datetime": at}
    return str(cloud.call("POST /approvals", {"job_id": job_id, "publish": words}, 201)["approval_id"])


def make_sample(cloud: FakeCloud) -> str:
    sample_id = str(cloud.call("POST /voices/sample", {"voice": "F", "language": "hi"}, 202)["sample_id"])
    cloud.deliver()
    return sample_id


def listen(cloud: FakeCloud) -> dict[str, str]:
    """Return an uploaded song, its analysis and the times of its lyrics, each message of which comes twice."""
    song = send_song(cloud)
    analysis = cloud.call("POST /audio/analyze", {"upload_id": song}, 202)
    alignment = cloud.call("POST /lyrics/align", EXAMPLES["audio:order_alignment"].body | {"upload_id": song}, 202)
    cloud.deliver()
    return {"song": song, "analysis": analysis["analysis_id"], "alignment": alignment["alignment_id"]}


def store_brand(cloud: FakeCloud) -> dict[str, str]:
    """Return a brand with a logo, and an upload with its exported file, whose files are uploads already."""
    logo = send_file(cloud, draw_image(), "logo.png")
    cloud.call(f"POST /uploads/{logo}/complete", None, 202)
    cloud.deliver()
    cloud.call("PUT /brands/asha", {"logo": {"upload": logo}}, 201)
    cloud.call("POST /render", {**PLAN, "brand": "asha"}, 202)
    with act_as("api"):
        data = b"".join(export_brand(cloud.services, get_brand(cloud.services, "asha")))
    file = send_file(cloud, data, "asha.brand.zip")
    cloud.call(f"POST /uploads/{file}/complete", None, 202)
    cloud.deliver()
    with patch.object(imports, "CHECK_WAIT_SEC", 0):
        cloud.call("POST /brands/import", {"upload": file, "name": "copy"}, 409)
    cloud.deliver()
    return {"brand": "asha", "brand file": file}


def send_song(cloud: FakeCloud) -> str:
    """Return a checked upload of four seconds of clicks."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes((b"\x00\x60\x00\xa0" * 200 + bytes(4 * 3_800)) * 8)
    song = send_file(cloud, out.getvalue(), "song.wav")
    cloud.call(f"POST /uploads/{song}/complete", None, 202)
    cloud.deliver()
    return song


def publish_later(cloud: FakeCloud, job_id: str) -> str:
    body = {"destination": "folder", "iso_datetime": "2100-01-01T12:00Z"}
    return str(cloud.call(f"POST /publish/{job_id}/schedule", body, 201)["id"])


def fail_publication(cloud: FakeCloud) -> str:
    """Return a publication that has failed, because its job was canceled."""
    job = make_job(cloud, JobState.PLANNING)
    publication_id = str(cloud.call(f"POST /publish/{job.id}", {"destination": "folder"}, 201)["id"])
    cancel(cloud, job)
    publish(cloud)
    return publication_id


def publish(cloud: FakeCloud) -> None:
    """Let the Scheduler call for the publications that are due, and work on them."""
    cloud.post("publish_due")
    cloud.deliver()


def fail_everywhere(cloud: FakeCloud) -> None:
    """Let each message meet an error that fails its job."""
    upload = CheckUpload(upload_id=send_file(cloud, draw_image()))
    with act_as("check"):
        fail_job(cloud.services, upload, _FULL_DISK)
    for state in (JobState.PLANNING, JobState.PRODUCING, JobState.RENDERING):
        job_id = make_row(cloud, make_job(cloud, state)).id
        publish_later(cloud, job_id)
        for message in one_of_each(cloud.list_sent(job_id)):
            with act_as(message.topic):
                fail_job(cloud.services, message, _FULL_DISK)
    cloud.messages.clear()


def send_dead_letters(cloud: FakeCloud) -> None:
    """Let each message become a dead letter: of a worker that may still end, and of one that failed."""
    letters: list[Message] = []
    song = send_song(cloud)
    for state in (JobState.PLANNING, JobState.PRODUCING, JobState.RENDERING):
        job = make_job(cloud, state)
        publish_later(cloud, job.id)
        letters += cloud.list_sent(job.id)
        letters.append(RenderFinished(job_id=job.id, render_id=job.render_id))
    upload_id = send_file(cloud, draw_image())
    cloud.call(f"POST /uploads/{upload_id}/complete", None, 202)
    letters.append(CheckUpload(upload_id=upload_id))
    cloud.call("POST /voices/sample", {"voice": "F", "language": "hi", "text": "चाय अच्छी है।"}, 202)
    cloud.call("POST /lyrics/align", {"upload_id": song, "lyrics": "Merrily"}, 202)
    letters += [message for message in cloud.messages if isinstance(message, SpeakSample | AlignLyrics)]
    for cause in (LeaseHeld("busy"), RuntimeError("no")):
        for letter in one_of_each(letters):
            cloud.give_up(letter, cause)
    cloud.messages.clear()
    for state in (JobState.PLANNING, JobState.PRODUCING, JobState.RENDERING):
        make_job(cloud, state)  # for the sweep, which finds them stalled
    publish_later(cloud, make_job(cloud, JobState.AWAITING_APPROVAL, review=True).id)  # it cancels this one
    cloud.messages.clear()


def one_of_each(messages: Iterable[Message]) -> list[Message]:
    return list({(m.type, m.model_dump_json()): m for m in messages if not isinstance(m, StopRender)}.values())
