"""The whole pipeline on the local backend with stubbed providers and a renderer that ends when told to."""

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sutradhar import bootstrap
from sutradhar.config import Settings
from sutradhar.domain.assets.requests import AssetRequest
from sutradhar.domain.assets.specs import ClipSpec, ImageSpec, StockSpec
from sutradhar.domain.core.errors import LeaseHeld, ProviderError, StaleLease
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.messages import Message, RenderFinished
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.handle import fail_job, handle
from sutradhar.pipeline.submit import submit
from sutradhar.ports.runner import ExecutionState
from tests.fakes import FakeClock, FakeRunner, Renderers, write_summary
from tests.providers.server import KEY, ProviderStub


def prompt_of(request: AssetRequest) -> str:
    """Return the prompt of an image, or of the image in a request for footage."""
    spec = request.spec
    if isinstance(spec, ClipSpec | StockSpec):
        spec = spec.image
    assert isinstance(spec, ImageSpec)
    return spec.prompt


def environment(stub: ProviderStub, home: Path) -> dict[str, str]:
    """Return the settings of a user of all providers, with the URLs of the stubs."""
    return {
        "SUTRADHAR_HOME": str(home),
        "SOUNDS": "elevenlabs,freesound",
        # OpenAI's own voices end in January 2027
        "OPENAI_VOICE_MODEL": "gpt-voice",
        "MODEL_PRICES": "openai/gpt-voice:seconds=0.015/60",
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": f"{stub.url('openai')}/v1",
        "ELEVENLABS_API_KEY": KEY,
        "ELEVENLABS_BASE_URL": stub.url("elevenlabs"),
        "PEXELS_API_KEY": KEY,
        "PEXELS_BASE_URL": stub.url("pexels"),
        "PIXABAY_API_KEY": KEY,
        "PIXABAY_BASE_URL": stub.url("pixabay"),
        "FREESOUND_API_KEY": KEY,
        "FREESOUND_BASE_URL": stub.url("freesound"),
        "GEMINI_API_KEY": KEY,
        "GEMINI_BASE_URL": stub.url("gemini"),
    }


class PipelineHarness:
    def __init__(self, env: Mapping[str, str]) -> None:
        settings = Settings.from_env(env)
        self.renderers = Renderers()
        self.backend = bootstrap.local_backend(settings)
        self.runner = FakeRunner(self.renderers, "pipeline")
        # the ledger and the providers belong to the backend with this runner
        self.services = bootstrap.services_on(replace(self.backend, runner=self.runner), settings)
        self.queue = self.services.bus

    def set_clock(self) -> FakeClock:
        """Give the pipeline a clock that only the test moves, and return it."""
        clock = FakeClock()
        clock.at = self.services.clock.now()
        backend = replace(self.backend, runner=self.runner, clock=clock)
        self.services = replace(self.services, backend=backend)
        return clock

    def publish_twice(self) -> None:
        """Let the bus deliver every message twice from now on."""
        bus: Any = self.services.bus
        publish = bus.publish

        def repeat(message: Message) -> None:
            publish(message)
            publish(message)

        bus.publish = repeat

    def work(self) -> None:
        """Work until nothing is left to do; each render ends at once."""
        while delivery := self.queue.take():  # type: ignore[attr-defined]
            try:
                handle(self.services, delivery.message)
            except (LeaseHeld, StaleLease):
                self.queue.defer(delivery, 0)  # type: ignore[attr-defined]
            except ProviderError as exc:
                if delivery.is_last_try:
                    fail_job(self.services, delivery.message, exc)
                    self.queue.move_to_dead_letters(delivery, str(exc))  # type: ignore[attr-defined]
                else:
                    self.queue.retry_later(delivery)  # type: ignore[attr-defined]
            else:
                self.queue.finish(delivery)  # type: ignore[attr-defined]
            self._render()

    def _render(self) -> None:
        for name in self.renderers.running():
            job_id, render_id, request = self.renderers.request[name]
            self.renderers.state[name] = ExecutionState.SUCCEEDED
            summary = write_summary(self.services.blobs, request)
            self.queue.publish(RenderFinished(job_id=job_id, render_id=render_id, summary_blob=summary))

    def run_plan(self, plan: RenderPlan) -> Job:
        """Submit ``plan``, work until nothing is left to do, and return the job."""
        job, _ = submit(self.services, plan)
        self.work()
        return self.job(job.id)

    def job(self, job_id: str) -> Job:
        return self.services.jobs.get(job_id)

    def close(self) -> None:
        self.backend.close()


def main() -> None:
    """`python -m tests.providers.pipeline_harness JOB`: work until the job is over, or until killed."""
    pipeline = PipelineHarness(os.environ)
    while not pipeline.job(sys.argv[1]).state.is_terminal:
        pipeline.work()
    pipeline.close()


if __name__ == "__main__":
    main()
